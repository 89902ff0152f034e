"""Cuts a whole answer into pages, the way botocore's paginators say that its operation is paged."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from . import apis
from .errors import ApiError
from .request import Call

_BAD_TOKEN_OF = {"wellarchitected": "ValidationException"}
_BAD_TOKEN = {"ec2": "InvalidNextToken", "query": "ValidationError", "rest-json": "BadRequestException"}


class Pages:
    """The page that a call asks for, of an operation that is paged; else the whole answer.

    The token names operation and offset: answers are computed from data that stands still.
    """

    def __init__(self, call: Call, page_size: int) -> None:
        self._call = call
        self._plan = apis.paginator(call.service, call.name) or {}
        self._paged = isinstance(self._plan.get("input_token"), str)
        self._size = page_size
        self._offset = 0
        if self._paged:
            page_size = min(page_size, int(self._plan.get("most", page_size)))
            self._size = min(page_size, int(call.params.pop(str(self._plan.get("limit_key")), None) or page_size))
            self._offset = self._read_token(call.params.pop(self._plan["input_token"], None))

    def cut(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The page of `answer`; what follows several lists is told as if they were one."""
        if not self._paged:
            return answer
        keys = self._plan["result_key"]
        keys = [keys] if isinstance(keys, str) else list(keys)
        items = [(key, item) for key in keys for item in answer.get(key) or []]
        page = items[self._offset : self._offset + self._size]
        cut = {**answer, **{key: [item for owner, item in page if owner == key] for key in keys if key in answer}}
        cut.pop(self._plan["output_token"], None)
        more = self._offset + self._size < len(items)
        if more:
            cut[self._plan["output_token"]] = self._token(self._offset + self._size)
        if "more_results" in self._plan:
            cut[self._plan["more_results"]] = more
        return cut

    def _token(self, offset: int) -> str:
        return base64.urlsafe_b64encode(f"{self._call.name}:{offset}".encode()).decode()

    def _read_token(self, token: str | None) -> int:
        if not token:
            return 0
        try:
            name, _, offset = base64.urlsafe_b64decode(token).decode().rpartition(":")
            if name == self._call.name:
                return int(offset)
        except (binascii.Error, UnicodeDecodeError, ValueError):
            pass
        code = _BAD_TOKEN.get(self._call.protocol, "InvalidNextTokenException")
        code = _BAD_TOKEN_OF.get(self._call.service, code)
        raise ApiError(code, "The specified token is not valid.")

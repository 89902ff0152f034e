"""The WSGI application: recognise, refuse or answer, cut into pages, check, write."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from . import answers, apis, encode, shapes
from .encode import Reply
from .errors import ApiError, NotInWireShape, Unrecognised
from .faults import Faults
from .interruptions import Cut, Edit, Interruptions
from .paging import Pages
from .request import Call, HttpRequest, read_call
from .world import World

log = logging.getLogger("standin")


@dataclass(frozen=True)
class Manners:
    """How the stand-in behaves, whatever account it stands in for."""

    page_size: int = 100
    delay_ms: int = 0
    strict: bool = True


class Application:
    """Answers in the account's place; passes on to moto what belongs to no service of `apis.SERVICES`."""

    def __init__(
        self, world: World, faults: Faults, manners: Manners, interruptions: Interruptions | None = None
    ) -> None:
        self._world = world
        self._faults = faults
        self._manners = manners
        self._interruptions = interruptions or Interruptions()
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        answers.load()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers one HTTP request."""
        request = _read_environ(environ)
        if self._manners.delay_ms:
            time.sleep(self._manners.delay_ms / 1000)
        call: Call | None = None
        try:
            call = read_call(request)
        except Unrecognised:
            return self._world.moto.wsgi(_rewound(environ, request.body), start_response)
        except ApiError as failure:
            reply = encode.error("json", None, failure, str(uuid.uuid5(uuid.NAMESPACE_URL, request.path)))
        else:
            cut, edits = self._interruptions.of(call)
            if cut is not None and cut.when == "before":
                _log(call, None, None, cut=cut.when)
                _hang_up(environ, cut)
            reply = self.reply(call, edits, cut)
            if cut is not None:
                _hang_up(environ, cut)
        headers = [*reply.headers.items(), ("Content-Length", str(len(reply.body)))]
        start_response(f"{reply.status} {'OK' if reply.status < 400 else 'Error'}", headers)
        return [reply.body]

    def reply(self, call: Call, edits: Iterable[Edit] = (), cut: Cut | None = None) -> Reply:
        """The reply to one API call, checked against the service model; somebody else's edits come before it."""
        request_id = self._request_id(call)
        cut_off = {"cut": cut.when} if cut else {}
        try:
            for edit in edits:
                self._edit(edit.call(call))
            reply = self._answer(call, request_id)
        except ApiError as failure:
            reply = encode.error(call.protocol, call.operation, failure, request_id)
            _log(call, reply, request_id, error=failure.code, **cut_off)
        except NotInWireShape as failure:
            log.error("not in wire shape: %s", failure)
            reply = encode.error(
                call.protocol, call.operation, ApiError("NotInWireShape", str(failure), 500), request_id
            )
            _log(call, reply, request_id, error="NotInWireShape", violations=failure.violations)
        else:
            _log(call, reply, request_id, **cut_off)
        return reply

    def _edit(self, call: Call) -> None:
        """What somebody else does. It is no request of the client's: nothing refuses, counts or logs it."""
        try:
            wrong = shapes.check_params(call.operation, call.params)
            if wrong:
                raise ApiError("ValidationException", "; ".join(wrong))
            answers.answer(self._world, call)
        except ApiError as failure:
            raise ApiError("EditFailed", f"{call.name} by somebody else was refused: {failure}") from failure

    def _answer(self, call: Call, request_id: str) -> Reply:
        wrong = [f"unknown parameter {name}" for name in call.unknown]
        wrong += shapes.check_params(call.operation, call.params)
        if wrong:
            raise _invalid(call, wrong)
        self._faults.check(call)
        pages = Pages(call, self._manners.page_size)
        value = pages.cut(answers.answer(self._world, call))
        self._hold(call, shapes.check_answer(call.operation, value))
        reply = encode.answer(call.protocol, call.operation, value, request_id)
        self._hold(call, shapes.check_reply(call.protocol, call.operation, reply))
        return reply

    def _hold(self, call: Call, violations: list[str]) -> None:
        if violations and self._manners.strict:
            raise NotInWireShape(f"{call.service} {call.name}", violations)
        for violation in violations:
            log.warning("%s %s: %s", call.service, call.name, violation)

    def _request_id(self, call: Call) -> str:
        """The same for the same question in every run; the nth asking of a question has its own."""
        question = json.dumps([call.service, call.name, call.region, call.params], sort_keys=True, default=str)
        with self._lock:
            self._asked[question] += 1
            nth = self._asked[question]
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{question}#{nth}"))


def _invalid(call: Call, wrong: list[str]) -> ApiError:
    """The refusal of parameters that the model forbids, with a field for each where the service's error has them."""
    shape = apis.error_shape(call.operation, "ValidationException")
    fields = [{"Name": sentence.partition(": ")[0], "Message": sentence} for sentence in wrong]
    more = {"Reason": "FIELD_VALIDATION_FAILED", "Fields": fields}
    known = {name: value for name, value in more.items() if shape is not None and name in shape.members}
    return ApiError("ValidationException", "; ".join(wrong), 400, known)


def _hang_up(environ: dict[str, Any], cut: Cut) -> NoReturn:
    """Closes the connection without a reply; of a cut that hangs, when the client has gone."""
    while cut.hangs and environ["werkzeug.socket"].recv(1):
        pass
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("cut off")


def _read_environ(environ: dict[str, Any]) -> HttpRequest:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    headers = {
        key.removeprefix("HTTP_").replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in ("CONTENT_TYPE",)
    }
    path, _, _ = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")
    return HttpRequest(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), headers, body)


def _rewound(environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    return {**environ, "wsgi.input": io.BytesIO(body)}


def _log(call: Call, reply: Reply | None, request_id: str | None, **more: Any) -> None:
    line = {
        "service": call.service,
        "operation": call.name,
        "action": apis.iam_action(call.operation),
        "region": call.region,
        "protocol": call.protocol,
        "params": call.params,
        "status": reply.status if reply else None,
        "request_id": request_id,
        **more,
    }
    log.info(json.dumps(line, default=str))

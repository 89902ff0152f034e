"""moto behind the stand-in: its WSGI application in this process, asked in AWS's own protocols."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.model import OperationModel
from botocore.serialize import create_serializer

from . import apis, shapes
from .encode import Reply
from .errors import ApiError

ACCOUNT_ID = "111122223333"
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT_ID
# The accounts register images of their own.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from moto.moto_api._internal import mock_random  # noqa: E402 (moto reads the account id when it is imported)
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.test import Client  # noqa: E402

log = logging.getLogger("standin.moto")

# moto does not speak CBOR.
_PROTOCOLS = {"smithy-rpc-v2-cbor": "query"}


class Moto:
    """moto's answers as Python values in botocore's spelling."""

    def __init__(self) -> None:
        self.wsgi = DomainDispatcherApplication(create_backend_app)
        self._client = Client(self.wsgi)

    @staticmethod
    def seed(name: str) -> None:
        """Makes the ids that moto draws next depend on `name` alone, not on what was drawn before."""
        mock_random.seed(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))

    def ask(self, service: str, region: str, operation: str, **params: Any) -> dict[str, Any]:
        """One operation's answer, all its pages in one; raises ApiError with moto's error."""
        model = apis.service_model(service).operation_model(operation)
        pages = apis.paginator(service, operation)
        answer = self._ask_once(model, region, params)
        if not pages or not isinstance(pages["input_token"], str):
            return answer
        token_out, token_in = pages["output_token"], pages["input_token"]
        token = answer.pop(token_out, None)
        while token:
            page = self._ask_once(model, region, {**params, token_in: token})
            token = page.pop(token_out, None)
            for key, value in page.items():
                if isinstance(value, list):
                    answer.setdefault(key, []).extend(value)
        return answer

    def _ask_once(self, operation: OperationModel, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        protocol = _PROTOCOLS.get(operation.service_model.protocol, operation.service_model.protocol)
        reply = self._send(operation, protocol, region, params)
        if reply.status >= 400:
            raise _failure(protocol, operation, reply)
        for violation in shapes.unknown_members(protocol, operation, reply.body) if protocol != "rest-xml" else []:
            log.debug("%s: moto answered %s; dropped", operation.name, violation)
        return shapes.parse_reply(protocol, operation, reply)

    def _send(self, operation: OperationModel, protocol: str, region: str, params: Mapping[str, Any]) -> Reply:
        request = create_serializer(protocol).serialize_to_request(dict(params), operation)
        signing_name = operation.service_model.signing_name
        headers = {
            "Host": f"{operation.service_model.endpoint_prefix}.{region}.amazonaws.com",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=STANDIN/20260101/{region}/{signing_name}/aws4_request, "
            "SignedHeaders=host, Signature=0",
            **request["headers"],
        }
        body = request["body"]
        if isinstance(body, dict):
            body = urlencode(body)
        try:
            response = self._client.open(
                path=request["url_path"],
                method=request["method"],
                query_string=request.get("query_string") or "",
                headers=headers,
                data=body,
            )
        except NotImplementedError as failure:
            # Not 501: SDKs retry what looks like a broken server.
            message = f"neither moto nor the stand-in answers {operation.name}"
            raise ApiError("UnsupportedOperation", message, 400) from failure
        return Reply(response.status_code, dict(response.headers), response.get_data())


def _failure(protocol: str, operation: OperationModel, reply: Reply) -> ApiError:
    if b"<html" in reply.body[:200].lower() or b"<!doctype" in reply.body[:200].lower():
        return ApiError("UnsupportedOperation", f"neither moto nor the stand-in answers {operation.name}")
    error = shapes.parse_reply(protocol, operation, reply).get("Error", {})
    return ApiError(error.get("Code", "InternalError"), error.get("Message", ""), reply.status)

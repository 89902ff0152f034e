"""Writes answers and errors as each AWS protocol puts them on the wire."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import cbor2
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from . import apis
from .errors import ApiError

EC2_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
MEDIA_TYPES = {
    "ec2": "text/xml;charset=UTF-8",
    "json": "application/x-amz-json-1.1",
    "query": "text/xml",
    "rest-json": "application/json",
    "smithy-rpc-v2-cbor": "application/cbor",
}


@dataclass(frozen=True)
class Reply:
    """An HTTP reply, less what the server adds to it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer(protocol: str, operation: OperationModel, value: Mapping[str, Any], request_id: str) -> Reply:
    """The reply that carries an operation's answer."""
    body = _ANSWERS[protocol](operation, value, request_id)
    headers = _headers(protocol, request_id)
    status = int(operation.http.get("responseCode", 200)) if protocol == "rest-json" else 200
    return Reply(status, headers, body)


def error(protocol: str, operation: OperationModel | None, failure: ApiError, request_id: str) -> Reply:
    """The reply that carries an error, in the shape in which the protocol's SDKs look for its code."""
    headers = _headers(protocol, request_id)
    if protocol == "ec2":
        return Reply(failure.status, headers, _ec2_error(failure, request_id))
    if protocol == "query":
        return Reply(failure.status, headers, _query_error(operation, failure, request_id))
    message = {_message_member(operation, failure): failure.message}
    if operation is not None and operation.service_model.service_name == "cloudwatch":
        # CloudWatch keeps the codes of its oldest protocol in this header, and SDKs prefer them.
        at_fault = "Sender" if failure.status < 500 else "Receiver"
        headers["x-amzn-query-error"] = f"{failure.code};{at_fault}"
    if protocol == "smithy-rpc-v2-cbor":
        body = cbor2.dumps({"__type": f"com.amazonaws.cloudwatch#{failure.code}", "message": failure.message})
        return Reply(failure.status, headers, body)
    if protocol == "rest-json":
        headers["x-amzn-errortype"] = failure.code
        return Reply(failure.status, headers, json.dumps({**message, **failure.members}).encode())
    return Reply(failure.status, headers, json.dumps({"__type": failure.code, **message}).encode())


def _message_member(operation: OperationModel | None, failure: ApiError) -> str:
    # The front door of AWS spells "Message", the services behind it "message", but for some.
    if failure.code in ("AccessDeniedException", "UnrecognizedClientException"):
        return "Message"
    shape = apis.error_shape(operation, failure.code) if operation is not None else None
    member = shape.members.get("Message") if shape is not None else None
    return str(member.serialization.get("name", "Message")) if member is not None else "message"


def _headers(protocol: str, request_id: str) -> dict[str, str]:
    headers = {"Content-Type": MEDIA_TYPES[protocol], "x-amzn-RequestId": request_id}
    if protocol == "smithy-rpc-v2-cbor":
        headers["smithy-protocol"] = "rpc-v2-cbor"
    return headers


def _json_answer(operation: OperationModel, value: Mapping[str, Any], _request_id: str) -> bytes:
    if operation.output_shape is None:
        return b""
    return json.dumps(_document(operation.output_shape, value, _json_leaf)).encode()


def _cbor_answer(operation: OperationModel, value: Mapping[str, Any], _request_id: str) -> bytes:
    document = _document(operation.output_shape, value, _cbor_leaf) if operation.output_shape else {}
    return cbor2.dumps(document, datetime_as_timestamp=True, timezone=datetime.UTC)


def _document(shape: Shape, value: Any, leaf: Callable[[Shape, Any], Any]) -> Any:
    if isinstance(shape, StructureShape):
        return {
            member.serialization.get("name", name): _document(member, value[name], leaf)
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [_document(shape.member, item, leaf) for item in value]
    if isinstance(shape, MapShape):
        return {key: _document(shape.value, item, leaf) for key, item in value.items()}
    return leaf(shape, value)


def _json_leaf(shape: Shape, value: Any) -> Any:
    if shape.type_name == "timestamp":
        if shape.serialization.get("timestampFormat") == "iso8601":
            return iso8601(value)
        seconds = value.timestamp()
        return int(seconds) if seconds == int(seconds) else seconds
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return value


def _cbor_leaf(shape: Shape, value: Any) -> Any:
    return float(value) if shape.type_name in ("double", "float") else value


def _xml(element: ElementTree.Element) -> bytes:
    return ElementTree.tostring(element, encoding="UTF-8", xml_declaration=True)


def _ec2_answer(operation: OperationModel, value: Mapping[str, Any], request_id: str) -> bytes:
    root = ElementTree.Element(f"{operation.name}Response", xmlns=EC2_NAMESPACE)
    ElementTree.SubElement(root, "requestId").text = request_id
    if operation.output_shape is not None:
        _fill(root, operation.output_shape, value)
    return _xml(root)


def _query_answer(operation: OperationModel, value: Mapping[str, Any], request_id: str) -> bytes:
    root = ElementTree.Element(f"{operation.name}Response", xmlns=_namespace(operation))
    shape = operation.output_shape
    if shape is not None:
        result = ElementTree.SubElement(root, shape.serialization.get("resultWrapper", f"{operation.name}Result"))
        _fill(result, shape, value)
    metadata = ElementTree.SubElement(root, "ResponseMetadata")
    ElementTree.SubElement(metadata, "RequestId").text = request_id
    return _xml(root)


def _namespace(operation: OperationModel | None) -> str:
    return str(operation.service_model.metadata.get("xmlNamespace", "")) if operation is not None else ""


def _fill(parent: ElementTree.Element, shape: StructureShape, value: Mapping[str, Any]) -> None:
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _append(parent, str(member.serialization.get("name", name)), member, value[name])


def _append(parent: ElementTree.Element, tag: str, shape: Shape, value: Any) -> None:
    if isinstance(shape, ListShape):
        item_tag = shape.member.serialization.get("name", "member")
        if shape.serialization.get("flattened"):
            for item in value:
                _append(parent, str(item_tag) if item_tag != "member" else tag, shape.member, item)
            return
        holder = ElementTree.SubElement(parent, tag)
        for item in value:
            _append(holder, str(item_tag), shape.member, item)
        return
    element = ElementTree.SubElement(parent, tag)
    if isinstance(shape, StructureShape):
        _fill(element, shape, value)
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            entry = ElementTree.SubElement(element, "entry")
            _append(entry, shape.key.serialization.get("name", "key"), shape.key, key)
            _append(entry, shape.value.serialization.get("name", "value"), shape.value, item)
    else:
        element.text = _xml_text(shape, value)


def _xml_text(shape: Shape, value: Any) -> str:
    if shape.type_name == "timestamp":
        return iso8601(value)
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return str(value)


def iso8601(moment: datetime.datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as AWS writes it."""
    utc = moment.astimezone(datetime.UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def _ec2_error(failure: ApiError, request_id: str) -> bytes:
    root = ElementTree.Element("Response")
    entry = ElementTree.SubElement(ElementTree.SubElement(root, "Errors"), "Error")
    ElementTree.SubElement(entry, "Code").text = failure.code
    ElementTree.SubElement(entry, "Message").text = failure.message
    ElementTree.SubElement(root, "RequestID").text = request_id
    return _xml(root)


def _query_error(operation: OperationModel | None, failure: ApiError, request_id: str) -> bytes:
    root = ElementTree.Element("ErrorResponse", xmlns=_namespace(operation))
    entry = ElementTree.SubElement(root, "Error")
    ElementTree.SubElement(entry, "Type").text = "Sender" if failure.status < 500 else "Receiver"
    ElementTree.SubElement(entry, "Code").text = failure.code
    ElementTree.SubElement(entry, "Message").text = failure.message
    ElementTree.SubElement(root, "RequestId").text = request_id
    return _xml(root)


_ANSWERS: Mapping[str, Callable[[OperationModel, Mapping[str, Any], str], bytes]] = {
    "ec2": _ec2_answer,
    "json": _json_answer,
    "query": _query_answer,
    "rest-json": _json_answer,
    "smithy-rpc-v2-cbor": _cbor_answer,
}

"""Recognises an SDK's HTTP request and reads its parameters, whatever protocol it is in."""

from __future__ import annotations

import base64
import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import cbor2
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from . import apis
from .errors import ApiError, Unrecognised

CBOR_PATH = re.compile(r"^/service/(?P<target>[^/]+)/operation/(?P<operation>[^/]+)$")
CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class HttpRequest:
    """The parts of an HTTP request that an SDK puts meaning into. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """One API call: the operation, where it was signed for, and its parameters in botocore's spelling."""

    operation: OperationModel
    protocol: str
    region: str
    params: dict[str, Any]
    unknown: list[str] = field(default_factory=list)

    @property
    def service(self) -> str:
        """botocore's name of the service."""
        return str(self.operation.service_model.service_name)

    @property
    def name(self) -> str:
        """The operation's name as AWS spells it."""
        return str(self.operation.name)


def credential_scope(headers: Mapping[str, str]) -> tuple[str, str]:
    """The signing name and region in a SigV4 header.

    Raises Unrecognised where there is none: an unsigned request names no service.
    """
    match = CREDENTIAL.search(headers.get("authorization", ""))
    if match is None:
        raise Unrecognised("the request carries no SigV4 credential scope")
    return match["service"], match["region"]


def read_call(request: HttpRequest) -> Call:
    """The API call in an HTTP request; raises Unrecognised for a service the stand-in does not know."""
    signing_name, region = credential_scope(request.headers)
    service = apis.service_by_signing_name().get(signing_name)
    if service is None:
        raise Unrecognised(f"no service signs as {signing_name}")
    if "smithy-protocol" in request.headers:
        return _read_cbor(service, region, request)
    if "x-amz-target" in request.headers:
        return _read_json(service, region, request)
    if apis.service_model(service).protocol == "rest-json":
        return _read_rest(service, region, request)
    return _read_form(service, region, request)


def _operation(service: str, name: str) -> OperationModel:
    model = apis.service_model(service)
    if name not in model.operation_names:
        raise ApiError("UnknownOperationException", f"{service} has no operation {name}", 404)
    return model.operation_model(name)


def _read_cbor(service: str, region: str, request: HttpRequest) -> Call:
    match = CBOR_PATH.match(request.path)
    if match is None or request.headers["smithy-protocol"] != "rpc-v2-cbor":
        raise ApiError("UnknownOperationException", f"no operation at {request.path}", 404)
    operation = _operation(service, match["operation"])
    document = cbor2.loads(request.body) if request.body else {}
    unknown: list[str] = []
    params = _from_document(operation.input_shape, document, "", unknown)
    return Call(operation, "smithy-rpc-v2-cbor", region, params or {}, unknown)


def _read_json(service: str, region: str, request: HttpRequest) -> Call:
    operation = _operation(service, request.headers["x-amz-target"].rpartition(".")[2])
    document = json.loads(request.body or b"{}")
    unknown: list[str] = []
    params = _from_document(operation.input_shape, document, "", unknown)
    return Call(operation, "json", region, params or {}, unknown)


def _read_form(service: str, region: str, request: HttpRequest) -> Call:
    form = dict(parse_qsl(request.body.decode() or request.query, keep_blank_values=True))
    operation = _operation(service, form.pop("Action", ""))
    form.pop("Version", None)
    protocol = apis.service_model(service).protocol
    if protocol not in ("ec2", "query"):
        protocol = "query"
    unknown: list[str] = []
    params = _from_form(operation.input_shape, _tree(form.items()), "", protocol == "ec2", unknown)
    return Call(operation, protocol, region, params or {}, unknown)


def _read_rest(service: str, region: str, request: HttpRequest) -> Call:
    operation, labels = _match_path(service, request.method, request.path)
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    shape = operation.input_shape
    params: dict[str, Any] = {}
    if shape is None:
        return Call(operation, "rest-json", region, params)
    in_body: dict[str, Shape] = {}
    for name, member in shape.members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri":
            params[name] = _scalar(member, labels[wire])
        elif place == "querystring":
            if wire in query:
                params[name] = _scalar(member, query.pop(wire))
        elif place is None:
            in_body[name] = member
    unknown = [f"query parameter {name}" for name in query]
    document = json.loads(request.body or b"{}")
    params.update(_members(in_body, document, "", unknown))
    return Call(operation, "rest-json", region, params, unknown)


def _match_path(service: str, method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
    model = apis.service_model(service)
    matches = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        template = str(operation.http["requestUri"]).partition("?")[0]
        if operation.http["method"] != method:
            continue
        pattern = "/".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in template.rstrip("/").split("/")
        )
        match = re.fullmatch(pattern, path.rstrip("/"))
        if match:
            matches.append((template.count("{"), operation, match))
    if not matches:
        raise ApiError("UnknownOperationException", f"{service} has no operation at {method} {path}", 404)
    _, operation, match = min(matches, key=lambda candidate: candidate[0])
    return operation, {name: unquote(value) for name, value in match.groupdict().items()}


def _from_document(shape: Shape | None, value: Any, path: str, unknown: list[str]) -> Any:
    if shape is None or value is None:
        return value
    if isinstance(shape, StructureShape):
        return _members(shape.members, value, path, unknown)
    if isinstance(shape, ListShape):
        return [_from_document(shape.member, item, f"{path}[{at}]", unknown) for at, item in enumerate(value)]
    if isinstance(shape, MapShape):
        return {key: _from_document(shape.value, item, f"{path}.{key}", unknown) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return value if isinstance(value, datetime.datetime) else parse_timestamp(value)
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value


def _members(members: Mapping[str, Shape], document: Any, path: str, unknown: list[str]) -> dict[str, Any]:
    by_wire_name = {member.serialization.get("name", name): name for name, member in members.items()}
    params = {}
    for wire, value in document.items():
        name = by_wire_name.get(wire)
        if name is None:
            unknown.append(f"{path}.{wire}".lstrip("."))
        elif value is not None:
            params[name] = _from_document(members[name], value, f"{path}.{wire}", unknown)
    return params


def _tree(form: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A form's dotted keys as nested dicts; the value of a leaf is a string."""
    root: dict[str, Any] = {}
    for key, value in form:
        *parents, leaf = key.split(".")
        node = root
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return root


def _from_form(shape: Shape | None, node: Any, path: str, ec2: bool, unknown: list[str]) -> Any:
    if shape is None:
        unknown.extend(node)
        return {}
    if isinstance(shape, StructureShape):
        names = {_form_name(name, member, ec2): name for name, member in shape.members.items()}
        params = {}
        for wire, child in node.items():
            if wire not in names:
                unknown.append(f"{path}.{wire}".lstrip("."))
                continue
            member = shape.members[names[wire]]
            params[names[wire]] = _from_form(member, child, f"{path}.{wire}", ec2, unknown)
        return params
    if isinstance(shape, ListShape):
        return _list_from_form(shape, node, path, ec2, unknown)
    if isinstance(shape, MapShape):
        entries = _numbered(node.get("entry", node))
        return {entry["key"]: _from_form(shape.value, entry["value"], path, ec2, unknown) for entry in entries}
    return _scalar(shape, node)


def _form_name(name: str, member: Shape, ec2: bool) -> str:
    wire = str(member.serialization.get("name", name))
    if isinstance(member, ListShape) and member.serialization.get("flattened") and not ec2:
        wire = str(member.member.serialization.get("name", wire))
    if not ec2:
        return wire
    return str(member.serialization.get("queryName", wire[:1].upper() + wire[1:]))


def _list_from_form(shape: ListShape, node: Any, path: str, ec2: bool, unknown: list[str]) -> list[Any]:
    if node == "":
        return []
    if not ec2 and not shape.serialization.get("flattened"):
        node = node.get(shape.member.serialization.get("name", "member"), {})
    return [_from_form(shape.member, item, f"{path}[]", ec2, unknown) for item in _numbered(node)]


def _numbered(node: Mapping[str, Any]) -> list[Any]:
    return [node[key] for key in sorted(node, key=int)]


def _scalar(shape: Shape, text: str) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "boolean":
            return text == "true"
        case "timestamp":
            return parse_timestamp(text)
        case "blob":
            return base64.b64decode(text)
        case "list":
            return [text]
        case _:
            return text

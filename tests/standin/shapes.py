"""Holds requests and answers against botocore's service models.

`check_params` and `check_answer` look at values in botocore's spelling, `check_reply` at the bytes
of a reply: it finds what botocore's own parser passes over in silence. All return what is wrong, one
sentence each; nothing means that AWS could have sent this.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast
from xml.etree import ElementTree

import cbor2
import regex
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import ResponseParserError, create_parser

from .encode import Reply

_TYPES: Mapping[str, tuple[type, ...]] = {
    "blob": (bytes, bytearray),
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "long": (int,),
    "string": (str,),
    "timestamp": (datetime.datetime,),
}

# What a model requires and AWS leaves out: an account without an administrator has none to tell.
_NEVER_SENT = {"GetAdministratorAccount": (".Administrator: missing, and required",)}


def check_params(operation: OperationModel, params: Mapping[str, Any]) -> list[str]:
    """What is wrong with the parameters of a request: types, required members, enums, lengths, ranges, patterns.

    Each sentence begins with the parameter's path. Lengths count code points.
    """
    shape = operation.input_shape
    if shape is None:
        return [f"{name}: the operation takes no parameters" for name in params]
    wrong = dict.fromkeys([*_check(shape, params, ""), *_constrain(shape, params, "")])
    return [sentence.lstrip(".") for sentence in wrong]


def check_answer(operation: OperationModel, value: Mapping[str, Any]) -> list[str]:
    """What is wrong with an answer: unknown and missing members, types, words that no enum knows."""
    if operation.output_shape is None:
        return [f"{name}: the operation answers nothing" for name in value]
    return [v for v in _check(operation.output_shape, value, "") if v not in _NEVER_SENT.get(operation.name, ())]


def check_reply(protocol: str, operation: OperationModel, reply: Reply) -> list[str]:
    """What is wrong with the bytes of a successful reply."""
    try:
        parsed = parse_reply(protocol, operation, reply)
    except (ResponseParserError, ValueError, TypeError, KeyError) as failure:
        return [f"botocore cannot parse it: {failure}"]
    if operation.output_shape is None:
        return []
    return [*unknown_members(protocol, operation, reply.body), *check_answer(operation, parsed)]


def parse_reply(protocol: str, operation: OperationModel, reply: Reply) -> dict[str, Any]:
    """What botocore makes of a reply, less the metadata it adds; an error keeps its `Error`."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    response = {"body": reply.body, "headers": headers, "status_code": reply.status, "context": {}}
    parsed: Any = create_parser(protocol).parse(response, cast(Shape, operation.output_shape))
    parsed.pop("ResponseMetadata", None)
    return dict(parsed)


def unknown_members(protocol: str, operation: OperationModel, body: bytes) -> list[str]:
    """Members in a reply's body that the service model does not know: SDKs drop them."""
    if operation.output_shape is None or not body:
        return []
    if protocol in ("ec2", "query"):
        return list(_unknown_elements(operation.output_shape, _result_element(protocol, operation, body), ""))
    document = cbor2.loads(body) if protocol == "smithy-rpc-v2-cbor" else json.loads(body)
    return list(_unknown_keys(operation.output_shape, document, ""))


def _check(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _check_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list | tuple):
            yield f"{path}: {type(value).__name__} where a list belongs"
            return
        for at, item in enumerate(value):
            yield from _check(shape.member, item, f"{path}[{at}]")
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__} where a map belongs"
            return
        for key, item in value.items():
            yield from _check(shape.value, item, f"{path}.{key}")
    else:
        yield from _check_scalar(shape, value, path)


def _check_structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__} where a structure belongs"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{path}.{name}: missing, and required"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}.{name}: no such member"
        elif item is not None:
            yield from _check(shape.members[name], item, f"{path}.{name}")


def _check_scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    words: list[str] = getattr(shape, "enum", [])
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path}: {type(value).__name__} where a {kind} belongs"
    elif isinstance(value, datetime.datetime) and value.tzinfo is None:
        yield f"{path}: a timestamp without a time zone"
    elif kind == "string" and words and _word(str(value)) not in map(_word, words):
        yield f"{path}: {value!r} is none of {', '.join(words)}"


def _constrain(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What breaks the bounds that a model sets; what is of the wrong type has none."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members and item is not None:
                yield from _constrain(shape.members[name], item, f"{path}.{name}")
        return
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _constrain(shape.member, item, f"{path}[{at}]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from _constrain(shape.key, key, f"{path}.{key}")
            yield from _constrain(shape.value, item, f"{path}.{key}")
    yield from _constrain_size(shape, value, path)
    if shape.type_name == "string" and isinstance(value, str):
        yield from _constrain_text(shape, value, path)


def _constrain_size(shape: Shape, value: Any, path: str) -> Iterator[str]:
    sized = isinstance(value, str | bytes | bytearray | list | tuple | dict)
    if not sized and not isinstance(value, int | float):
        return
    size, what = (len(value), "length") if sized else (value, "value")
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {what} {size} is less than {least}"
    if most is not None and size > most:
        yield f"{path}: {what} {size} is more than {most}"


def _constrain_text(shape: Shape, value: str, path: str) -> Iterator[str]:
    words: list[str] = getattr(shape, "enum", [])
    if words and value not in words:
        yield f"{path}: {value!r} is none of {', '.join(words)}"
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern is not None and not pattern.fullmatch(value):
        yield f"{path}: {value!r} does not match {pattern.pattern}"


@functools.cache
def _pattern(text: str | None) -> regex.Pattern[str] | None:
    """A model's pattern; None where it is written for Java alone, as with halves of code points."""
    try:
        return regex.compile(text) if text else None
    except regex.error:
        return None


def _word(value: str) -> str:
    # AWS says "available", "SUCCESS" and "nat_gateway" where its models say "Available", "Success" and "natGateway".
    return value.lower().replace("_", "")


def _unknown_keys(shape: Shape, document: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(document, dict):
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for key, item in document.items():
            if key not in members:
                yield f"{path}.{key}: no such member"
            else:
                yield from _unknown_keys(members[key], item, f"{path}.{key}")
    elif isinstance(shape, ListShape) and isinstance(document, list):
        for at, item in enumerate(document):
            yield from _unknown_keys(shape.member, item, f"{path}[{at}]")
    elif isinstance(shape, MapShape) and isinstance(document, dict):
        for key, item in document.items():
            yield from _unknown_keys(shape.value, item, f"{path}.{key}")


def _result_element(protocol: str, operation: OperationModel, body: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(body)
    if protocol == "ec2":
        for child in list(root):
            if _tag(child) == "requestId":
                root.remove(child)
        return root
    shape = operation.output_shape
    wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result") if shape else ""
    found = [child for child in root if _tag(child) == wrapper]
    return found[0] if found else ElementTree.Element(wrapper)


def _unknown_elements(shape: Shape, element: ElementTree.Element, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        members = dict(_element_members(shape))
        for child in element:
            tag = _tag(child)
            if tag not in members:
                yield f"{path}.{tag}: no such member"
            else:
                yield from _unknown_elements(members[tag], child, f"{path}.{tag}")
    elif isinstance(shape, ListShape):
        if shape.serialization.get("flattened"):
            yield from _unknown_elements(shape.member, element, path)
            return
        item_tag = shape.member.serialization.get("name", "member")
        for child in element:
            if _tag(child) != item_tag:
                yield f"{path}.{_tag(child)}: no such member, items are called {item_tag}"
            else:
                yield from _unknown_elements(shape.member, child, f"{path}[]")


def _element_members(shape: StructureShape) -> Iterator[tuple[str, Shape]]:
    for name, member in shape.members.items():
        tag = member.serialization.get("name", name)
        if isinstance(member, ListShape) and member.serialization.get("flattened"):
            tag = member.member.serialization.get("name", tag)
        yield str(tag), member


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]

"""Answers that hold a canary in every string: what must not come out of redaction.

Reads one `signing-name operation` a line from standard input and writes one JSON object a line: the operation, the content type the wire paths of
all leaves, and the body (base64) of an answer that fills every member of the output shape. Each string is a canary that names the path of wire names that it stands at; map
keys are canaries too, and text that holds JSON holds canaries in turn. Used by the redaction test of `crates/collect`.
"""

from __future__ import annotations

import base64
import datetime
import json
import sys
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from . import encode
from .apis import service_by_signing_name, service_model

# Shapes that contain themselves are followed this deep.
DEPTH = 12


def canary(path: str) -> str:
    """A string that nothing else holds, and that tells where it was put."""
    return f"CANARY<{path}>"


def filled(shape: Shape, path: str, leaves: list[str], seen: tuple[str, ...] = ()) -> Any:
    """A value of `shape` in which every string is a canary; the paths of all its leaves go to `leaves`."""
    if isinstance(shape, StructureShape):
        if seen.count(shape.name) > 1 or len(seen) > DEPTH:
            return {}
        inner = (*seen, shape.name)
        return {
            name: filled(member, below(path, member.serialization.get("name", name)), leaves, inner)
            for name, member in shape.members.items()
        }
    if isinstance(shape, ListShape):
        return [filled(shape.member, path, leaves, seen)]
    if isinstance(shape, MapShape):
        entry = below(path, "*")
        leaves.append(entry)
        return {canary(entry): filled(shape.value, entry, leaves, seen)}
    leaves.append(path)
    return scalar(shape, path)


def below(path: str, name: str) -> str:
    """The path of a member."""
    return f"{path}.{name}" if path else name


def scalar(shape: Shape, path: str) -> Any:
    """A leaf: text is a canary, whatever words the model lists for it."""
    match shape.type_name:
        case "string" | "character":
            return canary(path)
        case "blob":
            return canary(path).encode()
        case "boolean":
            return True
        case "timestamp":
            return datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        case "integer" | "long":
            return 7
        case _:
            return 7.5


def protocol_of(service: str) -> str:
    """The protocol that the Rust SDK speaks to a service."""
    if service == "cloudwatch":
        return "smithy-rpc-v2-cbor"
    protocol = service_model(service).protocol
    return str(protocol)


def answer(signing_name: str, name: str) -> dict[str, Any]:
    """One operation's answer."""
    service = service_by_signing_name()[signing_name]
    operation: OperationModel = service_model(service).operation_model(name)
    leaves: list[str] = []
    value = filled(operation.output_shape, "", leaves) if operation.output_shape is not None else {}
    reply = encode.answer(protocol_of(service), operation, value, "11111111-2222-3333-4444-555555555555")
    return {
        "service": signing_name,
        "operation": name,
        "content_type": reply.headers["Content-Type"],
        "leaves": leaves,
        "body": base64.b64encode(reply.body).decode(),
    }


def main() -> None:
    for line in sys.stdin:
        service, name = line.split()
        print(json.dumps(answer(service, name)))


if __name__ == "__main__":
    main()

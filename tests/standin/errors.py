"""Errors that AWS answers with, before a protocol gives them their shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An error reply: AWS's code and message, the HTTP status it comes with, and what more its shape has."""

    def __init__(self, code: str, message: str, status: int = 400, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = dict(members or {})


class Unrecognised(Exception):
    """A request that belongs to none of the services the stand-in knows."""


class NotInWireShape(Exception):
    """An answer that AWS could not have given: what its service model forbids."""

    def __init__(self, operation: str, violations: list[str]) -> None:
        super().__init__(f"{operation}: " + "; ".join(violations))
        self.violations = violations

"""What the stand-in answers itself, and what it mends in moto's answers; one module per service.

A handler is registered under service and operation in botocore's spelling:
`@answers` takes the place of moto, `@amends` gets moto's answer and gives back a better one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import ApiError
from ..request import Call
from ..world import World

Answer: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[World, Call], Answer]
Amendment: TypeAlias = Callable[[World, Call, Answer], Answer]

_UNKNOWN_TO_MOTO = ("wellarchitected",)
_HANDLERS: dict[tuple[str, str], Handler] = {}
_AMENDMENTS: dict[tuple[str, str], Amendment] = {}


def answers(service: str, operation: str) -> Callable[[Handler], Handler]:
    """Registers what answers an operation in moto's place."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[service, operation] = handler
        return handler

    return register


def amends(service: str, operation: str) -> Callable[[Amendment], Amendment]:
    """Registers what mends moto's answer to an operation."""

    def register(amendment: Amendment) -> Amendment:
        _AMENDMENTS[service, operation] = amendment
        return amendment

    return register


def answer(world: World, call: Call) -> Answer:
    """The whole answer to a call, before it is cut into pages; raises ApiError."""
    key = (call.service, call.name)
    if key in _HANDLERS:
        return _HANDLERS[key](world, call)
    if call.service in _UNKNOWN_TO_MOTO:
        raise ApiError("UnsupportedOperation", f"neither moto nor the stand-in answers {call.name}")
    found = world.moto.ask(call.service, call.region, call.name, **call.params)
    amendment = _AMENDMENTS.get(key)
    return amendment(world, call, found) if amendment else found


def load() -> None:
    """Imports every module of this package, so that its handlers are registered."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

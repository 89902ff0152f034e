"""One fixed clock for the whole process: moto stamps what it makes with it, and every answer is told by it."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

import time_machine

DEFAULT_NOW = "2026-11-20T12:00:00Z"


def moment(text: str) -> datetime.datetime:
    """An RFC 3339 time, such as `2026-11-20T12:00:00Z`; a date alone is its midnight in UTC."""
    parsed = datetime.datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)


@contextlib.contextmanager
def stopped_at(now: datetime.datetime) -> Iterator[None]:
    """Holds the process's clock still. Waits and timeouts use the monotonic clock and go on."""
    with time_machine.travel(now, tick=False):
        yield

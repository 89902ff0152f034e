"""The account that is stood in for: moto's state, and the facts that moto has no place for."""

from __future__ import annotations

import contextlib
import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from . import clock
from .moto_backend import ACCOUNT_ID, Moto
from .tool.store import Tool

Row: TypeAlias = dict[str, Any]


class World:
    """One account as its makers in `accounts` set it up.

    `settings` are its named facts, `ids` what its makers gave names to; tables hold, per name and
    region, the rows that `answers` tells.
    """

    def __init__(self, now: datetime.datetime, regions: list[str], settings: Mapping[str, str]) -> None:
        self.account = ACCOUNT_ID
        self.now = now
        self.regions = regions
        self.settings = settings
        self.moto = Moto()
        self.ids: dict[str, str] = {}
        self.tool: Tool | None = None
        self._tables: dict[tuple[str, str], list[Row]] = defaultdict(list)

    def fact(self, key: str) -> str:
        """The value of a named fact."""
        return self.settings[key]

    def rows(self, table: str, region: str) -> list[Row]:
        """The rows of a table in a region; `aws-global` for what has no region."""
        return self._tables[table, region]

    def ago(self, days: float) -> datetime.datetime:
        """The time that many days before now."""
        return self.now - datetime.timedelta(days=days)

    def arn(self, service: str, region: str, resource: str) -> str:
        """An ARN in this account."""
        return f"arn:aws:{service}:{region}:{self.account}:{resource}"

    @contextlib.contextmanager
    def step(self, name: str, days_ago: float = 0) -> Iterator[Moto]:
        """moto as it was `days_ago`, drawing ids that depend on `name` alone.

        A step that one variant leaves out thereby leaves the ids of all others as they are.
        """
        self.moto.seed(name)
        with clock.stopped_at(self.ago(days_ago)):
            yield self.moto

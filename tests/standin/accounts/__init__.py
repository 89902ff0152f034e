"""The accounts that are stood in for, as data and the steps that set them up.

`demo` and `sound` are the same account with other facts; `render` is a render farm; `empty` has nothing but what AWS puts there.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ..world import World
from . import acls, audit, compute, cost, identities, limits, network, render, stacks, telling
from .facts import BY_KEY, FACTS
from .variants import VARIANTS

REGIONS = ["eu-west-1", "us-east-1", "us-west-2"]


def names() -> list[str]:
    """The accounts there are."""
    return ["demo", "sound", "render", "empty"]


def settings(account: str, variants: Iterable[str], changes: Iterable[str]) -> Mapping[str, str]:
    """The facts of an account after its changes; raises ValueError for one that does not exist."""
    facts = {fact.key: fact.sound if account == "sound" else fact.demo for fact in FACTS}
    if account == "render":
        facts.update(render.FACTS)
    by_name = {variant.name: variant for variant in VARIANTS}
    texts = list(changes)
    for name in variants:
        if name not in by_name:
            raise ValueError(f"no variant {name}; there are {', '.join(sorted(by_name))}")
        changed = {**by_name[name].base, by_name[name].fact: by_name[name].value}
        texts.extend(f"{key}={value}" for key, value in changed.items())
    for text in texts:
        key, _, value = text.partition("=")
        if key not in BY_KEY:
            raise ValueError(f"no fact {key}; there are {', '.join(BY_KEY)}")
        if value not in BY_KEY[key].values:
            raise ValueError(f"{key} is one of {', '.join(BY_KEY[key].values)}, not {value!r}")
        facts[key] = value
    return facts


def build(account: str, facts: Mapping[str, str], now: datetime.datetime) -> World:
    """Sets an account up; the same facts give the same account, to the last id."""
    world = World(now, REGIONS, facts)
    network.default_networks(world)
    identities.given(world)
    if account == "empty":
        limits.quotas(world, lambda _region, quota: quota.default, lambda _region: {})
        return world
    if account == "render":
        render.build(world)
        return world
    network.build(world)
    acls.build(world)
    compute.build(world)
    stacks.build(world)
    audit.build(world)
    identities.build(world)
    limits.build(world)
    cost.build(world)
    telling.build(world)
    return world


def catalogue() -> dict[str, Any]:
    """Facts and variants, for tests that walk through them."""
    return {
        "accounts": names(),
        "facts": [{**asdict(fact), "values": fact.values} for fact in FACTS],
        "variants": [{**asdict(v), "before": v.before, "after": v.after} for v in VARIANTS],
    }

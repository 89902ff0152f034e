"""The risk that a question's answer comes to, by the levels of its choices or by a custom lens's rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from .lenses import Question
from .record import Given

_TOKEN = re.compile(r"\s*(&&|\|\||!|\(|\)|[A-Za-z0-9_]+)")


def risk(question: Question, given: Given) -> str:
    """The Tool's word for the risk.

    AWS publishes no rule for its own lenses: with a practice of level HIGH missing the risk is HIGH, else with one of
    level MEDIUM it is MEDIUM. A practice that does not apply is not missing. Where nothing is selected and nothing
    ruled out, nobody has answered.
    """
    practices = [choice for choice in question.choices if not choice.none]
    statuses = {choice.id: given.status(choice.id) for choice in question.choices}
    out = [statuses[choice.id] == "NOT_APPLICABLE" for choice in practices]
    if not given.applicable or (out and all(out)):
        return "NOT_APPLICABLE"
    if set(statuses.values()) <= {"UNSELECTED"}:
        return "UNANSWERED"
    if question.rules:
        return _by_rules(question, statuses)
    missing = {choice.level for choice in practices if statuses[choice.id] == "UNSELECTED"}
    none = any(choice.none and statuses[choice.id] == "SELECTED" for choice in question.choices)
    if none or "HIGH" in missing:
        return "HIGH"
    return "MEDIUM" if "MEDIUM" in missing else "NONE"


def counts(risks: Iterable[str]) -> dict[str, int]:
    """How many questions have each risk; those that none has are left out."""
    return dict(Counter(risks))


def _by_rules(question: Question, statuses: Mapping[str, str]) -> str:
    for rule in question.rules:
        if rule.condition == "default" or holds(rule.condition, lambda choice: statuses.get(choice) == "SELECTED"):
            return rule.risk
    return "HIGH"


def holds(condition: str, selected: Callable[[str], bool]) -> bool:
    """Whether a custom lens's condition is true: ids of choices, `!`, `&&` before `||`, and parentheses."""
    tokens = _TOKEN.findall(condition)[::-1]

    def either() -> bool:
        value = both()
        while tokens and tokens[-1] == "||":
            tokens.pop()
            value = both() or value
        return value

    def both() -> bool:
        value = one()
        while tokens and tokens[-1] == "&&":
            tokens.pop()
            value = one() and value
        return value

    def one() -> bool:
        token = tokens.pop()
        if token == "!":
            return not one()
        if token != "(":
            return selected(token)
        value = either()
        tokens.pop()
        return value

    return either()

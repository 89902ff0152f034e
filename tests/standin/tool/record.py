"""What people answered, and what a request changes in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ApiError
from .lenses import Question


@dataclass(frozen=True)
class Said:
    """What was said about one choice."""

    status: str = "UNSELECTED"
    reason: str | None = None
    notes: str = ""


@dataclass(frozen=True)
class Given:
    """The answer to one question. Of a choice that is not in `choices` nothing was said."""

    choices: Mapping[str, Said] = field(default_factory=dict)
    notes: str = ""
    applicable: bool = True
    reason: str | None = None

    def status(self, choice: str) -> str:
        """SELECTED, NOT_APPLICABLE or UNSELECTED."""
        return self.choices[choice].status if choice in self.choices else "UNSELECTED"

    def without_unselected_notes(self) -> Given:
        """The answer where notes on choices that are not selected are not kept."""
        kept = {choice: said for choice, said in self.choices.items() if said.status != "UNSELECTED"}
        return dataclasses.replace(self, choices=kept)


def invalid(name: str, message: str) -> ApiError:
    """The refusal of a request for what one of its parameters says."""
    fields = [{"Name": name, "Message": message}]
    return ApiError("ValidationException", message, 400, {"Reason": "FIELD_VALIDATION_FAILED", "Fields": fields})


def updated(question: Question, before: Given, params: Mapping[str, Any], omitted: str) -> Given:
    """The answer after UpdateAnswer, whose parameters `params` are; raises ApiError.

    `omitted` says what becomes of choices, and of members of one, that ChoiceUpdates leaves out: `keep` or `clear`.
    """
    choices = _choices(question, before, params, omitted)
    applicable = params.get("IsApplicable", before.applicable)
    # A reason says why the question does not apply.
    reason = params.get("Reason", None if applicable else before.reason)
    return Given(choices, params.get("Notes", before.notes), applicable, reason)


def _choices(question: Question, before: Given, params: Mapping[str, Any], omitted: str) -> dict[str, Said]:
    selection: list[str] | None = params.get("SelectedChoices")
    updates: Mapping[str, Mapping[str, Any]] | None = params.get("ChoiceUpdates")
    stated = _stated(question, selection, updates or {})
    said = {} if updates is not None and omitted == "clear" else dict(before.choices)
    if selection is not None:
        for choice in question.choices:
            was = said.get(choice.id, Said())
            if choice.id in selection:
                said[choice.id] = _with_status(was, "SELECTED")
            elif was.status == "SELECTED":
                said[choice.id] = _with_status(was, "UNSELECTED")
    for choice_id, update in (updates or {}).items():
        was = _with_status(said.get(choice_id, Said()), update["Status"])
        said[choice_id] = Said(was.status, update.get("Reason", was.reason), update.get("Notes", was.notes))
    for choice_id in _excluded(question, stated):
        if choice_id in said and said[choice_id].status == "SELECTED":
            said[choice_id] = _with_status(said[choice_id], "UNSELECTED")
    return {choice_id: what for choice_id, what in said.items() if what != Said()}


def _with_status(said: Said, status: str) -> Said:
    # A reason says why a choice does not apply.
    return Said(status, said.reason if status == "NOT_APPLICABLE" else None, said.notes)


def _stated(question: Question, selection: list[str] | None, updates: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The choices that a request selects; raises ApiError where it names unknown ones or contradicts itself."""
    for name, ids in (("SelectedChoices", selection or []), ("ChoiceUpdates", updates)):
        for choice_id in ids:
            if question.choice(choice_id) is None:
                raise invalid(name, f"Question {question.id} has no choice {choice_id}.")
    by_updates = {choice_id for choice_id, update in updates.items() if update["Status"] == "SELECTED"}
    if selection is not None:
        contradicted = {choice_id for choice_id in updates if (choice_id in selection) != (choice_id in by_updates)}
        if contradicted:
            ids = ", ".join(sorted(contradicted))
            raise invalid("ChoiceUpdates", f"SelectedChoices and ChoiceUpdates disagree about {ids}.")
    stated = by_updates | set(selection or [])
    none = [choice.id for choice in question.choices if choice.none and choice.id in stated]
    if none and len(stated) > 1:
        name = "ChoiceUpdates" if selection is None else "SelectedChoices"
        raise invalid(name, f"{none[0]} cannot be selected together with other choices.")
    return stated


def _excluded(question: Question, stated: set[str]) -> Iterable[str]:
    """What can no longer be selected: "None of these" and the others rule each other out."""
    if not stated:
        return []
    none = {choice.id for choice in question.choices if choice.none}
    return {choice.id for choice in question.choices} - none if stated & none else none

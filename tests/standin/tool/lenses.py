"""The lenses that the Tool asks from: AWS's own out of lens files of this project, custom ones out of AWS's JSON."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import ApiError

FRAMEWORK_FILE = Path(__file__).resolve().parents[3] / "lenses" / "wellarchitected-2024-11.yaml"
SERVERLESS_FILE = Path(__file__).with_name("serverless.yaml")
RENDERING_FILE = Path(__file__).with_name("rendering.json")
NONE_OF_THESE = "None of these"
_GUIDE = "https://docs.aws.amazon.com/wellarchitected/latest/framework"
_CUSTOM_RISKS = {"HIGH_RISK": "HIGH", "MEDIUM_RISK": "MEDIUM", "NO_RISK": "NONE"}
_ADDED = re.compile(
    r"^(?:(?P<pillar>[^/@=]+)/)?(?P<question>[^/@=]+)/(?P<choice>[^/@=]+)(?:@(?P<level>HIGH|MEDIUM|LOW))?=(?P<title>.+)$"
)


@dataclass(frozen=True)
class Choice:
    """One choice; `level` is the risk of its absence, `none` marks "None of these"."""

    id: str
    title: str
    description: str | None = None
    level: str | None = None
    none: bool = False
    resources: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class RiskRule:
    """A custom lens's rule: the first whose condition holds gives the question its risk."""

    condition: str
    risk: str


@dataclass(frozen=True)
class Question:
    """One question with its choices in the lens's order. Without rules its risk follows from the levels of choices."""

    id: str
    pillar: str
    title: str
    choices: tuple[Choice, ...]
    description: str | None = None
    help_url: str | None = None
    plan_url: str | None = None
    rules: tuple[RiskRule, ...] = ()

    def choice(self, choice_id: str) -> Choice | None:
        """The choice of that id."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)


@dataclass(frozen=True)
class Pillar:
    """One pillar with its questions."""

    id: str
    name: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Lens:
    """One version of a lens. A custom lens has no alias but its ARN; as a draft it can be applied to nothing."""

    arn: str
    alias: str
    name: str
    description: str
    version: str
    pillars: tuple[Pillar, ...]
    custom: bool = False
    draft: bool = False

    @property
    def questions(self) -> list[Question]:
        """All questions in the lens's order."""
        return [question for pillar in self.pillars for question in pillar.questions]

    def question(self, question_id: str) -> Question | None:
        """The question of that id."""
        return next((question for question in self.questions if question.id == question_id), None)

    def names(self, asked: str) -> bool:
        """Whether a request means this lens: by alias, by ARN, or by the ARN that the API's reference shows."""
        shown = re.fullmatch(r"arn:aws:wellarchitected:[a-z0-9-]*::lens/(.+)", asked)
        return asked in (self.alias, self.arn) or (shown is not None and not self.custom and shown[1] == self.alias)


@dataclass(frozen=True)
class Added:
    """A choice that an edition of the framework has and our lens file lacks."""

    pillar: str | None
    question: str
    choice: str
    level: str | None
    title: str

    @classmethod
    def parse(cls, text: str) -> Added:
        """Reads `[PILLAR/]QUESTION/CHOICE[@LEVEL]=TITLE`; raises ValueError."""
        match = _ADDED.match(text)
        if match is None:
            raise ValueError(f"{text!r} does not read [PILLAR/]QUESTION/CHOICE[@HIGH|MEDIUM|LOW]=TITLE")
        return cls(match["pillar"], match["question"], match["choice"], match["level"], match["title"])


def framework(without: Iterable[str] = (), added: Iterable[Added] = ()) -> Lens:
    """AWS's framework, less the questions and choices in `without`, and with those added.

    Raises ValueError for an id that it does not know.
    """
    lens = official(FRAMEWORK_FILE, "2024-11-06")
    without, added = set(without), list(added)
    if not without and not added:
        return lens
    known = {question.id for question in lens.questions}
    known |= {choice.id for question in lens.questions for choice in question.choices}
    if without - known:
        raise ValueError(f"the lens has no {', '.join(sorted(without - known))}")
    pillars = tuple(_without(pillar, without) for pillar in lens.pillars)
    for choice in added:
        pillars = _with(pillars, choice)
    return dataclasses.replace(lens, pillars=pillars, version="2025-02-25")


def _without(pillar: Pillar, ids: set[str]) -> Pillar:
    questions = (
        dataclasses.replace(question, choices=tuple(choice for choice in question.choices if choice.id not in ids))
        for question in pillar.questions
        if question.id not in ids
    )
    return dataclasses.replace(pillar, questions=tuple(questions))


def _with(pillars: tuple[Pillar, ...], added: Added) -> tuple[Pillar, ...]:
    new = Choice(added.choice, added.title, level=added.level)
    asked = next((q for pillar in pillars for q in pillar.questions if q.id == added.question), None)
    if asked is not None:
        changed = _with_choice(asked, new)
        return tuple(
            dataclasses.replace(pillar, questions=tuple(changed if q is asked else q for q in pillar.questions))
            for pillar in pillars
        )
    if added.pillar not in [pillar.id for pillar in pillars]:
        raise ValueError(f"the lens has no question {added.question}, and no pillar {added.pillar} to add it to")
    none = Choice(f"{added.question}_no", NONE_OF_THESE, none=True)
    title = f"How do you {added.title[0].lower()}{added.title[1:]}?"
    question = Question(added.question, str(added.pillar), title, (new, none))
    return tuple(
        dataclasses.replace(pillar, questions=(*pillar.questions, question)) if pillar.id == added.pillar else pillar
        for pillar in pillars
    )


def _with_choice(question: Question, new: Choice) -> Question:
    practices = [choice for choice in question.choices if not choice.none]
    none = [choice for choice in question.choices if choice.none]
    return dataclasses.replace(question, choices=(*practices, new, *none))


def official(file: Path, version: str) -> Lens:
    """A lens of AWS's out of a lens file in the form `wellproof/lens/1`."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(file.read_text(encoding="utf-8"), loader)
    pillars = tuple(
        Pillar(entry["id"], entry["name"], tuple(_framework_question(entry["id"], item) for item in entry["questions"]))
        for entry in document["pillars"]
    )
    arn = f"arn:aws:wellarchitected::aws:lens/{document['id']}"
    return Lens(arn, document["id"], document["name"], document["description"], version, pillars)


def _framework_question(pillar: str, entry: Mapping[str, Any]) -> Question:
    choices = [Choice(item["id"], item["title"], item.get("ask"), item.get("level")) for item in entry["choices"]]
    if "none_of_these" in entry:
        choices.append(Choice(entry["none_of_these"], NONE_OF_THESE, none=True))
    section, _, number = entry["number"].partition(" ")
    page = f"{_GUIDE}/{section.lower()}-{int(number):02d}.html"
    return Question(entry["id"], pillar, entry["title"], tuple(choices), help_url=page, plan_url=page)


def custom(arn: str, text: str, version: str, draft: bool) -> Lens:
    """A lens out of AWS's JSON for custom lenses; raises ApiError where it is none."""
    try:
        document = json.loads(text)
        pillars = tuple(_custom_pillar(entry) for entry in document["pillars"])
        lens = Lens(arn, arn, document["name"], document["description"], version, pillars, custom=True, draft=draft)
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        fields = [{"Name": "JSONString", "Message": f"it is no custom lens: {failure!r}"}]
        members = {"Reason": "FIELD_VALIDATION_FAILED", "Fields": fields}
        raise ApiError("ValidationException", "The lens does not follow the lens format.", 400, members) from failure
    return lens


def _custom_pillar(entry: Mapping[str, Any]) -> Pillar:
    questions = tuple(_custom_question(entry["id"], item) for item in entry["questions"])
    return Pillar(entry["id"], entry["name"], questions)


def _custom_question(pillar: str, entry: Mapping[str, Any]) -> Question:
    rules = tuple(RiskRule(rule["condition"], _CUSTOM_RISKS[rule["risk"]]) for rule in entry["riskRules"])
    if [rule.condition for rule in rules].count("default") != 1:
        raise ValueError(f"{entry['id']} needs one default rule")
    # The ending alone makes a choice "None of these".
    choices = tuple(
        Choice(item["id"], item["title"], none=item["id"].endswith("_no"), resources=_resources(item))
        for item in entry["choices"]
    )
    help_url = entry.get("helpfulResource", {}).get("url")
    return Question(entry["id"], pillar, entry["title"], choices, entry.get("description"), help_url, rules=rules)


def _resources(entry: Mapping[str, Any]) -> dict[str, Any]:
    named = {"helpfulResource": "HelpfulResource", "improvementPlan": "ImprovementPlan"}
    told = {name: entry[key] for key, name in named.items() if key in entry}
    parts = {"displayText": "DisplayText", "url": "Url"}
    return {name: {parts[key]: value for key, value in content.items()} for name, content in told.items()}

"""Workloads, review templates and lenses of one account, region by region, and the answers to repeated requests."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import functools
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ApiError
from . import lenses, record
from .checks import Failure
from .lenses import Added, Lens
from .record import Given

MOST_MILESTONES = 100
MOST_LENSES = 20
RENDERING_ID = "3a5c0f4e9b1d47c28e6f0a1b2c3d4e5f"


@dataclass(frozen=True)
class Manners:
    """What AWS leaves open about the Tool, and what its account holds at the start.

    `omitted_choices` is what becomes of choices that ChoiceUpdates leaves out, `keep` or `clear`; `unselected_notes`
    are notes on choices that are not selected, `keep` or `drop`; `workload` names a set-up of `seed.SETUPS`; `without`
    and `added` make another edition of the framework.
    """

    omitted_choices: str = "keep"
    workload: str = "none"
    without: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    check_failures: tuple[Failure, ...] = ()
    unselected_notes: str = "keep"


@dataclass
class Review:
    """What was answered to one lens, in a workload or a template."""

    lens: Lens
    updated: datetime.datetime
    answers: dict[str, Given] = field(default_factory=dict)
    notes: str = ""
    pillar_notes: dict[str, str] = field(default_factory=dict)

    def given(self, question_id: str) -> Given:
        """The answer to a question; an empty one where nobody gave any."""
        return self.answers.get(question_id, Given())


@dataclass
class Workload:
    """A workload: what it was created and updated with, in the API's spelling, and its reviews by alias of the lens."""

    id: str
    arn: str
    fields: dict[str, Any]
    updated: datetime.datetime
    reviews: dict[str, Review] = field(default_factory=dict)
    milestones: list[Milestone] = field(default_factory=list)


@dataclass(frozen=True)
class Milestone:
    """A workload as it was; what is done to the workload later does not reach it."""

    number: int
    name: str
    recorded: datetime.datetime
    workload: Workload


@dataclass
class Template:
    """A review template: reviews that workloads can begin with."""

    arn: str
    fields: dict[str, Any]
    updated: datetime.datetime
    reviews: dict[str, Review] = field(default_factory=dict)


def not_found(kind: str, resource: str) -> ApiError:
    """The refusal of a request about something that is not there."""
    message = f"There is no {kind.lower().replace('_', ' ')} {resource}."
    return ApiError("ResourceNotFoundException", message, 404, {"ResourceId": resource, "ResourceType": kind})


def conflict(kind: str, resource: str, message: str) -> ApiError:
    """The refusal of a request that something stands against."""
    return ApiError("ConflictException", message, 409, {"ResourceId": resource, "ResourceType": kind})


class Tool:
    """The Tool of one account. Hold `lock` over all that is asked of it.

    Its clock shows a second more at each change, so that whoever looks can tell that something changed.
    """

    def __init__(self, account: str, now: datetime.datetime, manners: Manners, seed: Callable[[Tool], None]) -> None:
        self.account = account
        self.manners = manners
        self.lock = threading.RLock()
        self.time = now
        self._seed: Callable[[Tool], None] | None = seed
        self._regions: dict[str, Region] = {}

    def region(self, name: str) -> Region:
        """The account's workloads and lenses in a region."""
        if self._seed is not None:
            seed, self._seed = self._seed, None
            seed(self)
        if name not in self._regions:
            self._regions[name] = Region(self, name)
        return self._regions[name]

    def tick(self) -> datetime.datetime:
        """The time of a change."""
        self.time += datetime.timedelta(seconds=1)
        return self.time

    @functools.cached_property
    def official(self) -> list[Lens]:
        """AWS's own lenses."""
        framework = lenses.framework(self.manners.without, self.manners.added)
        return [framework, lenses.official(lenses.SERVERLESS_FILE, "2022-07-14")]


class Region:
    """What the account has in one region."""

    def __init__(self, tool: Tool, name: str) -> None:
        self.tool = tool
        self.name = name
        self.workloads: dict[str, Workload] = {}
        self.templates: dict[str, Template] = {}
        self._made = 0
        self._custom: dict[str, list[Lens]] = {}
        self._done: dict[str, tuple[str, Any]] = {}
        text = lenses.RENDERING_FILE.read_text(encoding="utf-8")
        arn = self.arn(f"lens/{RENDERING_ID}")
        self._custom[arn] = [lenses.custom(arn, text, "1.0.0", draft=False)]

    def arn(self, resource: str) -> str:
        """An ARN of this account's."""
        return f"arn:aws:wellarchitected:{self.name}:{self.tool.account}:{resource}"

    def new_id(self, kind: str) -> str:
        """32 hexadecimal digits that are the same in every run."""
        self._made += 1
        return hashlib.sha256(f"{self.name}/{kind}/{self._made}".encode()).hexdigest()[:32]

    def once(self, operation: str, params: Mapping[str, Any], act: Callable[[], Any]) -> Any:
        """Does what a request with a token asks for; a request that was answered before gets the same answer again.

        Raises ApiError where the token was another request's. What was refused may be asked again.
        """
        token = params["ClientRequestToken"]
        request = json.dumps([operation, params], sort_keys=True)
        if token in self._done:
            before, answer = self._done[token]
            if before != request:
                raise conflict("CLIENT_REQUEST_TOKEN", token, "The token was used for another request.")
            return copy.deepcopy(answer)
        answer = act()
        self._done[token] = (request, copy.deepcopy(answer))
        return answer

    def lenses(self) -> list[Lens]:
        """Every lens there is: of a custom one the newest version and, where there is one, the draft of the next."""
        custom = []
        for versions in self._custom.values():
            custom += [lens for lens in versions if not lens.draft][-1:]
            custom += [lens for lens in versions if lens.draft]
        return [*self.tool.official, *custom]

    def lens(self, asked: str, version: str | None = None) -> Lens:
        """The lens that a request names, its newest version first and a draft last; raises ApiError."""
        versions = self._custom.get(asked) or [lens for lens in self.tool.official if lens.names(asked)]
        published, drafts = [], []
        for lens in versions:
            (drafts if lens.draft else published).append(lens)
        for lens in (*reversed(published), *drafts):
            if version in (None, lens.version):
                return lens
        raise not_found("LENS", asked)

    def published(self, asked: str) -> Lens:
        """A lens that can be applied; raises ApiError."""
        lens = self.lens(asked)
        if lens.draft:
            raise record.invalid("Lenses", f"The lens {asked} is a draft; publish it first.")
        return lens

    def import_lens(self, asked: str | None, text: str) -> Lens:
        """A draft of a new custom lens, or of a new version of the one that is named."""
        if asked is not None and asked not in self._custom:
            raise not_found("LENS", asked)
        arn = asked or self.arn(f"lens/{self.new_id('lens')}")
        lens = lenses.custom(arn, text, "DRAFT", draft=True)
        self._custom[arn] = [*(version for version in self._custom.get(arn, []) if not version.draft), lens]
        self.tool.tick()
        return lens

    def publish(self, asked: str, version: str) -> Lens:
        """Makes the draft a version that can be applied."""
        versions = self._custom.get(asked)
        if versions is None:
            raise not_found("LENS", asked)
        if not versions[-1].draft:
            raise conflict("LENS", asked, "The lens has no draft.")
        if version in [known.version for known in versions]:
            raise conflict("LENS", asked, f"The lens has a version {version}.")
        versions[-1] = dataclasses.replace(versions[-1], version=version, draft=False)
        self.tool.tick()
        return versions[-1]

    def create_workload(self, fields: dict[str, Any], aliases: Iterable[str]) -> Workload:
        """A workload with lenses that nobody has answered to; raises ApiError, and then there is none."""
        self.hold_name(fields["WorkloadName"])
        workload_id = self.new_id("workload")
        workload = Workload(workload_id, self.arn(f"workload/{workload_id}"), fields, self.tool.time)
        self.apply(workload, aliases, "Lenses")
        self.workloads[workload_id] = workload
        return workload

    def hold_name(self, name: str, but: Workload | None = None) -> None:
        """Raises ApiError where another workload has the name, spaces and capitals aside."""
        for workload in self.workloads.values():
            if workload is not but and _plain(workload.fields["WorkloadName"]) == _plain(name):
                raise conflict("WORKLOAD", workload.id, f"There is a workload {workload.fields['WorkloadName']!r}.")

    def workload(self, workload_id: str, milestone: int | None = None) -> Workload:
        """A workload, or what it was at a milestone; raises ApiError."""
        if workload_id not in self.workloads:
            raise not_found("WORKLOAD", workload_id)
        found = self.workloads[workload_id]
        return found if milestone is None else self.milestone(found, milestone).workload

    @staticmethod
    def milestone(workload: Workload, number: int) -> Milestone:
        """A milestone by its number; raises ApiError."""
        if not 1 <= number <= len(workload.milestones):
            raise not_found("MILESTONE", str(number))
        return workload.milestones[number - 1]

    @staticmethod
    def review(owner: Workload | Template, asked: str) -> Review:
        """The review of a lens; raises ApiError where the lens is not applied."""
        for review in owner.reviews.values():
            if review.lens.names(asked):
                return review
        raise not_found("LENS_REVIEW", asked)

    def apply(self, owner: Workload | Template, aliases: Iterable[str], name: str) -> None:
        """Applies lenses; those that are applied stay as they are. Raises ApiError, and then applies none."""
        found = {lens.alias: lens for lens in map(self.published, aliases)}
        if len(owner.reviews.keys() | found.keys()) > MOST_LENSES:
            raise record.invalid(name, f"At most {MOST_LENSES} lenses can be associated.")
        when = self.tool.tick()
        for alias, lens in found.items():
            owner.reviews.setdefault(alias, Review(lens, when))
        owner.updated = when

    def remove(self, owner: Workload | Template, aliases: Iterable[str]) -> None:
        """Takes lenses away with what was answered to them; raises ApiError, and then takes none."""
        found = [self.review(owner, asked).lens.alias for asked in aliases]
        for alias in found:
            owner.reviews.pop(alias, None)
        owner.updated = self.tool.tick()

    def update_answer(self, owner: Workload | Template, params: Mapping[str, Any]) -> Review:
        """Changes one answer; raises ApiError, and then changes nothing."""
        review = self.review(owner, params["LensAlias"])
        question = review.lens.question(params["QuestionId"])
        if question is None:
            raise record.invalid("QuestionId", f"The lens has no question {params['QuestionId']}.")
        before = review.given(question.id)
        manners = self.tool.manners
        given = record.updated(question, before, params, manners.omitted_choices)
        review.answers[question.id] = given.without_unselected_notes() if manners.unselected_notes == "drop" else given
        review.updated = owner.updated = self.tool.tick()
        return review

    def record_milestone(self, workload: Workload, name: str) -> Milestone:
        """Keeps the workload as it is; raises ApiError where the name is taken or there are too many."""
        if any(milestone.name == name for milestone in workload.milestones):
            raise conflict("MILESTONE", name, f"The workload has a milestone {name!r}.")
        if len(workload.milestones) >= MOST_MILESTONES:
            of = {"ResourceId": workload.id, "ResourceType": "MILESTONE"}
            members = {**of, "QuotaCode": "milestones", "ServiceCode": "wellarchitected"}
            message = f"A workload can have {MOST_MILESTONES} milestones."
            raise ApiError("ServiceQuotaExceededException", message, 402, members)
        kept = Workload(workload.id, workload.arn, copy.deepcopy(workload.fields), workload.updated)
        kept.reviews = {alias: _copy(review) for alias, review in workload.reviews.items()}
        milestone = Milestone(len(workload.milestones) + 1, name, self.tool.tick(), kept)
        workload.milestones.append(milestone)
        return milestone


def _plain(name: str) -> str:
    return "".join(name.split()).lower()


def _copy(review: Review) -> Review:
    # Lenses and answers are never changed in place.
    return Review(review.lens, review.updated, dict(review.answers), review.notes, dict(review.pillar_notes))


def begun(review: Review, when: datetime.datetime) -> Review:
    """A review that begins with what a template's says."""
    copied = _copy(review)
    copied.updated = when
    return copied

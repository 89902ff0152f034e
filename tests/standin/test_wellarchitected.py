"""The Well-Architected Tool, driven by boto3: what it keeps, computes, refuses, and how it is interrupted."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from .conftest import StandIn
from .interruptions import Cut, Edit
from .tool import lenses, record
from .tool.checks import Failure
from .tool.risk import holds, risk

FRAMEWORK = "arn:aws:wellarchitected::aws:lens/wellarchitected"
RENDERING = "arn:aws:wellarchitected:us-east-1:111122223333:lens/3a5c0f4e9b1d47c28e6f0a1b2c3d4e5f"
EMPTY = ("--account", "empty")
IDENTITIES = [
    "sec_identities_enforce_mechanisms",
    "sec_identities_unique",
    "sec_identities_secrets",
    "sec_identities_identity_provider",
    "sec_identities_audit",
    "sec_identities_groups_attributes",
]
NONE = "sec_identities_no"
LENS_JSON = lenses.RENDERING_FILE.read_text(encoding="utf-8")
_names = itertools.count()


@pytest.fixture(scope="session")
def tool(start: Callable[..., StandIn]) -> StandIn:
    """A Tool without workloads."""
    return start(*EMPTY)


def create(standin: StandIn, *aliases: str, region: str = "us-east-1", **more: Any) -> Any:
    """A new workload, as a client that knows its id and fills it in."""
    fields = {
        "WorkloadName": f"Workload {next(_names)}",
        "Description": "One of a test's",
        "Environment": "PRODUCTION",
        "AwsRegions": ["us-west-2"],
        "ReviewOwner": "somebody@example.com",
        "Lenses": list(aliases) or ["wellarchitected"],
        **more,
    }
    client = standin.client("wellarchitected", region)
    return Workload(client, client.create_workload(**fields)["WorkloadId"])


class Workload:
    """The Tool's client, asked about one workload and, unless told otherwise, one lens."""

    def __init__(self, client: Any, workload_id: str) -> None:
        self.client = client
        self.id = workload_id

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """The answer to an operation about the workload."""
        answer = getattr(self.client, operation)(WorkloadId=self.id, **params)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def answer(self, question: str = "identities", lens: str = "wellarchitected", **params: Any) -> dict[str, Any]:
        """GetAnswer."""
        return self("get_answer", LensAlias=lens, QuestionId=question, **params)["Answer"]

    def update(self, question: str = "identities", lens: str = "wellarchitected", **params: Any) -> dict[str, Any]:
        """UpdateAnswer."""
        return self("update_answer", LensAlias=lens, QuestionId=question, **params)["Answer"]

    def pages(self, operation: str, items: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """All pages: botocore has no paginators for the Tool."""
        while True:
            page = self(operation, **params)
            yield page[items]
            if "NextToken" not in page:
                return
            params["NextToken"] = page["NextToken"]


def refused(act: Callable[..., Any], *args: Any, **params: Any) -> dict[str, Any]:
    """The error that a call is answered with: its code, status and what more its shape has."""
    with pytest.raises(ClientError) as failure:
        act(*args, **params)
    response: dict[str, Any] = failure.value.response
    more = {key: value for key, value in response.items() if key not in ("Error", "ResponseMetadata")}
    return {"Code": response["Error"]["Code"], "Status": response["ResponseMetadata"]["HTTPStatusCode"], **more}


def fields(error: dict[str, Any]) -> list[str]:
    """The fields that a ValidationException names."""
    assert (error["Code"], error["Status"]) == ("ValidationException", 400)
    assert error["Reason"] == "FIELD_VALIDATION_FAILED"
    assert error["Message"]
    return [field["Name"] for field in error["Fields"]]


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    """The status of each choice that something was said about."""
    said = answer["ChoiceAnswers"] if "ChoiceAnswers" in answer else answer["ChoiceAnswerSummaries"]
    return {choice["ChoiceId"]: choice["Status"] for choice in said}


def send(standin: StandIn, method: str, path: str, body: Any) -> requests.Response:
    """Sends what boto3 would not."""
    scope = "Credential=standin/20261120/us-east-1/wellarchitected/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    return requests.request(method, f"{standin.url}{path}", json=body, headers=headers, timeout=10)


def test_a_workload_is_created_told_changed_and_deleted(tool: StandIn) -> None:
    own = create(tool, "wellarchitected", WorkloadName="Lifecycle", Notes="begun", Tags={"team": "render"})
    told = own("get_workload")["Workload"]
    assert told["WorkloadArn"] == f"arn:aws:wellarchitected:us-east-1:111122223333:workload/{own.id}"
    assert (told["WorkloadName"], told["Notes"], told["Tags"]) == ("Lifecycle", "begun", {"team": "render"})
    assert told["Lenses"] == ["wellarchitected"]
    assert told["RiskCounts"] == {"UNANSWERED": 57}
    listed = own.client.list_workloads(WorkloadNamePrefix="Lifecyc")["WorkloadSummaries"]
    assert [summary["WorkloadId"] for summary in listed] == [own.id]
    changed = own("update_workload", Description="Changed", ImprovementStatus="IN_PROGRESS")["Workload"]
    assert (changed["Description"], changed["WorkloadName"], changed["Notes"]) == ("Changed", "Lifecycle", "begun")
    assert changed["UpdatedAt"] > told["UpdatedAt"]
    own("delete_workload", ClientRequestToken="delete it")
    gone = refused(own, "get_workload")
    assert gone["Code"] == "ResourceNotFoundException"
    assert (gone["Status"], gone["ResourceId"], gone["ResourceType"]) == (404, own.id, "WORKLOAD")
    assert own.client.list_workloads(WorkloadNamePrefix="Lifecyc")["WorkloadSummaries"] == []


def test_regions_keep_workloads_apart(tool: StandIn) -> None:
    own = create(tool, region="eu-west-1")
    elsewhere = Workload(tool.client("wellarchitected", "us-west-2"), own.id)
    assert refused(elsewhere, "get_workload")["Code"] == "ResourceNotFoundException"


def test_a_workload_needs_what_the_reference_says(tool: StandIn) -> None:
    assert fields(refused(create, tool, AwsRegions=[])) == ["AwsRegions"]
    assert fields(refused(create, tool, Environment="TEST")) == ["Environment"]
    # boto3 itself holds required members and shortest lengths.
    error = send(tool, "POST", "/workloads", {"WorkloadName": "ab"}).json()
    assert error["Reason"] == "FIELD_VALIDATION_FAILED"
    named = {field["Name"] for field in error["Fields"]}
    assert named == {"WorkloadName", "Description", "Environment", "Lenses", "ClientRequestToken"}


def test_a_workload_needs_an_owner_and_a_name_of_its_own(tool: StandIn) -> None:
    body = {
        "WorkloadName": "Own Name",
        "Description": "of a test",
        "Environment": "PRODUCTION",
        "NonAwsRegions": ["cellar"],
        "Lenses": ["wellarchitected"],
        "ClientRequestToken": "one",
    }
    assert [field["Name"] for field in send(tool, "POST", "/workloads", body).json()["Fields"]] == ["ReviewOwner"]
    assert send(tool, "POST", "/workloads", {**body, "ReviewOwner": "somebody"}).status_code == 200
    taken = refused(create, tool, WorkloadName="ownNAME")
    assert (taken["Code"], taken["Status"], taken["ResourceType"]) == ("ConflictException", 409, "WORKLOAD")


def test_answers_come_in_pages_of_fifty_at_most(tool: StandIn) -> None:
    own = create(tool)
    pages = list(own.pages("list_answers", "AnswerSummaries", LensAlias="wellarchitected"))
    assert [len(page) for page in pages] == [50, 7]
    some = list(own.pages("list_answers", "AnswerSummaries", LensAlias="wellarchitected", MaxResults=20))
    assert [len(page) for page in some] == [20, 20, 17]
    assert [*itertools.chain(*some)] == [*itertools.chain(*pages)]
    assert len({answer["QuestionId"] for page in pages for answer in page}) == 57
    assert fields(refused(own, "list_answers", LensAlias="wellarchitected", MaxResults=51)) == ["MaxResults"]
    foreign = own("list_answers", LensAlias="wellarchitected")["NextToken"]
    assert refused(own, "list_lens_reviews", NextToken=foreign)["Code"] == "ValidationException"


def test_answers_are_listed_by_pillar_and_as_the_lens_has_them(tool: StandIn) -> None:
    own = create(tool)
    page = own("list_answers", LensAlias="wellarchitected", PillarId="security")
    assert (page["LensAlias"], page["LensArn"]) == ("wellarchitected", FRAMEWORK)
    assert len(page["AnswerSummaries"]) == 11
    assert {answer["PillarId"] for answer in page["AnswerSummaries"]} == {"security"}
    identities = page["AnswerSummaries"][1]
    assert [choice["ChoiceId"] for choice in identities["Choices"]] == [*IDENTITIES, NONE]
    assert identities["Choices"][0]["Title"] == "Use strong sign-in mechanisms"
    assert (identities["Risk"], identities["SelectedChoices"], identities["IsApplicable"]) == ("UNANSWERED", [], True)
    assert fields(refused(own, "list_answers", LensAlias="wellarchitected", PillarId="safety")) == ["PillarId"]
    assert own("list_answers", LensAlias="wellarchitected", QuestionPriority="PRIORITIZED")["AnswerSummaries"] == []


def test_a_selection_replaces_the_one_before_and_leaves_the_rest(tool: StandIn) -> None:
    own = create(tool)
    out = {IDENTITIES[3]: {"Status": "NOT_APPLICABLE", "Reason": "OUT_OF_SCOPE", "Notes": "no people"}}
    own.update(ChoiceUpdates=out, Notes="first")
    own.update(SelectedChoices=IDENTITIES[:2])
    answer = own.update(SelectedChoices=[IDENTITIES[4], IDENTITIES[1]])
    assert answer["SelectedChoices"] == [IDENTITIES[1], IDENTITIES[4]]
    assert statuses(answer) == {IDENTITIES[1]: "SELECTED", IDENTITIES[3]: "NOT_APPLICABLE", IDENTITIES[4]: "SELECTED"}
    assert answer["Notes"] == "first"
    assert answer == own.answer()
    assert own.update(SelectedChoices=[])["SelectedChoices"] == []


@pytest.mark.parametrize("manner", ["keep", "clear"])
def test_what_choice_updates_leave_out_is_kept_or_cleared(start: Callable[..., StandIn], manner: str) -> None:
    own = create(start(*EMPTY, "--omitted-choices", manner))
    own.update(
        ChoiceUpdates={
            IDENTITIES[0]: {"Status": "SELECTED", "Notes": "by hand"},
            IDENTITIES[1]: {"Status": "NOT_APPLICABLE", "Reason": "OTHER", "Notes": "none"},
            IDENTITIES[2]: {"Status": "SELECTED", "Notes": "in a vault"},
        },
        Notes="ours",
    )
    answer = own.update(ChoiceUpdates={IDENTITIES[2]: {"Status": "SELECTED"}, IDENTITIES[3]: {"Status": "SELECTED"}})
    assert answer["Notes"] == "ours"
    said = {choice["ChoiceId"]: choice for choice in answer["ChoiceAnswers"]}
    if manner == "keep":
        assert answer["SelectedChoices"] == [IDENTITIES[0], IDENTITIES[2], IDENTITIES[3]]
        assert said[IDENTITIES[1]]["Reason"] == "OTHER"
        assert said[IDENTITIES[2]]["Notes"] == "in a vault"
    else:
        assert answer["SelectedChoices"] == [IDENTITIES[2], IDENTITIES[3]]
        assert set(said) == {IDENTITIES[2], IDENTITIES[3]}
        assert "Notes" not in said[IDENTITIES[2]]
    assert answer == own.answer()
    assert own.update(Notes="theirs")["SelectedChoices"] == answer["SelectedChoices"]


def test_selection_and_updates_may_come_together_where_they_agree(tool: StandIn) -> None:
    own = create(tool)
    own.update(SelectedChoices=[IDENTITIES[5]])
    answer = own.update(
        SelectedChoices=IDENTITIES[:2],
        ChoiceUpdates={
            IDENTITIES[1]: {"Status": "SELECTED", "Notes": "since spring"},
            IDENTITIES[2]: {"Status": "NOT_APPLICABLE", "Reason": "OUT_OF_SCOPE"},
        },
    )
    assert answer["SelectedChoices"] == IDENTITIES[:2]
    assert answer["ChoiceAnswers"] == [
        {"ChoiceId": IDENTITIES[0], "Status": "SELECTED"},
        {"ChoiceId": IDENTITIES[1], "Status": "SELECTED", "Notes": "since spring"},
        {"ChoiceId": IDENTITIES[2], "Status": "NOT_APPLICABLE", "Reason": "OUT_OF_SCOPE"},
    ]
    for chosen, status in ((IDENTITIES[:1], "UNSELECTED"), ([], "SELECTED")):
        updates = {IDENTITIES[0]: {"Status": status}}
        assert fields(refused(own.update, SelectedChoices=chosen, ChoiceUpdates=updates)) == ["ChoiceUpdates"]
    assert own.answer() == answer


def test_none_of_these_and_the_others_rule_each_other_out(tool: StandIn) -> None:
    own = create(tool)
    own.update(ChoiceUpdates={IDENTITIES[0]: {"Status": "SELECTED", "Notes": "stays"}})
    answer = own.update(ChoiceUpdates={NONE: {"Status": "SELECTED"}})
    assert (answer["SelectedChoices"], answer["Risk"]) == ([NONE], "HIGH")
    assert answer["ChoiceAnswers"][0] == {"ChoiceId": IDENTITIES[0], "Status": "UNSELECTED", "Notes": "stays"}
    assert own.update(ChoiceUpdates={IDENTITIES[1]: {"Status": "SELECTED"}})["SelectedChoices"] == [IDENTITIES[1]]
    assert fields(refused(own.update, SelectedChoices=[IDENTITIES[0], NONE])) == ["SelectedChoices"]
    both = {choice: {"Status": "SELECTED"} for choice in (IDENTITIES[0], NONE)}
    assert fields(refused(own.update, ChoiceUpdates=both)) == ["ChoiceUpdates"]


def test_unknown_ids_are_refused_and_change_nothing(tool: StandIn) -> None:
    own = create(tool)
    before = own.update(SelectedChoices=IDENTITIES[:1], Notes="before")
    wrong = ["ops_priorities_no"]
    assert fields(refused(own.update, SelectedChoices=wrong, Notes="after")) == ["SelectedChoices"]
    assert fields(refused(own.update, ChoiceUpdates={wrong[0]: {"Status": "SELECTED"}})) == ["ChoiceUpdates"]
    assert fields(refused(own.update, "identity")) == ["QuestionId"]
    assert fields(refused(own.answer, "identity")) == ["QuestionId"]
    assert refused(own.update, lens="serverless")["ResourceType"] == "LENS_REVIEW"
    assert own.answer() == before


@pytest.mark.parametrize("letter", ["a", "ß", "語", "🎬"])
def test_lengths_count_characters_and_not_bytes(tool: StandIn, letter: str) -> None:
    own = create(tool)
    assert own.update(Notes=letter * 2084)["Notes"] == letter * 2084
    error = refused(own.update, Notes=letter * 2085)
    assert fields(error) == ["Notes"]
    assert "2085 is more than 2084" in error["Message"]
    updates = {IDENTITIES[0]: {"Status": "SELECTED", "Notes": letter * 250}}
    assert own.update(ChoiceUpdates=updates)["ChoiceAnswers"][0]["Notes"] == letter * 250
    updates[IDENTITIES[0]]["Notes"] += letter
    assert fields(refused(own.update, ChoiceUpdates=updates)) == [f"ChoiceUpdates.{IDENTITIES[0]}.Notes"]
    assert own("create_milestone", MilestoneName=letter * 100)["MilestoneNumber"] == 1
    assert fields(refused(own, "create_milestone", MilestoneName=letter * 101)) == ["MilestoneName"]
    assert own.answer()["Notes"] == letter * 2084


def test_notes_can_be_emptied(tool: StandIn) -> None:
    own = create(tool)
    own.update(Notes="something")
    assert "Notes" not in own.update(Notes="")


def test_requests_are_held_against_the_model(tool: StandIn) -> None:
    own = create(tool)
    updates = {IDENTITIES[0]: {"Status": "selected"}}
    assert fields(refused(own.update, ChoiceUpdates=updates)) == [f"ChoiceUpdates.{IDENTITIES[0]}.Status"]
    assert sorted(fields(refused(own.update, Reason="BECAUSE", Notes="x" * 3000))) == ["Notes", "Reason"]
    assert fields(refused(own.answer, MilestoneNumber=101)) == ["MilestoneNumber"]
    shouted = Workload(own.client, own.id.upper().replace(own.id[-1].upper(), "G"))
    assert fields(refused(shouted, "get_workload")) == ["WorkloadId"]
    path = f"/workloads/{own.id}/lensReviews/wellarchitected/answers/identities"
    reply = send(tool, "PATCH", path, {"ChoiceUpdates": {IDENTITIES[0]: {"Notes": "no status"}}})
    assert reply.status_code == 400
    assert [entry["Name"] for entry in reply.json()["Fields"]] == [f"ChoiceUpdates.{IDENTITIES[0]}.Status"]
    unknown = send(tool, "PATCH", path, {"Evidence": "attached"})
    assert (unknown.status_code, unknown.headers["x-amzn-errortype"]) == (400, "ValidationException")
    assert "Evidence" in unknown.json()["Message"]
    assert own.answer()["SelectedChoices"] == []


def test_a_question_that_does_not_apply_keeps_what_was_selected(tool: StandIn) -> None:
    own = create(tool)
    own.update(SelectedChoices=IDENTITIES)
    out = own.update(IsApplicable=False, Reason="BUSINESS_PRIORITIES")
    assert (out["Risk"], out["Reason"], out["SelectedChoices"]) == ("NOT_APPLICABLE", "BUSINESS_PRIORITIES", IDENTITIES)
    assert own.update(Notes="still out")["Reason"] == "BUSINESS_PRIORITIES"
    back = own.update(IsApplicable=True)
    assert (back["Risk"], back.get("Reason")) == ("NONE", None)


# Selected and not applicable, by place: five practices of level HIGH, the last of level MEDIUM.
RISKS: list[tuple[list[int], list[int], str]] = [
    ([], [], "UNANSWERED"),
    ([0], [], "HIGH"),
    ([0, 1, 2, 3, 4], [], "MEDIUM"),
    ([0, 1, 2, 3, 4, 5], [], "NONE"),
    ([0, 1, 2, 5], [3, 4], "NONE"),
    ([0, 1, 2], [3, 4], "MEDIUM"),
    ([1, 2, 3, 4, 5], [], "HIGH"),
    ([], [0], "HIGH"),
    ([], [0, 1, 2, 3, 4, 5], "NOT_APPLICABLE"),
]


@pytest.mark.parametrize(("selected", "out", "expected"), RISKS)
def test_risk_follows_from_levels(tool: StandIn, selected: list[int], out: list[int], expected: str) -> None:
    own = create(tool)
    updates = {IDENTITIES[at]: {"Status": "SELECTED"} for at in selected}
    updates |= {IDENTITIES[at]: {"Status": "NOT_APPLICABLE"} for at in out}
    assert own.update(ChoiceUpdates=updates)["Risk"] == expected
    assert own.answer()["Risk"] == expected
    listed = own("list_answers", LensAlias="wellarchitected", PillarId="security")["AnswerSummaries"][1]
    assert (listed["Risk"], statuses(listed)) == (expected, statuses(own.answer()))


def test_risks_are_counted_by_pillar_lens_and_workload(tool: StandIn) -> None:
    own = create(tool, "wellarchitected", "serverless")
    own.update(SelectedChoices=[NONE])
    own.update("priorities", IsApplicable=False)
    own.update("sl-watch", "serverless", SelectedChoices=["sl_watch_metrics", "sl_watch_traces"])
    review = own("get_lens_review", LensAlias=FRAMEWORK)["LensReview"]
    assert review["RiskCounts"] == {"UNANSWERED": 55, "HIGH": 1, "NOT_APPLICABLE": 1}
    pillars = {pillar["PillarId"]: pillar["RiskCounts"] for pillar in review["PillarReviewSummaries"]}
    assert pillars["security"] == {"UNANSWERED": 10, "HIGH": 1}
    assert pillars["operationalExcellence"] == {"UNANSWERED": 10, "NOT_APPLICABLE": 1}
    summaries = own("list_lens_reviews")["LensReviewSummaries"]
    assert [summary["RiskCounts"] for summary in summaries] == [review["RiskCounts"], {"NONE": 1, "UNANSWERED": 2}]
    total = own("get_workload")["Workload"]["RiskCounts"]
    assert total == {"UNANSWERED": 57, "HIGH": 1, "NOT_APPLICABLE": 1, "NONE": 1}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a", True),
        ("!a", False),
        ("b && c || a", True),
        ("a || b && c", True),
        ("(a || b) && c", False),
        ("!(b || c) && !!a", True),
        ("a&&!b", True),
    ],
)
def test_conditions_of_custom_lenses(condition: str, expected: bool) -> None:
    assert holds(condition, lambda choice: choice == "a") is expected


def test_levels_without_high_ones_make_no_high_risk() -> None:
    practices = (lenses.Choice("low", "Low", level="LOW"), lenses.Choice("unpublished", "Unpublished"))
    question = lenses.Question("one", "pillar", "One?", (*practices, lenses.Choice("no", "None", none=True)))
    assert risk(question, record.Given({"unpublished": record.Said("SELECTED")})) == "NONE"


def test_a_milestone_keeps_what_was_answered(tool: StandIn) -> None:
    own = create(tool)
    own.update(SelectedChoices=IDENTITIES[:2], Notes="before")
    before = own.answer()
    token = {"ClientRequestToken": "keep it"}
    assert own("create_milestone", MilestoneName="Before", **token)["MilestoneNumber"] == 1
    own.update(SelectedChoices=[NONE], Notes="after")
    own("associate_lenses", LensAliases=["serverless"])
    own("update_lens_review", LensAlias="wellarchitected", LensNotes="after")
    own("update_workload", Notes="after")
    assert own("create_milestone", MilestoneName="After")["MilestoneNumber"] == 2
    assert own.answer(MilestoneNumber=1) == before
    assert own.answer(MilestoneNumber=2)["Notes"] == "after"
    listed = own("list_answers", LensAlias="wellarchitected", PillarId="security", MilestoneNumber=1)
    assert listed["MilestoneNumber"] == 1
    assert listed["AnswerSummaries"][1]["SelectedChoices"] == IDENTITIES[:2]
    assert "Notes" not in own("get_lens_review", LensAlias="wellarchitected", MilestoneNumber=1)["LensReview"]
    assert len(own("list_lens_reviews", MilestoneNumber=1)["LensReviewSummaries"]) == 1
    kept = own("get_milestone", MilestoneNumber=1)["Milestone"]
    assert (kept["MilestoneName"], kept["Workload"]["Lenses"]) == ("Before", ["wellarchitected"])
    assert "Notes" not in kept["Workload"]
    names = [page[0]["MilestoneName"] for page in own.pages("list_milestones", "MilestoneSummaries", MaxResults=1)]
    assert names == ["Before", "After"]
    assert refused(own.answer, MilestoneNumber=3)["ResourceType"] == "MILESTONE"


def test_milestones_have_names_of_their_own_and_are_a_hundred_at_most(tool: StandIn) -> None:
    own = create(tool)
    for number in range(1, 101):
        assert own("create_milestone", MilestoneName=f"Milestone {number}")["MilestoneNumber"] == number
    taken = refused(own, "create_milestone", MilestoneName="Milestone 7")
    assert (taken["Code"], taken["ResourceType"]) == ("ConflictException", "MILESTONE")
    many = refused(own, "create_milestone", MilestoneName="Milestone 101")
    assert (many["Code"], many["Status"], many["ServiceCode"]) == (
        "ServiceQuotaExceededException",
        402,
        "wellarchitected",
    )
    assert own.update(Notes="goes on")["Notes"] == "goes on"


def test_a_token_makes_a_request_happen_once(tool: StandIn) -> None:
    own = create(tool)
    request = {"MilestoneName": "Once", "ClientRequestToken": "once upon"}
    assert own("create_milestone", **request) == own("create_milestone", **request)
    assert len(own("list_milestones")["MilestoneSummaries"]) == 1
    other = refused(own, "create_milestone", MilestoneName="Twice", ClientRequestToken="once upon")
    assert (other["Code"], other["Status"], other["ResourceId"]) == ("ConflictException", 409, "once upon")
    # What was refused can be asked again with its token.
    refused(own, "create_milestone", MilestoneName="Once", ClientRequestToken="again")
    assert own("create_milestone", MilestoneName="Again", ClientRequestToken="again")["MilestoneNumber"] == 2
    fields_of = {
        "WorkloadName": "By token",
        "Description": "once",
        "Environment": "PREPRODUCTION",
        "AwsRegions": ["us-east-1"],
        "ReviewOwner": "somebody",
        "Lenses": ["wellarchitected"],
        "ClientRequestToken": "a workload",
    }
    one, two = (own.client.create_workload(**fields_of)["WorkloadId"] for _ in range(2))
    assert one == two
    for _ in range(2):
        own.client.delete_workload(WorkloadId=one, ClientRequestToken="away")


def test_lenses_are_associated_and_taken_away(tool: StandIn) -> None:
    own = create(tool)
    own.update(SelectedChoices=IDENTITIES)
    own("associate_lenses", LensAliases=["serverless", RENDERING])
    own("associate_lenses", LensAliases=["wellarchitected"])
    assert own("get_workload")["Workload"]["Lenses"] == ["wellarchitected", "serverless", RENDERING]
    assert own.answer()["SelectedChoices"] == IDENTITIES
    own("disassociate_lenses", LensAliases=[RENDERING])
    assert refused(own.answer, "frames", RENDERING)["ResourceType"] == "LENS_REVIEW"
    assert fields(refused(own, "disassociate_lenses", LensAliases=["serverless", FRAMEWORK])) == ["LensAliases"]
    assert fields(refused(own, "associate_lenses", LensAliases=["serverless"] * 11)) == ["LensAliases"]
    assert refused(own, "associate_lenses", LensAliases=["iot"])["ResourceType"] == "LENS"
    assert own("get_workload")["Workload"]["Lenses"] == ["wellarchitected", "serverless"]


@pytest.mark.parametrize(
    "name",
    [
        "serverless",
        "arn:aws:wellarchitected::aws:lens/serverless",
        "arn:aws:wellarchitected:us-east-1::lens/serverless",
    ],
)
def test_a_lens_of_aws_goes_by_alias_and_arn(tool: StandIn, name: str) -> None:
    own = create(tool, name)
    page = own("list_answers", LensAlias=name)
    assert page["LensAlias"] == "serverless"
    assert page["LensArn"] == "arn:aws:wellarchitected::aws:lens/serverless"
    assert [answer["QuestionId"] for answer in page["AnswerSummaries"]] == ["sl-watch", "sl-roles", "sl-retries"]


def test_a_custom_lens_goes_by_its_arn_and_has_rules_of_its_own(tool: StandIn) -> None:
    own = create(tool, RENDERING)
    page = own("list_answers", LensAlias=RENDERING)
    assert (page["LensAlias"], page["LensArn"]) == (RENDERING, RENDERING)
    assert [choice["ChoiceId"] for choice in page["AnswerSummaries"][0]["Choices"]][-1] == "frames_no"
    selections = [["frames_requeued"], ["frames_requeued", "frames_checkpoints"], ["frames_no"], []]
    risks = [own.update("frames", RENDERING, SelectedChoices=chosen)["Risk"] for chosen in selections]
    assert risks == ["MEDIUM", "NONE", "HIGH", "UNANSWERED"]
    answer = own.answer("frames", RENDERING)
    assert answer["Choices"][0]["ImprovementPlan"]["Url"] == "https://example.com/requeue"
    assert answer["HelpfulResourceUrl"] == "https://example.com/frames"


def test_lenses_are_listed_imported_and_published(tool: StandIn) -> None:
    client = tool.client("wellarchitected", "eu-west-1")

    def listed(**params: Any) -> list[tuple[str, str]]:
        return [(lens["LensName"], lens["LensType"]) for lens in client.list_lenses(**params)["LensSummaries"]]

    official = [("AWS Well-Architected Framework", "AWS_OFFICIAL"), ("Serverless Lens", "AWS_OFFICIAL")]
    assert listed() == [*official, ("Rendering", "CUSTOM_SELF")]
    assert listed(LensType="AWS_OFFICIAL") == official
    text = LENS_JSON.replace('"Rendering"', '"Another"')
    arn = client.import_lens(JSONString=text)["LensArn"]
    assert listed(LensStatus="DRAFT") == [("Another", "CUSTOM_SELF")]
    draft = refused(create, tool, "wellarchitected", arn, region="eu-west-1")
    assert fields(draft) == ["Lenses"]
    assert client.create_lens_version(LensAlias=arn, LensVersion="1")["LensVersion"] == "1"
    own = create(tool, arn, region="eu-west-1")
    assert own.update("frames", arn, SelectedChoices=["frames_requeued"])["Risk"] == "MEDIUM"
    client.import_lens(LensAlias=arn, JSONString=text)
    assert refused(client.create_lens_version, LensAlias=arn, LensVersion="1")["Code"] == "ConflictException"
    client.create_lens_version(LensAlias=arn, LensVersion="2")
    assert own("get_lens_review", LensAlias=arn)["LensReview"]["LensStatus"] == "NOT_CURRENT"
    assert client.get_lens(LensAlias=arn)["Lens"]["LensVersion"] == "2"
    assert fields(refused(client.import_lens, JSONString='{"name": "half"}')) == ["JSONString"]
    assert client.get_lens(LensAlias="wellarchitected")["Lens"]["LensArn"] == FRAMEWORK


def test_a_workload_begins_with_what_its_template_says(tool: StandIn) -> None:
    client = tool.client("wellarchitected")
    made = client.create_review_template(
        TemplateName="House", Description="Our answers", Lenses=["wellarchitected"], Notes="by the house"
    )
    arn = made["TemplateArn"]

    def update(**params: Any) -> dict[str, Any]:
        where = {"TemplateArn": arn, "LensAlias": "wellarchitected", "QuestionId": "identities"}
        return dict(client.update_review_template_answer(**where, **params)["Answer"])

    answer = update(ChoiceUpdates={IDENTITIES[0]: {"Status": "SELECTED", "Notes": "house rule"}}, Notes="see the wiki")
    assert (answer["AnswerStatus"], answer["SelectedChoices"]) == ("ANSWERED", IDENTITIES[:1])
    assert "Risk" not in answer
    assert fields(refused(update, SelectedChoices=["nothing"])) == ["SelectedChoices"]
    where = {"TemplateArn": arn, "LensAlias": "wellarchitected"}
    assert client.get_review_template_answer(**where, QuestionId="identities")["Answer"] == answer
    page = client.list_review_template_answers(**where, PillarId="security")["AnswerSummaries"]
    assert Counter(one["AnswerStatus"] for one in page) == {"ANSWERED": 1, "UNANSWERED": 10}
    told = client.get_review_template(TemplateArn=arn)["ReviewTemplate"]
    assert told["QuestionCounts"] == {"ANSWERED": 1, "UNANSWERED": 56}
    assert [one["TemplateName"] for one in client.list_review_templates()["ReviewTemplates"]] == ["House"]
    assert client.get_review_template_lens_review(**where)["LensReview"]["QuestionCounts"]["ANSWERED"] == 1
    own = create(tool, "serverless", ReviewTemplateArns=[arn])
    update(SelectedChoices=[])
    begun = own.answer()
    assert (begun["SelectedChoices"], begun["Notes"], begun["Risk"]) == (IDENTITIES[:1], "see the wiki", "HIGH")
    assert own("get_workload")["Workload"]["Lenses"] == ["serverless", "wellarchitected"]
    assert own("get_workload")["Workload"]["Notes"] == "by the house"
    client.update_review_template(TemplateArn=arn, LensesToAssociate=["serverless"], Description="Changed")
    assert client.get_review_template(TemplateArn=arn)["ReviewTemplate"]["Lenses"] == ["wellarchitected", "serverless"]
    client.delete_review_template(TemplateArn=arn)
    assert refused(client.get_review_template, TemplateArn=arn)["ResourceType"] == "REVIEW_TEMPLATE"


QUOTAS = {
    "LensArn": FRAMEWORK,
    "PillarId": "reliability",
    "QuestionId": "manage-service-limits",
    "ChoiceId": "rel_manage_service_limits_monitor_manage_limits",
}


def discovering(standin: StandIn) -> Any:
    """A workload of two accounts that asks Trusted Advisor."""
    discovery = {"TrustedAdvisorIntegrationStatus": "ENABLED", "WorkloadResourceDefinition": ["WORKLOAD_METADATA"]}
    return create(standin, AccountIds=["111122223333", "444455556666"], DiscoveryConfig=discovery)


def test_checks_are_told_by_choice_and_account(tool: StandIn) -> None:
    own = discovering(tool)
    rows = own("list_check_details", **QUOTAS)["CheckDetails"]
    told = [(row["Id"], row["AccountId"], row["Status"], row.get("FlaggedResources")) for row in rows]
    assert told == [
        ("example-limits-vcpu", "111122223333", "WARNING", 2),
        ("example-limits-vcpu", "444455556666", "OKAY", None),
        ("example-limits-vpc", "111122223333", "OKAY", None),
        ("example-limits-vpc", "444455556666", "OKAY", None),
    ]
    assert all(row[key] == value for row in rows for key, value in QUOTAS.items())
    assert [*itertools.chain(*own.pages("list_check_details", "CheckDetails", **QUOTAS, MaxResults=3))] == rows
    summaries = own("list_check_summaries", **QUOTAS)["CheckSummaries"]
    assert [summary["AccountSummary"] for summary in summaries] == [{"WARNING": 1, "OKAY": 1}, {"OKAY": 2}]
    assert [summary["Status"] for summary in summaries] == ["WARNING", "OKAY"]
    other = {**QUOTAS, "ChoiceId": "rel_manage_service_limits_suff_buffer_limits"}
    assert own("list_check_details", **other)["CheckDetails"] == []


def test_there_are_no_checks_where_the_integration_is_off(tool: StandIn) -> None:
    own = create(tool)
    assert own("list_check_details", **QUOTAS)["CheckDetails"] == []
    own("update_workload", DiscoveryConfig={"TrustedAdvisorIntegrationStatus": "ENABLED"})
    assert len(own("list_check_details", **QUOTAS)["CheckDetails"]) == 2
    assert fields(refused(own, "list_check_details", **{**QUOTAS, "ChoiceId": "none"})) == ["ChoiceId"]
    assert fields(refused(own, "list_check_summaries", **{**QUOTAS, "PillarId": "security"})) == ["QuestionId"]


def test_checks_can_fail(start: Callable[..., StandIn]) -> None:
    failures = ("--check-failure", "ASSUME_ROLE_ERROR@444455556666")
    own = discovering(start(*EMPTY, *failures))
    rows = own("list_check_details", **QUOTAS)["CheckDetails"]
    told = [(row["Status"], row.get("Reason")) for row in rows]
    failed = ("FETCH_FAILED", "ASSUME_ROLE_ERROR")
    assert told == [("WARNING", None), failed, ("OKAY", None), failed]
    own = discovering(start(*EMPTY, "--check-failure", "PREMIUM_SUPPORT_REQUIRED"))
    rows = own("list_check_details", **QUOTAS)["CheckDetails"]
    assert {(row["Status"], row["Reason"]) for row in rows} == {("FETCH_FAILED", "PREMIUM_SUPPORT_REQUIRED")}
    assert own("list_check_summaries", **QUOTAS)["CheckSummaries"][0]["AccountSummary"] == {"FETCH_FAILED": 2}


def test_the_tool_throttles_denies_and_stands_in_conflict(start: Callable[..., StandIn]) -> None:
    standin = start(
        *EMPTY,
        *("--throttle", "wellarchitected:UpdateAnswer#2"),
        *("--conflict", "wellarchitected:CreateMilestone#1"),
        *("--deny", "wellarchitected:DeleteWorkload"),
    )
    own = create(standin)
    for _ in range(2):
        slow = refused(own.update, SelectedChoices=IDENTITIES)
        assert (slow["Code"], slow["Status"], slow["Message"]) == ("ThrottlingException", 429, "Rate exceeded")
    assert own.answer()["SelectedChoices"] == []
    assert own.update(SelectedChoices=IDENTITIES)["Risk"] == "NONE"
    against = refused(own, "create_milestone", MilestoneName="First")
    assert (against["Code"], against["Status"]) == ("ConflictException", 409)
    assert (against["ResourceId"], against["ResourceType"]) == (own.id, "WORKLOAD")
    assert own("create_milestone", MilestoneName="First")["MilestoneNumber"] == 1
    denied = refused(own, "delete_workload")
    assert (denied["Code"], denied["Status"]) == ("AccessDeniedException", 403)
    assert f"workload/{own.id}" in denied["Message"]


def client(standin: StandIn, **config: Any) -> Any:
    """A client of its own, by botocore's settings."""
    make: Any = boto3.client
    return make(
        "wellarchitected",
        region_name="us-east-1",
        endpoint_url=standin.url,
        aws_access_key_id="standin",
        aws_secret_access_key="standin",
        config=Config(**config),
    )


@pytest.mark.parametrize(("when", "committed"), [("before", False), ("after", True)])
def test_a_connection_is_cut_before_or_after_the_change(when: str, committed: bool, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    cuts = f"wellarchitected:UpdateAnswer#2={when},wellarchitected:CreateMilestone#1={when}"
    standin = StandIn(*EMPTY, "--cut", cuts, "--log", str(log))
    try:
        own = create(standin)
        own.update("priorities", Notes="the first gets through")
        with pytest.raises(ConnectionClosedError):
            own.update(SelectedChoices=IDENTITIES[:1])
        assert own.answer()["SelectedChoices"] == (IDENTITIES[:1] if committed else [])
        assert own.update(SelectedChoices=IDENTITIES[:2])["SelectedChoices"] == IDENTITIES[:2]
        # The SDK's second attempt carries the same token, and makes no second milestone.
        retrying = client(standin, retries={"total_max_attempts": 2, "mode": "standard"})
        made = retrying.create_milestone(WorkloadId=own.id, MilestoneName="Cut")
        assert (made["MilestoneNumber"], made["ResponseMetadata"]["RetryAttempts"]) == (1, 1)
        assert len(own("list_milestones")["MilestoneSummaries"]) == 1
    finally:
        standin.stop()
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    updates = [(call["status"], call.get("cut")) for call in calls if call["operation"] == "UpdateAnswer"]
    assert updates == [(200, None), (200 if committed else None, when), (200, None)]


def test_a_connection_hangs_until_the_client_goes() -> None:
    cuts = "wellarchitected:UpdateAnswer#1=hang-after,wellarchitected:GetAnswer#2=hang-before"
    standin = StandIn(*EMPTY, "--cut", cuts)
    try:
        own = create(standin)
        own = Workload(client(standin, read_timeout=1, retries={"total_max_attempts": 1}), own.id)
        with pytest.raises(ReadTimeoutError):
            own.update(Notes="ours")
        assert own.answer()["Notes"] == "ours"
        with pytest.raises(ReadTimeoutError):
            own.answer()
        assert own.answer()["Notes"] == "ours"
    finally:
        standin.stop()


def test_each_call_of_a_number_is_throttled() -> None:
    standin = StandIn(*EMPTY, "--throttle", "wellarchitected:GetAnswer%3")
    try:
        own = create(standin)
        for _ in range(2):
            assert own.answer() == own.answer()
            assert refused(own.answer)["Code"] == "ThrottlingException"
    finally:
        standin.stop()


def test_notes_on_choices_that_are_not_selected_may_not_be_kept() -> None:
    standin = StandIn(*EMPTY, "--unselected-notes", "drop")
    try:
        own = create(standin)
        statuses = ["SELECTED", "UNSELECTED", "NOT_APPLICABLE"]
        said = {name: {"Status": it, "Notes": "said"} for name, it in zip(IDENTITIES, statuses, strict=False)}
        kept = own.update(ChoiceUpdates=said)["ChoiceAnswers"]
        assert [answer["Status"] for answer in kept] == ["SELECTED", "NOT_APPLICABLE"]
        assert all(answer["Notes"] == "said" for answer in kept)
    finally:
        standin.stop()


def test_any_request_can_be_cut_by_its_number() -> None:
    standin = StandIn(*EMPTY, "--cut", "wellarchitected:*#3=after")
    try:
        own = create(standin)
        own.answer()
        with pytest.raises(ConnectionClosedError):
            own.update(Notes="third")
        assert own.answer()["Notes"] == "third"
    finally:
        standin.stop()


def test_all_requests_from_one_on_can_be_cut() -> None:
    standin = StandIn(*EMPTY, "--cut", "wellarchitected:*#2+=before")
    try:
        own = create(standin)
        for _ in range(3):
            with pytest.raises(ConnectionClosedError):
                own.answer()
        assert standin.client("sts").get_caller_identity()["Account"] == "111122223333"
    finally:
        standin.stop()


def test_somebody_else_edits_between_two_requests(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    theirs = {"SelectedChoices": [NONE], "Notes": "theirs", "QuestionId": "identities"}
    edits = (
        f"UpdateAnswer#2:UpdateAnswer={json.dumps(theirs)}",
        'CreateMilestone#1:CreateMilestone={"MilestoneName":"Mine"}',
    )
    options = itertools.chain.from_iterable(
        ("--edit-before", edit) for edit in (*edits, "GetAnswer#3:DeleteWorkload={}")
    )
    standin = StandIn(*EMPTY, *options, "--log", str(log))
    try:
        own = create(standin)
        own.update(SelectedChoices=IDENTITIES[:2], Notes="ours")
        before = own.answer()
        own.update("priorities", Notes="of another question")
        lost = own.answer()
        assert (before["Notes"], lost["Notes"], lost["SelectedChoices"]) == ("ours", "theirs", [NONE])
        taken = refused(own, "create_milestone", MilestoneName="Mine")
        assert (taken["Code"], taken["ResourceType"]) == ("ConflictException", "MILESTONE")
        assert refused(own.answer)["ResourceType"] == "WORKLOAD"
    finally:
        standin.stop()
    asked = Counter(json.loads(line)["operation"] for line in log.read_text().splitlines())
    assert asked == {"CreateWorkload": 1, "UpdateAnswer": 2, "GetAnswer": 3, "CreateMilestone": 1}


def test_an_edit_that_is_refused_is_loud() -> None:
    standin = StandIn(*EMPTY, "--edit-before", 'GetAnswer#1:UpdateAnswer={"SelectedChoices": ["nothing"]}')
    try:
        assert refused(create(standin).answer)["Code"] == "EditFailed"
    finally:
        standin.stop()


@pytest.mark.parametrize(
    "text", ["wellarchitected:UpdateAnswer", "UpdateAnswer#1=before", "a:B#0=after", "a:B#1=never"]
)
def test_a_cut_that_reads_as_nothing_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="does not read"):
        Cut.parse_all(text)


@pytest.mark.parametrize("text", ["UpdateAnswer#1", "UpdateAnswer#1:Nothing={}", "UpdateAnswer#1:UpdateAnswer=[]"])
def test_an_edit_that_reads_as_nothing_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="does not read"):
        Edit.parse(text)


def test_options_that_read_as_nothing_are_errors() -> None:
    with pytest.raises(ValueError, match="does not read"):
        Failure.parse("TIRED")
    with pytest.raises(ValueError, match="does not read"):
        lenses.Added.parse("identities=Nothing")
    with pytest.raises(ValueError, match="the lens has no nothing"):
        lenses.framework(["nothing"])
    with pytest.raises(ValueError, match="no pillar safety"):
        lenses.framework(added=[lenses.Added.parse("safety/new/new_one=Something")])


def test_another_edition_has_other_choices(start: Callable[..., StandIn]) -> None:
    standin = start(
        *EMPTY,
        *("--workload", "render"),
        *("--lens-without", f"{IDENTITIES[1]},backing-up-data"),
        *("--lens-with", "identities/sec_identities_agents@HIGH=Give agents identities of their own"),
        *("--lens-with", "security/agents/sec_agents_limits=Limit what agents may do"),
    )
    own = create(standin)
    answer = own.answer()
    ids = [choice["ChoiceId"] for choice in answer["Choices"]]
    assert ids == [IDENTITIES[0], *IDENTITIES[2:], "sec_identities_agents", NONE]
    assert own.update(SelectedChoices=[IDENTITIES[0], *IDENTITIES[2:]])["Risk"] == "HIGH"
    assert own.update(SelectedChoices=ids[:-1])["Risk"] == "NONE"
    assert fields(refused(own.update, SelectedChoices=[IDENTITIES[1]])) == ["SelectedChoices"]
    assert fields(refused(own.answer, "backing-up-data")) == ["QuestionId"]
    new = own("list_answers", LensAlias="wellarchitected", PillarId="security")["AnswerSummaries"][-1]
    assert [choice["ChoiceId"] for choice in new["Choices"]] == ["sec_agents_limits", "agents_no"]
    assert own("get_lens_review", LensAlias="wellarchitected")["LensReview"]["LensVersion"] == "2025-02-25"
    # What people answered to questions and choices that the edition lacks is not there.
    client = standin.client("wellarchitected", "us-west-2")
    render = Workload(client, client.list_workloads()["WorkloadSummaries"][0]["WorkloadId"])
    assert render.answer()["SelectedChoices"] == [IDENTITIES[0]]


def test_render_is_half_answered_by_people(start: Callable[..., StandIn]) -> None:
    standin = start(*EMPTY, "--workload", "three-lenses")
    client = standin.client("wellarchitected", "us-west-2")
    assert standin.client("wellarchitected").list_workloads()["WorkloadSummaries"] == []
    summary = client.list_workloads()["WorkloadSummaries"][0]
    assert (summary["WorkloadName"], len(summary["Lenses"])) == ("Render", 3)
    own = Workload(client, summary["WorkloadId"])
    review = own("get_lens_review", LensAlias="wellarchitected")["LensReview"]
    assert review["RiskCounts"] == {"UNANSWERED": 51, "HIGH": 3, "MEDIUM": 1, "NONE": 1, "NOT_APPLICABLE": 1}
    secrets = own.answer()["ChoiceAnswers"][2]
    assert (secrets["Status"], secrets["Reason"]) == ("NOT_APPLICABLE", "OUT_OF_SCOPE")
    assert own.answer("pricing-model")["Risk"] == "UNANSWERED"
    assert own.answer("pricing-model")["Notes"] == "Ask finance about Spot."
    assert own.answer("planning-for-recovery")["Reason"] == "BUSINESS_PRIORITIES"
    assert own.answer("sl-watch", "serverless")["Risk"] == "MEDIUM"
    assert own.answer("frames", summary["Lenses"][2])["Risk"] == "MEDIUM"
    assert own("list_milestones")["MilestoneSummaries"] == []
    again = StandIn(*EMPTY, "--workload", "render")
    try:
        found = again.client("wellarchitected", "us-west-2").list_workloads()["WorkloadSummaries"]
        assert [(one["WorkloadId"], one["Lenses"]) for one in found] == [(own.id, ["wellarchitected"])]
    finally:
        again.stop()


def test_requests_at_the_same_time_lose_nothing(tool: StandIn) -> None:
    own = create(tool)
    summaries = own("list_answers", LensAlias="wellarchitected", MaxResults=24)["AnswerSummaries"]
    questions = [summary["QuestionId"] for summary in summaries]
    own.update("sus_dev", Notes="made the client")

    def answer(mine: list[str]) -> None:
        for question in mine:
            own.update(question, Notes=f"of {question}")
            own("create_milestone", MilestoneName=f"after {question}")

    threads = [threading.Thread(target=answer, args=(questions[at::6],)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [own.answer(question)["Notes"] for question in questions] == [f"of {question}" for question in questions]
    milestones = own("list_milestones")["MilestoneSummaries"]
    assert [one["MilestoneNumber"] for one in milestones] == list(range(1, 25))
    assert len({one["RecordedAt"] for one in milestones}) == 24


def test_what_the_stand_in_lacks_is_no_server_error(tool: StandIn) -> None:
    own = create(tool)
    assert refused(own, "get_lens_review_report", LensAlias="wellarchitected")["Code"] == "UnsupportedOperation"

"""What accounts hold in the Tool at the start, as the people of a render farm would have left it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from .store import RENDERING_ID, Region, Tool, Workload

REGION = "us-west-2"
REVIEWED_DAYS_AGO = 40

# To questions of the framework: what two people answered in an afternoon. All others they left open.
_ANSWERS: tuple[Mapping[str, Any], ...] = (
    {
        "QuestionId": "priorities",
        "SelectedChoices": ["ops_priorities_ext_cust_needs", "ops_priorities_int_cust_needs"],
        "Notes": "Artists and the studio's producers meet on Mondays; minutes are in the wiki.",
    },
    {
        "QuestionId": "identities",
        "ChoiceUpdates": {
            "sec_identities_enforce_mechanisms": {"Status": "SELECTED"},
            "sec_identities_unique": {"Status": "SELECTED", "Notes": "Roles through single sign-on since spring."},
            "sec_identities_secrets": {
                "Status": "NOT_APPLICABLE",
                "Reason": "OUT_OF_SCOPE",
                "Notes": "The farm keeps no secrets; licence servers trust its addresses.",
            },
        },
    },
    {
        "QuestionId": "protect-data-rest",
        "SelectedChoices": [
            "sec_protect_data_rest_key_mgmt",
            "sec_protect_data_rest_encrypt",
            "sec_protect_data_rest_automate_protection",
            "sec_protect_data_rest_access_control",
        ],
    },
    {
        "QuestionId": "manage-service-limits",
        "SelectedChoices": [
            "rel_manage_service_limits_aware_quotas_and_constraints",
            "rel_manage_service_limits_limits_considered",
        ],
        "Notes": "GPU limits were raised before the film — see the request of March. Größere Schübe: erst fragen.",
    },
    {
        "QuestionId": "backing-up-data",
        "SelectedChoices": ["rel_backing_up_data_no"],
        "Notes": "Frames are rendered again.",
    },
    {
        "QuestionId": "planning-for-recovery",
        "IsApplicable": False,
        "Reason": "BUSINESS_PRIORITIES",
        "Notes": "A lost farm is built anew; nobody waits for it overnight.",
    },
    {"QuestionId": "pricing-model", "Notes": "Ask finance about Spot."},
)

_OTHERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("serverless", {"QuestionId": "sl-watch", "SelectedChoices": ["sl_watch_metrics"]}),
    ("rendering", {"QuestionId": "frames", "SelectedChoices": ["frames_requeued"], "Notes": "The queue does it."}),
)


def seed(tool: Tool) -> None:
    """Sets up what the Tool's manners name."""
    now = tool.time
    tool.time = now - datetime.timedelta(days=REVIEWED_DAYS_AGO)
    SETUPS[tool.manners.workload](tool)
    tool.time = now


def _render(tool: Tool) -> tuple[Region, Workload]:
    region = tool.region(REGION)
    fields = {
        "WorkloadName": "Render",
        "Description": "Bursts of instances that render films, and what feeds them.",
        "Environment": "PRODUCTION",
        "AccountIds": [tool.account],
        "AwsRegions": [REGION],
        "ReviewOwner": "render-ops@example.com",
        "DiscoveryConfig": {
            "TrustedAdvisorIntegrationStatus": "ENABLED",
            "WorkloadResourceDefinition": ["WORKLOAD_METADATA"],
        },
    }
    workload = region.create_workload(fields, ["wellarchitected"])
    for answer in _ANSWERS:
        _answer(region, workload, "wellarchitected", answer)
    return region, workload


def _three_lenses(tool: Tool) -> None:
    region, workload = _render(tool)
    arn = region.arn(f"lens/{RENDERING_ID}")
    region.apply(workload, ["serverless", arn], "Lenses")
    for alias, answer in _OTHERS:
        _answer(region, workload, arn if alias == "rendering" else alias, answer)


def _answer(region: Region, workload: Workload, alias: str, answer: Mapping[str, Any]) -> None:
    # Another edition may lack a question or a choice: then nobody answered it.
    question = region.review(workload, alias).lens.question(answer["QuestionId"])
    if question is None:
        return
    params: dict[str, Any] = {**answer, "LensAlias": alias}
    for name in ("SelectedChoices", "ChoiceUpdates"):
        for choice in [choice for choice in params.get(name, ()) if question.choice(choice) is None]:
            kept = params[name]
            params[name] = (
                [other for other in kept if other != choice]
                if isinstance(kept, list)
                else {other: update for other, update in kept.items() if other != choice}
            )
    region.update_answer(workload, params)


SETUPS: Mapping[str, Callable[[Tool], Any]] = {
    "none": lambda _tool: None,
    "render": _render,
    "three-lenses": _three_lenses,
}

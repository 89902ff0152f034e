"""Trusted Advisor's checks behind choices: examples, for AWS does not publish which go with which choice."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
FAILURES = ("ASSUME_ROLE_ERROR", "ACCESS_DENIED", "UNKNOWN_ERROR", "PREMIUM_SUPPORT_REQUIRED")
_OF_ACCOUNT = ("AccountId", "FlaggedResources", "Reason")
# The worst first.
_STATUSES = ("ERROR", "WARNING", "FETCH_FAILED", "NOT_AVAILABLE", "OKAY")


@dataclass(frozen=True)
class Check:
    """One check with what it found in the workload's first account; in others it found nothing."""

    choice: str
    id: str
    name: str
    description: str
    status: str
    flagged: int | None = None


CHECKS = (
    Check(
        "rel_manage_service_limits_monitor_manage_limits",
        "example-limits-vcpu",
        "Running On-Demand vCPUs",
        "Says where the use of a quota comes near to it.",
        "WARNING",
        2,
    ),
    Check(
        "rel_manage_service_limits_monitor_manage_limits",
        "example-limits-vpc",
        "VPCs in a Region",
        "Says where the use of a quota comes near to it.",
        "OKAY",
    ),
    Check(
        "rel_backing_up_data_automated_backups_data",
        "example-snapshots",
        "Age of volume snapshots",
        "Says which volumes have no snapshot, or an old one.",
        "ERROR",
        7,
    ),
    Check(
        "sec_securely_operate_aws_account",
        "example-root-mfa",
        "A second factor for the root user",
        "Says whether the root user signs in with a second factor.",
        "OKAY",
    ),
    Check(
        "cost_pricing_model_analysis",
        "example-plans",
        "Savings Plans",
        "Says what commitments would save.",
        "NOT_AVAILABLE",
    ),
)


@dataclass(frozen=True)
class Failure:
    """That checks of an account, or of all, cannot be fetched."""

    reason: str
    account: str | None = None

    @classmethod
    def parse(cls, text: str) -> Failure:
        """Reads `REASON[@ACCOUNT]`; raises ValueError."""
        reason, _, account = text.partition("@")
        if reason not in FAILURES:
            raise ValueError(f"{text!r} does not read REASON[@ACCOUNT] with one of {', '.join(FAILURES)}")
        return cls(reason, account or None)


def rows(choice: str, accounts: list[str], failures: Iterable[Failure], when: datetime.datetime) -> list[Row]:
    """One row for each check and account, in the shape of CheckDetail less what the request said."""
    return [
        {
            "Id": check.id,
            "Name": check.name,
            "Description": check.description,
            "Provider": "TRUSTED_ADVISOR",
            "AccountId": account,
            "UpdatedAt": when,
            **_finding(check, account, account == accounts[0], failures),
        }
        for check in CHECKS
        if check.choice == choice
        for account in accounts
    ]


def _finding(check: Check, account: str, first: bool, failures: Iterable[Failure]) -> Row:
    for failure in failures:
        if failure.account in (None, account):
            return {"Status": "FETCH_FAILED", "Reason": failure.reason}
    if not first:
        return {"Status": "OKAY"}
    return {"Status": check.status, **({"FlaggedResources": check.flagged} if check.flagged else {})}


def summaries(details: list[Row]) -> list[Row]:
    """One row for each check, in the shape of CheckSummary: the worst status, and how many accounts have which."""
    told: dict[str, list[Row]] = {}
    for row in details:
        told.setdefault(row["Id"], []).append(row)
    return [
        {
            **{key: value for key, value in of_check[0].items() if key not in _OF_ACCOUNT},
            "Status": min((row["Status"] for row in of_check), key=_STATUSES.index),
            "AccountSummary": dict(Counter(row["Status"] for row in of_check)),
        }
        for of_check in told.values()
    ]

"""IAM: what moto's summary lacks, trust policies as AWS writes them, and the credential report."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

from ..errors import ApiError
from ..request import Call
from ..world import World
from . import Answer, amends, answers

_COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)


@amends("iam", "GetAccountSummary")
def account_summary(world: World, _call: Call, answer: Answer) -> Answer:
    """The counts, with what is said of the root user."""
    root = world.rows("credentials", "aws-global")[0]
    about_root = {
        "AccountMFAEnabled": int(root["mfa_active"] == "true"),
        "AccountAccessKeysPresent": int(root.get("access_key_1_active") == "true"),
        "AccountPasswordPresent": 1,
    }
    return {"SummaryMap": {**answer["SummaryMap"], **about_root}}


@amends("iam", "ListRoles")
def roles(_world: World, _call: Call, answer: Answer) -> Answer:
    """The roles by name, with their trust policies percent-encoded."""
    rows = [
        {**row, "AssumeRolePolicyDocument": quote(row["AssumeRolePolicyDocument"], safe="")} for row in answer["Roles"]
    ]
    return {**answer, "Roles": sorted(rows, key=lambda row: str(row["RoleName"]))}


@answers("iam", "GenerateCredentialReport")
def generate_report(world: World, _call: Call) -> Answer:
    """Begins a report at the first asking, and has it at the next."""
    reports = world.rows("credential-reports", "aws-global")
    if reports:
        return {"State": "COMPLETE"}
    reports.append({"at": world.now})
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


@answers("iam", "GetCredentialReport")
def credential_report(world: World, _call: Call) -> Answer:
    """The report as a CSV file: the root user first, then users by name."""
    reports = world.rows("credential-reports", "aws-global")
    if not reports:
        raise ApiError("ReportNotPresent", "No report exists. Call GenerateCredentialReport.", 410)
    text = io.StringIO()
    lines = csv.DictWriter(text, _COLUMNS, restval="N/A", lineterminator="\n")
    lines.writeheader()
    lines.writerows(world.rows("credentials", "aws-global"))
    return {"Content": text.getvalue().encode(), "ReportFormat": "text/csv", "GeneratedTime": reports[0]["at"]}

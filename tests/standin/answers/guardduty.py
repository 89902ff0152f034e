"""GuardDuty: findings, destinations and members, which moto lacks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .. import clock
from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, amends, answers

# What every detector watches, and nobody can switch off.
_FOUNDATIONAL = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")


@amends("guardduty", "GetDetector")
def detector(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto tells only the features that it was given, and has the foundational sources off."""
    answer.pop("DataSources", None)
    answer["Features"] = [
        *({"Name": name, "Status": answer["Status"]} for name in _FOUNDATIONAL),
        *answer.get("Features", []),
    ]
    changed = clock.moment(answer["UpdatedAt"])
    for feature in answer["Features"]:
        feature["UpdatedAt"] = changed
        for part in feature.get("AdditionalConfiguration", []):
            part["UpdatedAt"] = changed
    return answer


@answers("guardduty", "GetAdministratorAccount")
def administrator(world: World, call: Call) -> Answer:
    """No administrator: this account looks after its own detectors."""
    _own_detector(world, call)
    return {}


@answers("guardduty", "ListMembers")
def members(world: World, call: Call) -> Answer:
    """No members either."""
    _own_detector(world, call)
    return {"Members": []}


@answers("guardduty", "ListPublishingDestinations")
def destinations(world: World, call: Call) -> Answer:
    """Where the detector's findings are exported to."""
    _own_detector(world, call)
    rows = world.rows("publishing-destinations", call.region)
    kept = ("DestinationId", "DestinationType", "Status")
    return {"Destinations": [{key: row[key] for key in kept} for row in rows]}


@answers("guardduty", "DescribePublishingDestination")
def destination(world: World, call: Call) -> Answer:
    """One destination with its bucket."""
    _own_detector(world, call)
    for row in world.rows("publishing-destinations", call.region):
        if row["DestinationId"] == call.params["DestinationId"]:
            return row
    raise _bad("The request is rejected because the specified destinationId does not exist.")


@answers("guardduty", "ListFindings")
def list_findings(world: World, call: Call) -> Answer:
    """The ids of the findings that meet the criteria."""
    rows = _matching(world, call)
    order = call.params.get("SortCriteria", {})
    if order.get("AttributeName"):
        rows = sorted(rows, key=lambda row: _attribute(row, order["AttributeName"]))
        if order.get("OrderBy") == "DESC":
            rows.reverse()
    return {"FindingIds": [row["Id"] for row in rows]}


@answers("guardduty", "GetFindings")
def get_findings(world: World, call: Call) -> Answer:
    """The findings of the given ids; ids of none are passed over, as AWS does."""
    _own_detector(world, call)
    wanted = call.params["FindingIds"]
    return {"Findings": [row for row in world.rows("findings", call.region) if row["Id"] in wanted]}


@answers("guardduty", "GetFindingsStatistics")
def findings_statistics(world: World, call: Call) -> Answer:
    """How many findings of each severity meet the criteria."""
    rows = _matching(world, call)
    if call.params.get("GroupBy") not in (None, "SEVERITY"):
        raise _bad("The stand-in groups findings by severity only.")
    counts = Counter(float(row["Severity"]) for row in rows)
    if call.params.get("GroupBy"):
        latest = {s: max(clock.moment(r["UpdatedAt"]) for r in rows if r["Severity"] == s) for s in counts}
        groups = [
            {"Severity": severity, "TotalFindings": count, "LastGeneratedAt": latest[severity]}
            for severity, count in sorted(counts.items())
        ]
        return {"FindingStatistics": {"GroupedBySeverity": groups}}
    return {"FindingStatistics": {"CountBySeverity": {str(key): count for key, count in sorted(counts.items())}}}


def _matching(world: World, call: Call) -> list[Row]:
    _own_detector(world, call)
    criteria = call.params.get("FindingCriteria", {}).get("Criterion", {})
    rows = world.rows("findings", call.region)
    return [row for row in rows if all(_meets(_attribute(row, name), test) for name, test in criteria.items())]


def _attribute(finding: Row, path: str) -> Any:
    """A finding's attribute by the name that criteria use, such as `service.archived`."""
    value: Any = finding
    for part in path.split("."):
        value = value.get(part[:1].upper() + part[1:]) if isinstance(value, dict) else None
    if path in ("updatedAt", "createdAt") and value:
        return int(clock.moment(value).timestamp() * 1000)
    return value


def _meets(value: Any, test: Row) -> bool:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    checks = {
        "Equals": lambda wanted: text in wanted,
        "Eq": lambda wanted: text in wanted,
        "NotEquals": lambda wanted: text not in wanted,
        "Neq": lambda wanted: text not in wanted,
        "GreaterThan": lambda bound: value > bound,
        "Gt": lambda bound: value > bound,
        "GreaterThanOrEqual": lambda bound: value >= bound,
        "Gte": lambda bound: value >= bound,
        "LessThan": lambda bound: value < bound,
        "Lt": lambda bound: value < bound,
        "LessThanOrEqual": lambda bound: value <= bound,
        "Lte": lambda bound: value <= bound,
    }
    return all(checks[name](wanted) for name, wanted in test.items())


def _own_detector(world: World, call: Call) -> None:
    found = world.moto.ask("guardduty", call.region, "ListDetectors")["DetectorIds"]
    if call.params["DetectorId"] not in found:
        raise _bad("The request is rejected because the input detectorId is not owned by the current account.")


def _bad(message: str) -> ApiError:
    return ApiError("BadRequestException", message)

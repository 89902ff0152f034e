"""CloudTrail: the event history, which moto lacks, and a trail that delivers."""

from __future__ import annotations

import datetime

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, amends, answers

_LOOKUP_DAYS = 90
_TRAIL_MEMBERS = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "KmsKeyId", "IsOrganizationTrail")


@amends("cloudtrail", "DescribeTrails")
def trails(world: World, _call: Call, answer: Answer) -> Answer:
    """moto wants log group and role to exist; the account's makers state them in the table `trails`."""
    overrides = {row["Name"]: row for row in world.rows("trails", "aws-global")}
    for trail in answer["trailList"]:
        override = overrides.get(trail["Name"], {})
        trail.update({key: override[key] for key in _TRAIL_MEMBERS if key in override})
    return answer


@answers("cloudtrail", "GetTrailStatus")
def trail_status(world: World, call: Call) -> Answer:
    """moto's trail delivers once, when it starts; a real one every few minutes."""
    answer = _ask_home(world, call, "Name")
    # moto fills these with nothing when it has nothing to say.
    answer = {key: value for key, value in answer.items() if value != ""}
    for row in world.rows("trails", "aws-global"):
        if call.params["Name"] in (row["Name"], row["TrailARN"]):
            answer.update(row.get("status", {}))
    if answer.get("IsLogging") and "LatestDeliveryError" not in answer:
        delivered = world.now - datetime.timedelta(minutes=4)
        answer["LatestDeliveryTime"] = delivered
        answer["LatestDeliveryAttemptTime"] = delivered.strftime("%Y-%m-%dT%H:%M:%SZ")
        answer["LatestDeliveryAttemptSucceeded"] = answer["LatestDeliveryAttemptTime"]
        answer["LatestDigestDeliveryTime"] = world.now - datetime.timedelta(minutes=37)
    return answer


@answers("cloudtrail", "GetEventSelectors")
def event_selectors(world: World, call: Call) -> Answer:
    """A trail has either kind of selectors; moto tells both, one of them empty."""
    answer = _ask_home(world, call, "TrailName")
    return {key: value for key, value in answer.items() if value}


@answers("cloudtrail", "GetInsightSelectors")
def insight_selectors(world: World, call: Call) -> Answer:
    """AWS answers a trail without Insights with an error, moto with an empty list."""
    answer = _ask_home(world, call, "TrailName")
    if not answer.get("InsightSelectors"):
        trail = answer["TrailARN"].rpartition("/")[2]
        raise ApiError(
            "InsightNotEnabledException",
            f"Trail {trail} does not have Insights enabled. Edit the trail settings to enable Insights, "
            "and then try the operation again.",
        )
    return answer


@answers("cloudtrail", "ListEventDataStores")
def event_data_stores(_world: World, _call: Call) -> Answer:
    """No Lake here."""
    return {"EventDataStores": []}


def _ask_home(world: World, call: Call, key: str) -> Answer:
    """moto's answer in the trail's home region: AWS takes a trail's ARN in every region, moto in that one alone."""
    name = call.params[key]
    region = name.split(":")[3] if name.startswith("arn:") else call.region
    return world.moto.ask("cloudtrail", region, call.name, **call.params)


@answers("cloudtrail", "LookupEvents")
def lookup_events(world: World, call: Call) -> Answer:
    """Management events of the last 90 days, the newest first."""
    if call.params.get("EventCategory"):
        return {"Events": []}
    attributes = call.params.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise ApiError("InvalidLookupAttributesException", "Only one lookup attribute can be specified.")
    start = max(call.params.get("StartTime") or world.ago(_LOOKUP_DAYS), world.ago(_LOOKUP_DAYS))
    end = call.params.get("EndTime") or world.now
    if start > end:
        raise ApiError("InvalidTimeRangeException", "The start time must not be later than the end time.")
    rows = [row for row in world.rows("events", call.region) if start <= row["EventTime"] <= end]
    for attribute in attributes:
        rows = [row for row in rows if _has(row, attribute["AttributeKey"], attribute["AttributeValue"])]
    return {"Events": sorted(rows, key=lambda row: row["EventTime"], reverse=True)}


def _has(event: Row, key: str, value: str) -> bool:
    match key:
        case "ResourceType" | "ResourceName":
            return any(resource.get(key) == value for resource in event.get("Resources", []))
        case _:
            return event.get(key) == value

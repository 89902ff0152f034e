"""What watches cost: budgets, anomaly monitors, cost allocation tags."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from ..world import World
from .events import stable_uuid

TOPIC_REGION = "us-east-1"
# AWS's end of budgets of which nobody named one.
NEVER = datetime.datetime(2087, 6, 15, tzinfo=datetime.UTC)
# Keys of tags that resources carry, so that billing knows of them.
TAG_KEYS = ("environment", "team", "Name", "env")


def build(world: World) -> None:
    """Sets up whatever watches cost; an account has it once, wherever it works."""
    told = world.fact("budgets")
    if told != "none":
        budget(world, "shop-monthly", "4000.0", tells=told != "silent")
    if world.fact("cost.anomaly-monitor") == "services":
        anomaly_monitor(world)
    cost_tags(world, TAG_KEYS[:2] if world.fact("cost.tags") == "active" else ())


def budget(world: World, name: str, limit: str, *, tells: bool) -> None:
    """A monthly budget of the account's whole cost, and who hears when it is exceeded or will be."""
    start = world.ago(200).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row: dict[str, Any] = {
        "BudgetName": name,
        "BudgetLimit": _usd(limit),
        "CostFilters": {},
        "CostTypes": _COST_TYPES,
        "TimeUnit": "MONTHLY",
        "TimePeriod": {"Start": start, "End": NEVER},
        "CalculatedSpend": {"ActualSpend": _usd("2211.37"), "ForecastedSpend": _usd("3480.12")},
        "BudgetType": "COST",
        "LastUpdatedTime": world.ago(200),
    }
    mail = {"SubscriptionType": "EMAIL", "Address": "cost@example.com"}
    topic = {"SubscriptionType": "SNS", "Address": world.arn("sns", TOPIC_REGION, "cost")}
    notifications = [_notification("ACTUAL", 80.0, [mail, topic]), _notification("FORECASTED", 100.0, [mail])]
    world.rows("budgets", "aws-global").append({"budget": row, "notifications": notifications if tells else []})


_COST_TYPES = {
    "IncludeTax": True,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": False,
    "IncludeCredit": False,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": True,
    "IncludeDiscount": True,
    "UseAmortized": False,
}


def _usd(amount: str) -> dict[str, str]:
    return {"Amount": amount, "Unit": "USD"}


def _notification(kind: str, threshold: float, subscribers: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": threshold,
            "ThresholdType": "PERCENTAGE",
            "NotificationState": "OK",
        },
        "subscribers": subscribers,
    }


def anomaly_monitor(world: World) -> None:
    """A monitor of every AWS service, and a topic that hears at once."""
    monitor = world.arn("ce", "", f"anomalymonitor/{stable_uuid('cost monitor')}")
    day = world.ago(1).date().isoformat()
    world.rows("anomaly-monitors", "aws-global").append(
        {
            "MonitorArn": monitor,
            "MonitorName": "services",
            "CreationDate": _second(world.ago(200)),
            "LastUpdatedDate": _second(world.ago(200)),
            "LastEvaluatedDate": day,
            "MonitorType": "DIMENSIONAL",
            "MonitorDimension": "SERVICE",
            "DimensionalValueCount": 14,
        }
    )
    topic = world.arn("sns", TOPIC_REGION, "cost")
    least = {"Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": ["100"]}
    world.rows("anomaly-subscriptions", "aws-global").append(
        {
            "SubscriptionArn": world.arn("ce", "", f"anomalysubscription/{stable_uuid('cost subscription')}"),
            "AccountId": world.account,
            "MonitorArnList": [monitor],
            "Subscribers": [{"Address": topic, "Type": "SNS", "Status": "CONFIRMED"}],
            "Threshold": 100.0,
            "Frequency": "IMMEDIATE",
            "SubscriptionName": "cost",
            "ThresholdExpression": {"Dimensions": least},
        }
    )


def cost_tags(world: World, active: Iterable[str]) -> None:
    """The tag keys that billing knows; cost is told apart by the active ones."""
    used = world.ago(30).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    kinds = {"aws:createdBy": "AWSGenerated", **dict.fromkeys(TAG_KEYS, "UserDefined")}
    for key, kind in sorted(kinds.items()):
        row = {"TagKey": key, "Type": kind, "Status": "Active" if key in active else "Inactive"}
        row["LastUsedDate"] = _second(used)
        world.rows("cost-allocation-tags", "aws-global").append(row)


def _second(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

"""Cost Explorer: anomaly monitors and their subscriptions, and cost allocation tags. moto has none of them."""

from __future__ import annotations

from ..request import Call
from ..world import World
from . import Answer, answers


@answers("ce", "GetAnomalyMonitors")
def monitors(world: World, call: Call) -> Answer:
    """What watches for unusual cost."""
    wanted = call.params.get("MonitorArnList")
    rows = world.rows("anomaly-monitors", "aws-global")
    return {"AnomalyMonitors": [row for row in rows if not wanted or row["MonitorArn"] in wanted]}


@answers("ce", "GetAnomalySubscriptions")
def subscriptions(world: World, call: Call) -> Answer:
    """Who hears of unusual cost."""
    monitor, wanted = call.params.get("MonitorArn"), call.params.get("SubscriptionArnList")
    rows = world.rows("anomaly-subscriptions", "aws-global")
    rows = [row for row in rows if monitor is None or monitor in row["MonitorArnList"]]
    return {"AnomalySubscriptions": [row for row in rows if not wanted or row["SubscriptionArn"] in wanted]}


@answers("ce", "ListCostAllocationTags")
def tags(world: World, call: Call) -> Answer:
    """The tag keys that billing has seen, and whether it tells cost apart by them."""
    rows = world.rows("cost-allocation-tags", "aws-global")
    for key in ("Status", "Type"):
        rows = [row for row in rows if call.params.get(key) in (None, row[key])]
    keys = call.params.get("TagKeys")
    return {"CostAllocationTags": [row for row in rows if not keys or row["TagKey"] in keys]}

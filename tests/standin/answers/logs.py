"""CloudWatch Logs: moto forgets when a metric filter was made."""

from __future__ import annotations

from ..request import Call
from ..world import World
from . import Answer, amends


@amends("logs", "DescribeMetricFilters")
def metric_filters(world: World, call: Call, answer: Answer) -> Answer:
    """The table `metric-filters` has the times, by group and filter."""
    made = {(row["group"], row["filter"]): row["at"] for row in world.rows("metric-filters", call.region)}
    for found in answer["metricFilters"]:
        at = made[found["logGroupName"], found["filterName"]]
        found["creationTime"] = int(at.timestamp() * 1000)
        found["applyOnTransformedLogs"] = False
    return answer

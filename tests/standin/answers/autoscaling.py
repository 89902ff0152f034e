"""Auto Scaling: moto's empty structures are left out, and its groups get a history."""

from __future__ import annotations

from ..request import Call
from ..world import World
from . import Answer, amends, answers


@amends("autoscaling", "DescribeAutoScalingGroups")
def groups(world: World, call: Call, answer: Answer) -> Answer:
    """moto checks target groups against load balancers; the table `groups` states them instead."""
    overrides = {row["AutoScalingGroupName"]: row for row in world.rows("groups", call.region)}
    for group in answer["AutoScalingGroups"]:
        group.update(overrides.get(group["AutoScalingGroupName"], {}))
        if not group.get("MixedInstancesPolicy"):
            group.pop("MixedInstancesPolicy", None)
        else:
            group.pop("LaunchTemplate", None)
    return answer


@amends("autoscaling", "DescribePolicies")
def policies(_world: World, _call: Call, answer: Answer) -> Answer:
    """moto tells an empty predictive configuration with every policy."""
    for policy in answer["ScalingPolicies"]:
        policy["Enabled"] = True
        if not policy.get("PredictiveScalingConfiguration"):
            policy.pop("PredictiveScalingConfiguration", None)
    return answer


@answers("autoscaling", "DescribeNotificationConfigurations")
def notifications(world: World, call: Call) -> Answer:
    """Which topics hear of what the groups do."""
    rows = world.rows("group-notifications", call.region)
    wanted = call.params.get("AutoScalingGroupNames")
    return {"NotificationConfigurations": [r for r in rows if not wanted or r["AutoScalingGroupName"] in wanted]}


@answers("autoscaling", "DescribeScalingActivities")
def activities(world: World, call: Call) -> Answer:
    """What the groups did, the newest first."""
    rows = world.rows("scaling-activities", call.region)
    wanted = call.params.get("AutoScalingGroupName")
    rows = [row for row in rows if wanted is None or row["AutoScalingGroupName"] == wanted]
    return {"Activities": sorted(rows, key=lambda row: row["StartTime"], reverse=True)}

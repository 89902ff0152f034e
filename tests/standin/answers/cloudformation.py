"""CloudFormation: stacks as the table `stacks` has them.

moto would make the stacks' resources itself, but without the tags, security groups and metadata
options that AWS gives them, and knows nothing of drift.
"""

from __future__ import annotations

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, answers


@answers("cloudformation", "DescribeStacks")
def stacks(world: World, call: Call) -> Answer:
    """All live stacks, or the one that is named."""
    if "StackName" in call.params:
        return {"Stacks": [_stack(world, call, call.params["StackName"])["stack"]]}
    return {"Stacks": [row["stack"] for row in world.rows("stacks", call.region)]}


@answers("cloudformation", "ListStacks")
def list_stacks(world: World, call: Call) -> Answer:
    """Summaries of the stacks."""
    kept = ("StackId", "StackName", "TemplateDescription", "CreationTime", "LastUpdatedTime", "StackStatus")
    wanted = call.params.get("StackStatusFilter")
    summaries = []
    for row in world.rows("stacks", call.region):
        stack = row["stack"]
        summary = {key: stack[key] for key in kept if key in stack}
        summary["DriftInformation"] = stack["DriftInformation"]
        if not wanted or stack["StackStatus"] in wanted:
            summaries.append(summary)
    return {"StackSummaries": summaries}


@answers("cloudformation", "ListStackResources")
def list_stack_resources(world: World, call: Call) -> Answer:
    """What belongs to a stack."""
    return {"StackResourceSummaries": _stack(world, call, call.params["StackName"])["resources"]}


@answers("cloudformation", "DescribeStackResources")
def stack_resources(world: World, call: Call) -> Answer:
    """What belongs to a stack, or to the stack that a physical id belongs to."""
    wanted = call.params.get("PhysicalResourceId")
    if wanted is None:
        row = _stack(world, call, call.params.get("StackName", ""))
    else:
        row = _stack_of(world, call, wanted)
    resources = []
    for resource in row["resources"]:
        told = {key: value for key, value in resource.items() if key != "LastUpdatedTimestamp"}
        stack = {key: row["stack"][key] for key in ("StackId", "StackName")}
        resources.append({**told, **stack, "Timestamp": resource["LastUpdatedTimestamp"]})
    return {"StackResources": resources}


@answers("cloudformation", "DescribeStackEvents")
def stack_events(world: World, call: Call) -> Answer:
    """What happened to a stack, the newest first."""
    return {"StackEvents": _stack(world, call, call.params["StackName"])["events"]}


@answers("cloudformation", "DescribeStackResourceDrifts")
def resource_drifts(world: World, call: Call) -> Answer:
    """What differed from the template when drift was last looked for."""
    wanted = call.params.get("StackResourceDriftStatusFilters")
    drifts = _stack(world, call, call.params["StackName"]).get("drifts", [])
    return {"StackResourceDrifts": [d for d in drifts if not wanted or d["StackResourceDriftStatus"] in wanted]}


@answers("cloudformation", "DescribeStackDriftDetectionStatus")
def drift_detection(world: World, call: Call) -> Answer:
    """How one drift detection ended."""
    wanted = call.params["StackDriftDetectionId"]
    for row in world.rows("stacks", call.region):
        if row.get("detection", {}).get("StackDriftDetectionId") == wanted:
            return row["detection"]
    raise ApiError("ValidationError", f"DriftDetectionId {wanted} does not exist")


def _stack(world: World, call: Call, name: str) -> Row:
    for row in world.rows("stacks", call.region):
        if name in (row["stack"]["StackName"], row["stack"]["StackId"]):
            return row
    raise ApiError("ValidationError", f"Stack with id {name} does not exist")


def _stack_of(world: World, call: Call, physical_id: str) -> Row:
    for row in world.rows("stacks", call.region):
        if any(resource["PhysicalResourceId"] == physical_id for resource in row["resources"]):
            return row
    raise ApiError("ValidationError", f"Stack for {physical_id} does not exist")

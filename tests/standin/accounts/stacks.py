"""The shop's three stacks, and how far they have drifted."""

from __future__ import annotations

from typing import Any

from ..world import World
from .events import stable_uuid

REGION = "us-east-1"


def build(world: World) -> None:
    """Network, web and API: the last drift detection on the web stack is the fact that differs."""
    ids = world.ids
    drifted = world.fact("stacks.drift") != "in-sync"
    new_stack(
        world,
        "shop-network",
        700,
        {
            "Vpc": ("AWS::EC2::VPC", ids["prod-vpc"]),
            "PublicA": ("AWS::EC2::Subnet", ids["prod-public-a"]),
            "PublicB": ("AWS::EC2::Subnet", ids["prod-public-b"]),
            "PrivateA": ("AWS::EC2::Subnet", ids["prod-private-a"]),
            "PrivateB": ("AWS::EC2::Subnet", ids["prod-private-b"]),
            "InternetGateway": ("AWS::EC2::InternetGateway", ids["prod-igw"]),
            "WebGroup": ("AWS::EC2::SecurityGroup", ids["prod-web-group"]),
            "AppGroup": ("AWS::EC2::SecurityGroup", ids["prod-app-group"]),
        },
    )
    new_stack(
        world,
        "shop-web",
        640,
        {
            "Template": ("AWS::EC2::LaunchTemplate", ids["web-template"]),
            "Group": ("AWS::AutoScaling::AutoScalingGroup", "shop-web"),
        },
        drift="DRIFTED" if drifted else "IN_SYNC",
        checked_days_ago=210 if drifted else 12,
        drifted_resource="Group" if drifted else None,
    )
    new_stack(
        world,
        "shop-api",
        76,
        {
            "ApiA": ("AWS::EC2::Instance", ids["instance shop-api-a"]),
            "ApiB": ("AWS::EC2::Instance", ids["instance shop-api-b"]),
        },
    )
    if world.fact("groups.in-stacks") == "all":
        new_stack(world, "shop-dev", 520, {"Group": ("AWS::EC2::SecurityGroup", ids["dev-group"])}, env="dev")
        for region in ("us-west-2", "eu-west-1"):
            group = {"Group": ("AWS::EC2::SecurityGroup", ids[f"analytics-group {region}"])}
            new_stack(world, "analytics", 480, group, region=region, env="dev")
    if world.fact("stacks.stuck") == "present":
        new_stack(world, "shop-cache", 40, {}, status="UPDATE_ROLLBACK_FAILED")


def stack_id(world: World, name: str, region: str) -> str:
    """The ARN of a stack, whether it is there yet or not."""
    return world.arn("cloudformation", region, f"stack/{name}/{stable_uuid(f'{name} {region}')}")


def new_stack(
    world: World,
    name: str,
    days_ago: float,
    resources: dict[str, tuple[str, str]],
    *,
    region: str = REGION,
    env: str = "prod",
    status: str = "CREATE_COMPLETE",
    drift: str = "IN_SYNC",
    checked_days_ago: float = 12,
    drifted_resource: str | None = None,
) -> None:
    """A stack with its resources by their logical ids, each with type and id, and its last drift detection."""
    own_id = stack_id(world, name, region)
    checked = world.ago(checked_days_ago)
    stack: dict[str, Any] = {
        "StackId": own_id,
        "StackName": name,
        "Description": f"The {name.partition('-')[0]}'s {name.partition('-')[2] or 'all'}",
        "Parameters": [],
        "CreationTime": world.ago(days_ago),
        "StackStatus": status,
        "DisableRollback": False,
        "NotificationARNs": [],
        "Capabilities": ["CAPABILITY_IAM"],
        "Outputs": [],
        "RoleARN": f"arn:aws:iam::{world.account}:role/CloudFormation",
        "Tags": [{"Key": "env", "Value": env}],
        "EnableTerminationProtection": world.fact("stacks.termination-protection") == "on",
        "DriftInformation": {"StackDriftStatus": drift, "LastCheckTimestamp": checked},
        "RollbackConfiguration": {},
    }
    if status != "CREATE_COMPLETE":
        stack["LastUpdatedTime"] = world.ago(9)
    summaries = []
    for logical_id, (resource_type, physical_id) in resources.items():
        told = "MODIFIED" if logical_id == drifted_resource else "IN_SYNC"
        summaries.append(
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceType": resource_type,
                "LastUpdatedTimestamp": world.ago(days_ago),
                "ResourceStatus": "CREATE_COMPLETE",
                "DriftInformation": {"StackResourceDriftStatus": told, "LastCheckTimestamp": checked},
            }
        )
    world.rows("stacks", region).append(
        {
            "stack": stack,
            "resources": summaries,
            "events": _events(world, stack, 9 if "FAILED" in status else days_ago),
            "detection": {
                "StackId": own_id,
                "StackDriftDetectionId": stable_uuid(f"drift of {name} {region}"),
                "StackDriftStatus": drift,
                "DetectionStatus": "DETECTION_COMPLETE",
                "DriftedStackResourceCount": 1 if drifted_resource else 0,
                "Timestamp": checked,
            },
        }
    )


def _events(world: World, stack: dict[str, Any], days_ago: float) -> list[dict[str, Any]]:
    return [
        {
            "StackId": stack["StackId"],
            "EventId": stable_uuid(f"last event of {stack['StackName']}"),
            "StackName": stack["StackName"],
            "LogicalResourceId": stack["StackName"],
            "PhysicalResourceId": stack["StackId"],
            "ResourceType": "AWS::CloudFormation::Stack",
            "Timestamp": world.ago(days_ago),
            "ResourceStatus": stack["StackStatus"],
        }
    ]

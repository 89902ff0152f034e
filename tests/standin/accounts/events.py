"""CloudTrail records: what people, tools and services did in the last 90 days."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import clock
from ..moto_backend import ACCOUNT_ID
from ..world import Row, World

KEPT_DAYS = 90
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
_CLI = (
    "aws-cli/2.18.4 md/awscrt#0.22.0 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 "
    "md/pyimpl#CPython cfg/retry-mode#standard md/command#ec2.run-instances"
)
_TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.74.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.3 ua/2.1 os/linux lang/go#1.23.2"
)


@dataclass(frozen=True)
class Launcher:
    """Who makes a call, and with what."""

    kind: str
    name: str
    agent: str
    source: str
    from_console: bool = False
    invoked_by: str | None = None


CONSOLE_ALICE = Launcher("IAMUser", "alice", _BROWSER, "198.51.100.23", from_console=True)
CONSOLE_CAROL = Launcher("AssumedRole", "AWSReservedSSO_Admin_0f3a/carol", _BROWSER, "198.51.100.41", from_console=True)
CLI_BOB = Launcher("IAMUser", "bob", _CLI, "198.51.100.57")
TERRAFORM = Launcher("AssumedRole", "Deploy/ci", _TERRAFORM, "203.0.113.200")
CLOUDFORMATION = Launcher(
    "AssumedRole",
    "Deploy/ci",
    "cloudformation.amazonaws.com",
    "cloudformation.amazonaws.com",
    invoked_by="cloudformation.amazonaws.com",
)
AUTOSCALING = Launcher(
    "AssumedRole",
    "AWSServiceRoleForAutoScaling/AutoScaling",
    "autoscaling.amazonaws.com",
    "autoscaling.amazonaws.com",
    invoked_by="autoscaling.amazonaws.com",
)
PIPELINE = Launcher("AssumedRole", "shop-pipeline/ci", "Boto3/1.35.54 md/Botocore#1.35.54 ua/2.0 os/linux", "203.0.113.200")
ROOT = Launcher("Root", "root", _BROWSER, "198.51.100.9", from_console=True)


def stable_uuid(name: str) -> str:
    """An id that depends on a name alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def run_instances(
    world: World, region: str, days_ago: float, by: Launcher, instance_id: str, params: Mapping[str, Any]
) -> None:
    """The record of one instance's launch."""
    asked = {
        "instancesSet": {"items": [{"imageId": params["ImageId"], "minCount": 1, "maxCount": 1}]},
        "instanceType": params["InstanceType"],
        "subnetId": params["SubnetId"],
        "monitoring": {"enabled": False},
    }
    item = {
        "instanceId": instance_id,
        "imageId": params["ImageId"],
        "instanceType": params["InstanceType"],
        "instanceState": {"code": 0, "name": "pending"},
        "subnetId": params["SubnetId"],
    }
    record(
        world,
        region,
        days_ago,
        by,
        "ec2.amazonaws.com",
        "RunInstances",
        key=instance_id,
        requestParameters=asked,
        responseElements={"requestId": stable_uuid(f"launch {instance_id}"), "instancesSet": {"items": [item]}},
    )


def record(
    world: World,
    region: str,
    days_ago: float,
    by: Launcher,
    source: str,
    name: str,
    *,
    key: str = "",
    read_only: bool = False,
    **more: Any,
) -> None:
    """Adds one record, in CloudTrail's own shape, to a region's history."""
    at = world.ago(days_ago).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {
        "eventVersion": "1.10",
        "userIdentity": _identity(by, at),
        "eventTime": at,
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": by.source,
        "userAgent": by.agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": stable_uuid(f"request {name} {region} {days_ago} {key}"),
        "eventID": stable_uuid(f"event {name} {region} {days_ago} {key}"),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
        **more,
    }
    if by.from_console and told["eventType"] == "AwsApiCall":
        told["sessionCredentialFromConsole"] = "true"
    world.rows("events", region).append(_row(told))


def sign_in(world: World, region: str, days_ago: float, by: Launcher, *, mfa: bool) -> None:
    """The record of one sign-in to the console."""
    record(
        world,
        region,
        days_ago,
        by,
        "signin.amazonaws.com",
        "ConsoleLogin",
        key=by.name,
        eventType="AwsConsoleSignIn",
        responseElements={"ConsoleLogin": "Success"},
        additionalEventData={
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if mfa else "No",
        },
    )


def _identity(by: Launcher, at: str) -> dict[str, Any]:
    session = {"attributes": {"creationDate": at, "mfaAuthenticated": "true" if by.from_console else "false"}}
    match by.kind:
        case "Root":
            return {
                "type": "Root",
                "principalId": ACCOUNT_ID,
                "arn": f"arn:aws:iam::{ACCOUNT_ID}:root",
                "accountId": ACCOUNT_ID,
                "accessKeyId": "ASIAEXAMPLEROOT00000",
                "sessionContext": session,
            }
        case "IAMUser":
            identity: dict[str, Any] = {
                "type": "IAMUser",
                "principalId": f"AIDAEXAMPLE{by.name.upper()}",
                "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{by.name}",
                "accountId": ACCOUNT_ID,
                "accessKeyId": f"AKIAEXAMPLE{by.name.upper()}",
                "userName": by.name,
            }
            return {**identity, "sessionContext": session} if by.from_console else identity
        case _:
            role = by.name.partition("/")[0]
            issuer = {
                "type": "Role",
                "principalId": f"AROAEXAMPLE{role[:9].upper()}",
                "arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
                "accountId": ACCOUNT_ID,
                "userName": role,
            }
            assumed = {
                "type": "AssumedRole",
                "principalId": f"AROAEXAMPLE{role[:9].upper()}:{by.name.partition('/')[2]}",
                "arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{by.name}",
                "accountId": ACCOUNT_ID,
                "accessKeyId": f"ASIAEXAMPLE{role[:9].upper()}",
                "sessionContext": {"sessionIssuer": issuer, **session},
            }
            return {**assumed, "invokedBy": by.invoked_by} if by.invoked_by else assumed


def _row(record: Row) -> Row:
    """What LookupEvents tells of one record."""
    identity = record["userIdentity"]
    session = identity.get("arn", "").rpartition("/")[2]
    row = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        "EventTime": clock.moment(record["eventTime"]),
        "EventSource": record["eventSource"],
        "Username": identity.get("userName") or ("root" if identity["type"] == "Root" else session),
        "Resources": [],
        "CloudTrailEvent": json.dumps(record),
    }
    if "accessKeyId" in identity:
        row["AccessKeyId"] = identity["accessKeyId"]
    items = ((record.get("responseElements") or {}).get("instancesSet") or {}).get("items", [])
    row["Resources"] = [{"ResourceType": "AWS::EC2::Instance", "ResourceName": item["instanceId"]} for item in items]
    return row

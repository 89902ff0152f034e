"""Who is who: the root user, users and roles, and the account's place in its organization."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from ..world import Row, World

# IAM and Organizations have no regions; moto is asked here.
HOME = "us-east-1"
MANAGEMENT = "999988887777"
SECURITY = "444455556666"
PARTNER = "555566667777"


@dataclass(frozen=True)
class Person:
    """A user; ages are in days, and `None` means that there is none of it or that it was never used."""

    name: str
    age: float
    password_used: float | None = None
    key: float | None = None
    key_used: float | None = None
    mfa: bool = True


def given(world: World) -> None:
    """What is there before anybody sets anything up: the root user, AWS's own roles, the scan's, the organization."""
    _root(world)
    for name in ("Support", "TrustedAdvisor"):
        service_role(world, f"AWSServiceRoleFor{name}", f"{name.lower()}.amazonaws.com", 900)
    role(world, "WellproofScan", allowing({"AWS": world.arn("iam", "", "root")}), 20)
    _organization(world)


def build(world: World) -> None:
    """The people and the roles of the shop."""
    key = {"old": 540.0, "recent": 30.0, "none": None}[world.fact("credentials.access-key")]
    mfa = world.fact("credentials.mfa")
    user(world, Person("alice", 820, password_used=2, mfa=mfa != "none"))
    user(world, Person("bob", 640, key=key, key_used=key and 0.2, mfa=mfa != "none"))
    user(world, Person("dave", 410, password_used=17, mfa=mfa == "all"))
    service_role(world, "AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com", 680)
    role(world, "app", allowing({"Service": "ec2.amazonaws.com"}), 690)
    role(world, "CloudTrailToLogs", allowing({"Service": ["cloudtrail.amazonaws.com"]}), 880)
    role(world, "Deploy", _from_repository(world), 500)
    role(world, "shop-pipeline", allowing({"Service": ["codebuild.amazonaws.com", "codepipeline.amazonaws.com"]}), 300)
    if world.fact("roles.partner") == "present":
        partner = allowing({"AWS": f"arn:aws:iam::{PARTNER}:root"}, StringEquals={"sts:ExternalId": "example-shop"})
        role(world, "partner-monitoring", partner, 365)


def allowing(principal: dict[str, Any], action: str = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition} if condition else statement]}


def role(world: World, name: str, policy: dict[str, Any], days_ago: float, path: str = "/") -> None:
    """A role with its trust policy."""
    with world.step(f"role {name}", days_ago) as moto:
        moto.ask("iam", HOME, "CreateRole", RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(policy))


def service_role(world: World, name: str, service: str, days_ago: float) -> None:
    """A role that belongs to an AWS service."""
    role(world, name, allowing({"Service": service}), days_ago, f"/aws-service-role/{service}/")


def user(world: World, person: Person) -> None:
    """A user, and its line of the credential report."""
    with world.step(f"user {person.name}", person.age) as moto:
        moto.ask("iam", HOME, "CreateUser", UserName=person.name)
        if person.mfa:
            device = moto.ask("iam", HOME, "CreateVirtualMFADevice", VirtualMFADeviceName=person.name)
            serial = device["VirtualMFADevice"]["SerialNumber"]
            codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
            moto.ask("iam", HOME, "EnableMFADevice", UserName=person.name, SerialNumber=serial, **codes)
    line = _line(world, person.name, f"user/{person.name}", person.age)
    line["password_enabled"] = _truth(person.password_used is not None)
    if person.password_used is not None:
        line["password_last_used"] = _time(world.ago(person.password_used))
        line["password_last_changed"] = _time(world.ago(person.age))
    line["mfa_active"] = _truth(person.mfa)
    if person.key is not None:
        line.update(_key(world, person.key, person.key_used))
    world.rows("credentials", "aws-global").append(line)


def _root(world: World) -> None:
    line = _line(world, "<root_account>", "root", 960)
    line["password_enabled"] = line["password_last_changed"] = line["password_next_rotation"] = "not_supported"
    line["password_last_used"] = _time(world.ago(25 if world.fact("root.activity") == "present" else 700))
    line["mfa_active"] = _truth(world.fact("root.mfa") == "on")
    if world.fact("root.access-keys") == "present":
        line.update(_key(world, 950, None))
    world.rows("credentials", "aws-global").append(line)


def _line(world: World, name: str, resource: str, age: float) -> Row:
    """A line of the report, of somebody without credentials. What it does not say is not applicable."""
    none = dict.fromkeys(("access_key_1_active", "access_key_2_active", "cert_1_active", "cert_2_active"), "false")
    about = {"user": name, "arn": world.arn("iam", "", resource), "user_creation_time": _time(world.ago(age))}
    return {**about, **none}


def _key(world: World, made: float, used: float | None) -> Row:
    line = {"access_key_1_active": "true", "access_key_1_last_rotated": _time(world.ago(made))}
    if used is not None:
        line["access_key_1_last_used_date"] = _time(world.ago(used))
        line["access_key_1_last_used_region"] = HOME
        line["access_key_1_last_used_service"] = "ec2"
    return line


def _time(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _from_repository(world: World) -> dict[str, Any]:
    """What lets a code host's workflows in, and the provider that vouches for them."""
    issuer = "token.actions.githubusercontent.com"
    with world.step("identity provider", 510) as moto:
        clients = {"ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["0" * 40]}
        moto.ask("iam", HOME, "CreateOpenIDConnectProvider", Url=f"https://{issuer}", **clients)
    provider = {"Federated": world.arn("iam", "", f"oidc-provider/{issuer}")}
    claims = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "repo:example/shop:ref:refs/heads/main"}
    return allowing(provider, "sts:AssumeRoleWithWebIdentity", StringEquals=claims)


def _organization(world: World) -> None:
    """The organization, unless the account is in none. `delegate` administers one service, and sees little for it."""
    if world.fact("quotas.template") == "no-organization":
        return
    seat = world.fact("organization.seat")
    master = world.account if seat == "management" else MANAGEMENT
    member = f"arn:aws:organizations::{master}:account/o-exampleorg1"
    world.rows("organization", "aws-global").append(
        {
            "Id": "o-exampleorg1",
            "Arn": f"arn:aws:organizations::{master}:organization/o-exampleorg1",
            "FeatureSet": "ALL",
            "MasterAccountArn": f"{member}/{master}",
            "MasterAccountId": master,
            "MasterAccountEmail": "aws@example.com",
            "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        }
    )
    delegates = {SECURITY: ["cloudtrail.amazonaws.com", "guardduty.amazonaws.com"]}
    if seat == "delegate":
        delegates[world.account] = ["compute-optimizer.amazonaws.com"]
    for account, services in delegates.items():
        about = {
            "Id": account,
            "Arn": f"{member}/{account}",
            "Email": f"{account}@example.com",
            "Name": f"account {account}",
            "Status": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": world.ago(900),
            "DelegationEnabledDate": world.ago(600),
        }
        world.rows("delegated-administrators", "aws-global").append({"account": about, "services": services})

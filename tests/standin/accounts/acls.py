"""Network ACLs: which subnets have one that lets through no more than they need."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from ..world import World
from .network import named

# Protocols by number, as EC2 names them in network ACLs.
ALL, TCP, UDP = "-1", "6", "17"
ANYWHERE = "0.0.0.0/0"


def build(world: World) -> None:
    """ACLs of their own for the networks that the account works in."""
    if world.fact("network.acls") == "default":
        return
    ids = world.ids
    shop = [ids[f"prod-{kind}-{zone}"] for kind in ("public", "private") for zone in "ab"]
    own_acl(world, "us-east-1", "shop-prod", shop, block="10.20.0.0/16", serves=[(443, ANYWHERE)], env="prod")
    dev = [ids["dev-subnet"], ids["dev-subnet-b"]]
    ssh = [(22, ANYWHERE)] if world.fact("ssh.dev") == "open" else []
    own_acl(
        world, "us-east-1", "shop-dev", dev, block="10.30.0.0/16", serves=[(8080, "10.0.0.0/8"), *ssh], env="dev"
    )
    for region, block in (("us-west-2", "10.40.0.0/16"), ("eu-west-1", "10.41.0.0/16")):
        analytics = [ids[f"analytics-subnet {region}"], ids[f"analytics-subnet-b {region}"]]
        own_acl(world, region, "analytics", analytics, block=block, serves=[(8080, "10.0.0.0/8")], env="dev")


def own_acl(
    world: World,
    region: str,
    name: str,
    subnets: Sequence[str],
    *,
    block: str,
    serves: Iterable[tuple[int, str]],
    env: str,
) -> None:
    """Gives subnets of one VPC an ACL of their own.

    It lets in what the VPC's own range sends, calls to the ports that the subnets serve, and answers to calls
    of theirs: an ACL keeps no state, so these come to any high port. Everything may go out.
    """
    with world.step(f"network acl {name} {region}", 300) as moto:
        found = moto.ask("ec2", region, "DescribeSubnets", SubnetIds=list(subnets))["Subnets"]
        made = moto.ask(
            "ec2",
            region,
            "CreateNetworkAcl",
            VpcId=found[0]["VpcId"],
            TagSpecifications=named("network-acl", Name=name, env=env),
        )
        acl = {"NetworkAclId": made["NetworkAcl"]["NetworkAclId"]}
        lets_in = [
            _entry(ALL, block),
            *(_entry(TCP, source, port, port) for port, source in serves),
            *(_entry(protocol, ANYWHERE, 1024, 65535) for protocol in (TCP, UDP)),
        ]
        for egress, entries in ((False, lets_in), (True, [_entry(ALL, ANYWHERE)])):
            for number, entry in zip(itertools.count(100, 10), entries, strict=False):
                moto.ask("ec2", region, "CreateNetworkAclEntry", RuleNumber=number, Egress=egress, **acl, **entry)
        on_default = [{"Name": "association.subnet-id", "Values": list(subnets)}]
        for default in moto.ask("ec2", region, "DescribeNetworkAcls", Filters=on_default)["NetworkAcls"]:
            for association in default["Associations"]:
                if association["SubnetId"] in subnets:
                    at = {"AssociationId": association["NetworkAclAssociationId"]}
                    moto.ask("ec2", region, "ReplaceNetworkAclAssociation", **at, **acl)


def _entry(protocol: str, source: str, first: int | None = None, last: int | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"Protocol": protocol, "RuleAction": "allow", "CidrBlock": source}
    if first is not None:
        entry["PortRange"] = {"From": first, "To": last}
    return entry

"""VPCs, subnets, routes, security groups, flow logs, and the addresses that go with them."""

from __future__ import annotations

import itertools
from typing import Any

from ..moto_backend import Moto
from ..world import World

Tags = list[dict[str, str]]


def tags(**values: str) -> Tags:
    """Tags in EC2's spelling."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def named(kind: str, **values: str) -> list[dict[str, Any]]:
    """A TagSpecifications parameter for one kind of resource."""
    return [{"ResourceType": kind, "Tags": tags(**values)}]


def default_networks(world: World) -> None:
    """The VPC that AWS makes in every region, and that moto makes when a region is first looked at."""
    for region in world.regions:
        with world.step(f"default network {region}", 1500) as moto:
            vpc = moto.ask("ec2", region, "DescribeVpcs")["Vpcs"][0]["VpcId"]
            subnets = moto.ask("ec2", region, "DescribeSubnets")["Subnets"]
            world.ids[f"default-vpc {region}"] = vpc
            by_zone = {subnet["AvailabilityZone"][-1]: subnet["SubnetId"] for subnet in subnets}
            world.ids[f"default-subnet {region}"] = by_zone["a"]
            world.ids[f"default-subnet-b {region}"] = by_zone["b"]
            groups = moto.ask("ec2", region, "DescribeSecurityGroups")["SecurityGroups"]
            world.ids[f"default-group {region}"] = groups[0]["GroupId"]


def build(world: World) -> None:
    """The shop's production network, the developers', and two small ones for analytics."""
    _production(world)
    _development(world)
    for region, block in (("us-west-2", "10.40"), ("eu-west-1", "10.41")):
        _analytics(world, region, block)
    _topology(world)
    _default_groups(world)
    _flow_logs(world)
    _unassociated_address(world)


def new_vpc(moto: Moto, region: str, block: str, **values: str) -> str:
    """A VPC of 65,536 addresses; its id."""
    answer = moto.ask("ec2", region, "CreateVpc", CidrBlock=f"{block}.0.0/16", TagSpecifications=named("vpc", **values))
    return str(answer["Vpc"]["VpcId"])


def new_subnet(moto: Moto, region: str, vpc: str, block: str, zone: str, **values: str) -> str:
    """A subnet of 256 addresses in one zone; its id."""
    answer = moto.ask(
        "ec2",
        region,
        "CreateSubnet",
        VpcId=vpc,
        CidrBlock=f"{block}.0/24",
        AvailabilityZone=f"{region}{zone}",
        TagSpecifications=named("subnet", **values),
    )
    return str(answer["Subnet"]["SubnetId"])


def new_group(moto: Moto, region: str, vpc: str, name: str, rule: dict[str, Any], **values: str) -> str:
    """A security group that lets one thing in; its id."""
    group = str(
        moto.ask(
            "ec2",
            region,
            "CreateSecurityGroup",
            GroupName=name,
            Description=f"{name}: see the runbook",
            VpcId=vpc,
            TagSpecifications=named("security-group", **values),
        )["GroupId"]
    )
    moto.ask("ec2", region, "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
    return group


def tcp(port: int, source: str) -> dict[str, Any]:
    """A rule for one port, from a range or a group."""
    rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    if source.startswith("sg-"):
        return {**rule, "UserIdGroupPairs": [{"GroupId": source}]}
    return {**rule, "IpRanges": [{"CidrIp": source}]}


def new_internet(moto: Moto, region: str, vpc: str, **values: str) -> str:
    """A VPC's way to the internet; its id."""
    answer = moto.ask("ec2", region, "CreateInternetGateway", TagSpecifications=named("internet-gateway", **values))
    gateway = str(answer["InternetGateway"]["InternetGatewayId"])
    moto.ask("ec2", region, "AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    return gateway


def new_routes(moto: Moto, region: str, vpc: str, subnets: list[str], target: dict[str, str], **values: str) -> str:
    """A table with one default route, for these subnets; its id."""
    answer = moto.ask("ec2", region, "CreateRouteTable", VpcId=vpc, TagSpecifications=named("route-table", **values))
    table = str(answer["RouteTable"]["RouteTableId"])
    moto.ask("ec2", region, "CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    for subnet in subnets:
        moto.ask("ec2", region, "AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    return table


def _production(world: World) -> None:
    region, env = "us-east-1", {"env": "prod"}
    with world.step("production network", 700) as moto:
        vpc = new_vpc(moto, region, "10.20", Name="shop-prod", **env)
        public = {z: new_subnet(moto, region, vpc, f"10.20.{i}", z, Name=f"public-{z}", **env) for i, z in enumerate("ab")}
        private = {
            z: new_subnet(moto, region, vpc, f"10.20.{10 + i}", z, Name=f"private-{z}", **env) for i, z in enumerate("ab")
        }
        gateway = new_internet(moto, region, vpc, Name="shop-prod", **env)
        public_table = new_routes(moto, region, vpc, list(public.values()), {"GatewayId": gateway}, Name="public", **env)
        web = new_group(moto, region, vpc, "shop-web", tcp(443, "0.0.0.0/0"), Name="shop-web", **env)
        app = new_group(moto, region, vpc, "shop-app", tcp(8080, web), Name="shop-app", **env)
    world.ids.update({"prod-vpc": vpc, "prod-web-group": web, "prod-app-group": app, "prod-igw": gateway})
    world.ids.update({f"prod-public-{z}": subnet for z, subnet in public.items()})
    world.ids.update({f"prod-private-{z}": subnet for z, subnet in private.items()})
    nats = {"a": _nat(world, "a", public["a"], "203.0.113.10")}
    if world.fact("nat.zones") == "each":
        nats["b"] = _nat(world, "b", public["b"], "203.0.113.11")
    with world.step("production private routes", 699) as moto:
        tables = [
            new_routes(
                moto,
                region,
                vpc,
                [private[zone]],
                {"NatGatewayId": nats.get(zone, nats["a"])},
                Name=f"private-{zone}",
                **env,
            )
            for zone in "ab"
        ]
    if world.fact("endpoints.s3") == "present":
        with world.step("production endpoint", 300) as moto:
            moto.ask(
                "ec2",
                region,
                "CreateVpcEndpoint",
                VpcId=vpc,
                ServiceName=f"com.amazonaws.{region}.s3",
                VpcEndpointType="Gateway",
                RouteTableIds=[public_table, *tables],
                TagSpecifications=named("vpc-endpoint", Name="s3", **env),
            )


def _nat(world: World, zone: str, subnet: str, address: str) -> str:
    with world.step(f"production nat {zone}", 699) as moto:
        allocation = moto.ask(
            "ec2",
            "us-east-1",
            "AllocateAddress",
            Domain="vpc",
            Address=address,
            TagSpecifications=named("elastic-ip", Name=f"nat-{zone}", env="prod"),
        )["AllocationId"]
        gateway = moto.ask(
            "ec2",
            "us-east-1",
            "CreateNatGateway",
            SubnetId=subnet,
            AllocationId=allocation,
            TagSpecifications=named("natgateway", Name=f"nat-{zone}", env="prod"),
        )["NatGateway"]
        return str(gateway["NatGatewayId"])


def _development(world: World) -> None:
    region, env = "us-east-1", {"env": "dev"}
    lets_in = tcp(22, "0.0.0.0/0") if world.fact("ssh.dev") == "open" else tcp(8080, "10.0.0.0/8")
    with world.step("development network", 520) as moto:
        vpc = new_vpc(moto, region, "10.30", Name="shop-dev", **env)
        subnet = new_subnet(moto, region, vpc, "10.30.1", "a", Name="dev-a", **env)
        second = new_subnet(moto, region, vpc, "10.30.2", "b", Name="dev-b", **env)
        for each in (subnet, second):
            public = {"Value": True}
            moto.ask("ec2", region, "ModifySubnetAttribute", SubnetId=each, MapPublicIpOnLaunch=public)
        gateway = new_internet(moto, region, vpc, Name="shop-dev", **env)
        new_routes(moto, region, vpc, [subnet, second], {"GatewayId": gateway}, Name="dev", **env)
        group = new_group(moto, region, vpc, "dev-ssh", lets_in, Name="dev-ssh", **env)
    world.ids.update({"dev-vpc": vpc, "dev-subnet": subnet, "dev-subnet-b": second, "dev-group": group})


def _analytics(world: World, region: str, block: str) -> None:
    env = {"env": "dev"}
    with world.step(f"analytics network {region}", 480) as moto:
        vpc = new_vpc(moto, region, block, Name="analytics", **env)
        subnet = new_subnet(moto, region, vpc, f"{block}.1", "a", Name="analytics-a", **env)
        second = new_subnet(moto, region, vpc, f"{block}.2", "b", Name="analytics-b", **env)
        group = new_group(moto, region, vpc, "analytics", tcp(8080, "10.0.0.0/8"), Name="analytics", **env)
    world.ids.update(
        {
            f"analytics-vpc {region}": vpc,
            f"analytics-subnet {region}": subnet,
            f"analytics-subnet-b {region}": second,
            f"analytics-group {region}": group,
        }
    )


# The networks that the analytics network is joined with, by name, and their ranges.
PARTNERS = {"orders": "10.50", "payments": "10.51", "stock": "10.52"}


def _topology(world: World) -> None:
    """Four networks in one region: each peers with all others, or all are attached to one transit gateway."""
    region, env, topology = "eu-west-1", {"env": "prod"}, world.fact("network.topology")
    if topology == "none":
        return
    vpcs = {"10.41": world.ids[f"analytics-vpc {region}"]}
    subnets = {"10.41": world.ids[f"analytics-subnet {region}"]}
    for name, block in PARTNERS.items():
        with world.step(f"{name} network", 470) as moto:
            vpcs[block] = new_vpc(moto, region, block, Name=name, **env)
            subnets[block] = new_subnet(moto, region, vpcs[block], f"{block}.1", "a", Name=f"{name}-a", **env)
        world.ids[f"{name}-vpc"] = vpcs[block]
    if topology == "mesh":
        for one, other in itertools.combinations(vpcs, 2):
            with world.step(f"peering {one} {other}", 460) as moto:
                asked = moto.ask(
                    "ec2",
                    region,
                    "CreateVpcPeeringConnection",
                    VpcId=vpcs[one],
                    PeerVpcId=vpcs[other],
                    TagSpecifications=named("vpc-peering-connection", **env),
                )
                peering = {"VpcPeeringConnectionId": asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]}
                moto.ask("ec2", region, "AcceptVpcPeeringConnection", **peering)
                _lead(moto, region, vpcs[one], f"{other}.0.0/16", peering)
                _lead(moto, region, vpcs[other], f"{one}.0.0/16", peering)
        return
    with world.step("transit gateway", 460) as moto:
        made = moto.ask("ec2", region, "CreateTransitGateway", Description="all networks")
        gateway = {"TransitGatewayId": made["TransitGateway"]["TransitGatewayId"]}
        for block, vpc in vpcs.items():
            at = {"VpcId": vpc, "SubnetIds": [subnets[block]]}
            moto.ask("ec2", region, "CreateTransitGatewayVpcAttachment", **gateway, **at)
            _lead(moto, region, vpc, "10.0.0.0/8", gateway)


def _lead(moto: Moto, region: str, vpc: str, block: str, target: dict[str, str]) -> None:
    """Has the main table of a network lead a range to a target."""
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    table = moto.ask("ec2", region, "DescribeRouteTables", Filters=main)["RouteTables"][0]["RouteTableId"]
    moto.ask("ec2", region, "CreateRoute", RouteTableId=table, DestinationCidrBlock=block, **target)


def _default_groups(world: World) -> None:
    """AWS lets a default group's members talk to each other and to everybody; moto leaves the first out."""
    for region in world.regions:
        for group in world.moto.ask("ec2", region, "DescribeSecurityGroups")["SecurityGroups"]:
            if group["GroupName"] != "default":
                continue
            group_id = group["GroupId"]
            with world.step(f"default group {group_id}", 1) as moto:
                if world.fact("default-groups") == "open":
                    everything = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}
                    moto.ask(
                        "ec2", region, "AuthorizeSecurityGroupIngress", GroupId=group_id, IpPermissions=[everything]
                    )
                else:
                    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
                    moto.ask("ec2", region, "RevokeSecurityGroupEgress", GroupId=group_id, IpPermissions=[everything])


def _flow_logs(world: World) -> None:
    scope = world.fact("flow-logs")
    logged = [("us-east-1", world.ids["prod-vpc"], "prod")] if scope != "none" else []
    if scope == "all":
        logged.append(("us-east-1", world.ids["dev-vpc"], "dev"))
        for region in ("us-west-2", "eu-west-1"):
            logged.append((region, world.ids[f"analytics-vpc {region}"], "dev"))
        partners = [world.ids[f"{name}-vpc"] for name in PARTNERS if f"{name}-vpc" in world.ids]
        logged.extend(("eu-west-1", vpc, "prod") for vpc in partners)
        logged.extend((region, world.ids[f"default-vpc {region}"], "none") for region in world.regions)
    for region, vpc, env in logged:
        with world.step(f"flow log {vpc}", 350) as moto:
            moto.ask(
                "ec2",
                region,
                "CreateFlowLogs",
                ResourceIds=[vpc],
                ResourceType="VPC",
                TrafficType="ALL",
                LogDestinationType="s3",
                LogDestination="arn:aws:s3:::example-shop-flow-logs",
                TagSpecifications=named("vpc-flow-log", env=env),
            )


def _unassociated_address(world: World) -> None:
    if world.fact("addresses.unassociated") == "none":
        return
    with world.step("unassociated address", 410) as moto:
        moto.ask(
            "ec2",
            "us-east-1",
            "AllocateAddress",
            Domain="vpc",
            Address="203.0.113.77",
            TagSpecifications=named("elastic-ip", Name="old-vpn", env="dev"),
        )

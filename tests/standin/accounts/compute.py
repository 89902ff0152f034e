"""Images, templates, instances, the web group, volumes and snapshots; and the events of the launches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..world import World
from . import events
from .network import named
from .stacks import stack_id

REGION = "us-east-1"


@dataclass(frozen=True)
class Launch:
    """One instance: where it stands, what it is like, and who launched it when."""

    name: str
    days_ago: float
    subnet: str
    groups: tuple[str, ...]
    by: events.Launcher
    region: str = REGION
    instance_type: str = "m6i.large"
    image: str = "recent"
    tags: dict[str, str] = field(default_factory=dict)
    profile: bool = True
    tokens: str = "required"
    encrypted: bool = True
    auto_recovery: str = "default"


def build(world: World) -> None:
    """Everything that computes, and what it keeps its data on."""
    with world.step("instance profile", 690) as moto:
        moto.ask("iam", REGION, "CreateInstanceProfile", InstanceProfileName="app")
    for region in world.regions:
        _images(world, region)
    _production(world)
    _development(world)
    _analytics(world)
    _other_groups(world)
    _notifications(world)
    _storage(world)
    _sharing(world)


def launch(world: World, spec: Launch) -> str:
    """Launches an instance and leaves the event that AWS would have written; its id."""
    tags = {"Name": spec.name, **spec.tags} if spec.tags else {}
    params: dict[str, Any] = {
        "ImageId": world.ids[f"image {spec.image} {spec.region}"],
        "InstanceType": spec.instance_type,
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": world.ids[spec.subnet],
        "SecurityGroupIds": [world.ids[group] for group in spec.groups],
        "MetadataOptions": {"HttpTokens": spec.tokens, "HttpEndpoint": "enabled"},
        "EbsOptimized": True,
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "VolumeSize": 30,
                    "VolumeType": "gp3",
                    "Encrypted": spec.encrypted,
                    "DeleteOnTermination": True,
                },
            }
        ],
    }
    if spec.profile:
        params["IamInstanceProfile"] = {"Name": "app"}
    if tags:
        own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
        params["TagSpecifications"] = [*named("instance", **tags), *named("volume", **own)]
    with world.step(f"instance {spec.name}", spec.days_ago) as moto:
        instance = moto.ask("ec2", spec.region, "RunInstances", **params)["Instances"][0]
    instance_id = str(instance["InstanceId"])
    world.ids[f"instance {spec.name}"] = instance_id
    world.rows("maintenance", spec.region).append({"id": instance_id, "AutoRecovery": spec.auto_recovery})
    if spec.days_ago < events.KEPT_DAYS:
        events.run_instances(world, spec.region, spec.days_ago, spec.by, instance_id, params)
    return instance_id


def _images(world: World, region: str) -> None:
    plain = ["golden-2024-08"] if world.fact("snapshots.images") == "plain" else []
    world.rows("plain-images", region).extend({"Name": name} for name in plain)
    for age, days, name in (("old", 830, "golden-2024-08"), ("recent", 110, "golden-2026-08")):
        with world.step(f"image {name} {region}", days) as moto:
            world.ids[f"image {age} {region}"] = moto.ask(
                "ec2",
                region,
                "RegisterImage",
                Name=name,
                Architecture="x86_64",
                RootDeviceName="/dev/sda1",
                VirtualizationType="hvm",
                TagSpecifications=named("image", Name=name, env="shared"),
            )["ImageId"]


def _production(world: World) -> None:
    with world.step("web template", 90) as moto:
        template = moto.ask(
            "ec2",
            REGION,
            "CreateLaunchTemplate",
            LaunchTemplateName="shop-web",
            LaunchTemplateData={
                "ImageId": world.ids[f"image recent {REGION}"],
                "InstanceType": "m6i.large",
                "MetadataOptions": {"HttpTokens": "required"},
                "SecurityGroupIds": [world.ids["prod-app-group"]],
            },
            TagSpecifications=named("launch-template", env="prod"),
        )["LaunchTemplate"]["LaunchTemplateId"]
    world.ids["web-template"] = template
    zones = ("a", "b") if world.fact("asg.zones") == "two" else ("a", "a")
    members = [
        launch(
            world,
            Launch(
                f"shop-web-{n}",
                20 + n,
                f"prod-private-{zone}",
                ("prod-app-group",),
                events.AUTOSCALING,
                tags={"env": "prod"},
            ),
        )
        for n, zone in enumerate(zones)
    ]
    _web_group(world, template, zones, members)
    for n, zone in enumerate("ab"):
        logical_id = f"Api{zone.upper()}"
        stack = {
            "aws:cloudformation:stack-name": "shop-api",
            "aws:cloudformation:stack-id": stack_id(world, "shop-api", REGION),
            "aws:cloudformation:logical-id": logical_id,
        }
        launch(
            world,
            Launch(
                f"shop-api-{zone}",
                75 + n,
                f"prod-private-{zone}",
                ("prod-app-group",),
                events.CLOUDFORMATION,
                tags={"env": "prod", **stack},
            ),
        )
    launch(
        world,
        Launch(
            "shop-db-proxy",
            45,
            "prod-private-a",
            ("prod-app-group",),
            events.TERRAFORM,
            instance_type="r6i.large",
            tags={"env": "prod"},
        ),
    )


def _web_group(world: World, template: str, zones: tuple[str, ...], members: list[str]) -> None:
    choice: dict[str, Any] = {"LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest"}}
    if world.fact("asg.instance-types") == "several":
        types = [{"InstanceType": name} for name in ("m6i.large", "m7i.large", "m6a.large")]
        specification = {"LaunchTemplateId": template, "Version": "$Latest"}
        choice = {
            "MixedInstancesPolicy": {
                "LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": types},
                "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 100},
            }
        }
    subnets = ",".join(dict.fromkeys(world.ids[f"prod-private-{zone}"] for zone in zones))
    with world.step("web group", 640) as moto:
        moto.ask(
            "autoscaling",
            REGION,
            "CreateAutoScalingGroup",
            AutoScalingGroupName="shop-web",
            MinSize=0,
            MaxSize=6,
            DesiredCapacity=0,
            VPCZoneIdentifier=subnets,
            HealthCheckType=world.fact("asg.health-check"),
            HealthCheckGracePeriod=120,
            Tags=[{"Key": "env", "Value": "prod", "PropagateAtLaunch": True}],
            **choice,
        )
        moto.ask("autoscaling", REGION, "AttachInstances", AutoScalingGroupName="shop-web", InstanceIds=members)
        moto.ask("autoscaling", REGION, "UpdateAutoScalingGroup", AutoScalingGroupName="shop-web", MinSize=2)
    target_group = world.arn("elasticloadbalancing", REGION, "targetgroup/shop-web/6d0ecf831eec9f09")
    world.rows("groups", REGION).append({"AutoScalingGroupName": "shop-web", "TargetGroupARNs": [target_group]})
    for n, member in enumerate(members):
        world.rows("scaling-activities", REGION).append(_activity(world, 20 + n, member))
    if world.fact("asg.suspended") == "launch":
        with world.step("web group suspended", 20) as moto:
            processes = ["Launch"]
            moto.ask(
                "autoscaling",
                REGION,
                "SuspendProcesses",
                AutoScalingGroupName="shop-web",
                ScalingProcesses=processes,
            )
    if world.fact("asg.policy") != "none":
        _track_cpu(world, "shop-web")


def _track_cpu(world: World, group: str, region: str = REGION) -> None:
    with world.step(f"policy of {group} {region}", 300) as moto:
        tracked = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}}
        moto.ask(
            "autoscaling",
            region,
            "PutScalingPolicy",
            AutoScalingGroupName=group,
            PolicyName=f"{group}-cpu-at-50",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={**tracked, "TargetValue": 50.0},
        )


def _other_groups(world: World) -> None:
    """Groups that keep what else runs alive and resize it; each may stand in two zones."""
    if world.fact("instances.elastic") == "web":
        return
    _keep(world, REGION, "shop-api", ["shop-api-a", "shop-api-b"], ["prod-private-a", "prod-private-b"])
    _keep(world, REGION, "shop-db-proxy", ["shop-db-proxy"], ["prod-private-a", "prod-private-b"])
    _keep(world, REGION, "dev-sandbox", ["dev-sandbox"], ["dev-subnet", "dev-subnet-b"])
    _keep(world, REGION, "dev-builder", ["dev-builder"], ["dev-subnet", "dev-subnet-b"])
    where = "default" if world.fact("default-vpcs") == "used" else "analytics"
    for region in ("eu-west-1", "us-west-2"):
        subnets = [f"{where}-subnet {region}", f"{where}-subnet-b {region}"]
        _keep(world, region, "report", [f"report-{region}"], subnets)


def _keep(world: World, region: str, name: str, instances: list[str], subnets: list[str]) -> None:
    template_name = f"{name}-keeper"
    with world.step(f"keeper {name} {region}", 330) as moto:
        moto.ask(
            "ec2",
            region,
            "CreateLaunchTemplate",
            LaunchTemplateName=template_name,
            LaunchTemplateData={
                "ImageId": world.ids[f"image recent {region}"],
                "InstanceType": "m6i.large",
                "MetadataOptions": {"HttpTokens": "required"},
            },
            TagSpecifications=named("launch-template", env="prod" if name.startswith("shop") else "dev"),
        )
        moto.ask(
            "autoscaling",
            region,
            "CreateAutoScalingGroup",
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=2 * len(instances),
            DesiredCapacity=0,
            VPCZoneIdentifier=",".join(world.ids[subnet] for subnet in subnets),
            LaunchTemplate={"LaunchTemplateName": template_name, "Version": "$Latest"},
            Tags=[
                {
                    "Key": "env",
                    "Value": "prod" if name.startswith("shop") else "dev",
                    "PropagateAtLaunch": True,
                }
            ],
        )
        members = [world.ids[f"instance {instance}"] for instance in instances]
        moto.ask("autoscaling", region, "AttachInstances", AutoScalingGroupName=name, InstanceIds=members)
    if world.fact("asg.policy") != "none":
        _track_cpu(world, name, region)


def _notifications(world: World) -> None:
    if world.fact("asg.notifications") == "none":
        return
    for region in world.regions:
        for group in world.moto.ask("autoscaling", region, "DescribeAutoScalingGroups")["AutoScalingGroups"]:
            for kind in ("autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"):
                row = {
                    "AutoScalingGroupName": group["AutoScalingGroupName"],
                    "NotificationType": kind,
                    "TopicARN": world.arn("sns", region, "ops"),
                }
                world.rows("group-notifications", region).append(row)


def _activity(world: World, days_ago: float, instance: str) -> dict[str, Any]:
    began = world.ago(days_ago)
    return {
        "ActivityId": events.stable_uuid(f"activity {instance}"),
        "AutoScalingGroupName": "shop-web",
        "Description": f"Launching a new EC2 instance: {instance}",
        "Cause": "an instance was started in response to a difference between desired and actual capacity.",
        "StartTime": began,
        "EndTime": began,
        "StatusCode": "Successful",
        "Progress": 100,
    }


def _development(world: World) -> None:
    by_hand = world.fact("launch.dev-sandbox") == "console"
    launch(
        world,
        Launch(
            "dev-sandbox",
            30,
            "dev-subnet",
            ("dev-group",),
            events.CONSOLE_ALICE if by_hand else events.TERRAFORM,
            instance_type="t3.large",
            image=world.fact("images.age"),
            tags={"env": "dev", "owner": "alice"},
            profile=world.fact("profile.dev-sandbox") == "present",
            tokens=world.fact("imds.dev-sandbox"),
            encrypted=world.fact("volumes.dev-sandbox") == "encrypted",
            auto_recovery=world.fact("recovery.dev-sandbox"),
        ),
    )
    launch(
        world,
        Launch(
            "dev-builder",
            12,
            "dev-subnet",
            ("dev-group",),
            events.CLI_BOB,
            instance_type="t3.small",
            tags={"env": "dev", "owner": "bob"},
        ),
    )
    if world.fact("instances.stopped") != "never-was":
        spec = Launch(
            "dev-loadtest",
            380,
            "dev-subnet",
            ("dev-group",),
            events.CLI_BOB,
            image="old",
            tags={"env": "dev", "owner": "bob"},
        )
        instance = launch(world, spec)
        stopped_days_ago = 200 if world.fact("instances.stopped") == "long-ago" else 20
        with world.step("stop dev-loadtest", stopped_days_ago) as moto:
            moto.ask("ec2", REGION, "StopInstances", InstanceIds=[instance])


def _analytics(world: World) -> None:
    """One report in each of the other regions; in the default VPC where nobody took care."""
    where = "default" if world.fact("default-vpcs") == "used" else "analytics"
    for region, days_ago in (("eu-west-1", 104.0), ("us-west-2", 97.0)):
        launch(
            world,
            Launch(
                f"report-{region}",
                days_ago,
                f"{where}-subnet {region}",
                (f"analytics-group {region}",) if where == "analytics" else (f"default-group {region}",),
                events.CLI_BOB,
                region=region,
                instance_type="t3.medium",
                tags={"env": "dev", "owner": "bob"},
            ),
        )
    if world.fact("instances.untagged") == "present":
        launch(
            world,
            Launch(
                "untagged",
                60,
                "analytics-subnet us-west-2",
                ("analytics-group us-west-2",),
                events.CONSOLE_CAROL,
                region="us-west-2",
                instance_type="t3.small",
            ),
        )


def _storage(world: World) -> None:
    if world.fact("volumes.unattached") == "present":
        with world.step("unattached volume", 420) as moto:
            moto.ask(
                "ec2",
                REGION,
                "CreateVolume",
                AvailabilityZone=f"{REGION}a",
                Size=200,
                VolumeType="gp2",
                Encrypted=True,
                TagSpecifications=named("volume", Name="loadtest-data", env="dev"),
            )
    if world.fact("snapshots.orphaned") == "present":
        with world.step("orphaned snapshot", 500) as moto:
            zone = f"{REGION}a"
            volume = moto.ask("ec2", REGION, "CreateVolume", AvailabilityZone=zone, Size=80, Encrypted=True)["VolumeId"]
            moto.ask(
                "ec2",
                REGION,
                "CreateSnapshot",
                VolumeId=volume,
                Description="before the move to RDS",
                TagSpecifications=named("snapshot", Name="old-database", env="dev"),
            )
            moto.ask("ec2", REGION, "DeleteVolume", VolumeId=volume)
    proxy = world.ids["instance shop-db-proxy"]
    with world.step("weekly snapshot", 3) as moto:
        attached = [{"Name": "attachment.instance-id", "Values": [proxy]}]
        volume = moto.ask("ec2", REGION, "DescribeVolumes", Filters=attached)["Volumes"][0]["VolumeId"]
        moto.ask(
            "ec2",
            REGION,
            "CreateSnapshot",
            VolumeId=volume,
            Description="weekly",
            TagSpecifications=named("snapshot", Name="db-proxy", env="prod"),
        )
    default_on = world.regions if world.fact("ebs.encryption-default") == "all" else [REGION]
    for region in default_on:
        with world.step(f"encryption by default {region}", 800) as moto:
            moto.ask("ec2", region, "EnableEbsEncryptionByDefault")


def _sharing(world: World) -> None:
    for region in world.regions:
        snapshots = "block-all-sharing" if world.fact("sharing.snapshots") == "blocked" else "unblocked"
        images = "block-new-sharing" if world.fact("sharing.images") == "blocked" else "unblocked"
        world.rows("snapshot-block-public-access", region).append({"State": snapshots, "ManagedBy": "account"})
        row = {"ImageBlockPublicAccessState": images, "ManagedBy": "account"}
        world.rows("image-block-public-access", region).append(row)

"""A render farm as a review of 2020 described one: bursts of CPU and GPU instances in one account, in us-west-2.

Most of it comes from CloudFormation, the newer GPU nodes from Terraform, a few from people. Each fact `render.…` is
something that its reviewers wrote down; its second value is the twin in which it is otherwise.
"""

from __future__ import annotations

import json
from typing import Any

from ..world import World
from . import acls, compute, cost, events, identities, limits, network, stacks, telling
from .compute import Launch
from .events import Launcher, stable_uuid
from .identities import Person
from .network import named

REGION = "us-west-2"
HOME = "us-east-1"

MARC = Launcher("IAMUser", "marc", events.CONSOLE_ALICE.agent, "198.51.100.71", from_console=True)
NINA = Launcher("IAMUser", "nina", events.CLI_BOB.agent, "198.51.100.72")

# Facts that are not the farm's alone: it stands by itself; where it does not, it manages the organization that it belongs to.
FACTS = {"organization.seat": "management", "quotas.template": "no-organization", "root.access-keys": "none"}

# What is used, as steady level and peak of the last two weeks.
_USAGE = {
    REGION: {
        limits.VCPUS: (292.0, 1824.0),
        limits.GPUS: (240.0, 720.0),
        limits.BALANCERS: (1.0, 1.0),
        limits.TARGETS: (2.0, 2.0),
        "L-34B43A08": (64.0, 512.0),
        "L-B99A9384": (12.0, 40.0),
        "L-CDE20ADC": (1.0, 1.0),
    }
}
# GPU limits are raised a lot, and those of the burst too.
_APPLIED = {limits.VCPUS: 2048.0, limits.GPUS: 768.0, "L-34B43A08": 1024.0}

# Instances that ended long ago: how many days ago they were started, by whom, how many.
_PAST: tuple[tuple[float, Launcher, int], ...] = (
    (82, events.CLOUDFORMATION, 6),
    (64, events.CLOUDFORMATION, 8),
    (51, events.CLOUDFORMATION, 4),
    (37, events.TERRAFORM, 6),
    (36, MARC, 2),
    (19, events.TERRAFORM, 8),
)


def build(world: World) -> None:
    """The whole account."""
    limits.quotas(world, _applied, lambda region: _USAGE.get(region, {}))
    limits.request(world, REGION, limits.GPUS, 768.0, 70, "APPROVED")
    limits.request(world, REGION, limits.VCPUS, 2048.0, 75, "APPROVED")
    _network(world)
    _images(world)
    _farm(world)
    _stacks(world)
    _data(world)
    _alarms(world)
    _trail(world)
    _history(world)
    _config(world)
    _detectors(world)
    _people(world)
    _security_team(world)
    _cost(world)


def _applied(region: str, quota: limits.Quota) -> float:
    return _APPLIED.get(quota.code, quota.default) if region == REGION else quota.default


def _network(world: World) -> None:
    tags = {"project": "render"}
    with world.step("render network", 240) as moto:
        vpc = network.new_vpc(moto, REGION, "10.60", Name="render", **tags)
        a = network.new_subnet(moto, REGION, vpc, "10.60.1", "a", Name="render-a", **tags)
        b = network.new_subnet(moto, REGION, vpc, "10.60.2", "b", Name="render-b", **tags)
        gateway = network.new_internet(moto, REGION, vpc, Name="render", **tags)
        network.new_routes(moto, REGION, vpc, [a, b], {"GatewayId": gateway}, Name="render", **tags)
        nodes = network.new_group(moto, REGION, vpc, "render-nodes", network.tcp(4101, "10.60.0.0/16"), **tags)
        access = network.new_group(moto, REGION, vpc, "render-ssh", network.tcp(22, "0.0.0.0/0"), **tags)
    world.ids.update(
        {
            "render-vpc": vpc,
            "render-a": a,
            "render-b": b,
            "render-igw": gateway,
            "render-nodes": nodes,
            "render-ssh": access,
        }
    )
    if world.fact("render.acls") == "own":
        serves = [(4101, "10.60.0.0/16"), (22, "0.0.0.0/0")]
        acls.own_acl(world, REGION, "render", [a, b], block="10.60.0.0/16", serves=serves, env="render")


def _images(world: World) -> None:
    with world.step("render image", 95) as moto:
        world.ids[f"image recent {REGION}"] = moto.ask(
            "ec2",
            REGION,
            "RegisterImage",
            Name="render-node-2026-08",
            Architecture="x86_64",
            RootDeviceName="/dev/sda1",
            VirtualizationType="hvm",
            TagSpecifications=named("image", Name="render-node", project="render"),
        )["ImageId"]
    with world.step("render profile", 240) as moto:
        moto.ask("iam", HOME, "CreateInstanceProfile", InstanceProfileName="app")


def _node(name: str, days_ago: float, by: Launcher, kind: str, tags: dict[str, str], zone: str = "a") -> Launch:
    return Launch(
        name,
        days_ago,
        f"render-{zone}",
        ("render-nodes",),
        by,
        region=REGION,
        instance_type=kind,
        tags=tags,
        tokens="optional",
        encrypted=False,
    )


def _farm(world: World) -> None:
    """The burst group, the licence server, the GPU nodes."""
    owned = {"project": "render"}
    zones = ("a", "b") if world.fact("render.zones") == "two" else ("a", "a")
    members = [
        compute.launch(world, _node(f"burst-{n}", 0.8, events.AUTOSCALING, "c5.18xlarge", owned, zones[n % 2]))
        for n in range(4)
    ]
    _group(world, members, zones)
    in_stack = _of_stack(world, "render-license", "Server")
    compute.launch(world, _node("license", 80, events.CLOUDFORMATION, "m5.large", {**owned, **in_stack}))
    by_code = world.fact("render.launched-by") == "cloudformation"
    for n, (days_ago, by) in enumerate(((12.0, events.TERRAFORM), (12.0, events.TERRAFORM), (33.0, MARC), (5.0, NINA))):
        stack = _of_stack(world, "render-gpu", f"Node{n}") if by_code else {}
        tags = {**owned, **stack} if by_code or by is events.TERRAFORM else {}
        launcher = events.CLOUDFORMATION if by_code else by
        compute.launch(world, _node(f"gpu-{n}", days_ago, launcher, "g4dn.12xlarge", tags))
    for days_ago, by, count in _PAST:
        launcher = events.CLOUDFORMATION if by_code else by
        for n in range(count):
            gone = "i-0" + stable_uuid(f"gone {days_ago} {n}").replace("-", "")[:16]
            params = {
                "ImageId": world.ids[f"image recent {REGION}"],
                "InstanceType": "g4dn.12xlarge",
                "SubnetId": world.ids["render-a"],
            }
            events.run_instances(world, REGION, days_ago, launcher, gone, params)


def _of_stack(world: World, stack: str, logical_id: str) -> dict[str, str]:
    return {
        "aws:cloudformation:stack-name": stack,
        "aws:cloudformation:stack-id": stacks.stack_id(world, stack, REGION),
        "aws:cloudformation:logical-id": logical_id,
    }


def _group(world: World, members: list[str], zones: tuple[str, ...]) -> None:
    with world.step("burst group", 200) as moto:
        template = moto.ask(
            "ec2",
            REGION,
            "CreateLaunchTemplate",
            LaunchTemplateName="render-burst",
            LaunchTemplateData={
                "ImageId": world.ids[f"image recent {REGION}"],
                "InstanceType": "c5.18xlarge",
                "SecurityGroupIds": [world.ids["render-nodes"]],
            },
            TagSpecifications=named("launch-template", project="render"),
        )["LaunchTemplate"]["LaunchTemplateId"]
        world.ids["burst-template"] = template
        moto.ask(
            "autoscaling",
            REGION,
            "CreateAutoScalingGroup",
            AutoScalingGroupName="render-burst",
            MinSize=0,
            MaxSize=24,
            DesiredCapacity=0,
            VPCZoneIdentifier=",".join(dict.fromkeys(world.ids[f"render-{zone}"] for zone in zones)),
            HealthCheckType=world.fact("render.health-check"),
            HealthCheckGracePeriod=300,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
            Tags=[{"Key": "project", "Value": "render", "PropagateAtLaunch": True}],
        )
        moto.ask("autoscaling", REGION, "AttachInstances", AutoScalingGroupName="render-burst", InstanceIds=members)
    balancer = world.arn("elasticloadbalancing", REGION, "targetgroup/render-queue/6d0ecf831eec9f09")
    world.rows("groups", REGION).append({"AutoScalingGroupName": "render-burst", "TargetGroupARNs": [balancer]})


def _stacks(world: World) -> None:
    ids = world.ids
    stacks.new_stack(
        world,
        "render-network",
        240,
        {
            "Vpc": ("AWS::EC2::VPC", ids["render-vpc"]),
            "SubnetA": ("AWS::EC2::Subnet", ids["render-a"]),
            "SubnetB": ("AWS::EC2::Subnet", ids["render-b"]),
            "Nodes": ("AWS::EC2::SecurityGroup", ids["render-nodes"]),
        },
        region=REGION,
    )
    stacks.new_stack(
        world,
        "render-burst",
        200,
        {
            "Template": ("AWS::EC2::LaunchTemplate", ids["burst-template"]),
            "Group": ("AWS::AutoScaling::AutoScalingGroup", "render-burst"),
        },
        region=REGION,
    )
    server = {"Server": ("AWS::EC2::Instance", ids["instance license"])}
    stacks.new_stack(world, "render-license", 80, server, region=REGION)
    if world.fact("render.launched-by") == "cloudformation":
        nodes = {f"Node{n}": ("AWS::EC2::Instance", ids[f"instance gpu-{n}"]) for n in range(4)}
        stacks.new_stack(world, "render-gpu", 33, nodes, region=REGION)


def _data(world: World) -> None:
    """Textures and frames on a volume, and a snapshot of it that is half a year old."""
    with world.step("textures", 220) as moto:
        volume = moto.ask(
            "ec2",
            REGION,
            "CreateVolume",
            AvailabilityZone=f"{REGION}a",
            Size=4000,
            VolumeType="gp2",
            Encrypted=False,
            TagSpecifications=named("volume", Name="textures", project="render"),
        )["VolumeId"]
        server = world.ids["instance license"]
        moto.ask("ec2", REGION, "AttachVolume", VolumeId=volume, InstanceId=server, Device="/dev/xvdf")
    with world.step("textures snapshot", 180) as moto:
        about = named("snapshot", Name="textures", project="render")
        moto.ask("ec2", REGION, "CreateSnapshot", VolumeId=volume, Description="frames", TagSpecifications=about)


def _alarms(world: World) -> None:
    topic = world.arn("sns", REGION, telling.TOPIC)
    actions = [topic] if world.fact("render.alarms") == "sns" else []
    about = {"TargetGroup": "targetgroup/render-queue/6d0ecf831eec9f09"}
    for name, metric in (("queue-stalled", "UnHealthyHostCount"), ("frames-failing", "HTTPCode_Target_5XX_Count")):
        limits.alarm(world, REGION, name, "AWS/ApplicationELB", metric, actions, about)
    if world.fact("render.quotas") == "watched":
        for quota in limits.QUOTAS:
            if quota.code in _USAGE[REGION]:
                limits.quota_alarm(world, REGION, quota, topic)


def _trail(world: World) -> None:
    with world.step("render trail", 235) as moto:
        moto.ask(
            "s3",
            REGION,
            "CreateBucket",
            Bucket="render-trail",
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        arn = moto.ask(
            "cloudtrail",
            REGION,
            "CreateTrail",
            Name="render",
            S3BucketName="render-trail",
            IsMultiRegionTrail=True,
            IncludeGlobalServiceEvents=True,
            EnableLogFileValidation=True,
        )["TrailARN"]
        everything = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
        moto.ask("cloudtrail", REGION, "PutEventSelectors", TrailName="render", EventSelectors=everything)
        moto.ask("cloudtrail", REGION, "StartLogging", Name="render")
    row: dict[str, Any] = {"Name": "render", "TrailARN": arn}
    if world.fact("quotas.template") != "no-organization":
        row["IsOrganizationTrail"] = True
    if world.fact("render.trail") == "log-group":
        row["CloudWatchLogsLogGroupArn"] = world.arn("logs", REGION, "log-group:render-trail:*")
        row["CloudWatchLogsRoleArn"] = f"arn:aws:iam::{world.account}:role/CloudTrailToLogs"
        row["status"] = {"LatestCloudWatchLogsDeliveryTime": world.ago(0.003)}
    world.rows("trails", "aws-global").append(row)


def _history(world: World) -> None:
    for days_ago in (3, 14, 27, 48):
        events.sign_in(world, REGION, days_ago, MARC, mfa=False)
    events.sign_in(world, HOME, 9, events.ROOT, mfa=True)
    stack = {"stackName": "render-burst"}
    source = "cloudformation.amazonaws.com"
    events.record(world, REGION, 9, events.ROOT, source, "UpdateStack", key="root", requestParameters=stack)
    for n, days_ago in enumerate((84.0, 70.0, 58.0, 44.0)):
        events.record(
            world, REGION, days_ago, events.PIPELINE, source, "UpdateStack", key=str(n), requestParameters=stack
        )


def _config(world: World) -> None:
    if world.fact("render.config") == "on":
        for region in world.regions:
            with world.step(f"render recorder {region}", 100) as moto:
                group = {"allSupported": True, "includeGlobalResourceTypes": region == REGION}
                role = f"arn:aws:iam::{world.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
                recorder = {"name": "default", "roleARN": role, "recordingGroup": group}
                moto.ask("config", region, "PutConfigurationRecorder", ConfigurationRecorder=recorder)
                channel = {"name": "default", "s3BucketName": "render-trail"}
                moto.ask("config", region, "PutDeliveryChannel", DeliveryChannel=channel)
                moto.ask("config", region, "StartConfigurationRecorder", ConfigurationRecorderName="default")
    if world.fact("render.config-root") == "present":
        with world.step("render config rule", 90) as moto:
            rule = {
                "ConfigRuleName": "root-keys",
                "Source": {"Owner": "AWS", "SourceIdentifier": "IAM_ROOT_ACCESS_KEY_CHECK"},
            }
            moto.ask("config", REGION, "PutConfigRule", ConfigRule=rule)
        row = {"ConfigRuleName": "root-keys", "Compliance": {"ComplianceType": "COMPLIANT"}}
        world.rows("compliance", REGION).append(row)


def _detectors(world: World) -> None:
    if world.fact("render.guardduty") == "off":
        return
    for region in world.regions:
        with world.step(f"render detector {region}", 60) as moto:
            moto.ask("guardduty", region, "CreateDetector", Enable=True, FindingPublishingFrequency="ONE_HOUR")


def _people(world: World) -> None:
    """Two artists with passwords and keys of their own."""
    for name, age in (("marc", 230.0), ("nina", 140.0)):
        identities.user(world, Person(name, age, password_used=3, key=age - 1, key_used=5, mfa=False))
    for region in (REGION, HOME):
        telling.topic(world, region, confirmed=True)
    if world.fact("render.root-watch") == "event-rule":
        telling.root_rule(world, HOME)
    if world.fact("render.told") == "findings":
        with world.step("findings rule", 40) as moto:
            pattern = json.dumps({"source": ["aws.guardduty", "aws.securityhub"]})
            moto.ask("events", REGION, "PutRule", Name="findings", EventPattern=pattern, State="ENABLED")
            target = {"Id": "ops", "Arn": world.arn("sns", REGION, telling.TOPIC)}
            moto.ask("events", REGION, "PutTargets", Rule="findings", Targets=[target])


def _security_team(world: World) -> None:
    """What people outside the project have to look in with."""
    identities.role(world, "render-node", identities.allowing({"Service": "ec2.amazonaws.com"}), 230)
    if world.fact("render.security-access") == "role":
        trusted = identities.allowing({"AWS": f"arn:aws:iam::{identities.SECURITY}:root"})
        identities.role(world, "security-responder", trusted, 100)


def _cost(world: World) -> None:
    if world.fact("render.budget") == "told":
        cost.budget(world, "render", "60000.0", tells=True)
    if world.fact("render.anomalies") == "told":
        cost.anomaly_monitor(world)
    cost.cost_tags(world, cost.TAG_KEYS[:1] if world.fact("render.cost-tags") == "active" else ())

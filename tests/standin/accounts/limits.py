"""Quotas and how much of them is used, the increases asked for, and the alarms."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..world import Row, World
from .events import stable_uuid

HOME = "us-east-1"
TOPIC = "arn:aws:sns:{region}:111122223333:ops"

_SERVICES = {
    "account": "AWS Account Management",
    "autoscaling": "Amazon EC2 Auto Scaling",
    "cloudformation": "AWS CloudFormation",
    "cloudtrail": "AWS CloudTrail",
    "dynamodb": "Amazon DynamoDB",
    "ebs": "Amazon Elastic Block Store (Amazon EBS)",
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "fargate": "AWS Fargate",
    "guardduty": "Amazon GuardDuty",
    "iam": "AWS Identity and Access Management (IAM)",
    "kms": "AWS Key Management Service (AWS KMS)",
    "lambda": "AWS Lambda",
    "monitoring": "Amazon CloudWatch",
    "rds": "Amazon Relational Database Service (Amazon RDS)",
    "s3": "Amazon Simple Storage Service (Amazon S3)",
    "sns": "Amazon Simple Notification Service (Amazon SNS)",
    "sqs": "Amazon Simple Queue Service (Amazon SQS)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}


@dataclass(frozen=True)
class Quota:
    """One quota, the same in every region; `metric` holds the dimensions of its usage metric."""

    service: str
    code: str
    name: str
    default: float
    adjustable: bool = True
    unit: str = "None"
    metric: Mapping[str, str] | None = None
    everywhere: bool = False


def _resource(service: str, resource: str, kind: str = "None") -> dict[str, str]:
    return {"Service": service, "Type": "Resource", "Resource": resource, "Class": kind}


VCPUS = "L-1216C47A"
GPUS = "L-DB2E81BA"
TARGETS = "L-B22855CB"
BALANCERS = "L-53DA6B97"
USERS = "L-F55AF5E4"

QUOTAS = (
    Quota(
        "autoscaling",
        "L-CDE20ADC",
        "Auto Scaling groups per region",
        500,
        metric=_resource("AutoScaling", "NumberOfAutoScalingGroup"),
    ),
    Quota("autoscaling", "L-6B80B8FA", "Launch configurations per region", 200),
    Quota("cloudformation", "L-0485CB21", "Stack count", 2000),
    Quota("dynamodb", "L-F98FE922", "Maximum number of tables", 2500, metric=_resource("DynamoDB", "TableCount")),
    Quota("ebs", "L-309BACF6", "Snapshots per Region", 100000),
    Quota("ebs", "L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", 50),
    Quota("ebs", "L-D18FCD1D", "Storage for General Purpose SSD (gp2) volumes, in TiB", 50),
    Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5),
    Quota(
        "ec2",
        VCPUS,
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        5,
        metric=_resource("EC2", "vCPU", "Standard/OnDemand"),
    ),
    Quota(
        "ec2",
        "L-34B43A08",
        "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
        5,
        metric=_resource("EC2", "vCPU", "Standard/Spot"),
    ),
    Quota(
        "ec2", GPUS, "Running On-Demand G and VT instances", 0, metric=_resource("EC2", "vCPU", "G/OnDemand")
    ),
    Quota(
        "elasticloadbalancing",
        BALANCERS,
        "Application Load Balancers per Region",
        50,
        metric=_resource("Elastic Load Balancing", "ApplicationLoadBalancersPerRegion"),
    ),
    Quota(
        "elasticloadbalancing",
        TARGETS,
        "Target Groups per Region",
        3000,
        metric=_resource("Elastic Load Balancing", "TargetGroupsPerRegion"),
    ),
    Quota(
        "fargate",
        "L-3032A538",
        "Fargate On-Demand vCPU resource count",
        6,
        metric=_resource("Fargate", "vCPU", "Standard/OnDemand"),
    ),
    Quota("iam", "L-FE177D64", "Roles per account", 1000, everywhere=True),
    Quota(
        "iam",
        USERS,
        "Users per account",
        5000,
        adjustable=False,
        metric=_resource("IAM", "Users"),
        everywhere=True,
    ),
    Quota("lambda", "L-B99A9384", "Concurrent executions", 1000, metric=_resource("Lambda", "ConcurrentExecutions")),
    Quota("rds", "L-7B6409FD", "DB instances", 40),
    Quota("s3", "L-DC2B2D3D", "General purpose buckets", 10000, everywhere=True),
    Quota("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60),
    Quota("vpc", "L-A4707A72", "Internet gateways per Region", 5),
    Quota("vpc", "L-DF5E4CA3", "Network interfaces per Region", 5000),
    Quota("vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5),
    Quota("vpc", "L-F678F1CE", "VPCs per Region", 5),
)

# What is used, as steady level and peak of the last two weeks; what is not named is not used.
_USAGE: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "us-east-1": {
        "L-CDE20ADC": (1, 1),
        "L-F98FE922": (212, 212),
        VCPUS: (22, 29),
        BALANCERS: (14, 14),
        TARGETS: (61, 64),
        "L-B99A9384": (310, 640),
    },
    "us-west-2": {VCPUS: (4, 4), "L-B99A9384": (120, 260)},
    "eu-west-1": {VCPUS: (2, 2)},
}


def build(world: World) -> None:
    """Quotas first: the alarms watch their metrics."""
    quotas(world, functools.partial(_applied, world), functools.partial(_used, world))
    _requests(world)
    _automation(world)
    _quota_alarms(world)
    _application_metrics(world)
    _alarms(world)
    _composite(world)
    _overview(world)


def quotas(
    world: World, applied: Callable[[str, Quota], float], used: Callable[[str], Mapping[str, tuple[float, float]]]
) -> None:
    """Services, their quotas in each region as applied there, and the metrics of those that are used."""
    services = [{"ServiceCode": code, "ServiceName": name} for code, name in sorted(_SERVICES.items())]
    world.rows("quota-services", "aws-global").extend(services)
    for region in world.regions:
        for quota in QUOTAS:
            if quota.everywhere and region != HOME:
                continue
            value = applied(region, quota)
            world.rows("quotas", region).append({"default": quota.default, "quota": _row(world, region, quota, value)})
            usage = used(region).get(quota.code)
            if usage and quota.metric is not None:
                world.rows("metrics", region).append(
                    {
                        "namespace": "AWS/Usage",
                        "name": "ResourceCount",
                        "dimensions": dict(quota.metric),
                        "value": usage[0],
                        "peak": usage[1],
                        "quota": value,
                    }
                )


def _applied(world: World, region: str, quota: Quota) -> float:
    if quota.code == VCPUS:
        room = {"tight": 32.0, "ample": 256.0, "exhausted": 29.0}[world.fact("quotas.headroom")]
        return room if region == HOME else 64.0
    if quota.code == "L-B99A9384" and region == HOME:
        return 3000.0
    return quota.default


def _used(world: World, region: str) -> dict[str, tuple[float, float]]:
    used = dict(_USAGE[region])
    if region == HOME:
        users = 4710 if world.fact("quotas.fixed") == "near" else 42
        used[USERS] = (users, users)
    return used


def _row(world: World, region: str, quota: Quota, value: float) -> Row:
    row: Row = {
        "ServiceCode": quota.service,
        "ServiceName": _SERVICES[quota.service],
        "QuotaArn": world.arn("servicequotas", region, f"{quota.service}/{quota.code}"),
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(value),
        "Unit": quota.unit,
        "Adjustable": quota.adjustable,
        "GlobalQuota": quota.everywhere,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }
    if quota.metric is not None:
        row["UsageMetric"] = {
            "MetricNamespace": "AWS/Usage",
            "MetricName": "ResourceCount",
            "MetricDimensions": dict(quota.metric),
            "MetricStatisticRecommendation": "Maximum",
        }
    return row


def _requests(world: World) -> None:
    request(world, HOME, VCPUS, 32.0, 310, "APPROVED")
    request(world, HOME, "L-B99A9384", 3000.0, 205, "CASE_CLOSED")
    if world.fact("quotas.alarm-firing") == "answered":
        request(world, HOME, VCPUS, 64.0, 4, "PENDING")


def request(world: World, region: str, code: str, desired: float, days_ago: float, status: str) -> None:
    """One increase that somebody asked for."""
    quota = next(quota for quota in QUOTAS if quota.code == code)
    service = quota.service
    world.rows("quota-requests", region).append(
        {
            "Id": stable_uuid(f"request {code} {desired}").replace("-", ""),
            "ServiceCode": service,
            "ServiceName": _SERVICES[service],
            "QuotaCode": code,
            "QuotaName": quota.name,
            "DesiredValue": desired,
            "Status": status,
            "Created": world.ago(days_ago),
            "LastUpdated": world.ago(max(days_ago - 2, 0.5)),
            "Requester": f'{{"accountId":"{world.account}","callerArn":"arn:aws:iam::{world.account}:user/alice"}}',
            "QuotaArn": world.arn("servicequotas", region, f"{service}/{code}"),
            "GlobalQuota": False,
            "Unit": "None",
            "QuotaRequestedAtLevel": "ACCOUNT",
        }
    )


def _automation(world: World) -> None:
    kind = {"off": None, "notify": "NotifyOnly", "adjust": "NotifyAndAdjust"}[world.fact("quotas.automation")]
    if kind:
        for region in world.regions:
            world.rows("quota-automation", region).append(
                {
                    "OptInLevel": "ACCOUNT",
                    "OptInStatus": "ENABLED",
                    "OptInType": kind,
                    "NotificationArn": world.arn("notifications", "", "configuration/a01abc1234"),
                    "ExclusionList": {},
                }
            )
    if world.fact("quotas.template") == "associated":
        world.rows("quota-template", "aws-global").append(
            {
                "ServiceCode": "ec2",
                "ServiceName": _SERVICES["ec2"],
                "QuotaCode": VCPUS,
                "QuotaName": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
                "DesiredValue": 64.0,
                "AwsRegion": HOME,
                "Unit": "None",
                "GlobalQuota": False,
            }
        )


def _quota_alarms(world: World) -> None:
    which = world.fact("quotas.alarms")
    for region in world.regions:
        for quota in QUOTAS:
            used = quota.metric is not None and quota.code in _used(world, region)
            only = (region, quota.code) == (HOME, VCPUS)
            if which == "none" or not used or (which == "one" and not only):
                continue
            quota_alarm(world, region, quota, TOPIC.format(region=region))
    fires = world.fact("quotas.alarm-firing")
    if which != "none" and fires != "quiet":
        _state(world, HOME, f"quota-ec2-{VCPUS}", "ALARM", 30)


def quota_alarm(world: World, region: str, quota: Quota, topic: str) -> None:
    """An alarm at 80 % of a quota that tells a topic."""
    dimensions = [{"Name": key, "Value": value} for key, value in (quota.metric or {}).items()]
    metric = {"Namespace": "AWS/Usage", "MetricName": "ResourceCount", "Dimensions": dimensions}
    alarm = f"quota-{quota.service}-{quota.code}"
    with world.step(f"alarm {alarm} {region}", 150) as moto:
        moto.ask(
            "cloudwatch",
            region,
            "PutMetricAlarm",
            AlarmName=alarm,
            AlarmDescription=f"{quota.name}: https://wiki.example.com/quotas",
            ActionsEnabled=True,
            AlarmActions=[topic],
            EvaluationPeriods=1,
            Threshold=80.0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
            Metrics=[
                {
                    "Id": "usage",
                    "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Maximum"},
                    "ReturnData": False,
                },
                {"Id": "share", "Expression": "usage/SERVICE_QUOTA(usage)*100", "ReturnData": True},
            ],
        )


def _state(world: World, region: str, alarm: str, state: str, days_ago: float) -> None:
    with world.step(f"state of {alarm}", days_ago) as moto:
        moto.ask("cloudwatch", region, "SetAlarmState", AlarmName=alarm, StateValue=state, StateReason=state.lower())
    world.rows("alarm-transitions", region).append({"name": alarm, "at": world.ago(days_ago)})


def _application_metrics(world: World) -> None:
    plain = [("AWS/EC2", "CPUUtilization", {"InstanceId": world.ids["instance shop-db-proxy"]}, 37.0)]
    if world.fact("metrics.custom") == "present":
        plain.append(("Shop", "OrdersPlaced", {"Service": "api"}, 118.0))
    if world.fact("alarms.root-use") == "present":
        plain.append(("CloudTrailMetrics", "RootAccountUsage", {}, 0.0))
    if world.fact("metrics.agent") == "present":
        _agent_metrics(world)
    for namespace, name, dimensions, value in plain:
        row = {"namespace": namespace, "name": name, "dimensions": dimensions, "value": value}
        world.rows("metrics", HOME).append(row)


def _agent_metrics(world: World) -> None:
    for region in world.regions:
        for reservation in world.moto.ask("ec2", region, "DescribeInstances")["Reservations"]:
            for instance in reservation["Instances"]:
                about = {"InstanceId": instance["InstanceId"]}
                for name, value in (("mem_used_percent", 61.0), ("disk_used_percent", 44.0)):
                    row = {"namespace": "CWAgent", "name": name, "dimensions": about, "value": value}
                    world.rows("metrics", region).append(row)


def _overview(world: World) -> None:
    """The dashboard, and the detector that learnt what is normal."""
    if world.fact("dashboards") == "present":
        errors = world.arn("cloudwatch", HOME, "alarm:api-errors")
        widgets = [
            {
                "type": "metric",
                "properties": {"metrics": [["AWS/ApplicationELB", "RequestCount"]], "region": HOME},
            },
            {"type": "alarm", "properties": {"title": "Alarms", "alarms": [errors]}},
        ]
        with world.step("dashboard", 140) as moto:
            body = json.dumps({"widgets": widgets})
            moto.ask("cloudwatch", HOME, "PutDashboard", DashboardName="shop", DashboardBody=body)
    if world.fact("alarms.anomaly") == "trained":
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount", "Dimensions": [], "Stat": "Sum"}
        world.rows("anomaly-detectors", HOME).append(
            {**metric, "StateValue": "TRAINED", "SingleMetricAnomalyDetector": metric}
        )


def _alarms(world: World) -> None:
    sns = [TOPIC.format(region=HOME)]
    for_api = sns if world.fact("alarms.actions") == "sns" else []
    alarm(world, HOME, "api-errors", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", for_api)
    alarm(world, HOME, "api-latency", "AWS/ApplicationELB", "TargetResponseTime", for_api)
    alarm(world, HOME, "order-queue-age", "AWS/SQS", "ApproximateAgeOfOldestMessage", sns)
    alarm(
        world,
        HOME,
        "db-proxy-recovers",
        "AWS/EC2",
        "StatusCheckFailed_System",
        [f"arn:aws:automate:{HOME}:ec2:recover"],
        {"InstanceId": world.ids["instance shop-db-proxy"]},
    )
    _state(world, HOME, "api-latency", "OK", 260)
    _state(world, HOME, "db-proxy-recovers", "OK", 44)
    stale = world.fact("alarms.stale") == "firing"
    _state(world, HOME, "api-errors", "ALARM" if stale else "OK", 40)
    lacking = world.fact("alarms.data") == "lacking"
    _state(world, HOME, "order-queue-age", "INSUFFICIENT_DATA" if lacking else "OK", 95)
    if world.fact("alarms.root-use") == "present":
        alarm(world, HOME, "root-use", "CloudTrailMetrics", "RootAccountUsage", sns)
        _state(world, HOME, "root-use", "OK", 260)


def alarm(
    world: World,
    region: str,
    name: str,
    namespace: str,
    metric: str,
    actions: list[str],
    dimensions: Mapping[str, str] | None = None,
) -> None:
    """An alarm on one metric, which fires after a quarter of an hour above ten."""
    pairs: list[dict[str, Any]] = [{"Name": key, "Value": value} for key, value in (dimensions or {}).items()]
    with world.step(f"alarm {name}", 270) as moto:
        moto.ask(
            "cloudwatch",
            region,
            "PutMetricAlarm",
            AlarmName=name,
            Namespace=namespace,
            MetricName=metric,
            Dimensions=pairs,
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=3,
            Threshold=10.0,
            ComparisonOperator="GreaterThanThreshold",
            ActionsEnabled=True,
            AlarmActions=actions,
            Tags=[{"Key": "env", "Value": "prod"}],
        )


def _composite(world: World) -> None:
    changed = world.ago(260)
    world.rows("composite-alarms", HOME).append(
        {
            "AlarmName": "shop-is-unwell",
            "AlarmArn": world.arn("cloudwatch", HOME, "alarm:shop-is-unwell"),
            "AlarmRule": 'ALARM("order-queue-age")',
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC.format(region=HOME)],
            "OKActions": [],
            "InsufficientDataActions": [],
            "AlarmConfigurationUpdatedTimestamp": world.ago(265),
            "StateReason": "no child alarm is in ALARM",
            "StateReasonData": "{}",
            "StateTransitionedTimestamp": changed,
            "StateUpdatedTimestamp": changed,
            "StateValue": "OK",
        }
    )

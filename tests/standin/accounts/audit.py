"""What watches the account: the trail and its events, Config, GuardDuty, the contacts."""

from __future__ import annotations

from typing import Any

from ..world import World
from . import events
from .events import stable_uuid

HOME = "us-east-1"
BUCKET = "example-shop-audit"


def build(world: World) -> None:
    """Sets up everything that records, detects or is told."""
    with world.step("audit bucket", 900) as moto:
        moto.ask("s3", HOME, "CreateBucket", Bucket=BUCKET)
    _contacts(world)
    _trail(world)
    _history(world)
    _recorders(world)
    _rules(world)
    _conformance_pack(world)
    _detectors(world)
    _findings(world)


def _contacts(world: World) -> None:
    for kind in ("OPERATIONS", "BILLING", "SECURITY"):
        if world.fact(f"contacts.{kind.lower()}") == "missing":
            continue
        with world.step(f"contact {kind}", 600) as moto:
            moto.ask(
                "account",
                HOME,
                "PutAlternateContact",
                AlternateContactType=kind,
                Name="On call",
                Title="Team",
                EmailAddress=f"{kind.lower()}@example.com",
                PhoneNumber="+353 1 555 0101",
            )


def _trail(world: World) -> None:
    regional = world.fact("trail.regions") == "one"
    with world.step("trail", 880) as moto:
        arn = moto.ask(
            "cloudtrail",
            HOME,
            "CreateTrail",
            Name="main",
            S3BucketName=BUCKET,
            IsMultiRegionTrail=not regional,
            IncludeGlobalServiceEvents=True,
            EnableLogFileValidation=world.fact("trail.validation") == "on",
        )["TrailARN"]
        data: list[dict[str, Any]] = []
        if world.fact("trail.data-events") == "s3":
            data = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
        moto.ask(
            "cloudtrail",
            HOME,
            "PutEventSelectors",
            TrailName="main",
            EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": data}],
        )
        if world.fact("trail.insights") == "on":
            kinds = [{"InsightType": kind} for kind in ("ApiCallRateInsight", "ApiErrorRateInsight")]
            moto.ask("cloudtrail", HOME, "PutInsightSelectors", TrailName="main", InsightSelectors=kinds)
        moto.ask("cloudtrail", HOME, "StartLogging", Name="main")
    row: dict[str, Any] = {"Name": "main", "TrailARN": arn, "HasCustomEventSelectors": True}
    if world.fact("trail.kms") == "key":
        row["KmsKeyId"] = world.arn("kms", HOME, f"key/{stable_uuid('trail key')}")
    if world.fact("trail.cloudwatch-logs") == "group":
        row["CloudWatchLogsLogGroupArn"] = world.arn("logs", HOME, "log-group:cloudtrail:*")
        row["CloudWatchLogsRoleArn"] = f"arn:aws:iam::{world.account}:role/CloudTrailToLogs"
        row["status"] = {"LatestCloudWatchLogsDeliveryTime": world.ago(0.003)}
    if world.fact("trail.delivery") == "failing":
        failed = world.ago(16)
        row["status"] = {"LatestDeliveryError": "AccessDenied", "LatestDeliveryTime": failed}
    world.rows("trails", "aws-global").append(row)
    if world.fact("trail.logging") == "off":
        with world.step("trail stopped", 33) as moto:
            moto.ask("cloudtrail", HOME, "StopLogging", Name="main")


def _history(world: World) -> None:
    for days_ago in (2, 12, 31, 45, 66):
        events.sign_in(world, HOME, days_ago, events.CONSOLE_ALICE, mfa=True)
    if world.fact("sign-in.mfa") == "present":
        dave = events.Launcher("IAMUser", "dave", events.CONSOLE_ALICE.agent, "198.51.100.88", from_console=True)
        events.sign_in(world, HOME, 17, dave, mfa=False)
    if world.fact("root.activity") == "present":
        events.sign_in(world, HOME, 25, events.ROOT, mfa=True)
        events.record(
            world,
            HOME,
            25,
            events.ROOT,
            "rds.amazonaws.com",
            "ModifyDBInstance",
            requestParameters={"dBInstanceIdentifier": "orders", "applyImmediately": True},
        )
    if world.fact("network.by-hand") == "present":
        group = world.ids["dev-group"]
        item = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}
        events.record(
            world,
            HOME,
            29,
            events.CONSOLE_ALICE,
            "ec2.amazonaws.com",
            "AuthorizeSecurityGroupIngress",
            requestParameters={"groupId": group, "ipPermissions": {"items": [item]}},
            responseElements={"_return": True},
        )
    _changes(world)
    if world.fact("controls.by-hand") == "present":
        events.record(
            world,
            "us-west-2",
            51,
            events.CONSOLE_CAROL,
            "config.amazonaws.com",
            "StopConfigurationRecorder",
            requestParameters={"configurationRecorderName": "default"},
        )


def _changes(world: World) -> None:
    """Creations, deployments, restores and logins: most by automation, some by a person."""
    ci, console = events.TERRAFORM, events.CONSOLE_ALICE
    events.record(world, HOME, 33, ci, "sqs.amazonaws.com", "CreateQueue", requestParameters={"queueName": "orders"})
    functions = {"functionName": "resize-images"}
    events.record(
        world,
        HOME,
        21,
        events.CLOUDFORMATION,
        "lambda.amazonaws.com",
        "CreateFunction20150331",
        requestParameters=functions,
    )
    balancer, queue, table = {"name": "shop"}, {"queueName": "invoices"}, {"tableName": "carts"}
    by_stack = events.CLOUDFORMATION
    elb = "elasticloadbalancing.amazonaws.com"
    events.record(world, HOME, 41, by_stack, elb, "CreateLoadBalancer", requestParameters=balancer)
    events.record(world, HOME, 29, ci, "sqs.amazonaws.com", "CreateQueue", key="invoices", requestParameters=queue)
    events.record(world, HOME, 17, ci, "dynamodb.amazonaws.com", "CreateTable", requestParameters=table)
    trail = {"name": "main"}
    events.record(world, HOME, 61, by_stack, "cloudtrail.amazonaws.com", "UpdateTrail", requestParameters=trail)
    databases = {"none": 0, "present": 1, "mostly": 8}[world.fact("creations.by-hand")]
    for n in range(databases):
        database = {"dBInstanceIdentifier": f"orders-copy-{n}" if n else "orders-copy", "engine": "postgres"}
        events.record(world, HOME, 14 + n, console, "rds.amazonaws.com", "CreateDBInstance", requestParameters=database)
    app_group = {"groupId": world.ids["prod-app-group"]}
    for days_ago in (76, 62, 47, 34):
        events.record(
            world,
            HOME,
            days_ago,
            events.CLOUDFORMATION,
            "ec2.amazonaws.com",
            "AuthorizeSecurityGroupIngress",
            key="app group",
            requestParameters=app_group,
        )
    pipeline = events.PIPELINE
    always = world.fact("deployments.by") == "console-always"
    for n, days_ago in enumerate((80.0, 66.0, 52.0, 38.0, 24.0, 10.0)):
        stack = {"stackName": "shop-api" if n % 2 else "shop-web"}
        events.record(
            world,
            HOME,
            days_ago,
            console if always else pipeline,
            "cloudformation.amazonaws.com",
            "UpdateStack",
            requestParameters=stack,
        )
    latest_by = {"console": console, "console-always": console, "cli": events.CLI_BOB, "pipeline": pipeline}
    by = latest_by[world.fact("deployments.by")]
    latest = {"stackName": "shop-web"}
    events.record(world, HOME, 6, by, "cloudformation.amazonaws.com", "UpdateStack", requestParameters=latest)
    if world.fact("backups.restored") == "present":
        source = {"dBSnapshotIdentifier": "orders-2026-10-01", "dBInstanceIdentifier": "orders-rehearsal"}
        restore = "RestoreDBInstanceFromDBSnapshot"
        events.record(world, HOME, 48, pipeline, "rds.amazonaws.com", restore, requestParameters=source)
    if world.fact("logins.interactive") == "present":
        target = {"target": world.ids["instance shop-db-proxy"]}
        events.record(world, HOME, 8, events.CLI_BOB, "ssm.amazonaws.com", "StartSession", requestParameters=target)


def _recorders(world: World) -> None:
    recording = world.regions if world.fact("config.regions") == "all" else [HOME]
    for region in recording:
        with world.step(f"recorder {region}", 700) as moto:
            recorder = {
                "name": "default",
                "roleARN": f"arn:aws:iam::{world.account}:role/aws-service-role/config.amazonaws.com/"
                "AWSServiceRoleForConfig",
                "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": region == HOME},
            }
            moto.ask("config", region, "PutConfigurationRecorder", ConfigurationRecorder=recorder)
            channel = {"name": "default", "s3BucketName": BUCKET}
            moto.ask("config", region, "PutDeliveryChannel", DeliveryChannel=channel)
            moto.ask("config", region, "StartConfigurationRecorder", ConfigurationRecorderName="default")
    if world.fact("config.delivery") == "failing":
        world.rows("recorder-status", HOME).append(
            {
                "lastStatus": "FAILURE",
                "lastErrorCode": "InsufficientDeliveryPolicyException",
                "lastErrorMessage": f"Insufficient delivery policy to s3 bucket: {BUCKET}",
                "lastStatusChangeTime": world.ago(14),
            }
        )


_RULES = {
    "encrypted-volumes": ("ENCRYPTED_VOLUMES", "AWS::EC2::Volume"),
    "required-tags": ("REQUIRED_TAGS", "AWS::EC2::Instance"),
    "restricted-ssh": ("INCOMING_SSH_DISABLED", "AWS::EC2::SecurityGroup"),
}


def _rules(world: World) -> None:
    found = world.fact("config.rules")
    if found == "none":
        return
    rules = dict(_RULES)
    if world.fact("config.owner-tag") == "present":
        rules["owner-tag"] = ("REQUIRED_TAGS", "AWS::EC2::Volume")
    for name, (identifier, resource_type) in rules.items():
        with world.step(f"rule {name}", 600) as moto:
            rule: dict[str, Any] = {
                "ConfigRuleName": name,
                "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
                "Scope": {"ComplianceResourceTypes": [resource_type]},
            }
            if identifier == "REQUIRED_TAGS":
                rule["InputParameters"] = '{"tag1Key":"%s"}' % ("owner" if name == "owner-tag" else "env")
            moto.ask("config", HOME, "PutConfigRule", ConfigRule=rule)
        compliance: dict[str, Any] = {"ComplianceType": "COMPLIANT"}
        if found == "non-compliant" and identifier != "REQUIRED_TAGS":
            count = {"CappedCount": 2 if name == "encrypted-volumes" else 1, "CapExceeded": False}
            compliance = {"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": count}
        world.rows("compliance", HOME).append({"ConfigRuleName": name, "Compliance": compliance})
    if world.fact("config.remediation") == "automatic":
        world.rows("remediations", HOME).append(
            {
                "ConfigRuleName": "restricted-ssh",
                "TargetType": "SSM_DOCUMENT",
                "TargetId": "AWS-DisablePublicAccessForSecurityGroup",
                "Automatic": True,
                "MaximumAutomaticAttempts": 5,
                "RetryAttemptSeconds": 60,
                "Arn": world.arn("config", HOME, "remediation-configuration/restricted-ssh/5c1f"),
            }
        )


def _conformance_pack(world: World) -> None:
    if world.fact("config.conformance-pack") == "none":
        return
    name, pack_id = "operational-best-practices", "conformance-pack-4f2d8a1c6"
    arn = world.arn("config", HOME, f"conformance-pack/{name}/{pack_id}")
    deployed = world.ago(120)
    row = {
        "name": name,
        "detail": {
            "ConformancePackName": name,
            "ConformancePackArn": arn,
            "ConformancePackId": pack_id,
            "DeliveryS3Bucket": "",
            "LastUpdateRequestedTime": deployed,
        },
        "status": {
            "ConformancePackName": name,
            "ConformancePackId": pack_id,
            "ConformancePackArn": arn,
            "ConformancePackState": "CREATE_COMPLETE",
            "StackArn": world.arn("cloudformation", HOME, f"stack/awsconfigconforms-{name}/{stable_uuid(name)}"),
            "LastUpdateRequestedTime": deployed,
            "LastUpdateCompletedTime": deployed,
        },
        "summary": {"ConformancePackName": name, "ConformancePackComplianceStatus": "COMPLIANT"},
    }
    world.rows("conformance-packs", HOME).append(row)


def _detectors(world: World) -> None:
    for region in world.regions:
        state = world.fact("guardduty.eu-west-1") if region == "eu-west-1" else "enabled"
        if state == "absent":
            continue
        everything = world.fact("guardduty.protections") == "all"
        on = "ENABLED" if everything else "DISABLED"
        agents = [{"Name": "EC2_AGENT_MANAGEMENT", "Status": on}]
        with world.step(f"detector {region}", 640) as moto:
            detector = moto.ask(
                "guardduty",
                region,
                "CreateDetector",
                Enable=state == "enabled",
                FindingPublishingFrequency="SIX_HOURS",
                Features=[
                    {"Name": "S3_DATA_EVENTS", "Status": "ENABLED"},
                    {"Name": "EBS_MALWARE_PROTECTION", "Status": on},
                    {"Name": "RDS_LOGIN_EVENTS", "Status": on},
                    {"Name": "LAMBDA_NETWORK_LOGS", "Status": on},
                    {"Name": "EKS_AUDIT_LOGS", "Status": on},
                    {"Name": "RUNTIME_MONITORING", "Status": on, "AdditionalConfiguration": agents},
                ],
            )["DetectorId"]
        world.ids[f"detector {region}"] = detector
        if world.fact("guardduty.destination") == "s3":
            key = world.arn("kms", region, f"key/{stable_uuid('findings key')}")
            world.rows("publishing-destinations", region).append(
                {
                    "DestinationId": stable_uuid(f"destination {region}").replace("-", ""),
                    "DestinationType": "S3",
                    "Status": "PUBLISHING",
                    "PublishingFailureStartTimestamp": 0,
                    "DestinationProperties": {"DestinationArn": f"arn:aws:s3:::{BUCKET}", "KmsKeyArn": key},
                }
            )


def _findings(world: World) -> None:
    """Low ones wherever GuardDuty is on; the high ones are the fact."""
    _finding(world, "us-west-2", "Recon:EC2/PortProbeUnprotectedPort", 2.0, created=9, updated=1, archived=False)
    _finding(world, HOME, "Policy:IAMUser/RootCredentialUsage", 2.0, created=25, updated=25, archived=True)
    age = {"old": (64.0, 1.0), "new": (2.0, 1.0), "none": None}[world.fact("guardduty.findings")]
    if age is None:
        return
    created, updated = age
    for kind in ("UnauthorizedAccess:EC2/SSHBruteForce", "CryptoCurrency:EC2/BitcoinTool.B!DNS"):
        _finding(world, HOME, kind, 8.0, created=created, updated=updated, archived=False)


def _finding(
    world: World, region: str, kind: str, severity: float, *, created: float, updated: float, archived: bool
) -> None:
    detector = world.ids[f"detector {region}"]
    finding_id = stable_uuid(f"finding {kind} {region}").replace("-", "")
    instance = world.ids["instance dev-sandbox" if region == HOME else f"instance report-{region}"]
    world.rows("findings", region).append(
        {
            "AccountId": world.account,
            "Arn": world.arn("guardduty", region, f"detector/{detector}/finding/{finding_id}"),
            "CreatedAt": _time(world, created),
            "Description": "An example of a finding.",
            "Id": finding_id,
            "Partition": "aws",
            "Region": region,
            "Resource": {"ResourceType": "Instance", "InstanceDetails": {"InstanceId": instance}},
            "SchemaVersion": "2.0",
            "Service": {
                "Archived": archived,
                "Count": 12,
                "DetectorId": detector,
                "EventFirstSeen": _time(world, created),
                "EventLastSeen": _time(world, updated),
                "ResourceRole": "TARGET",
                "ServiceName": "guardduty",
            },
            "Severity": severity,
            "Title": f"{kind} on {instance}",
            "Type": kind,
            "UpdatedAt": _time(world, updated),
        }
    )


def _time(world: World, days_ago: float) -> str:
    return world.ago(days_ago).strftime("%Y-%m-%dT%H:%M:%S.000Z")

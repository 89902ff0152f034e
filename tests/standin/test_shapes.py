"""Every operation that a collector calls, asked of every account, page by page.

The stand-in holds each of its answers against botocore's models and answers 500 where one does not fit,
so that an answer at all is most of the test.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from . import apis, shapes
from .conftest import StandIn
from .encode import Reply

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")

# Operation, with what it takes; {} where it takes nothing.
PLAIN: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "GetCallerIdentity", {}),
    ("account", "GetContactInformation", {}),
    ("ec2", "DescribeRegions", {"AllRegions": True}),
    ("ec2", "DescribeInstances", {}),
    ("ec2", "DescribeInstanceTypes", {"InstanceTypes": ["m6i.large", "t3.small"]}),
    ("ec2", "DescribeVpcs", {}),
    ("ec2", "DescribeFlowLogs", {}),
    ("ec2", "DescribeSecurityGroups", {}),
    ("ec2", "DescribeVolumes", {}),
    ("ec2", "DescribeSubnets", {}),
    ("ec2", "DescribeRouteTables", {}),
    ("ec2", "DescribeNatGateways", {}),
    ("ec2", "DescribeVpcEndpoints", {}),
    ("ec2", "DescribeVpcPeeringConnections", {}),
    ("ec2", "DescribeTransitGatewayAttachments", {}),
    ("ec2", "DescribeAddresses", {}),
    ("ec2", "DescribeNetworkAcls", {}),
    ("ec2", "DescribeNetworkInterfaces", {}),
    ("ec2", "DescribeManagedPrefixLists", {}),
    ("ec2", "DescribeSnapshots", {"OwnerIds": ["self"]}),
    ("ec2", "DescribeImages", {"Owners": ["self"]}),
    ("ec2", "GetEbsEncryptionByDefault", {}),
    ("ec2", "GetInstanceMetadataDefaults", {}),
    ("ec2", "GetSnapshotBlockPublicAccessState", {}),
    ("ec2", "GetImageBlockPublicAccessState", {}),
    ("ec2", "GetAllowedImagesSettings", {}),
    ("ec2", "DescribeLaunchTemplates", {}),
    ("ec2", "DescribeLaunchTemplateVersions", {"Versions": ["$Latest", "$Default"]}),
    ("cloudtrail", "DescribeTrails", {}),
    ("cloudtrail", "ListEventDataStores", {}),
    ("cloudtrail", "LookupEvents", {}),
    ("config", "DescribeConfigurationRecorders", {}),
    ("config", "DescribeConfigurationRecorderStatus", {}),
    ("config", "ListConfigurationRecorders", {}),
    ("config", "DescribeDeliveryChannels", {}),
    ("config", "DescribeDeliveryChannelStatus", {}),
    ("config", "DescribeConfigRules", {}),
    ("config", "DescribeConfigRuleEvaluationStatus", {}),
    ("config", "DescribeComplianceByConfigRule", {}),
    ("config", "DescribeConfigurationAggregators", {}),
    ("config", "DescribeConformancePacks", {}),
    ("config", "DescribeConformancePackStatus", {}),
    ("guardduty", "ListDetectors", {}),
    ("iam", "GetAccountSummary", {}),
    ("iam", "GenerateCredentialReport", {}),
    ("iam", "ListRoles", {}),
    ("organizations", "DescribeOrganization", {}),
    ("organizations", "ListDelegatedAdministrators", {}),
    ("service-quotas", "ListServices", {}),
    ("service-quotas", "ListRequestedServiceQuotaChangeHistory", {}),
    ("service-quotas", "GetAutoManagementConfiguration", {}),
    ("cloudwatch", "DescribeAlarms", {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
    ("cloudwatch", "ListMetrics", {}),
    ("cloudwatch", "ListDashboards", {}),
    ("cloudwatch", "DescribeAnomalyDetectors", {}),
    ("cloudwatch", "ListAlarmMuteRules", {}),
    ("cloudformation", "DescribeStacks", {}),
    ("cloudformation", "ListStacks", {}),
    ("autoscaling", "DescribeAutoScalingGroups", {}),
    ("autoscaling", "DescribePolicies", {}),
    ("autoscaling", "DescribeScheduledActions", {}),
    ("autoscaling", "DescribeNotificationConfigurations", {}),
    ("autoscaling", "DescribeLaunchConfigurations", {}),
    ("autoscaling", "DescribeScalingActivities", {}),
    ("budgets", "DescribeBudgets", {"AccountId": "111122223333"}),
    ("ce", "GetAnomalyMonitors", {}),
    ("ce", "GetAnomalySubscriptions", {}),
    ("ce", "ListCostAllocationTags", {}),
    ("events", "ListRules", {"EventBusName": "default"}),
    ("logs", "DescribeMetricFilters", {}),
    ("sns", "ListTopics", {}),
    ("sns", "ListSubscriptions", {}),
]


@pytest.fixture(scope="session", params=["demo", "sound", "empty"])
def account(request: pytest.FixtureRequest, start: Callable[..., StandIn]) -> StandIn:
    """Each account, with small pages."""
    return start("--account", request.param, "--page-size", "2")


def ask(standin: StandIn, service: str, operation: str, region: str = "us-east-1", **params: Any) -> list[Any]:
    """All pages of an operation's answer."""
    client = standin.client(service, region)
    method = _method(client, operation)
    if not client.can_paginate(method):
        return [getattr(client, method)(**params)]
    return list(client.get_paginator(method).paginate(**params))


def items(pages: list[Any], key: str) -> list[Any]:
    """What all pages hold under a key."""
    return [item for page in pages for item in page.get(key, [])]


def code(standin: StandIn, service: str, operation: str, region: str = "us-east-1", **params: Any) -> str:
    """The code of the error that an operation is answered with."""
    with pytest.raises(ClientError) as refused:
        ask(standin, service, operation, region, **params)
    return str(refused.value.response["Error"]["Code"])


def _method(client: Any, operation: str) -> str:
    return str(next(method for method, name in client.meta.method_to_api_mapping.items() if name == operation))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(("service", "operation", "params"), PLAIN, ids=[f"{s}-{o}" for s, o, _ in PLAIN])
def test_operation_answers_in_wire_shape(
    account: StandIn, service: str, operation: str, params: dict[str, Any], region: str
) -> None:
    assert ask(account, service, operation, region, **params)


def test_pages_add_up_to_the_whole(demo: StandIn, start: Callable[..., StandIn]) -> None:
    whole = start("--account", "demo")
    for service, operation, key in (
        ("ec2", "DescribeInstances", "Reservations"),
        ("cloudtrail", "LookupEvents", "Events"),
        ("service-quotas", "ListServices", "Services"),
        ("cloudformation", "DescribeStacks", "Stacks"),
    ):
        pages = ask(demo, service, operation)
        assert len(pages) > 1, operation
        assert items(pages, key) == items(ask(whole, service, operation), key)


def test_composite_alarms_follow_the_others(demo: StandIn) -> None:
    pages = ask(demo, "cloudwatch", "DescribeAlarms", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert items(pages, "CompositeAlarms")
    assert len(items(pages, "MetricAlarms")) >= 5


@pytest.mark.parametrize("region", REGIONS)
def test_trails_one_by_one(account: StandIn, region: str) -> None:
    for trail in items(ask(account, "cloudtrail", "DescribeTrails", region), "trailList"):
        arn = trail["TrailARN"]
        assert ask(account, "cloudtrail", "GetTrailStatus", region, Name=arn)
        assert ask(account, "cloudtrail", "GetEventSelectors", region, TrailName=arn)


def test_trail_without_insights_says_so(demo: StandIn, start: Callable[..., StandIn]) -> None:
    assert code(demo, "cloudtrail", "GetInsightSelectors", TrailName="main") == "InsightNotEnabledException"
    sound = start("--account", "sound", "--page-size", "2")
    assert ask(sound, "cloudtrail", "GetInsightSelectors", TrailName="main")[0]["InsightSelectors"]


@pytest.mark.parametrize("region", REGIONS)
def test_guardduty_one_by_one(account: StandIn, region: str) -> None:
    for detector in items(ask(account, "guardduty", "ListDetectors", region), "DetectorIds"):
        ours = {"DetectorId": detector}
        assert ask(account, "guardduty", "GetDetector", region, **ours)[0]["Features"]
        ask(account, "guardduty", "GetAdministratorAccount", region, **ours)
        ask(account, "guardduty", "ListMembers", region, **ours)
        for row in items(ask(account, "guardduty", "ListPublishingDestinations", region, **ours), "Destinations"):
            one = {**ours, "DestinationId": row["DestinationId"]}
            assert ask(account, "guardduty", "DescribePublishingDestination", region, **one)
        ids = items(ask(account, "guardduty", "ListFindings", region, **ours), "FindingIds")
        found = ask(account, "guardduty", "GetFindings", region, **ours, FindingIds=ids)[0]["Findings"] if ids else []
        assert len(found) == len(ids)
        count = {"FindingStatisticTypes": ["COUNT_BY_SEVERITY"]}
        ask(account, "guardduty", "GetFindingsStatistics", region, **ours, **count)
        ask(account, "guardduty", "GetFindingsStatistics", region, **ours, GroupBy="SEVERITY")


def test_finding_criteria_select(demo: StandIn) -> None:
    detector = ask(demo, "guardduty", "ListDetectors")[0]["DetectorIds"][0]
    month_ago = int((NOW - datetime.timedelta(days=30)).timestamp() * 1000)

    def high(**when: dict[str, int]) -> list[Any]:
        open_and_high = {"service.archived": {"Equals": ["false"]}, "severity": {"GreaterThanOrEqual": 7}}
        criteria = {"Criterion": {**open_and_high, **when}}
        return items(ask(demo, "guardduty", "ListFindings", DetectorId=detector, FindingCriteria=criteria), "FindingIds")

    # First seen 64 days ago, and again yesterday.
    assert len(high(createdAt={"LessThan": month_ago})) == 2
    assert len(high(updatedAt={"GreaterThan": month_ago})) == 2
    assert high(updatedAt={"LessThan": month_ago}) == []
    assert code(demo, "guardduty", "GetDetector", DetectorId="0" * 32) == "BadRequestException"


@pytest.mark.parametrize("region", REGIONS)
def test_quotas_service_by_service(account: StandIn, region: str) -> None:
    for service in items(ask(account, "service-quotas", "ListServices", region), "Services"):
        one = {"ServiceCode": service["ServiceCode"]}
        applied = items(ask(account, "service-quotas", "ListServiceQuotas", region, **one), "Quotas")
        defaults = items(ask(account, "service-quotas", "ListAWSDefaultServiceQuotas", region, **one), "Quotas")
        assert [row["QuotaCode"] for row in applied] == [row["QuotaCode"] for row in defaults]
    assert code(account, "service-quotas", "ListServiceQuotas", region, ServiceCode="none") == "NoSuchResourceException"


def test_quota_template(demo: StandIn, start: Callable[..., StandIn]) -> None:
    listing = "ListServiceQuotaIncreaseRequestsInTemplate"
    assert code(demo, "service-quotas", listing) == "ServiceQuotaTemplateNotInUseException"
    elsewhere = code(demo, "service-quotas", "GetAssociationForServiceQuotaTemplate", "eu-west-1")
    assert elsewhere == "TemplatesNotAvailableInRegionException"
    sound = start("--account", "sound", "--page-size", "2")
    assert ask(sound, "service-quotas", "GetAssociationForServiceQuotaTemplate")
    assert items(ask(sound, "service-quotas", listing), "ServiceQuotaIncreaseRequestInTemplateList")


@pytest.mark.parametrize("region", REGIONS)
def test_usage_of_quotas(account: StandIn, region: str) -> None:
    metrics = items(ask(account, "cloudwatch", "ListMetrics", region, Namespace="AWS/Usage"), "Metrics")
    if not metrics:
        return
    queries = [
        {"Id": f"m{n}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Maximum"}}
        for n, metric in enumerate(metrics)
    ]
    window = {"StartTime": NOW - datetime.timedelta(days=14), "EndTime": NOW}
    pages = ask(account, "cloudwatch", "GetMetricData", region, MetricDataQueries=queries, **window)
    results = items(pages, "MetricDataResults")
    assert len(results) == len(queries)
    assert all(max(result["Values"]) > 0 for result in results)


@pytest.mark.parametrize("region", REGIONS)
def test_stacks_one_by_one(account: StandIn, region: str) -> None:
    for stack in items(ask(account, "cloudformation", "DescribeStacks", region), "Stacks"):
        one = {"StackName": stack["StackId"]}
        ask(account, "cloudformation", "ListStackResources", region, **one)
        ask(account, "cloudformation", "DescribeStackResources", region, **one)
        ask(account, "cloudformation", "DescribeStackResourceDrifts", region, **one)
        assert ask(account, "cloudformation", "DescribeStackEvents", region, **one)
        assert ask(account, "cloudformation", "DescribeStacks", region, **one)


def test_credential_report(account: StandIn) -> None:
    while ask(account, "iam", "GenerateCredentialReport")[0]["State"] != "COMPLETE":
        pass
    report = ask(account, "iam", "GetCredentialReport")[0]
    users = list(csv.DictReader(io.StringIO(report["Content"].decode())))
    assert users[0]["user"] == "<root_account>"
    assert all(None not in user and None not in user.values() for user in users)
    summary = ask(account, "iam", "GetAccountSummary")[0]["SummaryMap"]
    assert summary["Users"] == len(users) - 1
    assert summary["MFADevicesInUse"] == sum(user["mfa_active"] == "true" for user in users[1:])
    assert summary["AccountMFAEnabled"] == (users[0]["mfa_active"] == "true")
    assert summary["AccountAccessKeysPresent"] == (users[0]["access_key_1_active"] == "true")


def test_a_report_that_nobody_asked_for_is_not_there(start: Callable[..., StandIn]) -> None:
    fresh = start("--account", "empty", "--set", "root.mfa=off")
    assert code(fresh, "iam", "GetCredentialReport") == "ReportNotPresent"
    assert ask(fresh, "iam", "GenerateCredentialReport")[0]["State"] == "STARTED"


def test_roles_by_whom_they_let_in(demo: StandIn, start: Callable[..., StandIn]) -> None:
    def principals(standin: StandIn) -> dict[str, Any]:
        roles = items(ask(standin, "iam", "ListRoles"), "Roles")
        return {role["RoleName"]: role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] for role in roles}

    sound = start("--account", "sound", "--page-size", "2")
    told = principals(demo)
    assert told.pop("partner-monitoring") == {"AWS": "arn:aws:iam::555566667777:root"}
    assert told == principals(sound)
    assert "Federated" in told["Deploy"]


def test_organization_by_seat(account: StandIn, start: Callable[..., StandIn]) -> None:
    for row in items(ask(account, "organizations", "ListDelegatedAdministrators"), "DelegatedAdministrators"):
        of = {"AccountId": row["Id"]}
        assert items(ask(account, "organizations", "ListDelegatedServicesForAccount", **of), "DelegatedServices")
    unknown = {"AccountId": "000000000000"}
    refusal = code(account, "organizations", "ListDelegatedServicesForAccount", **unknown)
    assert refusal == "AccountNotRegisteredException"

    def master(standin: StandIn) -> str:
        return str(ask(standin, "organizations", "DescribeOrganization")[0]["Organization"]["MasterAccountId"])

    member = start("--account", "empty", "--set", "organization.seat=member")
    assert master(member) != "111122223333"
    assert code(member, "organizations", "ListDelegatedAdministrators") == "AccessDeniedException"
    management = start("--account", "empty", "--set", "organization.seat=management")
    assert master(management) == "111122223333"
    alone = start("--account", "empty", "--set", "quotas.template=no-organization")
    for operation in ("DescribeOrganization", "ListDelegatedAdministrators"):
        assert code(alone, "organizations", operation) == "AWSOrganizationsNotInUseException"


def test_conformance_pack(start: Callable[..., StandIn]) -> None:
    sound = start("--account", "sound", "--page-size", "2")
    names = [
        row["ConformancePackName"]
        for row in ask(sound, "config", "DescribeConformancePacks")[0]["ConformancePackDetails"]
    ]
    pages = ask(sound, "config", "GetConformancePackComplianceSummary", ConformancePackNames=names)
    assert items(pages, "ConformancePackComplianceSummaryList")
    remedies = ask(sound, "config", "DescribeRemediationConfigurations", ConfigRuleNames=["encrypted-volumes"])
    assert remedies


def test_budgets_one_by_one(demo: StandIn, start: Callable[..., StandIn]) -> None:
    ours = {"AccountId": "111122223333"}
    assert not items(ask(demo, "budgets", "DescribeBudgets", **ours), "Budgets")
    one = {**ours, "BudgetName": "shop-monthly"}
    assert code(demo, "budgets", "DescribeNotificationsForBudget", **one) == "NotFoundException"
    silent = start("--set", "budgets=silent")
    assert not items(ask(silent, "budgets", "DescribeNotificationsForBudget", **one), "Notifications")
    sound = start("--account", "sound", "--page-size", "2")
    notifications = items(ask(sound, "budgets", "DescribeNotificationsForBudget", **one), "Notifications")
    assert [row["NotificationType"] for row in notifications] == ["ACTUAL", "FORECASTED"]
    subscribers = "DescribeSubscribersForNotification"
    for row in notifications:
        assert items(ask(sound, "budgets", subscribers, **one, Notification=row), "Subscribers")
    other = {**notifications[0], "Threshold": 1.0}
    assert code(sound, "budgets", subscribers, **one, Notification=other) == "NotFoundException"


def test_anomalies_are_told(start: Callable[..., StandIn]) -> None:
    sound = start("--account", "sound", "--page-size", "2")
    monitors = items(ask(sound, "ce", "GetAnomalyMonitors"), "AnomalyMonitors")
    told = items(ask(sound, "ce", "GetAnomalySubscriptions"), "AnomalySubscriptions")
    assert [row["MonitorArn"] for row in monitors] == told[0]["MonitorArnList"]


def test_network_acls_end_in_a_refusal(demo: StandIn, start: Callable[..., StandIn]) -> None:
    for standin, own in ((demo, 0), (start("--account", "sound", "--page-size", "2"), 2)):
        acls = items(ask(standin, "ec2", "DescribeNetworkAcls"), "NetworkAcls")
        assert len([acl for acl in acls if not acl["IsDefault"] and acl["Associations"]]) == own
        for acl in acls:
            last = [entry for entry in acl["Entries"] if entry["RuleNumber"] == 32767]
            assert [(entry["Egress"], entry["RuleAction"]) for entry in last] == [(True, "deny"), (False, "deny")]
        subnets = [one["SubnetId"] for acl in acls for one in acl["Associations"]]
        known = items(ask(standin, "ec2", "DescribeSubnets"), "Subnets")
        assert sorted(subnets) == sorted(row["SubnetId"] for row in known)


def test_contacts(demo: StandIn, start: Callable[..., StandIn]) -> None:
    security = {"AlternateContactType": "SECURITY"}
    assert code(demo, "account", "GetAlternateContact", **security) == "ResourceNotFoundException"
    sound = start("--account", "sound", "--page-size", "2")
    assert ask(sound, "account", "GetAlternateContact", **security)


def test_events_look_like_aws_wrote_them(demo: StandIn) -> None:
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "RunInstances"}]
    events = items(ask(demo, "cloudtrail", "LookupEvents", LookupAttributes=wanted), "Events")
    assert len(events) >= 6
    assert [event["EventTime"] for event in events] == sorted((e["EventTime"] for e in events), reverse=True)
    for event in events:
        assert '"instancesSet": {"items": [{"instanceId": "i-' in event["CloudTrailEvent"]


@pytest.mark.parametrize("region", REGIONS)
def test_rules_and_topics_one_by_one(account: StandIn, region: str) -> None:
    for rule in items(ask(account, "events", "ListRules", region), "Rules"):
        assert items(ask(account, "events", "ListTargetsByRule", region, Rule=rule["Name"]), "Targets")
    for topic in items(ask(account, "sns", "ListTopics", region), "Topics"):
        assert ask(account, "sns", "GetTopicAttributes", region, **topic)
    assert code(account, "events", "ListTargetsByRule", region, Rule="none") == "ResourceNotFoundException"
    nobody = {"TopicArn": f"arn:aws:sns:{region}:111122223333:none"}
    assert code(account, "sns", "GetTopicAttributes", region, **nobody) == "NotFound"


def test_subscriptions_wait_until_they_are_confirmed(demo: StandIn, start: Callable[..., StandIn]) -> None:
    def told(standin: StandIn) -> tuple[list[bool], list[str]]:
        listed = items(ask(standin, "sns", "ListSubscriptions"), "Subscriptions")
        topic = items(ask(standin, "sns", "ListTopics"), "Topics")[0]
        numbers = ask(standin, "sns", "GetTopicAttributes", **topic)[0]["Attributes"]
        waits = [row["SubscriptionArn"] == "PendingConfirmation" for row in listed]
        return waits, [numbers["SubscriptionsConfirmed"], numbers["SubscriptionsPending"]]

    assert told(demo) == ([True], ["0", "1"])
    assert told(start("--account", "sound", "--page-size", "2")) == ([False, False], ["2", "0"])


def test_the_root_user_is_watched_in_the_sound_account(demo: StandIn, start: Callable[..., StandIn]) -> None:
    assert items(ask(demo, "logs", "DescribeMetricFilters"), "metricFilters") == []
    sound = start("--account", "sound", "--page-size", "2")
    [found] = items(ask(sound, "logs", "DescribeMetricFilters"), "metricFilters")
    [trail] = items(ask(sound, "cloudtrail", "DescribeTrails"), "trailList")
    assert trail["CloudWatchLogsLogGroupArn"].split(":")[6] == found["logGroupName"]
    metric = found["metricTransformations"][0]
    alarms = items(ask(sound, "cloudwatch", "DescribeAlarms"), "MetricAlarms")
    assert metric["metricName"] in [alarm.get("MetricName") for alarm in alarms]
    assert "root-sign-in" in [rule["Name"] for rule in items(ask(sound, "events", "ListRules"), "Rules")]


def test_unknown_parameter_is_refused(demo: StandIn) -> None:
    client = demo.client("config")
    client.meta.events.register("before-call.config.*", _misspell)
    try:
        assert code(demo, "config", "DescribeConfigRules") == "ValidationException"
    finally:
        client.meta.events.unregister("before-call.config.*", _misspell)


def _misspell(params: dict[str, Any], **_more: Any) -> None:
    params["body"] = b'{"ConfigRuleNmaes": ["a"]}'


def test_checks_find_what_does_not_belong() -> None:
    operation = apis.service_model("guardduty").operation_model("ListDetectors")
    assert shapes.check_answer(operation, {"DetectorIds": ["a"]}) == []
    assert shapes.check_answer(operation, {"DetectorIds": [1]}) == [".DetectorIds[0]: int where a string belongs"]
    assert shapes.check_answer(operation, {"Detectors": []})
    reply = Reply(200, {}, b'{"detectorIds": [], "detectors": []}')
    assert shapes.check_reply("rest-json", operation, reply) == [".detectors: no such member"]
    xml = b"<DescribeVpcsResponse><requestId>1</requestId><vpcs/></DescribeVpcsResponse>"
    vpcs = apis.service_model("ec2").operation_model("DescribeVpcs")
    assert shapes.check_reply("ec2", vpcs, Reply(200, {}, xml)) == [".vpcs: no such member"]

"""The accounts and their twins: one fact apart, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import accounts
from .accounts.facts import BY_KEY, FACTS
from .accounts.variants import VARIANTS
from .conftest import StandIn
from .test_shapes import ask

# One listing for each kind of thing that facts are about.
LISTINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "DescribeInstances", {}),
    ("ec2", "DescribeImages", {"Owners": ["self"]}),
    ("ec2", "DescribeVolumes", {}),
    ("ec2", "DescribeSnapshots", {"OwnerIds": ["self"]}),
    ("ec2", "DescribeVpcs", {}),
    ("ec2", "DescribeSubnets", {}),
    ("ec2", "DescribeRouteTables", {}),
    ("ec2", "DescribeNatGateways", {}),
    ("ec2", "DescribeVpcEndpoints", {}),
    ("ec2", "DescribeVpcPeeringConnections", {}),
    ("ec2", "DescribeTransitGatewayAttachments", {}),
    ("ec2", "DescribeAddresses", {}),
    ("ec2", "DescribeNetworkAcls", {}),
    ("ec2", "DescribeSecurityGroups", {}),
    ("ec2", "DescribeFlowLogs", {}),
    ("ec2", "GetEbsEncryptionByDefault", {}),
    ("ec2", "GetSnapshotBlockPublicAccessState", {}),
    ("ec2", "GetImageBlockPublicAccessState", {}),
    ("ec2", "DescribeLaunchTemplates", {}),
    ("cloudtrail", "DescribeTrails", {}),
    ("cloudtrail", "LookupEvents", {}),
    ("config", "DescribeConfigurationRecorders", {}),
    ("config", "DescribeConfigurationRecorderStatus", {}),
    ("config", "DescribeConfigRules", {}),
    ("config", "DescribeComplianceByConfigRule", {}),
    ("config", "DescribeConformancePacks", {}),
    ("guardduty", "ListDetectors", {}),
    ("iam", "ListRoles", {}),
    ("organizations", "ListDelegatedAdministrators", {}),
    ("service-quotas", "ListRequestedServiceQuotaChangeHistory", {}),
    ("service-quotas", "GetAutoManagementConfiguration", {}),
    ("cloudwatch", "DescribeAlarms", {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
    ("cloudwatch", "DescribeAnomalyDetectors", {}),
    ("cloudwatch", "ListMetrics", {}),
    ("cloudwatch", "ListDashboards", {}),
    ("cloudformation", "DescribeStacks", {}),
    ("autoscaling", "DescribeAutoScalingGroups", {}),
    ("autoscaling", "DescribePolicies", {}),
    ("autoscaling", "DescribeNotificationConfigurations", {}),
    ("budgets", "DescribeBudgets", {"AccountId": "111122223333"}),
    ("ce", "GetAnomalyMonitors", {}),
    ("ce", "ListCostAllocationTags", {}),
    ("events", "ListRules", {}),
    ("logs", "DescribeMetricFilters", {}),
    ("sns", "ListTopics", {}),
    ("sns", "ListSubscriptions", {}),
]


def told(standin: StandIn) -> dict[str, Any]:
    """All that an account tells, by listing and region."""
    return {
        f"{service} {operation} {region}": _without_metadata(ask(standin, service, operation, region, **params))
        for service, operation, params in LISTINGS
        for region in accounts.REGIONS
    }


def _without_metadata(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in page.items() if key != "ResponseMetadata"} for page in pages]


def test_facts_are_sorted_and_named_once() -> None:
    assert [fact.key for fact in FACTS] == sorted(BY_KEY)


def test_variants_change_one_fact() -> None:
    for variant in VARIANTS:
        before = accounts.settings(variant.account, [], [f"{k}={v}" for k, v in variant.base.items()])
        assert variant.value in BY_KEY[variant.fact].values
        assert before[variant.fact] != variant.value, variant.name
        after = accounts.settings(variant.account, [variant.name], [])
        assert {key for key in after if after[key] != before[key]} == {variant.fact}
        assert variant.choices
        assert all(one != other for one, other in variant.choices.values())


def test_enough_choices_flip_between_met_and_not_met() -> None:
    flips = {
        choice
        for variant in VARIANTS
        for choice, verdicts in variant.choices.items()
        if set(verdicts) == {"met", "not_met"}
    }
    assert len(flips) >= 12


def test_settings_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="no fact"):
        accounts.settings("demo", [], ["no.such=on"])
    with pytest.raises(ValueError, match="is one of"):
        accounts.settings("demo", [], ["ssh.dev=ajar"])
    with pytest.raises(ValueError, match="no variant"):
        accounts.settings("demo", ["none"], [])


# What may change with a fact, beside which nothing may: a listing that no twin should touch.
UNTOUCHED = "ec2 DescribeLaunchTemplates us-east-1"


@pytest.mark.parametrize("key", ["guardduty.eu-west-1", "ssh.dev", "volumes.unattached", "quotas.alarms", "nat.zones"])
def test_twins_differ_in_little(start: Callable[..., StandIn], key: str) -> None:
    before, after = told(start("--account", "demo")), told(start("--set", f"{key}={BY_KEY[key].sound}"))
    changed = [name for name in before if before[name] != after[name]]
    assert changed
    assert len(changed) <= 4, changed
    assert before[UNTOUCHED] == after[UNTOUCHED]

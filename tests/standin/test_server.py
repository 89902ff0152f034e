"""How the stand-in speaks, refuses and repeats itself."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
import requests
from botocore.exceptions import ClientError

from . import accounts
from .conftest import StandIn
from .faults import Fault
from .test_shapes import NOW, ask, code, items

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=standin/20261120/{region}/monitoring/aws4_request, SignedHeaders=host, Signature=0"
)


def cbor(standin: StandIn, operation: str, region: str = "us-east-1", **params: Any) -> requests.Response:
    """Sends what aws-sdk-cloudwatch sends, without an SDK."""
    return requests.post(
        f"{standin.url}/service/GraniteServiceVersion20100801/operation/{operation}",
        data=cbor2.dumps(params, datetime_as_timestamp=True),
        headers={
            "Authorization": SIGNED.format(region=region),
            "Content-Type": "application/cbor",
            "Accept": "application/cbor",
            "smithy-protocol": "rpc-v2-cbor",
        },
        timeout=10,
    )


def test_cloudwatch_speaks_cbor(demo: StandIn) -> None:
    reply = cbor(demo, "DescribeAlarms", AlarmTypes=["MetricAlarm"])
    assert reply.status_code == 200
    assert reply.headers["smithy-protocol"] == "rpc-v2-cbor"
    answer = cbor2.loads(reply.content)
    assert len(answer["MetricAlarms"]) == 2
    following = cbor2.loads(cbor(demo, "DescribeAlarms", NextToken=answer["NextToken"]).content)
    assert following["MetricAlarms"] != answer["MetricAlarms"]


def test_cbor_timestamps_are_tagged(demo: StandIn) -> None:
    metric = cbor2.loads(cbor(demo, "ListMetrics", Namespace="AWS/Usage").content)["Metrics"][0]
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Maximum"}}
    window: dict[str, Any] = {"StartTime": NOW - datetime.timedelta(days=14), "EndTime": NOW}
    reply = cbor(demo, "GetMetricData", MetricDataQueries=[query], **window)
    result = cbor2.loads(reply.content)["MetricDataResults"][0]
    assert all(isinstance(moment, datetime.datetime) for moment in result["Timestamps"])
    assert all(isinstance(value, float) for value in result["Values"])
    assert b"\xc1" in reply.content


def test_cbor_refuses_what_it_does_not_know(demo: StandIn) -> None:
    reply = cbor(demo, "DescribeAlarms", AlarmNmaes=["a"])
    assert reply.status_code == 400
    assert "AlarmNmaes" in cbor2.loads(reply.content)["message"]


DENIED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("ec2", "DescribeInstances", {}, "UnauthorizedOperation", "ec2:DescribeInstances"),
    ("autoscaling", "DescribePolicies", {}, "AccessDenied", "autoscaling:DescribePolicies"),
    ("config", "DescribeConfigRules", {}, "AccessDeniedException", "config:DescribeConfigRules"),
    ("guardduty", "ListDetectors", {}, "AccessDeniedException", "guardduty:ListDetectors"),
    ("service-quotas", "ListServices", {}, "AccessDeniedException", "servicequotas:ListServices"),
    ("cloudwatch", "DescribeAlarms", {}, "AccessDenied", "cloudwatch:DescribeAlarms"),
]


@pytest.mark.parametrize(("service", "operation", "params", "expected", "action"), DENIED)
def test_denials_read_as_aws_writes_them(
    start: Callable[..., StandIn], service: str, operation: str, params: dict[str, Any], expected: str, action: str
) -> None:
    standin = start("--deny", "*:*")
    with pytest.raises(ClientError) as refused:
        ask(standin, service, operation, **params)
    error = refused.value.response["Error"]
    assert error["Code"] == expected
    assert f"is not authorized to perform: {action}" in error["Message"]
    assert error["Message"].endswith(f"because no identity-based policy allows the {action} action")


def test_whoever_is_denied_everything_may_ask_who_he_is(start: Callable[..., StandIn]) -> None:
    assert ask(start("--deny", "*:*"), "sts", "GetCallerIdentity")


def test_faults_name_region_reason_and_number(start: Callable[..., StandIn]) -> None:
    standin = start(
        "--deny", "guardduty:ListDetectors@eu-west-1=scp", "--throttle", "config:Describe*#2,ec2:DescribeVpcs"
    )
    assert ask(standin, "guardduty", "ListDetectors", "us-west-2")
    with pytest.raises(ClientError, match="with an explicit deny in a service control policy"):
        ask(standin, "guardduty", "ListDetectors", "eu-west-1")
    refused = [code(standin, "config", "DescribeConfigRules") for _ in range(2)]
    assert refused == ["ThrottlingException"] * 2
    assert ask(standin, "config", "DescribeConfigRules")
    assert code(standin, "ec2", "DescribeVpcs") == "RequestLimitExceeded"


def test_a_fault_that_reads_as_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not read"):
        Fault.parse("guardduty")


def test_a_region_that_is_off_refuses(demo: StandIn) -> None:
    assert code(demo, "ec2", "DescribeVpcs", "ap-south-2") == "AuthFailure"
    assert code(demo, "guardduty", "ListDetectors", "ap-south-2") == "UnrecognizedClientException"
    enabled = items(ask(demo, "ec2", "DescribeRegions"), "Regions")
    assert sorted(region["RegionName"] for region in enabled) == accounts.REGIONS
    every = items(ask(demo, "ec2", "DescribeRegions", AllRegions=True), "Regions")
    assert {region["OptInStatus"] for region in every} == {"opt-in-not-required", "not-opted-in"}


def test_a_token_of_another_operation_is_refused(demo: StandIn) -> None:
    token = demo.client("config").describe_config_rules()["NextToken"]
    with pytest.raises(ClientError, match="InvalidNextToken"):
        demo.client("config").describe_compliance_by_config_rule(NextToken=token)


def test_the_same_account_is_the_same_in_every_process(start: Callable[..., StandIn]) -> None:
    one, other = StandIn("--account", "demo"), StandIn("--account", "demo")
    try:
        for region in accounts.REGIONS:
            for operation in ("DescribeInstances", "DescribeVolumes", "DescribeSecurityGroups", "DescribeRouteTables"):
                assert _raw(one, operation, region) == _raw(other, operation, region)
        assert cbor(one, "DescribeAlarms").content == cbor(other, "DescribeAlarms").content
    finally:
        one.stop()
        other.stop()


def _raw(standin: StandIn, operation: str, region: str) -> tuple[bytes, str]:
    signed = SIGNED.format(region=region).replace("monitoring", "ec2")
    form = {"Action": operation, "Version": "2016-11-15"}
    reply = requests.post(standin.url, data=form, headers={"Authorization": signed}, timeout=10)
    return reply.content, reply.headers["x-amzn-RequestId"] + reply.headers["Date"]


def test_answers_can_be_delayed(start: Callable[..., StandIn]) -> None:
    standin = start("--delay-ms", "80")
    began = time.monotonic()
    ask(standin, "sts", "GetCallerIdentity")
    assert time.monotonic() - began >= 0.08


def test_what_is_no_service_of_ours_goes_to_moto(demo: StandIn) -> None:
    buckets = demo.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["example-shop-audit"]

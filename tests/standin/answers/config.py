"""AWS Config: statuses and compliance, which moto lacks."""

from __future__ import annotations

import datetime

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, amends, answers


@amends("config", "DescribeConfigurationRecorderStatus")
def recorder_status(world: World, call: Call, answer: Answer) -> Answer:
    """moto's recorder stays at PENDING; this one delivers, or fails as the table `recorder-status` says."""
    override = world.rows("recorder-status", call.region)
    for status in answer["ConfigurationRecordersStatus"]:
        if status["recording"]:
            # AWS writes it in capitals, whatever its model says.
            status["lastStatus"] = "SUCCESS"
            status["lastStatusChangeTime"] = world.now - datetime.timedelta(minutes=11)
        status.update(override[0] if override else {})
    return answer


@answers("config", "ListConfigurationRecorders")
def recorder_summaries(world: World, call: Call) -> Answer:
    """The account's own recorders; none that a service keeps for itself."""
    recorders = world.moto.ask("config", call.region, "DescribeConfigurationRecorders")["ConfigurationRecorders"]
    summaries = [
        {
            "arn": f"arn:aws:config:{call.region}:{world.account}:configuration-recorder/{recorder['name']}/0123456789abcdef",
            "name": recorder["name"],
            "recordingScope": "PAID",
        }
        for recorder in recorders
    ]
    return {"ConfigurationRecorderSummaries": summaries}


@answers("config", "DescribeDeliveryChannelStatus")
def channel_status(world: World, call: Call) -> Answer:
    """Each channel's last deliveries."""
    channels = world.moto.ask("config", call.region, "DescribeDeliveryChannels")["DeliveryChannels"]
    _known([channel["name"] for channel in channels], call.params.get("DeliveryChannelNames"), "NoSuchDeliveryChannel")
    delivered = {
        "lastStatus": "SUCCESS",
        "lastAttemptTime": world.now - datetime.timedelta(hours=2),
        "lastSuccessfulTime": world.now - datetime.timedelta(hours=2),
    }
    stream = {"lastStatus": "SUCCESS", "lastStatusChangeTime": world.now - datetime.timedelta(minutes=11)}
    statuses = [
        {"name": channel["name"], "configHistoryDeliveryInfo": delivered, "configStreamDeliveryInfo": stream}
        for channel in channels
    ]
    return {"DeliveryChannelsStatus": statuses}


@answers("config", "DescribeComplianceByConfigRule")
def compliance_by_rule(world: World, call: Call) -> Answer:
    """What each rule found, from the table `compliance`."""
    rows = world.rows("compliance", call.region)
    wanted = call.params.get("ConfigRuleNames")
    _known([row["ConfigRuleName"] for row in rows], wanted, "NoSuchConfigRule")
    types = call.params.get("ComplianceTypes")
    rows = [row for row in rows if not wanted or row["ConfigRuleName"] in wanted]
    return {"ComplianceByConfigRules": [r for r in rows if not types or r["Compliance"]["ComplianceType"] in types]}


@answers("config", "DescribeConfigRuleEvaluationStatus")
def evaluation_status(world: World, call: Call) -> Answer:
    """When each rule was last evaluated."""
    rules = world.moto.ask("config", call.region, "DescribeConfigRules")["ConfigRules"]
    wanted = call.params.get("ConfigRuleNames")
    evaluated = world.now - datetime.timedelta(hours=6)
    failed = world.now - datetime.timedelta(days=40)
    return {
        "ConfigRulesEvaluationStatus": [
            {
                "ConfigRuleName": rule["ConfigRuleName"],
                "ConfigRuleArn": rule["ConfigRuleArn"],
                "ConfigRuleId": rule["ConfigRuleId"],
                "LastSuccessfulInvocationTime": evaluated,
                "LastSuccessfulEvaluationTime": evaluated,
                "LastFailedInvocationTime": failed,
                "LastFailedEvaluationTime": failed,
                "LastErrorCode": "InternalError",
                "FirstEvaluationStarted": True,
            }
            for rule in rules
            if not wanted or rule["ConfigRuleName"] in wanted
        ]
    }


@answers("config", "DescribeRemediationConfigurations")
def remediations(world: World, call: Call) -> Answer:
    """What is done by itself about what the rules find."""
    wanted = call.params["ConfigRuleNames"]
    rows = world.rows("remediations", call.region)
    return {"RemediationConfigurations": [row for row in rows if row["ConfigRuleName"] in wanted]}


@answers("config", "DescribeConformancePacks")
def conformance_packs(world: World, call: Call) -> Answer:
    """The packs of the table `conformance-packs`."""
    return {"ConformancePackDetails": [row["detail"] for row in _packs(world, call)]}


@answers("config", "DescribeConformancePackStatus")
def conformance_pack_status(world: World, call: Call) -> Answer:
    """How the deployment of each pack stands."""
    return {"ConformancePackStatusDetails": [row["status"] for row in _packs(world, call)]}


@answers("config", "GetConformancePackComplianceSummary")
def conformance_pack_summary(world: World, call: Call) -> Answer:
    """What each pack found."""
    return {"ConformancePackComplianceSummaryList": [row["summary"] for row in _packs(world, call)]}


def _packs(world: World, call: Call) -> list[Row]:
    rows = world.rows("conformance-packs", call.region)
    wanted = call.params.get("ConformancePackNames")
    _known([row["name"] for row in rows], wanted, "NoSuchConformancePack")
    return [row for row in rows if not wanted or row["name"] in wanted]


def _known(names: list[str], wanted: list[str] | None, code: str) -> None:
    for name in wanted or []:
        if name not in names:
            raise ApiError(f"{code}Exception", f"Cannot find {name}. Make sure that it exists in this region.")

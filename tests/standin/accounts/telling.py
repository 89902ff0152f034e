"""Who is told: topics and their subscribers, and what counts or forwards what the root user does."""

from __future__ import annotations

import json

from ..world import World

HOME = "us-east-1"
TOPIC = "ops"
# As the CIS benchmark words it.
ROOT_USE = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
)
ROOT_SIGN_IN = {
    "source": ["aws.signin"],
    "detail-type": ["AWS Console Sign In via CloudTrail"],
    "detail": {"userIdentity": {"type": ["Root"]}},
}


def build(world: World) -> None:
    """Sets up the topics that alarms and groups tell, and in the trail's region what watches the root user."""
    for region in world.regions:
        topic(world, region, confirmed=world.fact("topics.subscribers") == "confirmed")
    nightly(world, HOME)
    if world.fact("trail.cloudwatch-logs") == "group":
        trail_group(world, HOME)
        if world.fact("alarms.root-use") == "present":
            root_filter(world, HOME)
    if world.fact("events.root-sign-in") == "present":
        root_rule(world, HOME)


def topic(world: World, region: str, *, confirmed: bool) -> None:
    """A topic that a mail address and a web hook subscribe to; where nobody confirmed, the address alone waits."""
    with world.step(f"topic {TOPIC} {region}", 420) as moto:
        arn = moto.ask("sns", region, "CreateTopic", Name=TOPIC)["TopicArn"]
        mail = moto.ask("sns", region, "Subscribe", TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
        if confirmed:
            moto.ask("sns", region, "Subscribe", TopicArn=arn, Protocol="https", Endpoint="https://chat.example.com")
        else:
            world.rows("pending-subscriptions", region).append({"arn": mail["SubscriptionArn"]})


def trail_group(world: World, region: str) -> None:
    """The log group that the trail feeds."""
    with world.step(f"trail group {region}", 880) as moto:
        moto.ask("logs", region, "CreateLogGroup", logGroupName="cloudtrail")


def root_filter(world: World, region: str) -> None:
    """Counts what the root user does in the trail's log group, for the alarm `root-use`."""
    with world.step(f"root filter {region}", 275) as moto:
        moto.ask(
            "logs",
            region,
            "PutMetricFilter",
            logGroupName="cloudtrail",
            filterName="root-use",
            filterPattern=ROOT_USE,
            metricTransformations=[
                {"metricName": "RootAccountUsage", "metricNamespace": "CloudTrailMetrics", "metricValue": "1"}
            ],
        )
    world.rows("metric-filters", region).append({"group": "cloudtrail", "filter": "root-use", "at": world.ago(275)})


def root_rule(world: World, region: str) -> None:
    """Tells the topic of the root user's sign-ins, which are events of us-east-1 alone."""
    with world.step(f"root rule {region}", 240) as moto:
        name = "root-sign-in"
        moto.ask("events", region, "PutRule", Name=name, EventPattern=json.dumps(ROOT_SIGN_IN), State="ENABLED")
        target = {"Id": "ops", "Arn": world.arn("sns", region, TOPIC)}
        moto.ask("events", region, "PutTargets", Rule=name, Targets=[target])


def nightly(world: World, region: str) -> None:
    """A rule that has nothing to do with any of this: it runs by the clock."""
    with world.step(f"nightly rule {region}", 500) as moto:
        name = "nightly-report"
        moto.ask("events", region, "PutRule", Name=name, ScheduleExpression="cron(0 3 * * ? *)", State="ENABLED")
        target = {"Id": "report", "Arn": world.arn("lambda", region, "function:nightly-report")}
        moto.ask("events", region, "PutTargets", Rule=name, Targets=[target])

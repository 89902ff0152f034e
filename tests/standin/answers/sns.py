"""SNS: moto confirms every subscription at once and counts none of them."""

from __future__ import annotations

from ..request import Call
from ..world import World
from . import Answer, amends


@amends("sns", "ListSubscriptions")
def subscriptions(world: World, call: Call, answer: Answer) -> Answer:
    """Those of the table `pending-subscriptions` wait for somebody to confirm them, and have no ARN until then."""
    pending = _pending(world, call.region)
    for subscription in answer["Subscriptions"]:
        if subscription["SubscriptionArn"] in pending:
            subscription["SubscriptionArn"] = "PendingConfirmation"
    return answer


@amends("sns", "GetTopicAttributes")
def topic_attributes(world: World, call: Call, answer: Answer) -> Answer:
    """How many subscriptions of the topic are confirmed, and how many wait."""
    pending = _pending(world, call.region)
    listed = world.moto.ask("sns", call.region, "ListSubscriptions")["Subscriptions"]
    ours = [row["SubscriptionArn"] for row in listed if row["TopicArn"] == call.params["TopicArn"]]
    waiting = sum(arn in pending for arn in ours)
    numbers = {"SubscriptionsConfirmed": len(ours) - waiting, "SubscriptionsPending": waiting}
    answer["Attributes"].update({name: str(number) for name, number in numbers.items()})
    return answer


def _pending(world: World, region: str) -> set[str]:
    return {row["arn"] for row in world.rows("pending-subscriptions", region)}

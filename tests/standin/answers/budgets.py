"""Budgets: everything. moto knows no subscribers, and no pages."""

from __future__ import annotations

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, answers

# What tells one notification of a budget from another.
_KEY = ("NotificationType", "ComparisonOperator", "Threshold")


@answers("budgets", "DescribeBudgets")
def budgets(world: World, _call: Call) -> Answer:
    """The account's budgets; an account without any has an empty list."""
    return {"Budgets": [row["budget"] for row in world.rows("budgets", "aws-global")]}


@answers("budgets", "DescribeNotificationsForBudget")
def notifications(world: World, call: Call) -> Answer:
    """When one budget tells."""
    return {"Notifications": [row["notification"] for row in _budget(world, call)["notifications"]]}


@answers("budgets", "DescribeSubscribersForNotification")
def subscribers(world: World, call: Call) -> Answer:
    """Who hears of one notification."""
    name, wanted = call.params["BudgetName"], call.params["Notification"]
    for row in _budget(world, call)["notifications"]:
        if all(row["notification"][key] == wanted[key] for key in _KEY):
            return {"Subscribers": row["subscribers"]}
    raise ApiError("NotFoundException", f"Unable to get subscribers of {name} - the notification doesn't exist.")


def _budget(world: World, call: Call) -> Row:
    name = call.params["BudgetName"]
    for row in world.rows("budgets", "aws-global"):
        if row["budget"]["BudgetName"] == name:
            return row
    raise ApiError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")

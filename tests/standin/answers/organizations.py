"""AWS Organizations, as the account sees it from its seat."""

from __future__ import annotations

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, answers


@answers("organizations", "DescribeOrganization")
def organization(world: World, _call: Call) -> Answer:
    """The organization, of which every member may know."""
    return {"Organization": _organization(world)}


@answers("organizations", "ListDelegatedAdministrators")
def administrators(world: World, call: Call) -> Answer:
    """The accounts that administer services; all of them, or those of one service."""
    service = call.params.get("ServicePrincipal")
    rows = [row for row in _administrators(world) if service is None or service in row["services"]]
    return {"DelegatedAdministrators": [row["account"] for row in rows]}


@answers("organizations", "ListDelegatedServicesForAccount")
def services(world: World, call: Call) -> Answer:
    """The services that one account administers."""
    account = call.params["AccountId"]
    for row in _administrators(world):
        if row["account"]["Id"] == account:
            since = row["account"]["DelegationEnabledDate"]
            return {
                "DelegatedServices": [
                    {"ServicePrincipal": name, "DelegationEnabledDate": since} for name in row["services"]
                ]
            }
    message = "The provided account is not a registered delegated administrator for your organization."
    raise ApiError("AccountNotRegisteredException", message)


def _organization(world: World) -> Row:
    rows = world.rows("organization", "aws-global")
    if not rows:
        raise ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return rows[0]


def _administrators(world: World) -> list[Row]:
    """All administrators, told to the management account and to each other."""
    rows = world.rows("delegated-administrators", "aws-global")
    if world.account not in (_organization(world)["MasterAccountId"], *(row["account"]["Id"] for row in rows)):
        raise ApiError("AccessDeniedException", "You don't have permissions to access this resource.")
    return rows

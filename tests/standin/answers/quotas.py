"""Service Quotas, of which moto has little: services, applied and default values, requests, automation."""

from __future__ import annotations

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, answers

_DEFAULT_MEMBERS = (
    "ServiceCode",
    "ServiceName",
    "QuotaArn",
    "QuotaCode",
    "QuotaName",
    "Value",
    "Unit",
    "Adjustable",
    "GlobalQuota",
    "UsageMetric",
    "Period",
)


@answers("service-quotas", "ListServices")
def services(world: World, _call: Call) -> Answer:
    """The services that have quotas."""
    return {"Services": world.rows("quota-services", "aws-global")}


@answers("service-quotas", "ListServiceQuotas")
def applied(world: World, call: Call) -> Answer:
    """A service's quotas with the values that apply to this account."""
    rows = [row["quota"] for row in _rows(world, call)]
    code, level = call.params.get("QuotaCode"), call.params.get("QuotaAppliedAtLevel", "ACCOUNT")
    rows = [row for row in rows if code is None or row["QuotaCode"] == code]
    return {"Quotas": [row for row in rows if level in ("ALL", row["QuotaAppliedAtLevel"])]}


@answers("service-quotas", "ListAWSDefaultServiceQuotas")
def defaults(world: World, call: Call) -> Answer:
    """A service's quotas with the values that AWS gives to every account."""
    quotas = []
    for row in _rows(world, call):
        quota = {key: row["quota"][key] for key in _DEFAULT_MEMBERS if key in row["quota"]}
        arn = f"arn:aws:servicequotas:{call.region}::{quota['ServiceCode']}/{quota['QuotaCode']}"
        quotas.append({**quota, "Value": row["default"], "QuotaArn": arn})
    return {"Quotas": quotas}


@answers("service-quotas", "ListRequestedServiceQuotaChangeHistory")
def requests(world: World, call: Call) -> Answer:
    """The increases that were asked for, the newest first."""
    rows = world.rows("quota-requests", call.region)
    for key in ("ServiceCode", "Status", "QuotaRequestedAtLevel"):
        if key in call.params and call.params[key] != "ALL":
            rows = [row for row in rows if row.get(key) == call.params[key]]
    return {"RequestedQuotas": sorted(rows, key=lambda row: row["Created"], reverse=True)}


@answers("service-quotas", "GetAssociationForServiceQuotaTemplate")
def template_association(world: World, call: Call) -> Answer:
    """Whether the organization applies a quota template to new accounts; told in us-east-1 only."""
    _home_region(call)
    _organization(world)
    status = "ASSOCIATED" if world.rows("quota-template", "aws-global") else "DISASSOCIATED"
    return {"ServiceQuotaTemplateAssociationStatus": status}


@answers("service-quotas", "ListServiceQuotaIncreaseRequestsInTemplate")
def template_entries(world: World, call: Call) -> Answer:
    """What the quota template asks for in each new account."""
    _home_region(call)
    _organization(world)
    rows = world.rows("quota-template", "aws-global")
    if not rows:
        raise ApiError(
            "ServiceQuotaTemplateNotInUseException",
            "The quota request template is not associated with your organization.",
        )
    return {"ServiceQuotaIncreaseRequestInTemplateList": rows}


@answers("service-quotas", "GetAutoManagementConfiguration")
def automatic_management(world: World, call: Call) -> Answer:
    """Whether Service Quotas watches and raises quotas by itself."""
    rows = world.rows("quota-automation", call.region)
    return rows[0] if rows else {"OptInLevel": "ACCOUNT", "OptInStatus": "DISABLED"}


def _rows(world: World, call: Call) -> list[Row]:
    code = call.params["ServiceCode"]
    if code not in [row["ServiceCode"] for row in world.rows("quota-services", "aws-global")]:
        raise ApiError("NoSuchResourceException", "The request failed because the specified service does not exist.")
    return [row for row in world.rows("quotas", call.region) if row["quota"]["ServiceCode"] == code]


def _organization(world: World) -> None:
    if world.fact("quotas.template") == "no-organization":
        raise ApiError(
            "NoAvailableOrganizationException",
            "The Amazon Web Services account making this call is not a member of an organization.",
        )


def _home_region(call: Call) -> None:
    if call.region != "us-east-1":
        raise ApiError(
            "TemplatesNotAvailableInRegionException",
            "The Service Quotas template is not available in this AWS Region.",
        )

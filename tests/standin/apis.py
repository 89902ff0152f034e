"""The AWS APIs that the stand-in speaks, as botocore describes them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel, StructureShape

# botocore's name of each service, with its IAM prefix where that is another word.
SERVICES: Mapping[str, str] = {
    "account": "account",
    "autoscaling": "autoscaling",
    "budgets": "budgets",
    "ce": "ce",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "config": "config",
    "ec2": "ec2",
    "events": "events",
    "guardduty": "guardduty",
    "iam": "iam",
    "logs": "logs",
    "organizations": "organizations",
    "service-quotas": "servicequotas",
    "sns": "sns",
    "sts": "sts",
    "wellarchitected": "wellarchitected",
}

# What moto is asked for while an account is set up, and never by a collector.
SETUP_SERVICES = ("s3",)


@functools.cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@functools.cache
def service_model(service: str) -> ServiceModel:
    """The model of one service by botocore's name of it."""
    return _session().get_service_model(service)


@functools.cache
def service_by_signing_name() -> Mapping[str, str]:
    """The service that a credential scope names, for the services the stand-in knows."""
    return {service_model(name).signing_name: name for name in SERVICES}


@functools.cache
def paginator(service: str, operation: str) -> Mapping[str, Any] | None:
    """How an operation is paged, or None where botocore knows of no pages."""
    loader = _session().get_component("data_loader")
    try:
        pages = loader.load_service_model(service, "paginators-1")["pagination"]
    except UnknownServiceError:
        return None
    return _UNLISTED_PAGES.get((service, operation)) or pages.get(operation)


# Operations with a token in and a token out that botocore's paginators leave out.
_UNLISTED_PAGES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("guardduty", "ListPublishingDestinations"): {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "Destinations",
    },
    # The Tool's paginators are all missing. It says how many items fit on a page at most.
    **{
        ("wellarchitected", operation): {
            "input_token": "NextToken",
            "output_token": "NextToken",
            "limit_key": "MaxResults",
            "result_key": items,
            "most": 50,
        }
        for operation, items in {
            "ListAnswers": "AnswerSummaries",
            "ListCheckDetails": "CheckDetails",
            "ListCheckSummaries": "CheckSummaries",
            "ListLensReviews": "LensReviewSummaries",
            "ListLenses": "LensSummaries",
            "ListMilestones": "MilestoneSummaries",
            "ListReviewTemplateAnswers": "AnswerSummaries",
            "ListReviewTemplates": "ReviewTemplates",
            "ListWorkloads": "WorkloadSummaries",
        }.items()
    },
}


# Operations that are allowed by an action of another name.
_ACTIONS: Mapping[tuple[str, str], str] = {
    ("budgets", "DescribeBudgets"): "ViewBudget",
    ("budgets", "DescribeNotificationsForBudget"): "ViewBudget",
    ("budgets", "DescribeSubscribersForNotification"): "ViewBudget",
}


def error_shape(operation: OperationModel, code: str) -> StructureShape | None:
    """The shape of an error of an operation's service, or None where the model does not know its code."""
    shapes = {shape.error_code: shape for shape in operation.service_model.error_shapes}
    return shapes.get(code)


def iam_action(operation: OperationModel) -> str:
    """The IAM action that allows an operation."""
    service = operation.service_model.service_name
    return f"{SERVICES[service]}:{_ACTIONS.get((service, operation.name), operation.name)}"


def all_regions() -> list[str]:
    """Every commercial region that botocore knows."""
    return sorted(_session().get_available_regions("ec2"))

"""What AWS refuses: denied and throttled calls, expired credentials, regions that the account has not opted in to."""

from __future__ import annotations

import fnmatch
import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from . import apis
from .errors import ApiError
from .request import Call

PRINCIPAL = "arn:aws:sts::111122223333:assumed-role/WellproofScan/wellproof"

_PATTERN = re.compile(
    r"^(?P<service>[a-z0-9*?-]+):(?P<operation>[A-Za-z0-9*?]+)"
    r"(?:@(?P<region>[a-z0-9*?-]+))?(?:=(?P<by>identity|scp|boundary|resource))?(?:#(?P<times>\d+)|%(?P<each>[1-9]\d*))?$"
)

_BECAUSE = {
    "identity": "because no identity-based policy allows the {action} action",
    "scp": "with an explicit deny in a service control policy",
    "boundary": "because no permissions boundary allows the {action} action",
    "resource": "because no resource-based policy allows the {action} action",
}


@dataclass(frozen=True)
class Fault:
    """Which calls are refused: `service:Operation[@region][=identity|scp|boundary|resource][#times|%each]`.

    Service is botocore's name or the IAM prefix; `*` and `?` stand for anything. `times` counts how
    often a call is refused before it is let through; with `each`, one of so many calls is refused;
    without either, always.
    """

    service: str
    operation: str
    region: str
    by: str
    times: int | None
    each: int | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Raises ValueError where the text is no pattern."""
        match = _PATTERN.match(text.strip())
        if match is None:
            raise ValueError(
                f"{text!r} does not read service:Operation[@region][=identity|scp|boundary|resource][#times|%each]"
            )
        times = int(match["times"]) if match["times"] else None
        each = int(match["each"]) if match["each"] else None
        return cls(match["service"], match["operation"], match["region"] or "*", match["by"] or "identity", times, each)

    @classmethod
    def parse_all(cls, text: str) -> list[Fault]:
        """Several patterns, with commas between them."""
        return [cls.parse(part) for part in text.split(",") if part.strip()]

    def covers(self, call: Call) -> bool:
        """Whether a call falls under this pattern."""
        names = (call.service, apis.SERVICES[call.service])
        return (
            any(fnmatch.fnmatchcase(name, self.service) for name in names)
            and fnmatch.fnmatchcase(call.name, self.operation)
            and fnmatch.fnmatchcase(call.region, self.region)
        )


class Faults:
    """Refuses calls as it was told to, with AWS's own codes and words."""

    def __init__(
        self,
        deny: list[Fault],
        throttle: list[Fault],
        enabled_regions: list[str],
        expire_after: int | None = None,
        conflict: Iterable[Fault] = (),
    ) -> None:
        self._deny = deny
        self._throttle = throttle
        self._conflict = list(conflict)
        self._enabled_regions = enabled_regions
        self._expire_after = expire_after
        self._calls = 0
        self._refused: Counter[Fault] = Counter()
        self._lock = threading.Lock()

    def check(self, call: Call) -> None:
        """Raises ApiError where AWS would refuse the call."""
        if self._has_expired():
            raise expired(call)
        if call.region not in self._enabled_regions:
            raise _region_off(call)
        for fault in self._throttle:
            if fault.covers(call) and self._counts(fault):
                raise throttled(call)
        for fault in self._deny:
            # STS answers who the caller is whatever the policies say.
            if fault.covers(call) and call.name != "GetCallerIdentity" and self._counts(fault):
                raise denied(call, fault.by)
        for fault in self._conflict:
            if fault.covers(call) and self._counts(fault):
                raise conflicting(call)

    def _has_expired(self) -> bool:
        with self._lock:
            self._calls += 1
            return self._expire_after is not None and self._calls > self._expire_after

    def _counts(self, fault: Fault) -> bool:
        with self._lock:
            self._refused[fault] += 1
            if fault.each is not None:
                return self._refused[fault] % fault.each == 0
            return fault.times is None or self._refused[fault] <= fault.times


def denied(call: Call, by: str) -> ApiError:
    """The refusal of a call, in the words that say which kind of policy refused it."""
    action = apis.iam_action(call.operation)
    because = _BECAUSE[by].format(action=action)
    message = f"User: {PRINCIPAL} is not authorized to perform: {action}{_on_resource(call)} {because}"
    match call.protocol:
        case "ec2":
            return ApiError(
                "UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403
            )
        case "query" if call.service == "sns":
            return ApiError("AuthorizationError", message, 403)
        case "query" | "smithy-rpc-v2-cbor":
            return ApiError("AccessDenied", message, 403)
        case "json" if call.service == "cloudwatch":
            return ApiError("AccessDenied", message, 403)
        case "rest-json":
            return ApiError("AccessDeniedException", message, 403)
        case _:
            return ApiError("AccessDeniedException", message, 400)


def _on_resource(call: Call) -> str:
    match call.service:
        case "ec2" | "service-quotas" | "autoscaling" | "account":
            return ""
        case "guardduty":
            detector = call.params.get("DetectorId")
            return f" on resource: arn:aws:guardduty:{call.region}:111122223333:detector/{detector or '*'}"
        case "wellarchitected":
            workload = call.params.get("WorkloadId", "*")
            return f" on resource: arn:aws:wellarchitected:{call.region}:111122223333:workload/{workload}"
        case "cloudformation":
            return f" on resource: arn:aws:cloudformation:{call.region}:111122223333:stack/*/*"
        case _:
            return f" on resource: arn:aws:{apis.SERVICES[call.service]}:{call.region}:111122223333:*"


def throttled(call: Call) -> ApiError:
    """The refusal of a call that came too soon after others."""
    match call.protocol:
        case "ec2":
            return ApiError("RequestLimitExceeded", "Request limit exceeded.", 503)
        case "query" | "smithy-rpc-v2-cbor":
            return ApiError("Throttling", "Rate exceeded")
        case _ if call.service == "service-quotas":
            return ApiError("TooManyRequestsException", "Rate exceeded")
        case _ if call.service == "wellarchitected":
            return ApiError("ThrottlingException", "Rate exceeded", 429)
        case _:
            return ApiError("ThrottlingException", "Rate exceeded")


def conflicting(call: Call) -> ApiError:
    """The refusal of a change to what is being changed; in the shape of the Tool, which alone is asked for changes."""
    members = {"ResourceId": str(call.params.get("WorkloadId", "")), "ResourceType": "WORKLOAD"}
    return ApiError("ConflictException", "The resource is being changed by another request.", 409, members)


def expired(call: Call) -> ApiError:
    """The refusal of a call that is signed with a session's credentials after the session's end."""
    message = "The security token included in the request is expired"
    match call.protocol:
        case "ec2":
            return ApiError("RequestExpired", "Request has expired.")
        case "query" | "smithy-rpc-v2-cbor":
            return ApiError("ExpiredToken", message, 403)
        case "rest-json":
            return ApiError("ExpiredTokenException", message, 403)
        case _:
            return ApiError("ExpiredTokenException", message)


def _region_off(call: Call) -> ApiError:
    match call.protocol:
        case "ec2":
            message = "AWS was not able to validate the provided access credentials"
            return ApiError("AuthFailure", message, 401)
        case "query" | "smithy-rpc-v2-cbor":
            return ApiError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        case "rest-json":
            return ApiError(
                "UnrecognizedClientException", "The security token included in the request is invalid.", 403
            )
        case _:
            return ApiError("UnrecognizedClientException", "The security token included in the request is invalid.")

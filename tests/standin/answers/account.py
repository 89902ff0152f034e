"""STS and Account Management: who asks, and whom AWS would call."""

from __future__ import annotations

from ..faults import PRINCIPAL
from ..request import Call
from ..world import World
from . import Answer, answers


@answers("sts", "GetCallerIdentity")
def caller_identity(world: World, _call: Call) -> Answer:
    """The role that the scan is meant to run with."""
    return {"UserId": "AROAEXAMPLEROLEID0000:wellproof", "Account": world.account, "Arn": PRINCIPAL}


@answers("account", "GetContactInformation")
def contact_information(_world: World, _call: Call) -> Answer:
    """The account's postal contact, which every account has."""
    contact = {
        "FullName": "Example Shop Ltd",
        "AddressLine1": "1 Example Street",
        "City": "Dublin",
        "PostalCode": "D02 0000",
        "CountryCode": "IE",
        "PhoneNumber": "+353 1 555 0100",
    }
    return {"ContactInformation": contact}

"""What befalls a client between its requests: connections that are cut, and somebody else who edits."""

from __future__ import annotations

import fnmatch
import json
import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import apis
from .request import Call

_CUT = re.compile(
    r"^(?P<service>[a-z0-9*?-]+):(?P<operation>[A-Za-z0-9*?]+)#(?P<nth>[1-9]\d*)(?P<onwards>\+?)=(?P<hangs>hang-)?(?P<when>before|after)$"
)
_EDIT = re.compile(r"^(?P<operation>[A-Za-z0-9*?]+)#(?P<nth>[1-9]\d*):(?P<edit>[A-Za-z]+)=(?P<params>.+)$", re.DOTALL)
EDITED = "wellarchitected"
_ABOUT = ("WorkloadId", "LensAlias", "QuestionId", "TemplateArn")


@dataclass(frozen=True)
class Cut:
    """Which request gets no reply: the nth that the pattern covers, or all from there on.

    `before` it is handled, and nothing is changed; or `after`, when the change is made. The connection is closed;
    where it `hangs`, it stays open until the client goes.
    """

    service: str
    operation: str
    nth: int
    onwards: bool
    when: str
    hangs: bool

    @classmethod
    def parse_all(cls, text: str) -> list[Cut]:
        """Reads `SERVICE:OPERATION#N[+]=[hang-]before|after`, several with commas between them; raises ValueError."""
        return [cls._parse(part.strip()) for part in text.split(",") if part.strip()]

    @classmethod
    def _parse(cls, text: str) -> Cut:
        match = _CUT.match(text)
        if match is None:
            raise ValueError(f"{text!r} does not read SERVICE:OPERATION#N[+]=[hang-]before|after")
        nth, onwards = int(match["nth"]), bool(match["onwards"])
        return cls(match["service"], match["operation"], nth, onwards, match["when"], bool(match["hangs"]))

    def covers(self, call: Call) -> bool:
        """Whether a call is counted."""
        return _matches(call, self.service, self.operation)


@dataclass(frozen=True)
class Edit:
    """What somebody else does in the Tool just before the nth request of an operation is handled."""

    operation: str
    nth: int
    name: str
    params: str
    onwards = False

    @classmethod
    def parse(cls, text: str) -> Edit:
        """Reads `OPERATION#N:OPERATION=PARAMETERS`, the parameters as a JSON object; raises ValueError."""
        match = _EDIT.match(text)
        names = apis.service_model(EDITED).operation_names
        if match is None or match["edit"] not in names or not isinstance(json.loads(match["params"]), dict):
            raise ValueError(f"{text!r} does not read OPERATION#N:OPERATION={{PARAMETERS}} with the Tool's operations")
        return cls(match["operation"], int(match["nth"]), match["edit"], match["params"])

    def covers(self, call: Call) -> bool:
        """Whether a call is counted."""
        return _matches(call, EDITED, self.operation)

    def call(self, before: Call) -> Call:
        """The edit as a call; of what it leaves out, it is about what the interrupted call is about."""
        operation = before.operation.service_model.operation_model(self.name)
        known = operation.input_shape.members if operation.input_shape else {}
        params: dict[str, Any] = {name: value for name, value in before.params.items() if name in _ABOUT}
        params["ClientRequestToken"] = f"somebody else {self.operation} {self.nth}"
        given = {name: value for name, value in params.items() if name in known}
        return Call(operation, before.protocol, before.region, {**given, **json.loads(self.params)})


def _matches(call: Call, service: str, operation: str) -> bool:
    names = (call.service, apis.SERVICES[call.service])
    return any(fnmatch.fnmatchcase(name, service) for name in names) and fnmatch.fnmatchcase(call.name, operation)


class Interruptions:
    """Counts calls, and says what befalls each."""

    def __init__(self, cuts: Iterable[Cut] = (), edits: Iterable[Edit] = ()) -> None:
        self._cuts = list(cuts)
        self._edits = list(edits)
        self._counted: Counter[Cut | Edit] = Counter()
        self._lock = threading.Lock()

    def of(self, call: Call) -> tuple[Cut | None, list[Edit]]:
        """How a call is cut, if it is, and what somebody else does before it. Ask once for each call."""
        with self._lock:
            cuts = [cut for cut in self._cuts if self._is_due(cut, call)]
            edits = [edit for edit in self._edits if self._is_due(edit, call)]
        return (cuts[0] if cuts else None), edits

    def _is_due(self, interruption: Cut | Edit, call: Call) -> bool:
        if not interruption.covers(call):
            return False
        self._counted[interruption] += 1
        count = self._counted[interruption]
        return count == interruption.nth or (interruption.onwards and count > interruption.nth)

"""One thing that stands still, as the operator is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that stands still."""

    key: str  # tick; page; smtp; wecom; wecom:CONTACT for one robot; clock; held:SLOT; undecided
    since: datetime  # the last tick, the first try that failed, the moment of the stop
    channel: str = ""  # empty: no channel
    reason: str = ""  # one sentence, without secrets
    code: str = ""
    waiting: int = 0  # deliveries that wait for it
    whose: str = ""  # of a robot: the unit or group it belongs to
    lasting: bool = True  # a person has to mend it

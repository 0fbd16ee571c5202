"""One decision of the lead office about a task, and what every kind of decision has to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reminders import silence
from reminders.engine.acts.answers import sibling_confirmations
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import ENDED, Kind, Obligation


class Act(StrEnum):
    """What the lead office may decide about a task."""

    ACCEPT = "accept"
    RETURN = "return"
    EXTEND = "extend"
    REFUSE = "refuse"
    REASSIGN = "reassign"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"
    HOLD = "hold"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, by whom and why."""

    act: Act
    by: str
    reason: str
    until: date | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision changed, in words."""

    sentences: tuple[str, ...]


def completions(owed: Sequence[Obligation]) -> list[Obligation]:
    """What of it is to be done, and is not done yet."""
    return [o for o in owed if o.kind is Kind.COMPLETION and o.state not in ENDED]


def future(batch: Batch, decision: Decision) -> date:
    """The day a decision names; Refused without one, or with one that is not to come."""
    if decision.until is None:
        raise Refused("请写明日期（--until 2022-10-21）。")
    if decision.until <= batch.service.now().date():
        raise Refused(f"日期 {decision.until} 应在今天之后。")
    return decision.until


def close_confirmations(batch: Batch, completion: Obligation, why: str) -> None:
    """What the lead office decided needs no 能否按期 any more."""
    for confirmation in sibling_confirmations(batch.connection, completion):
        batch.add(confirmation, silence.closed(confirmation, why))

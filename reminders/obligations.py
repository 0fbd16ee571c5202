"""The four kinds of obligation, their states, and what a transition hands back.

The transitions themselves are pure: `silence` holds those of signature, confirmation and return, `delay` those of
completion. Both read an obligation with its frozen policy and answer with a `Change` that the engine writes down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from reminders.policy import Ladder, Policy
from reminders.slots import Slot


class Kind(StrEnum):
    """What is owed."""

    SIGNATURE = "signature"
    CONFIRMATION = "confirmation"
    COMPLETION = "completion"
    RETURN = "return"


class State(StrEnum):
    """Where an obligation stands; the first group is silence's, the second delay's, the last two end both."""

    PLANNED = "planned"
    QUEUED = "queued"
    WAITING = "waiting"
    UNDELIVERABLE = "undeliverable"
    ACKNOWLEDGED = "acknowledged"

    ARMED = "armed"
    OVERDUE = "overdue"
    SUBMITTED = "submitted"
    FROZEN = "frozen"
    SUSPENDED = "suspended"
    DONE = "done"

    HELD = "held"
    EXHAUSTED = "exhausted"
    CLOSED = "closed"


OPEN_SILENCE = (State.PLANNED, State.QUEUED, State.WAITING, State.UNDELIVERABLE, State.HELD, State.EXHAUSTED)
OPEN_DELAY = (
    State.ARMED,
    State.OVERDUE,
    State.HELD,
    State.FROZEN,
    State.SUBMITTED,
    State.SUSPENDED,
    State.EXHAUSTED,
)
SUPPORT = "support"  # the subject of a confirmation that a support unit is asked for
ENDED = (State.ACKNOWLEDGED, State.DONE, State.CLOSED)


class Audience(StrEnum):
    """Who is meant; the engine turns it into destinations, so that a change of contact never loses an item."""

    UNIT = "unit"  # the liaisons, or the head where there is none; and the unit's group
    UNIT_AND_HEAD = "unit+head"
    HEAD = "head"  # the late unit's head, in copy
    OFFICE = "office"  # the lead office's liaisons; its head where the late unit is the lead office itself
    LEAD = "lead"  # the lead units of the task, about one that supports them
    LEADERS = "leaders"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One row with a state and its own next slot."""

    id: int
    kind: Kind
    plan_id: int
    unit_id: int
    task_id: int | None
    occurrence_id: int | None
    subject: str
    version: int
    policy: Policy
    ladder: Ladder
    highest: int
    state: State
    level: int
    round: int
    next_step: str | None
    next_slot: Slot | None
    opened_on: date
    start_on: date | None = None
    due_on: date | None = None
    due_time: str | None = None
    count: int = 1
    reports: int = 0
    accepted_on: date | None = None
    wait_last_on: date | None = None
    answer: str | None = None
    answered_on: date | None = None
    done_on: date | None = None
    before: dict[str, Any] | None = None
    marks: tuple[str, ...] = ()
    own_office: bool = False  # the unit that owes is the lead office
    office_head: bool = True  # the lead office has a head to tell

    @property
    def is_open(self) -> bool:
        """Whether anything is still owed."""
        return self.state not in ENDED

    @property
    def supports(self) -> bool:
        """Whether a support unit is asked, whose silence climbs to the task's lead unit alone."""
        return self.kind is Kind.CONFIRMATION and self.subject == SUPPORT

    def to(self, state: State, **changes: Any) -> Obligation:
        """This obligation in another state."""
        return replace(self, state=state, **changes)

    def due_at(self) -> date:
        """The due day of an obligation that has one."""
        assert self.due_on is not None, f"{self.kind} {self.id} has no due day"
        return self.due_on


@dataclass(frozen=True, slots=True)
class Draft:
    """An item before its destinations are known."""

    step: str
    audience: Audience
    level: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """What the ledger will say of a transition."""

    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What one transition leads to: the obligation as it now is, its items, its facts, whether old items are struck."""

    obligation: Obligation
    items: tuple[Draft, ...] = ()
    facts: tuple[Fact, ...] = ()
    strike: bool = False


def fact(kind: str, **body: Any) -> Fact:
    """A fact with the keys that carry something."""
    return Fact(kind, {key: value for key, value in body.items() if value is not None})

"""An occurrence that goes to another day as a new version, lapses, or is closed (rule 10).

Nothing is born overdue: what moves into the past lapses, whatever colour it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from reminders import delay, silence
from reminders.engine.duties.arming import Arming, arm_occurrence
from reminders.engine.duties.asking import ask_again
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.supporting import asked_of
from reminders.obligations import Change, Kind, Obligation, State, fact
from reminders.store import events, obligations, plans
from reminders.timetable import Dated

# The clock stands: the due day is put right, and what the unit reported or asked for stays where it is.
STANDING = (State.SUBMITTED, State.FROZEN, State.SUSPENDED)
Occurrence = Row[Any]


@dataclass
class Shifting:
    """What moves the occurrences of one plan: what opens what is owed anew, and what writes the old down."""

    arming: Arming
    batch: Batch
    why: str  # as the ledger says it of what is closed
    kept: tuple[State, ...] = STANDING  # what stays where it is even when its day moves into the past

    @property
    def connection(self) -> Connection:
        """The transaction in which everything moves."""
        return self.batch.connection

    def shift(self, occurrence: Occurrence, item: Dated) -> bool:
        """Bring an occurrence to another day; whether it is still owed."""
        owed = self._owed(occurrence)
        completion = _newest(owed)
        stays = completion is not None and completion.state in self.kept
        if item.due_on < self.arming.day and not stays:
            self._lapse(occurrence, owed, item)
            return False
        plans.set_occurrence(self.connection, occurrence.id, "armed", **_columns(item))
        if completion is None:
            arm_occurrence(self.arming, occurrence.task_id, occurrence.unit_id, occurrence.id, item)
        elif completion.state in STANDING:
            told = fact("due.changed", was=str(completion.due_on), until=str(item.due_on))
            self.batch.add(completion, Change(_stands(completion, item), facts=(told,)))
        else:
            self._rearm(completion, item)
        return True

    def close(self, occurrence: Occurrence) -> bool:
        """Nothing is owed of it any more; what is done stays done. Whether there was anything to close."""
        if occurrence.state not in ("armed", "lapsed"):
            return False
        self._end(self._owed(occurrence))
        plans.set_occurrence(self.connection, occurrence.id, "closed")
        return True

    def _rearm(self, completion: Obligation, item: Dated) -> None:
        """A new version, its question asked anew where there is time."""
        service = self.arming.service
        renewed = delay.rearmed(completion, item.due_on).to(State.ARMED, **_kept(completion, item))
        armed = delay.armed(renewed, service.slots, service.earliest())
        told = fact("due.changed", was=str(completion.due_on), until=str(item.due_on), version=armed.version)
        self.batch.add(completion, Change(armed, facts=(told,), strike=True))
        plans.set_occurrence(self.connection, completion.occurrence_id or 0, "armed", version=armed.version)
        ask_again(self.batch, armed)

    def _lapse(self, occurrence: Occurrence, owed: Sequence[Obligation], item: Dated) -> None:
        self._end(owed)
        plans.set_occurrence(self.connection, occurrence.id, "lapsed", **_columns(item))
        body = {"due_on": str(item.due_on), "occurrence": occurrence.id}
        about = {"plan_id": self.arming.plan.id, "task_id": occurrence.task_id, "unit_id": occurrence.unit_id}
        self.batch.happened.append(events.Event("occurrence.lapsed", **about, body=body))

    def _end(self, owed: Sequence[Obligation]) -> None:
        for obligation in owed:
            self.batch.add(obligation, silence.closed(obligation, self.why))

    def _owed(self, occurrence: Occurrence) -> list[Obligation]:
        """The obligations of an occurrence: those of its unit, and what its support units were asked."""
        return obligations.select_where(self.connection, asked_of(occurrence.id, occurrence.unit_id))


def _newest(owed: Sequence[Obligation]) -> Obligation | None:
    """The completion; a unit that handed the task over and got it back has an older version, closed then."""
    completions = [one for one in owed if one.kind is Kind.COMPLETION]
    return max(completions, key=lambda one: one.version, default=None)


def _columns(item: Dated) -> dict[str, Any]:
    """What an occurrence has from its dated thing."""
    times = {"start_on": item.start_on, "due_on": item.due_on, "due_time": item.due_time}
    return {**times, "count": item.count, "schedule_id": item.schedule_id}


def _kept(completion: Obligation, item: Dated) -> dict[str, Any]:
    """Reports that were accepted still count, the last one of the new number is owed."""
    reports = min(completion.reports, item.count - 1)
    return {"start_on": item.start_on, "due_time": item.due_time, "count": item.count, "reports": reports}


def _stands(completion: Obligation, item: Dated) -> Obligation:
    """Stopped as it is; when it runs again, it runs as if it had never been late for the day that was changed."""
    before = {**(completion.before or {}), "state": State.ARMED.value, "level": 0, "round": 0, "before": None}
    times = {"start_on": item.start_on, "due_on": item.due_on, "due_time": item.due_time}
    return completion.to(completion.state, **times, before=before)

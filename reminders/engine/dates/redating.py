"""A task's schedule changed: each occurrence goes to its new day as a new version, or is closed, or opened (rule 10).

Nothing is born overdue: what moves into the past lapses, whatever colour it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from reminders import delay, silence
from reminders.engine.duties.arming import Arming, arm_occurrence, open_dated
from reminders.engine.duties.asking import ask_again
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.supporting import asked_of
from reminders.obligations import Change, Kind, Obligation, State, fact
from reminders.store import events, obligations, plans
from reminders.store.plans import TaskRecord
from reminders.timetable import Dated

WHY = "plan revised"
# The clock stands: the due day is put right, and what the unit reported or asked for stays where it is.
STANDING = (State.SUBMITTED, State.FROZEN, State.SUSPENDED)
Occurrence = Row[Any]


@dataclass
class Redating:
    """What moves the occurrences of one plan: what opens new ones, and what writes the old ones down."""

    connection: Connection
    arming: Arming
    batch: Batch

    def redate(self, task: TaskRecord, unit_id: int, was: Sequence[Occurrence], items: Sequence[Dated]) -> bool:
        """Bring one unit's occurrences to the new dates; whether it has to look anew."""
        found = pair_up([one for one in was if one.state != "closed"], items, self.arming.day)
        moved = [self._move(task, occurrence, item) for occurrence, item in found.moving]
        for occurrence in found.closing:
            self.close(occurrence)
        for item in found.opening:
            self._open(task, unit_id, item, was)
        return any(moved) or any(item.due_on >= self.arming.day for item in found.opening)

    def close(self, occurrence: Occurrence) -> None:
        """Nothing is owed of it any more; what is done stays done."""
        if occurrence.state not in ("armed", "lapsed"):
            return
        for obligation in owed_of(self.connection, occurrence):
            self.batch.add(obligation, silence.closed(obligation, WHY))
        plans.set_occurrence(self.connection, occurrence.id, "closed")

    def _open(self, task: TaskRecord, unit_id: int, item: Dated, was: Sequence[Occurrence]) -> None:
        key = (item.schedule_id, item.due_on)
        before = next((one for one in was if (one.schedule_id, one.due_on) == key), None)
        if before is None:
            open_dated(self.arming, task, unit_id, item)
        else:
            self._to(task, before, item)

    def _move(self, task: TaskRecord, occurrence: Occurrence, item: Dated) -> bool:
        same = (item.start_on, item.due_on, item.due_time, item.count)
        if occurrence.state == "done" or same == _times(occurrence):
            plans.set_occurrence(self.connection, occurrence.id, occurrence.state, schedule_id=item.schedule_id)
            return False
        return self._to(task, occurrence, item)

    def _to(self, task: TaskRecord, occurrence: Occurrence, item: Dated) -> bool:
        owed = owed_of(self.connection, occurrence)
        # A unit that handed the task over and got it back has an older version, closed then.
        completions = [one for one in owed if one.kind is Kind.COMPLETION]
        completion = max(completions, key=lambda one: one.version, default=None)
        columns = {"start_on": item.start_on, "due_on": item.due_on, "due_time": item.due_time, "count": item.count}
        columns["schedule_id"] = item.schedule_id
        reported = completion is not None and completion.state in STANDING
        past = item.due_on < self.arming.day and not reported
        plans.set_occurrence(self.connection, occurrence.id, "lapsed" if past else "armed", **columns)
        if past:
            self._lapse(occurrence, owed, item)
        elif completion is None:
            arm_occurrence(self.arming, task.id, occurrence.unit_id, occurrence.id, item)
        elif reported:
            told = fact("due.changed", was=str(completion.due_on), until=str(item.due_on))
            self.batch.add(completion, Change(_stands(completion, item), facts=(told,)))
        else:
            self._rearm(completion, item)
        return not past

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
        for obligation in owed:
            self.batch.add(obligation, silence.closed(obligation, WHY))
        body = {"due_on": str(item.due_on), "occurrence": occurrence.id}
        about = {"plan_id": self.arming.plan.id, "task_id": occurrence.task_id, "unit_id": occurrence.unit_id}
        self.batch.happened.append(events.Event("occurrence.lapsed", **about, body=body))


@dataclass(frozen=True, slots=True)
class Paired:
    """Which occurrence goes to which new date, which is closed, and which date is new."""

    moving: list[tuple[Occurrence, Dated]]
    closing: list[Occurrence]
    opening: list[Dated]


def pair_up(was: Sequence[Occurrence], items: Sequence[Dated], day: date) -> Paired:
    """One for one it is the same thing on another day, done or not.

    Of several, the same day is the same thing; then what is still to come goes to the days still to come, in order.
    """
    if len(was) == len(items) == 1 and was[0].ladder == items[0].ladder.value:
        return Paired([(was[0], items[0])], [], [])
    moving = []
    left, ahead = list(was), list(items)
    for item in items:
        same = next((one for one in left if (one.due_on, one.ladder) == (item.due_on, item.ladder.value)), None)
        if same is not None:
            moving.append((same, item))
            left.remove(same)
            ahead.remove(item)
    for item in [one for one in ahead if one.due_on >= day]:
        running = next((one for one in left if one.state == "armed" and one.ladder == item.ladder.value), None)
        if running is not None:
            moving.append((running, item))
            left.remove(running)
            ahead.remove(item)
    return Paired(moving, left, ahead)


def owed_of(connection: Connection, occurrence: Occurrence) -> list[Obligation]:
    """The obligations of an occurrence: those of its unit, and what its support units were asked."""
    return obligations.select_where(connection, asked_of(occurrence.id, occurrence.unit_id))


def _times(occurrence: Occurrence) -> tuple[object, ...]:
    return occurrence.start_on, occurrence.due_on, occurrence.due_time, occurrence._mapping["count"]


def _kept(completion: Obligation, item: Dated) -> dict[str, Any]:
    """Reports that were accepted still count, the last one of the new number is owed."""
    reports = min(completion.reports, item.count - 1)
    return {"start_on": item.start_on, "due_time": item.due_time, "count": item.count, "reports": reports}


def _stands(completion: Obligation, item: Dated) -> Obligation:
    """Stopped as it is; when it runs again, it runs as if it had never been late for the day that was changed."""
    before = {**(completion.before or {}), "state": State.ARMED.value, "level": 0, "round": 0, "before": None}
    times = {"start_on": item.start_on, "due_on": item.due_on, "due_time": item.due_time}
    return completion.to(completion.state, **times, before=before)

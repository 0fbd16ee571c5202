"""A task's schedule changed: each occurrence goes to its new day, or is closed, or opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reminders.engine.dates.shifting import Occurrence, Shifting
from reminders.engine.duties.arming import open_dated
from reminders.store import plans
from reminders.store.plans import TaskRecord
from reminders.timetable import Dated


def redate(work: Shifting, task: TaskRecord, unit_id: int, was: Sequence[Occurrence], items: Sequence[Dated]) -> bool:
    """Bring one unit's occurrences to the new dates; whether it has to look anew."""
    found = pair_up([one for one in was if one.state != "closed"], items, work.arming.day)
    moved = [_move(work, occurrence, item) for occurrence, item in found.moving]
    for occurrence in found.closing:
        work.close(occurrence)
    for item in found.opening:
        _open(work, task, unit_id, item, was)
    return any(moved) or any(item.due_on >= work.arming.day for item in found.opening)


def _move(work: Shifting, occurrence: Occurrence, item: Dated) -> bool:
    same = (item.start_on, item.due_on, item.due_time, item.count)
    if occurrence.state == "done" or same == _times(occurrence):
        plans.set_occurrence(work.connection, occurrence.id, occurrence.state, schedule_id=item.schedule_id)
        return False
    return work.shift(occurrence, item)


def _open(work: Shifting, task: TaskRecord, unit_id: int, item: Dated, was: Sequence[Occurrence]) -> None:
    key = (item.schedule_id, item.due_on)
    before = next((one for one in was if (one.schedule_id, one.due_on) == key), None)
    if before is None:
        open_dated(work.arming, task, unit_id, item)
    else:
        work.shift(before, item)


def _times(occurrence: Occurrence) -> tuple[object, ...]:
    return occurrence.start_on, occurrence.due_on, occurrence.due_time, occurrence._mapping["count"]


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

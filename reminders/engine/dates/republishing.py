"""A working calendar that changed: what is open is planned anew by it, as one event with the difference (rule 10).

The store keeps the calendar it was planned by last. The first tick under another one takes it: due dates stay, nothing
that was sent comes again, nothing is skipped. A process that still runs by an earlier calendar changes nothing back.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.dates.moving import moved_body
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.obligations import Change, Obligation
from reminders.replanning import Alike, Moment, Moved, differences, under_calendar
from reminders.slots import Slot, SlotCalendar, digest_slot, week_of
from reminders.store import events, marks, obligations, plans, replanned
from reminders.store.tables import obligations as table
from schedules.workday_changes import ChangedDay, changed_days, digest, from_dict, to_dict
from schedules.workdays import WorkCalendar

MARK = "calendar"
KEPT = 20  # earlier calendars that are known as such

log = logging.getLogger("cuiban.calendar")


class Standing(StrEnum):
    """How a calendar stands to the one the store was planned by."""

    FIRST = "first"  # the store knows none yet
    SAME = "same"
    NEW = "new"
    EARLIER = "earlier"  # it was replaced since


@dataclass
class Republished:
    """What another calendar changes."""

    days: tuple[ChangedDay, ...] = ()
    moved: list[Moved] = field(default_factory=list)
    digests: int = 0  # plans whose next digest moves


def standing(service: Service) -> Standing:
    """How the calendar of this process stands to the store's."""
    with service.database.read() as connection:
        return _standing(marks.mark(connection, MARK), digest(service.slots.workdays))


def compare(service: Service, calendar: WorkCalendar) -> Republished:
    """What a calendar would change; nothing is stored."""
    with service.database.read() as connection:
        was = _kept(marks.mark(connection, MARK)) or service.slots.workdays
        found = Republished(tuple(changed_days(was, calendar)))
        for _ in _replanned(service, connection, found, _slots(service, was), _slots(service, calendar), hold=False):
            pass
        return found


def settle(service: Service) -> Standing:
    """Take the calendar of this process where it is newer than the store's; how it stood before."""
    with service.database.write() as connection:
        stored = marks.locked(service.database, connection, MARK)
        found = _standing(stored, digest(service.slots.workdays))
        if found is Standing.FIRST:
            _keep(service, connection, stored)
        elif found is Standing.NEW:
            _republish(service, connection, stored)
        elif found is Standing.EARLIER:
            log.warning("this process plans by a working calendar that was replaced since: start it anew")
        return found


def adopt(service: Service) -> Republished:
    """Take the calendar of this process whether it was replaced before or not: a person wants it."""
    with service.database.write() as connection:
        stored = marks.locked(service.database, connection, MARK)
        if _standing(stored, digest(service.slots.workdays)) is Standing.SAME:
            return Republished()
        return _republish(service, connection, stored)


def _standing(stored: Row[Any] | None, mine: str) -> Standing:
    if stored is None:
        return Standing.FIRST
    if stored.body["digest"] == mine:
        return Standing.SAME
    return Standing.EARLIER if mine in stored.body["before"] else Standing.NEW


def _kept(stored: Row[Any] | None) -> WorkCalendar | None:
    return from_dict(stored.body["days"]) if stored is not None else None


def _slots(service: Service, workdays: WorkCalendar) -> SlotCalendar:
    return replace(service.slots, workdays=workdays)


def _republish(service: Service, connection: Connection, stored: Row[Any] | None) -> Republished:
    was = _slots(service, _kept(stored) or service.slots.workdays)
    found = Republished(tuple(changed_days(was.workdays, service.slots.workdays)))
    if found.days:
        for changed in _replanned(service, connection, found, was, service.slots, hold=True):
            obligations.save(connection, changed)
        _move_digests(service, connection, found, was)
        happened = events.Event("calendar.republished", body=_body(found))
        events.append(connection, [happened], at=service.now(), recorded_at=service.machine_now())
        forget(service, connection)
    _keep(service, connection, stored)
    return found


def _replanned(
    service: Service, connection: Connection, found: Republished, was: SlotCalendar, now: SlotCalendar, *, hold: bool
) -> Iterator[list[Obligation]]:
    """What changes, in batches; the steps that move are noted."""
    moment = Moment.of(service.now(), now)
    waiting = table.c.next_slot.is_not(None)

    def planned_anew(before: Obligation, taken: Collection[str]) -> tuple[Change, list[Moved]]:
        after = under_calendar(before, was, now, moment, taken)
        return Change(after), list(differences(before, was, after, now, moment.earliest))

    alike = Alike(planned_anew)
    for batch in replanned.open_ones(service.database, connection, waiting, hold=hold):
        taken = replanned.steps_taken(connection, [o.id for o in batch])
        changed = []
        for before in batch:
            change, moved = alike(before, taken.get(before.id, ()))
            found.moved += moved
            changed += [change.obligation] if change.obligation != before else []
        yield changed


def _move_digests(service: Service, connection: Connection, found: Republished, was: SlotCalendar) -> None:
    """The digest of a week comes in the morning of its first working day by the new days."""
    for plan_id, planned in plans.coming_digests(connection):
        moved = _digest_of(planned, was, service.slots, Moment.of(service.now(), service.slots))
        if moved != planned and plans.move_digest(connection, plan_id, str(planned), str(moved)):
            found.digests += 1


def _digest_of(planned: Slot, was: SlotCalendar, now: SlotCalendar, moment: Moment) -> Slot:
    monday = week_of(planned.day)
    if planned < moment.coming or digest_slot(monday, was) != planned:
        return planned  # due already, or out of its place for a reason of its own
    while (found := digest_slot(monday, now)) is None or monday < week_of(moment.earliest.day):
        monday += timedelta(days=7)
    return max(found, moment.earliest)


def _keep(service: Service, connection: Connection, stored: Row[Any] | None) -> None:
    calendar = service.slots.workdays
    mine = digest(calendar)
    earlier = [stored.body["digest"], *stored.body["before"]] if stored is not None else []
    body = {"digest": mine, "days": to_dict(calendar), "before": [one for one in earlier if one != mine][:KEPT]}
    marks.set_mark(service.database, connection, MARK, service.now(), service.machine_now(), body)


def _body(found: Republished) -> dict[str, Any]:
    return {
        "off": [str(changed.day) for changed in found.days if not changed.worked],
        "worked": [str(changed.day) for changed in found.days if changed.worked],
        "digests": found.digests,
        **moved_body(found.moved),
    }

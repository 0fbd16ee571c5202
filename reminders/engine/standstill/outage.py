"""Our outage is not their silence: what was away too long is given back to everybody who had to answer.

The gap between two ticks, rounded up to working days, is added to every open wait and to every step that would report
somebody; due dates stay. What a unit would have been told meanwhile comes as one message marked 补发.

While ticks go on and only the link page is away, nobody can answer by it: its gap is added day by day as it grows, so
that nobody is reported meanwhile. The page is known by the pulse of its process; where none ever was, none is missed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.service import Service
from reminders.engine.views.catching_up import MARK
from reminders.engine.watching.presence import PULSE
from reminders.obligations import ENDED, Kind, Obligation, State
from reminders.slots import AM, Slot, SlotCalendar
from reminders.store import events, marks, obligations
from reminders.store.tables import obligations as table

TOLERATED = timedelta(minutes=30)  # of working time
REPORTING = (State.WAITING, State.HELD, State.FROZEN, State.OVERDUE)


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which nothing was sent, and the working days it is worth."""

    since: datetime
    until: datetime
    days: int
    page_only: bool = False  # ticks went on: nothing is made up, only waits are longer


@dataclass(frozen=True, slots=True)
class Absence:
    """What has to be given back now, and what stands given back for a page that is still away."""

    outage: Outage | None = None
    page: dict[str, Any] | None = None  # {"since", "days"}


def absence(service: Service, last: Row[Any] | None, page: Row[Any] | None) -> Absence:
    """The outage of ticks that ends now, the outage of the page that goes on, or both as one."""
    seconds = service.settings.tick_seconds
    ticks = outage_between(service, last, seconds)
    away = outage_between(service, page, max(seconds, PULSE))
    if away is None:
        return Absence(ticks)
    assert page is not None, "a page that never was is not away"
    before = last.body.get("page") if last is not None else None
    given = int(before["days"]) if before and before["since"] == page.at.isoformat() else 0
    whole = away if ticks is None or ticks.since > away.since else ticks
    kept = {"since": page.at.isoformat(), "days": max(whole.days, given)}
    left = whole.days - given
    return Absence(replace(whole, days=left, page_only=ticks is None) if left > 0 else None, kept)


def outage_between(service: Service, last: Row[Any] | None, seconds: float) -> Outage | None:
    """The outage since something that comes every so many seconds was there last; None where there was none."""
    if last is None:
        return None
    now = service.now()
    # Business time that a demo or a test moved is no outage: the wake-ups themselves must have failed to come.
    missed = service.machine_now() - last.machine_at > service.settings.outage_after_missed * timedelta(seconds=seconds)
    lost = working_time(service.slots, last.at, now) if missed else timedelta(0)
    if lost <= TOLERATED:
        return None
    return Outage(last.at, now, ceil((lost - TOLERATED) / working_day(service.slots)))


def working_time(slots: SlotCalendar, since: datetime, until: datetime) -> timedelta:
    """How much of the send window lies between two moments."""
    total = timedelta(0)
    slot = Slot(slots.workdays.on_or_before(since.date()), AM)
    while slots.opens_at(slot) < until:
        total += max(min(slots.closes_at(slot), until) - max(slots.opens_at(slot), since), timedelta(0))
        slot = slots.after(slot)
    return total


def working_day(slots: SlotCalendar) -> timedelta:
    """The send window of one working day."""
    morning = Slot(slots.workdays.on_or_after(date(2022, 9, 1)), AM)
    afternoon = slots.after(morning)
    return sum((slots.closes_at(slot) - slots.opens_at(slot) for slot in (morning, afternoon)), timedelta(0))


def give_back(service: Service, connection: Connection, outage: Outage, slot: Slot) -> None:
    """Lengthen what would report somebody, and mark this slot's messages as 补发."""
    owed = obligations.select_where(
        connection,
        table.c.next_slot.is_not(None),
        table.c.state.not_in([state.value for state in (*ENDED, State.PLANNED, State.SUBMITTED, State.SUSPENDED)]),
    )
    changed = [later for o in owed if (later := _spared(service.slots, o, outage, slot)) != o]
    obligations.save(connection, changed)
    now, machine_now = service.now(), service.machine_now()
    body: dict[str, Any] = {
        "since": outage.since.isoformat(),
        "until": outage.until.isoformat(),
        "workdays": outage.days,
    }
    if outage.page_only:
        body["page"] = True
    else:
        marks.set_mark(service.database, connection, MARK, now, machine_now, {**body, "slot": str(slot)})
    happened = events.Event("outage.given-back", body={**body, "steps": len(changed)})
    events.append(connection, [happened], at=now, recorded_at=machine_now)


def _spared(slots: SlotCalendar, obligation: Obligation, outage: Outage, slot: Slot) -> Obligation:
    """One obligation with the lost days given back; a rung that only reminds keeps its slot."""
    planned = obligation.next_slot
    assert planned is not None, "only what waits for a slot is spared"
    if obligation.state in REPORTING:
        last = obligation.wait_last_on
        return obligation.to(
            obligation.state,
            next_slot=_later(slots, max(planned, Slot(outage.since.date(), AM)), outage.days),
            wait_last_on=slots.workdays.add_workdays(last, outage.days) if last else None,
        )
    if obligation.kind is not Kind.COMPLETION or not _could_not_report(slots, obligation, outage):
        return obligation
    if outage.page_only:
        # Its last rung was sent in time; only the report of delay comes so many days later.
        return obligation.to(State.ARMED, next_slot=_later(slots, planned, outage.days))
    if obligation.due_at() < slot.day:
        # The due day fell into the outage: first the last rung once more, the report of delay so many days later.
        return obligation.to(State.ARMED, next_step="T0", next_slot=slot, before={"spared": outage.days})
    return obligation


def _could_not_report(slots: SlotCalendar, obligation: Obligation, outage: Outage) -> bool:
    """Its due day fell into the outage; of one that still waits for a rung, only what made it up knows."""
    if outage.since.date() > obligation.due_at():
        return False
    if not outage.page_only:
        return True
    # Days off that follow bring no time of their own to answer in: a due day among them is lost with the day before.
    following = slots.workdays.add_workdays(outage.until.date(), 1)
    return (obligation.next_step or "").startswith("T+") and obligation.due_at() < following


def _later(slots: SlotCalendar, planned: Slot, days: int) -> Slot:
    """A slot so many working days later; a leaders' morning is chosen anew when the step comes due."""
    return Slot(slots.workdays.add_workdays(planned.day, days), planned.half)

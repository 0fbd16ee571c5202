"""One round: claim what is due, write its items into the slot's messages, seal them, name what waits to be sent.

A tick is short, safe to run twice and by several beats at once; without a broker `round` does all of it in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reminders.engine.dates.republishing import settle
from reminders.engine.digests.digests import open_digests
from reminders.engine.duties.changes import Batch, advance
from reminders.engine.duties.overtaking import overtake
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.forecast.surprises import let_go
from reminders.engine.sending.posting import post
from reminders.engine.sending.takeover import recover
from reminders.engine.service import Service
from reminders.engine.standstill.jumps import leap_between, offsets, stop_for
from reminders.engine.standstill.outage import Absence, absence, give_back
from reminders.engine.watching.presence import PAGE
from reminders.messages import MessageKind
from reminders.slots import Slot
from reminders.store import events, marks, messages, obligations, outbox, pauses
from reminders.store.directory import Directory
from reminders.store.probing import Look, look
from schedules.workday_changes import digest

CLAIM = 500
SEAL_AT_LATEST = timedelta(minutes=10)
WHOLE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did, and the deliveries that wait to be sent."""

    slot: Slot | None
    steps: int
    sealed: int
    waiting: tuple[int, ...]


def tick(service: Service) -> Ticked:
    """One round up to the outbox."""
    now = service.now()
    slot = service.slots.open_slot(now)
    found, planned_by = _look(service, slot, now)
    if planned_by != digest(service.slots.workdays):
        settle(service)
        found, _ = _look(service, slot, now, settled=True)
    steps = sealed = 0
    if slot is not None and not found.stopped:
        if found.digest:
            open_digests(service, slot)
        while found.due and (moved := _claim(service, slot)):
            steps += moved
        if found.unsealed or steps or found.digest:
            sealed = _seal(service, slot, now)
    taken = recover(service) if found.held else 0
    anything = found.waiting or taken or sealed
    return Ticked(slot, steps, sealed, _waiting(service, slot) if anything and not found.stopped else ())


def _look(service: Service, slot: Slot | None, now: datetime, *, settled: bool = False) -> tuple[Look, str | None]:
    """One statement that says what there is to do, and the mark that a tick took place, in one transaction.

    With it comes the working calendar of the last tick; it becomes ours once what is open is planned by it.

    The mark keeps the last slot in which nothing was due any more, a lower bound for the next look. Once a minute the
    look goes without it, so that a row that came in below is found all the same.
    """
    machine_now = service.machine_now()
    with service.database.write() as connection:
        were, server_now = marks.pulse(service.database, connection, ("tick", PAGE))
        last = were.get("tick")
        witnesses = offsets(service, server_now)
        leap = leap_between(service, last, witnesses)
        if leap is not None:
            stop_for(service, connection, leap)
        gone = Absence(page=last.body.get("page") if last is not None else None)
        if slot is not None and leap is None:
            gone = absence(service, last, were.get(PAGE))
        # While everything is paused clocks stand anyway, and its end gives the days back.
        if gone.outage is not None and slot is not None and not pauses.active(connection).everything:
            give_back(service, connection, gone.outage, slot)
            forget(service, connection, slot)
        low, whole_at = _bound(last.body if last is not None else {}, slot, machine_now)
        found = look(connection, slot, machine_now, above=low)
        if slot is not None and not found.due:
            low = slot
        planned_by = last.body.get("calendar") if last is not None else None
        body = {
            "calendar": digest(service.slots.workdays) if settled else planned_by,
            "low": str(low) if low else None,
            "whole_at": whole_at.isoformat(),
            "witnesses": witnesses,
            "page": gone.page,
        }
        marks.set_mark(service.database, connection, "tick", now, machine_now, body)
    return found, planned_by


def _bound(body: dict[str, Any], slot: Slot | None, machine_now: datetime) -> tuple[Slot | None, datetime]:
    """The lower bound that still holds, and when a look last went without one."""
    low, whole_at = body.get("low"), body.get("whole_at")
    if not low or not whole_at or slot is None or Slot.parse(low) > slot:
        return None, machine_now
    since = datetime.fromisoformat(whole_at)
    return (Slot.parse(low), since) if timedelta(0) <= machine_now - since < WHOLE_EVERY else (None, machine_now)


def _claim(service: Service, slot: Slot) -> int:
    """One batch of what is due, in one transaction; how many steps it took."""
    with service.database.write() as connection:
        stopped = pauses.active(connection)
        due = obligations.claim(service.database, connection, slot, CLAIM, paused=(stopped.plan_ids, stopped.unit_ids))
        if not due:
            return 0
        plan_ids = {obligation.plan_id for obligation in due}
        directory = Directory.load(connection, plan_ids, {obligation.unit_id for obligation in due})
        batch = Batch(service, connection, directory, slot)
        for obligation in due:
            batch.add(obligation, advance(obligation, slot, service))
        overtake(batch, due)
        batch.write()
        return len(due)


def _seal(service: Service, slot: Slot, now: datetime) -> int:
    """Seal the slot's messages once no step of it is left, or ten minutes of it are gone."""
    with service.database.read() as connection:
        ids = messages.unsealed(connection, slot)
        if not ids:
            return 0
        late = now >= service.slots.opens_at(slot) + SEAL_AT_LATEST
        if not late and obligations.any_due(connection, slot):
            return 0
    with service.database.write() as connection:
        full = messages.seal(service.database, connection, ids, now)
        post(service, connection, let_go(service, connection, full))
        happened = [events.Event("message.sealed", message_id=row.id, contact_id=row.contact_id) for row in full]
        events.append(connection, happened, at=now, recorded_at=service.machine_now())
        return len(full)


def _waiting(service: Service, slot: Slot | None) -> tuple[int, ...]:
    """What may be sent now: inside the window everything, outside it only what answers a person's own act."""
    with service.database.read() as connection:
        only = None if slot is not None else MessageKind.ANSWER.value
        return tuple(outbox.waiting_ids(connection, service.machine_now(), 10_000, only_kind=only))

"""One round: look, claim what is due, write its items into the slot's messages, seal them, name what waits to be sent.

A tick is short, safe to run twice and by several beats at once, and hands nothing over itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.engine.dates.republishing import settle
from reminders.engine.digests.beginning import open_digests
from reminders.engine.duties.changes import Batch, advance
from reminders.engine.duties.overtaking import overtake
from reminders.engine.forecast.surprises import let_go
from reminders.engine.round.looking import look_around
from reminders.engine.sending.posting import post
from reminders.engine.sending.takeover import recover
from reminders.engine.service import Service
from reminders.messages import MessageKind
from reminders.slots import Slot
from reminders.store import events, messages, obligations, outbox, pauses
from reminders.store.directory import Directory
from reminders.store.probing import Look
from schedules.workday_changes import digest

CLAIM = 500
SEAL_AT_LATEST = timedelta(minutes=10)


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
    found = _look(service, slot, now)
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


def _look(service: Service, slot: Slot | None, now: datetime) -> Look:
    """What there is to do; under another working calendar than the last round's, once what is open is planned by it."""
    looked = look_around(service, slot, now)
    if looked.planned_by == digest(service.slots.workdays):
        return looked.found
    settle(service)
    return look_around(service, slot, now, settled=True).found


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

"""How a digest begins: in the morning slot of the week's first working day, once per reader and week."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from reminders.engine.digests.readers import digest_readers, slot_of
from reminders.engine.service import Service
from reminders.slots import Slot, next_digest_slot, week_of
from reminders.store import events, messages, plans
from reminders.store.directory import people_by_id
from reminders.store.early import into_digests

LATE = 3  # working days after which a digest is skipped, and said so


def open_digests(service: Service, slot: Slot) -> None:
    """Begin the digests whose slot has come, before the slot's items are written: they go into the digest.

    After weeks of standing still each missed week is skipped and said so, and this week's begins all the same.
    """
    while due := _due(service, slot):
        for row in due:
            _open(service, row.id, Slot.parse(row.next_digest_slot), slot)


def _due(service: Service, slot: Slot) -> list[Row[Any]]:
    with service.database.read() as connection:
        return plans.due_digests(connection, str(slot))


def _open(service: Service, plan_id: int, planned: Slot, slot: Slot) -> None:
    following = next_digest_slot(planned.day, service.slots)
    with service.database.write() as connection:
        if not plans.move_digest(connection, plan_id, str(planned), str(following)):
            return
        late = service.slots.workdays.count_between(planned.day, slot.day) - 1
        skipped = late > LATE or following <= slot
        readers = [] if skipped else digest_readers(service, connection, plan_id, slot.day)
        week = week_of(planned.day)
        now = service.now()
        people = people_by_id(connection, readers)
        slots = {reader: slot_of(service, people[reader], slot) for reader in readers}
        opened = [r for r in readers if messages.open_digest(service.database, connection, r, slots[r], week, now)]
        for one in set(slots.values()):
            into_digests(connection, [reader for reader in opened if slots[reader] == one], one, now)
        kind = "digest.skipped" if skipped else "digest.opened"
        happened = events.Event(kind, plan_id=plan_id, body={"week": str(week), "readers": len(opened)})
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())

"""What was foreseen of the slots to come: how many messages each would bring, and how many it has sealed.

One row of `marks`, held while it is rewritten, so that what several write at once is not lost. What is written first of
a slot stands: who writes later has seen it half taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from reminders.slots import Slot
from reminders.store import marks
from reminders.store.database import Database
from reminders.store.tables import marks as table

NAME = "foresight"
AT_WORK = "foreseeing"
LEFT_ALONE = timedelta(minutes=3)  # longer than a job may run
KEPT = timedelta(days=14)  # what a slot sealed is remembered so long: its last messages may come later
Counts = dict[str, int]


def read(connection: Connection) -> Counts:
    """The slots that were foreseen, each with its messages."""
    found = marks.mark(connection, NAME)
    return dict(found.body.get("slots", {})) if found is not None else {}


def keep(
    database: Database,
    connection: Connection,
    counts: Mapping[Slot, int],
    now: datetime,
    machine_now: datetime,
    wanted: str,
) -> None:
    """Write what was foreseen of slots of which nothing stands yet; not what was decided about meanwhile."""
    slots, sealed = _held(database, connection, now, machine_now)
    work = marks.mark(connection, AT_WORK)
    if work is None or work.body != {"wanted": wanted}:
        return
    for slot, count in counts.items():
        slots.setdefault(str(slot), count)
    _write(database, connection, slots, sealed, now, machine_now)


def begin(database: Database, connection: Connection, wanted: str, now: datetime, machine_now: datetime) -> bool:
    """Take the work on, named by the slots: False where somebody began the same less than some minutes ago."""
    found = marks.mark(connection, AT_WORK)
    if found is None:
        return marks.add(database, connection, AT_WORK, now, machine_now, {"wanted": wanted})
    busy = found.body == {"wanted": wanted} and timedelta(0) <= machine_now - found.machine_at < LEFT_ALONE
    return not busy and marks.change(connection, found, machine_now, {"wanted": wanted})


def forget(database: Database, connection: Connection, first: Slot, now: datetime, machine_now: datetime) -> None:
    """Forget what was foreseen from a slot on: something was decided that changes it, and it is foreseen anew."""
    slots, sealed = _held(database, connection, now, machine_now)
    left = {slot: count for slot, count in slots.items() if slot < str(first)}
    marks.remove(connection, AT_WORK)
    _write(database, connection, left, sealed, now, machine_now)


def count_sealed(
    database: Database, connection: Connection, more: Mapping[str, int], now: datetime, machine_now: datetime
) -> tuple[Counts, Counts]:
    """Add to what slots have sealed; what was foreseen of every slot, and what each has sealed by now."""
    slots, sealed = _held(database, connection, now, machine_now)
    for slot, count in more.items():
        sealed[slot] = sealed.get(slot, 0) + count
    _write(database, connection, slots, sealed, now, machine_now)
    return slots, sealed


def _held(database: Database, connection: Connection, now: datetime, machine_now: datetime) -> tuple[Counts, Counts]:
    """The row, held against other writers until the transaction ends."""
    marks.add(database, connection, NAME, now, machine_now, {})
    query = select(table.c.body).where(table.c.name == NAME)
    body = connection.execute(database.locking(query)).scalar_one()
    return dict(body.get("slots", {})), dict(body.get("sealed", {}))


def _write(
    database: Database, connection: Connection, slots: Counts, sealed: Counts, now: datetime, machine_now: datetime
) -> None:
    oldest = str((now - KEPT).date())
    body = {
        "slots": {slot: count for slot, count in sorted(slots.items()) if slot >= oldest},
        "sealed": {slot: count for slot, count in sorted(sealed.items()) if slot >= oldest},
    }
    marks.set_mark(database, connection, NAME, now, machine_now, body)

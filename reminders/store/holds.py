"""Slots that are held: sealed messages without deliveries, until a person releases them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from reminders.messages import MessageKind
from reminders.store import marks
from reminders.store.database import Database
from reminders.store.tables import deliveries, messages

PREFIX = "hold:"


@dataclass(frozen=True, slots=True)
class Hold:
    """One slot that was held, and whether it still is."""

    slot: str
    foreseen: int
    found: int
    since: datetime  # business time
    machine_since: datetime
    released: bool


def of_slots(connection: Connection) -> dict[str, Hold]:
    """Every slot that was held, by its name."""
    rows = marks.starting_with(connection, PREFIX)
    found = [_hold(row) for row in rows]
    return {hold.slot: hold for hold in sorted(found, key=lambda hold: hold.slot)}


def active(connection: Connection) -> list[Hold]:
    """The slots that are held now, oldest first."""
    return [hold for hold in of_slots(connection).values() if not hold.released]


def begin(
    database: Database, connection: Connection, slot: str, foreseen: int, found: int, now: datetime, machine: datetime
) -> bool:
    """Hold a slot; False where it is, or was, held already."""
    body = {"foreseen": foreseen, "found": found, "released": False}
    return marks.add(database, connection, PREFIX + slot, now, machine, body)


def end(connection: Connection, hold: Hold, machine_now: datetime) -> bool:
    """Let a slot go; False where somebody else did meanwhile."""
    seen = marks.mark(connection, PREFIX + hold.slot)
    return seen is not None and marks.change(connection, seen, machine_now, {**seen.body, "released": True})


def kept_back(connection: Connection, slot: str) -> list[Row[Any]]:
    """The sealed messages of a slot that have no delivery: id, contact, kind, slot."""
    query = (
        select(messages.c.id, messages.c.contact_id, messages.c.kind, messages.c.slot)
        .where(messages.c.slot == slot, messages.c.state == "sealed", messages.c.kind != MessageKind.ANSWER.value)
        .where(~select(deliveries.c.id).where(deliveries.c.message_id == messages.c.id).exists())
        .order_by(messages.c.id)
    )
    return list(connection.execute(query))


def _hold(row: Row[Any]) -> Hold:
    body = row.body
    return Hold(
        slot=row.name.removeprefix(PREFIX),
        foreseen=body["foreseen"],
        found=body["found"],
        since=row.at,
        machine_since=row.machine_at,
        released=body["released"],
    )

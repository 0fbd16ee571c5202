"""The bytes of deliveries: stored before the first hand-over, the same ever after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, update

from channels.message import Payload
from reminders.store import leases
from reminders.store.tables import deliveries


def begun(connection: Connection, lease: str, ids: Iterable[int], machine_now: datetime) -> dict[int, Payload | None]:
    """Mark rows as about to be handed over; what those that are still ours were made of, None where never worded."""
    return {
        row.id: Payload(row.part, row.address, bytes(row.payload)) if row.payload is not None else None
        for row in leases.begin(connection, ids, lease, machine_now)
    }


def keep(connection: Connection, found: Mapping[int, Payload], day: date) -> None:
    """Store the bytes of first parts by delivery; they never change."""
    if found:
        rows = [{"key": key, "to": one.address, "bytes": one.body, "day": day} for key, one in found.items()]
        connection.execute(_KEEP, rows)


def keep_part(
    connection: Connection, message_id: int, channel: str, part: int, address: str, payload: bytes, day: date
) -> None:
    """Store the bytes of a further part of a message."""
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.message_id == message_id,
            deliveries.c.channel == channel,
            deliveries.c.part == part,
            deliveries.c.payload.is_(None),
        )
        .values(address=address, payload=payload, first_tried_on=day)
    )


def replace(connection: Connection, delivery_id: int, payload: bytes) -> None:
    """Put other bytes in place of those the far end refused to take."""
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(payload=payload))


_KEEP = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("key"))
    .values(address=bindparam("to"), payload=bindparam("bytes"), first_tried_on=bindparam("day"))
)

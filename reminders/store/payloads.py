"""The bytes of deliveries: stored before the first hand-over, the same ever after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select, update

from channels.message import Payload
from reminders.store.among import among
from reminders.store.database import Database, insert_many
from reminders.store.tables import deliveries, payloads


def of_deliveries(connection: Connection, parts: Mapping[int, int]) -> dict[int, Payload]:
    """What deliveries, given with the number of their part, were worded as; nothing for one that never was."""
    query = select(payloads).where(among(payloads.c.delivery_id, parts))
    return {
        row.delivery_id: Payload(parts[row.delivery_id], row.address, bytes(row.body))
        for row in connection.execute(query).all()
    }


def keep(connection: Connection, found: Mapping[int, Payload], day: date) -> None:
    """Store the bytes of first parts by delivery; they never change."""
    if not found:
        return
    rows = [{"delivery_id": key, "address": one.address, "body": one.body} for key, one in found.items()]
    insert_many(connection, payloads, rows)
    _tried(connection, found, day)


def keep_part(
    database: Database, connection: Connection, message_id: int, channel: str, payload: Payload, day: date
) -> None:
    """Store the bytes of a further part of a message."""
    mine = (deliveries.c.message_id == message_id, deliveries.c.channel == channel, deliveries.c.part == payload.part)
    key = connection.scalar(select(deliveries.c.id).where(*mine))
    if key is None:
        return
    row = {"delivery_id": key, "address": payload.address, "body": payload.body}
    stored = connection.execute(database.insert(payloads).values(row).on_conflict_do_nothing())
    if stored.rowcount:
        _tried(connection, [key], day)


def replace(connection: Connection, delivery_id: int, body: bytes) -> None:
    """Put other bytes in place of those the far end refused to take."""
    connection.execute(update(payloads).where(payloads.c.delivery_id == delivery_id).values(body=body))


def _tried(connection: Connection, delivery_ids: Iterable[int], day: date) -> None:
    connection.execute(update(deliveries).where(among(deliveries.c.id, delivery_ids)).values(first_tried_on=day))

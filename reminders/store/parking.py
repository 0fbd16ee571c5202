"""Channels, or one destination of a channel, that are left alone for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from channels.outcome import Verdict
from reminders.store.database import Database
from reminders.store.tables import attempts, deliveries, messages, parked


def park(
    database: Database, connection: Connection, channel: str, until: datetime | None, reason: str, now: datetime
) -> None:
    """Keep everybody from a channel (or one destination of it) until a moment, or until a person mends it.

    Since when is kept while one parking follows the other; a channel that took something in between begins anew.
    """
    values: dict[str, Any] = {"until": until, "reason": reason}
    before = connection.execute(select(parked).where(parked.c.channel == channel)).first()
    if before is not None and before.until is not None and _took(connection, channel, before.since):
        values |= {"since": now, "told_at": None}
    statement = database.insert(parked).values(channel=channel, **{"since": now, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=["channel"], set_=values))


def parked_now(connection: Connection, machine_now: datetime) -> dict[str, Row[Any]]:
    """What is parked at this moment."""
    query = select(parked).where(or_(parked.c.until.is_(None), parked.c.until > machine_now))
    return {row.channel: row for row in connection.execute(query)}


def _took(connection: Connection, channel: str, since: datetime) -> bool:
    """Whether a channel, or one destination of it, accepted anything since a moment (machine time)."""
    name, _, contact = channel.partition(":")
    query = (
        select(attempts.c.id)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(deliveries.c.channel == name, attempts.c.verdict == Verdict.ACCEPTED, attempts.c.tried_at > since)
    )
    if contact.isdigit():
        query = query.join(messages, messages.c.id == deliveries.c.message_id)
        query = query.where(messages.c.contact_id == int(contact))
    return connection.execute(query.limit(1)).first() is not None

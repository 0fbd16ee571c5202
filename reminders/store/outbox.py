"""Deliveries, an outbox: pending → claimed (`leases.py`) → sent | retry | failed | unknown, or set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.tables import attempts, deliveries, messages, payloads

URGENT, USUAL = 0, 1
WAITING = ("pending", "retry", "claimed")
UNDECIDED = ("unknown", "aside")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One delivery to be tracked."""

    message_id: int
    channel: str
    lane: int = USUAL
    part: int = 1


def add(database: Database, connection: Connection, wanted: Iterable[Wanted]) -> None:
    """Put deliveries into the outbox; one that is there stays as it is."""
    rows = [{"message_id": w.message_id, "channel": w.channel, "part": w.part, "lane": w.lane} for w in wanted]
    if rows:
        connection.execute(database.insert(deliveries).on_conflict_do_nothing(), rows)


def waiting_ids(
    connection: Connection, machine_now: datetime, limit: int, *, only_kind: str | None = None
) -> list[int]:
    """What waits to be sent now, urgent rows first."""
    query = (
        select(deliveries.c.id)
        .where(deliveries.c.state.in_(WAITING), ready(machine_now))
        .order_by(deliveries.c.lane, deliveries.c.id)
        .limit(limit)
    )
    if only_kind is not None:
        query = query.join(messages, messages.c.id == deliveries.c.message_id).where(messages.c.kind == only_kind)
    return [row.id for row in connection.execute(query)]


def ready(machine_now: datetime) -> Any:
    """What may be claimed: never tried, or its pause is over."""
    return or_(
        deliveries.c.state == "pending",
        and_(deliveries.c.state == "retry", deliveries.c.retry_at <= machine_now),
    )


def of_messages(connection: Connection, message_ids: Iterable[int]) -> list[Row[Any]]:
    """The deliveries of messages with the address each went to, in the order they were made."""
    query = (
        select(deliveries, func.coalesce(payloads.c.address, "").label("address"))
        .outerjoin(payloads, payloads.c.delivery_id == deliveries.c.id)
        .where(among(deliveries.c.message_id, message_ids))
        .order_by(deliveries.c.id)
    )
    return list(connection.execute(query))


def undecided(connection: Connection) -> list[Row[Any]]:
    """Deliveries that wait for a person, with their message: in doubt for good, or set aside."""
    tried = select(func.max(attempts.c.business_at)).where(attempts.c.delivery_id == deliveries.c.id)
    query = (
        select(
            deliveries.c.id,
            deliveries.c.message_id,
            deliveries.c.channel,
            deliveries.c.state,
            messages.c.contact_id,
            messages.c.slot,
            messages.c.kind,
            messages.c.subject,
            messages.c.short_number,
            tried.scalar_subquery().label("tried_at"),
        )
        .join(messages, messages.c.id == deliveries.c.message_id)
        .where(deliveries.c.state.in_(UNDECIDED))
        .order_by(deliveries.c.id)
    )
    return list(connection.execute(query))


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest sealed message that nobody accepted yet was sealed."""
    query = (
        select(messages.c.sealed_at)
        .join(deliveries, deliveries.c.message_id == messages.c.id)
        .where(deliveries.c.state.in_(WAITING))
        .order_by(messages.c.sealed_at)
        .limit(1)
    )
    return connection.scalar(query)

"""What tells whether the service lives: the queue's depth, and how the newest tries of each channel ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, update

from channels.outcome import Verdict
from reminders.store.outbox import WAITING
from reminders.store.tables import attempts, contacts, deliveries, messages, parked, plans, units

REACHED = (Verdict.ACCEPTED, Verdict.DEAD_RECIPIENT, Verdict.REFUSED_CONTENT)  # the far end works
LOOKED_BACK = 20_000  # tries of all channels among which those of one are sought


def depths(connection: Connection) -> dict[int, int]:
    """How many deliveries wait, by lane: 0 answers and escalations, 1 the rest."""
    query = (
        select(deliveries.c.lane, func.count().label("depth"))
        .where(deliveries.c.state.in_(WAITING))
        .group_by(deliveries.c.lane)
    )
    return {row.lane: row.depth for row in connection.execute(query)}


def waiting_on(connection: Connection, channel: str) -> int:
    """How many deliveries wait for one channel."""
    query = select(func.count()).where(deliveries.c.state.in_(WAITING), deliveries.c.channel == channel)
    return connection.scalar(query) or 0


def newest_tries(connection: Connection, channel: str, limit: int) -> list[Row[Any]]:
    """The newest tries of one channel, newest first: whom they were for, their verdict, code, detail and moment."""
    newest = connection.scalar(select(func.max(attempts.c.id))) or 0
    query = (
        select(
            attempts.c.verdict,
            attempts.c.code,
            attempts.c.detail,
            attempts.c.tried_at,
            messages.c.contact_id,
            contacts.c.name,
            units.c.name.label("unit"),
        )
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .join(messages, messages.c.id == deliveries.c.message_id)
        .outerjoin(contacts, contacts.c.id == messages.c.contact_id)
        .outerjoin(units, units.c.id == contacts.c.unit_id)
        .where(deliveries.c.channel == channel, attempts.c.id > newest - LOOKED_BACK)
        .order_by(attempts.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))


def reached_since(connection: Connection, channel: str, delivery_id: int, others: int) -> bool:
    """Whether a channel worked for anybody since the first try of one delivery.

    Where fewer than `others` other recipients were tried meanwhile, nothing speaks against the channel either.
    """
    first = select(func.min(attempts.c.id)).where(attempts.c.delivery_id == delivery_id).scalar_subquery()
    query = (
        select(messages.c.contact_id, func.max(case((attempts.c.verdict.in_(REACHED), 1), else_=0)).label("reached"))
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .join(messages, messages.c.id == deliveries.c.message_id)
        .where(deliveries.c.channel == channel, attempts.c.id >= first, attempts.c.delivery_id != delivery_id)
        .group_by(messages.c.contact_id)
    )
    found = connection.execute(query).all()
    return len(found) < others or any(row.reached for row in found)


def parked_for_good(connection: Connection) -> list[Row[Any]]:
    """What is parked until a person mends it."""
    return list(connection.execute(select(parked).where(parked.c.until.is_(None)).order_by(parked.c.channel)))


def note_told(connection: Connection, channel: str, at: datetime | None) -> None:
    """Write beside a parked channel when the operator was told; None once it works again."""
    connection.execute(update(parked).where(parked.c.channel == channel).values(told_at=at))


def first_release(connection: Connection) -> datetime | None:
    """When the first plan was released: from then on something may fall due."""
    found: datetime | None = connection.scalar(select(func.min(plans.c.released_at)))
    return found

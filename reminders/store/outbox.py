"""Deliveries, an outbox: pending → claimed (lease) → sent | retry | failed | unknown.

A sender hands over in the order of the rows and journals each outcome before the next; so after a kill exactly the
first row of its lease without an outcome is unknown, and the others were never begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from reminders.store.database import Database
from reminders.store.tables import attempts, deliveries, messages, parked

URGENT, USUAL = 0, 1


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


def _ready(machine_now: datetime) -> Any:
    return or_(
        deliveries.c.state == "pending",
        and_(deliveries.c.state == "retry", deliveries.c.retry_at <= machine_now),
    )


def waiting_ids(
    connection: Connection, machine_now: datetime, limit: int, *, only_kind: str | None = None
) -> list[int]:
    """What waits to be sent now, urgent rows first."""
    query = (
        select(deliveries.c.id)
        .where(deliveries.c.state.in_(["pending", "retry", "claimed"]), _ready(machine_now))
        .order_by(deliveries.c.lane, deliveries.c.id)
        .limit(limit)
    )
    if only_kind is not None:
        query = query.join(messages, messages.c.id == deliveries.c.message_id).where(messages.c.kind == only_kind)
    return [row.id for row in connection.execute(query)]


def claim(
    database: Database, connection: Connection, ids: Sequence[int], lease: str, machine_now: datetime, span: timedelta
) -> list[Row[Any]]:
    """Take what of `ids` is still free, under one lease; rows come back in the order of sending."""
    free = select(deliveries.c.id).where(deliveries.c.id.in_(list(ids)), _ready(machine_now))
    if database.is_postgresql:
        free = free.with_for_update(skip_locked=True)
    taken = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(free.scalar_subquery()))
        .values(state="claimed", lease=lease, lease_until=machine_now + span)
        .returning(*_COLUMNS)
    ).all()
    return sorted(taken, key=lambda row: (row.lane, row.id))


_COLUMNS = (
    deliveries.c.id,
    deliveries.c.message_id,
    deliveries.c.channel,
    deliveries.c.part,
    deliveries.c.lane,
    deliveries.c.attempts,
    deliveries.c.repeats,
    deliveries.c.address,
    deliveries.c.payload,
    deliveries.c.first_tried_on,
)


def renew(connection: Connection, lease: str, until: datetime) -> int:
    """Keep a lease; how many rows still belong to it (0: somebody took over, stop)."""
    renewed = connection.execute(
        update(deliveries).where(deliveries.c.lease == lease, deliveries.c.state == "claimed").values(lease_until=until)
    )
    return renewed.rowcount


def holds(connection: Connection, delivery_id: int, lease: str) -> bool:
    """Whether a row still belongs to a lease."""
    query = select(deliveries.c.id).where(
        deliveries.c.id == delivery_id, deliveries.c.lease == lease, deliveries.c.state == "claimed"
    )
    return connection.execute(query).first() is not None


def release(connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None = None) -> None:
    """Give rows back that were claimed and never begun."""
    if ids:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease, deliveries.c.state == "claimed")
            .values(state="retry" if retry_at else "pending", retry_at=retry_at, lease=None, lease_until=None)
        )


def take_over(database: Database, connection: Connection, machine_now: datetime) -> list[Row[Any]]:
    """Take rows from owners whose lease ran out: the first of each lease is unknown, the others were never begun.

    The unknown ones come back, with their message.
    """
    query = (
        select(deliveries.c.id, deliveries.c.lease, deliveries.c.lane)
        .where(deliveries.c.state == "claimed", deliveries.c.lease_until < machine_now)
        .order_by(deliveries.c.lane, deliveries.c.id)
    )
    if database.is_postgresql:
        query = query.with_for_update(skip_locked=True)
    stale = connection.execute(query).all()
    if not stale:
        return []
    first = {lease: next(row.id for row in stale if row.lease == lease) for lease in {row.lease for row in stale}}
    begun = set(first.values())
    idle = [row.id for row in stale if row.id not in begun]
    if idle:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(idle), deliveries.c.state == "claimed")
            .values(state="pending", lease=None, lease_until=None)
        )
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(begun), deliveries.c.state == "claimed")
        .values(state="unknown", lease=None, lease_until=None)
    )
    return list(connection.execute(select(*_COLUMNS).where(deliveries.c.id.in_(begun)).order_by(deliveries.c.id)))


def settle(connection: Connection, delivery_id: int, lease: str | None, **columns: Any) -> bool:
    """Write what became of a row, if it still belongs to the lease."""
    query = update(deliveries).where(deliveries.c.id == delivery_id)
    if lease is not None:
        query = query.where(deliveries.c.lease == lease, deliveries.c.state == "claimed")
    done = connection.execute(query.values(lease=None, lease_until=None, **columns))
    return done.rowcount == 1


def journal(
    connection: Connection,
    delivery_id: int,
    number: int,
    verdict: str,
    code: str,
    detail: str,
    *,
    machine_now: datetime,
    now: datetime,
) -> None:
    """Write one attempt and its outcome."""
    connection.execute(
        attempts.insert(),
        {
            "delivery_id": delivery_id,
            "number": number,
            "verdict": verdict,
            "code": code,
            "detail": detail,
            "tried_at": machine_now,
            "business_at": now,
        },
    )


def keep_payload(connection: Connection, delivery_id: int, address: str, payload: bytes, day: date) -> None:
    """Store the bytes of a part; they never change."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(address=address, payload=payload, first_tried_on=day)
    )


def replace_payload(connection: Connection, delivery_id: int, payload: bytes) -> None:
    """Put other bytes in place of those the far end refused to take."""
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(payload=payload))


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


def of_messages(connection: Connection, message_ids: Iterable[int]) -> list[Row[Any]]:
    """The deliveries of messages, in the order they were made."""
    query = select(deliveries).where(deliveries.c.message_id.in_(list(message_ids))).order_by(deliveries.c.id)
    return list(connection.execute(query))


def attempts_of(connection: Connection, delivery_ids: Iterable[int]) -> list[Row[Any]]:
    """The attempts of deliveries, in order."""
    query = select(attempts).where(attempts.c.delivery_id.in_(list(delivery_ids))).order_by(attempts.c.id)
    return list(connection.execute(query))


def park(
    database: Database, connection: Connection, channel: str, until: datetime | None, reason: str, now: datetime
) -> None:
    """Keep everybody from a channel (or one destination of it) until a moment, or until a person mends it."""
    statement = database.insert(parked).values(channel=channel, until=until, reason=reason, since=now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["channel"], set_={"until": until, "reason": reason})
    )


def parked_now(connection: Connection, machine_now: datetime) -> dict[str, Row[Any]]:
    """What is parked at this moment."""
    query = select(parked).where(or_(parked.c.until.is_(None), parked.c.until > machine_now))
    return {row.channel: row for row in connection.execute(query)}


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest sealed message that nobody accepted yet was sealed."""
    query = (
        select(messages.c.sealed_at)
        .join(deliveries, deliveries.c.message_id == messages.c.id)
        .where(deliveries.c.state.in_(["pending", "retry", "claimed"]))
        .order_by(messages.c.sealed_at)
        .limit(1)
    )
    return connection.scalar(query)

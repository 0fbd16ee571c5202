"""Leases over deliveries: claimed by one sender for a while, renewed, given back, or taken over.

A sender hands over in the order of the rows and journals each outcome before the next (`journals.py`); so after a
kill exactly the row that was begun and has no outcome is unknown, and those after it were never begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select, update

from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.outbox import URGENT, WAITING, ready
from reminders.store.tables import deliveries

ALONE_AFTER = 3  # rounds that ended before a row was begun: from then on it is claimed by itself
Claimed = Row[Any]  # the columns of _COLUMNS; of a row that is taken over those of _HELD
_ORDER = (deliveries.c.lane, deliveries.c.id)
_COLUMNS = (
    deliveries.c.id,
    deliveries.c.message_id,
    deliveries.c.channel,
    deliveries.c.part,
    deliveries.c.lane,
    deliveries.c.attempts,
    deliveries.c.repeats,
    deliveries.c.stumbles,
    deliveries.c.first_tried_on,
)
_HELD = (*_COLUMNS, deliveries.c.lease_until, deliveries.c.begun_at)
_FREE: dict[str, None] = {"lease": None, "lease_until": None, "begun_at": None}


def claim(
    database: Database,
    connection: Connection,
    ids: Sequence[int],
    lease: str,
    machine_now: datetime,
    span: timedelta,
) -> list[Claimed]:
    """Take what of `ids` is still free, under one lease.

    Rows come back in the order of sending. One that ended several rounds before it was begun travels alone: should it
    be the one that kills its sender, it takes nobody with it any more.
    """
    free = and_(among(deliveries.c.id, ids), ready(machine_now))
    held = {"state": "claimed", "lease": lease, "lease_until": machine_now + span}
    taken = _take(database, connection, and_(free, deliveries.c.stumbles < ALONE_AFTER), held)
    if not taken:
        alone = select(deliveries.c.id).where(free, deliveries.c.stumbles >= ALONE_AFTER).order_by(*_ORDER).limit(1)
        one = connection.scalar(database.locking(alone, skip_locked=True))
        taken = _take(database, connection, deliveries.c.id == one, held) if one is not None else []
    return sorted(taken, key=order)


def order(row: Claimed) -> tuple[int, int]:
    """In which claimed rows are sent."""
    return row.lane, row.id


def urgent_ids(connection: Connection, machine_now: datetime, most: int) -> list[int]:
    """What waits of the urgent lane, oldest first."""
    query = (
        select(deliveries.c.id)
        .where(deliveries.c.state.in_(WAITING), deliveries.c.lane == URGENT, ready(machine_now))
        .order_by(deliveries.c.id)
        .limit(most)
    )
    return [row.id for row in connection.execute(query)]


def _take(
    database: Database, connection: Connection, wanted: ColumnElement[bool], held: dict[str, Any]
) -> list[Claimed]:
    if database.is_postgresql:  # what another sender is just taking is his: nobody waits for it
        wanted = deliveries.c.id.in_(select(deliveries.c.id).where(wanted).with_for_update(skip_locked=True))
    return list(connection.execute(update(deliveries).where(wanted).values(held).returning(*_COLUMNS)).all())


def renew(connection: Connection, lease: str, until: datetime) -> int:
    """Keep a lease; how many rows still belong to it (0: somebody took over, stop)."""
    return connection.execute(update(deliveries).where(_under(lease)).values(lease_until=until)).rowcount


def held(database: Database, connection: Connection, lease: str) -> list[Claimed]:
    """The rows that still belong to a lease, kept from others until the transaction ends."""
    query: Select[Any] = select(*_HELD).where(_under(lease)).order_by(*_ORDER)
    return list(connection.execute(database.locking(query)))


def mine(database: Database, connection: Connection, lease: str, ids: Iterable[int]) -> set[int]:
    """Which rows still belong to a lease, kept from others until the transaction ends."""
    return set(connection.scalars(database.locking(select(deliveries.c.id).where(_still_held(lease, ids)))))


def begin(connection: Connection, ids: Iterable[int], lease: str, machine_now: datetime) -> set[int]:
    """Write down that rows are about to be handed over: without a journal, each of them is in doubt after a kill.

    Which of them still belong to the lease.
    """
    begun = update(deliveries).where(_still_held(lease, ids)).values(begun_at=machine_now)
    return set(connection.scalars(begun.returning(deliveries.c.id)).all())


def release(connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None = None) -> None:
    """Give rows back that were claimed and never handed over."""
    _put_back(connection, ids, lease, retry_at)


def stumble(connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None = None) -> None:
    """Give rows back whose round ended before they were begun, and count it."""
    _put_back(connection, ids, lease, retry_at, stumbles=deliveries.c.stumbles + 1)


def _put_back(
    connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None, **counted: Any
) -> None:
    if ids:
        back = {"state": "retry" if retry_at else "pending", "retry_at": retry_at, **_FREE, **counted}
        connection.execute(update(deliveries).where(_still_held(lease, ids)).values(back))


def leases(connection: Connection) -> dict[str, datetime]:
    """Every lease under which rows are held, and until when."""
    query = (
        select(deliveries.c.lease, func.min(deliveries.c.lease_until).label("until"))
        .where(deliveries.c.state == "claimed", deliveries.c.lease.is_not(None))
        .group_by(deliveries.c.lease)
    )
    return {row.lease: row.until for row in connection.execute(query)}


def sent(connection: Connection, ids: Sequence[int], lease: str, at: datetime) -> set[int]:
    """Write down that channels took some rows; which of them still belonged to the lease."""
    if not ids:
        return set()
    written = connection.execute(
        update(deliveries)
        .where(_still_held(lease, ids))
        .values(
            state="sent",
            attempts=deliveries.c.attempts + 1,
            retry_at=None,
            done_at=literal(at, deliveries.c.done_at.type),
            stumbles=0,
            **_FREE,
        )
        .returning(deliveries.c.id)
    )
    return set(written.scalars().all())


def settle(connection: Connection, delivery_id: int, lease: str | None, **columns: Any) -> bool:
    """Write what became of a row, if it still belongs to the lease."""
    query = update(deliveries).where(deliveries.c.id == delivery_id)
    if lease is not None:
        query = query.where(_under(lease))
    done = connection.execute(query.values(**_FREE, **columns))
    return done.rowcount == 1


def _still_held(lease: str, ids: Iterable[int]) -> ColumnElement[bool]:
    return and_(among(deliveries.c.id, ids), _under(lease))


def _under(lease: str) -> ColumnElement[bool]:
    return and_(deliveries.c.lease == lease, deliveries.c.state == "claimed")

"""Deliveries, an outbox: pending → claimed (lease) → sent | retry | failed | unknown.

A sender hands over in the order of the rows and journals each outcome before the next (`journals.py`); so after a
kill exactly the row that was begun and has no outcome is unknown, and those after it were never begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, literal, or_, select, update

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from reminders.store.database import Database, insert_many
from reminders.store.tables import attempts, deliveries, messages, parked

URGENT, USUAL = 0, 1
WAITING = ("pending", "retry", "claimed")
UNDECIDED = ("unknown", "aside")
ALONE_AFTER = 3  # rounds that ended before a row was begun: from then on it is claimed by itself
Claimed = Row[Any]  # the columns of _COLUMNS


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
    deliveries.c.address,
    deliveries.c.first_tried_on,
    deliveries.c.lease_until,
    deliveries.c.begun_at,
)
_FREE: dict[str, None] = {"lease": None, "lease_until": None, "begun_at": None}


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
        .where(deliveries.c.state.in_(WAITING), _ready(machine_now))
        .order_by(deliveries.c.lane, deliveries.c.id)
        .limit(limit)
    )
    if only_kind is not None:
        query = query.join(messages, messages.c.id == deliveries.c.message_id).where(messages.c.kind == only_kind)
    return [row.id for row in connection.execute(query)]


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
    free = (
        select(deliveries.c.id, deliveries.c.stumbles)
        .where(deliveries.c.id.in_(list(ids)), _ready(machine_now))
        .order_by(*_ORDER)
    )
    if database.is_postgresql:
        free = free.with_for_update(skip_locked=True)
    chosen = _company(list(connection.execute(free)))
    if not chosen:
        return []
    taken = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(chosen))
        .values(state="claimed", lease=lease, lease_until=machine_now + span)
        .returning(*_COLUMNS)
    ).all()
    return sorted(taken, key=lambda row: (row.lane, row.id))


def urgent_ids(connection: Connection, machine_now: datetime, most: int) -> list[int]:
    """What waits of the urgent lane, oldest first."""
    query = (
        select(deliveries.c.id)
        .where(deliveries.c.state.in_(WAITING), deliveries.c.lane == URGENT, _ready(machine_now))
        .order_by(deliveries.c.id)
        .limit(most)
    )
    return [row.id for row in connection.execute(query)]


def _company(free: Sequence[Row[Any]]) -> list[int]:
    alone = [row.id for row in free if row.stumbles >= ALONE_AFTER]
    return [row.id for row in free if row.stumbles < ALONE_AFTER] or alone[:1]


def renew(connection: Connection, lease: str, until: datetime) -> int:
    """Keep a lease; how many rows still belong to it (0: somebody took over, stop)."""
    renewed = connection.execute(
        update(deliveries).where(deliveries.c.lease == lease, deliveries.c.state == "claimed").values(lease_until=until)
    )
    return renewed.rowcount


def held(database: Database, connection: Connection, lease: str) -> list[Claimed]:
    """The rows that still belong to a lease, kept from others until the transaction ends."""
    query = select(*_COLUMNS).where(deliveries.c.state == "claimed", deliveries.c.lease == lease).order_by(*_ORDER)
    if database.is_postgresql:
        query = query.with_for_update()
    return list(connection.execute(query))


def mine(database: Database, connection: Connection, lease: str, ids: Iterable[int]) -> set[int]:
    """Which rows still belong to a lease, kept from others until the transaction ends."""
    return {row.id for row in connection.execute(_mine(database, select(deliveries.c.id), lease, ids))}


def payloads(database: Database, connection: Connection, lease: str, ids: Iterable[int]) -> dict[int, bytes | None]:
    """The bytes of rows that still belong to a lease, None for what was never worded."""
    query = _mine(database, select(deliveries.c.id, deliveries.c.payload), lease, ids)
    return {row.id: row.payload for row in connection.execute(query)}


def _mine(database: Database, query: Select[Any], lease: str, ids: Iterable[int]) -> Select[Any]:
    query = query.where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease, deliveries.c.state == "claimed")
    return query.with_for_update() if database.is_postgresql else query


def begin(connection: Connection, ids: Sequence[int], lease: str, machine_now: datetime) -> None:
    """Write down that rows are about to be handed over: without a journal, each of them is in doubt after a kill."""
    if ids:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease)
            .values(begun_at=machine_now)
        )


def release(connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None = None) -> None:
    """Give rows back that were claimed and never handed over."""
    if ids:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease, deliveries.c.state == "claimed")
            .values(state="retry" if retry_at else "pending", retry_at=retry_at, **_FREE)
        )


def stumble(connection: Connection, ids: Sequence[int], lease: str, retry_at: datetime | None = None) -> None:
    """Give rows back whose round ended before they were begun, and count it."""
    if ids:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease, deliveries.c.state == "claimed")
            .values(
                state="retry" if retry_at else "pending",
                retry_at=retry_at,
                stumbles=deliveries.c.stumbles + 1,
                **_FREE,
            )
        )


def leases(connection: Connection) -> dict[str, datetime]:
    """Every lease under which rows are held, and until when."""
    query = (
        select(deliveries.c.lease, func.min(deliveries.c.lease_until).label("until"))
        .where(deliveries.c.state == "claimed", deliveries.c.lease.is_not(None))
        .group_by(deliveries.c.lease)
    )
    return {row.lease: row.until for row in connection.execute(query)}


def sent(connection: Connection, ids: Sequence[int], lease: str, at: datetime) -> None:
    """Write down that channels took some rows."""
    if ids:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(list(ids)), deliveries.c.lease == lease, deliveries.c.state == "claimed")
            .values(
                state="sent",
                attempts=deliveries.c.attempts + 1,
                retry_at=None,
                done_at=literal(at, deliveries.c.done_at.type),
                stumbles=0,
                **_FREE,
            )
        )


def settle(connection: Connection, delivery_id: int, lease: str | None, **columns: Any) -> bool:
    """Write what became of a row, if it still belongs to the lease."""
    query = update(deliveries).where(deliveries.c.id == delivery_id)
    if lease is not None:
        query = query.where(deliveries.c.lease == lease, deliveries.c.state == "claimed")
    done = connection.execute(query.values(**_FREE, **columns))
    return done.rowcount == 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery."""

    delivery_id: int
    number: int
    outcome: Outcome
    tried_at: datetime  # machine time
    business_at: datetime


def note_attempts(connection: Connection, tried: Iterable[Attempt]) -> None:
    """Write tries and their outcomes."""
    rows = [
        {
            "delivery_id": one.delivery_id,
            "number": one.number,
            "verdict": one.outcome.verdict.value,
            "code": one.outcome.code,
            "detail": one.outcome.detail,
            "tried_at": one.tried_at,
            "business_at": one.business_at,
        }
        for one in tried
    ]
    insert_many(connection, attempts, rows)


def unfinished(connection: Connection, message_ids: Iterable[int]) -> set[int]:
    """Messages of which a part still waits."""
    query = select(deliveries.c.message_id).where(
        deliveries.c.message_id.in_(list(message_ids)), deliveries.c.state.in_(WAITING)
    )
    return {row.message_id for row in connection.execute(query)}


def keep_payloads(connection: Connection, found: Mapping[int, Payload], day: date) -> None:
    """Store the bytes of first parts by delivery; they never change."""
    if found:
        rows = [{"key": key, "to": one.address, "bytes": one.body, "day": day} for key, one in found.items()]
        connection.execute(_KEEP, rows)


_KEEP = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("key"))
    .values(address=bindparam("to"), payload=bindparam("bytes"), first_tried_on=bindparam("day"))
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


def parked_now(connection: Connection, machine_now: datetime) -> dict[str, Row[Any]]:
    """What is parked at this moment."""
    query = select(parked).where(or_(parked.c.until.is_(None), parked.c.until > machine_now))
    return {row.channel: row for row in connection.execute(query)}


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

"""Messages and their items: filled while their slot is open, sealed once, then never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, literal, select, tuple_, update

from reminders.messages import MessageKind
from reminders.slots import Slot
from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.outbox import WAITING
from reminders.store.tables import deliveries, items, messages, obligations


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One step of one obligation for one destination, before it has a message."""

    obligation_id: int
    version: int
    step: str
    level: int
    contact_id: int
    kind: MessageKind
    once: bool = False  # told once and no more, however often its step comes round


def put_items(
    database: Database, connection: Connection, wanted: Sequence[ItemRow], slot: Slot, later: Slot, now: datetime
) -> None:
    """Write items into the open messages of a slot; where such a message is sealed already, into the next slot's.

    A reader's digest of the slot takes the place of his other messages. Twice the same item is one item.
    """
    if not wanted:
        return
    digests = _digest_readers(connection, {row.contact_id for row in wanted}, slot)
    keyed = [(row, (row.contact_id, _kind(row, digests))) for row in wanted]
    homes = _homes(database, connection, {key for _, key in keyed}, slot, now)
    shut = {key for key, (_, sealed) in homes.items() if sealed}
    # A sealed message is never torn open: what comes too late goes with the next slot, as a message of its own kind.
    late = {(row.contact_id, row.kind) for row, key in keyed if key in shut}
    late_homes = _homes(database, connection, late, later, now)
    rows = [
        {
            "obligation_id": row.obligation_id,
            "version": row.version,
            "step": row.step,
            "slot": "" if row.once else str(slot),
            "contact_id": row.contact_id,
            "message_id": late_homes[row.contact_id, row.kind][0] if key in shut else homes[key][0],
            "level": row.level,
        }
        for row, key in keyed
    ]
    connection.execute(database.insert(items).on_conflict_do_nothing(), rows)


def _kind(row: ItemRow, digests: set[int]) -> MessageKind:
    personal = row.kind in (MessageKind.UNIT, MessageKind.OFFICE, MessageKind.LEADERS)
    return MessageKind.DIGEST if personal and row.contact_id in digests else row.kind


def _digest_readers(connection: Connection, contact_ids: set[int], slot: Slot) -> set[int]:
    query = select(messages.c.contact_id).where(
        messages.c.slot == str(slot), messages.c.kind == MessageKind.DIGEST, among(messages.c.contact_id, contact_ids)
    )
    return {row.contact_id for row in connection.execute(query)}


def _homes(
    database: Database, connection: Connection, keys: set[tuple[int, MessageKind]], slot: Slot, now: datetime
) -> dict[tuple[int, MessageKind], tuple[int, bool]]:
    """The message of each (destination, kind) in a slot, made where there is none: its id, and whether it is sealed.

    On PostgreSQL the rows are held until the transaction ends, so that nobody seals them meanwhile.
    """
    if not keys:
        return {}
    ordered = sorted(keys)
    rows = [
        {"contact_id": contact_id, "slot": str(slot), "kind": kind.value, "act": "", "created_at": now}
        for contact_id, kind in ordered
    ]
    connection.execute(database.insert(messages).on_conflict_do_nothing(), rows)
    query = (
        select(messages.c.id, messages.c.contact_id, messages.c.kind, messages.c.sealed_at)
        .where(messages.c.slot == str(slot), messages.c.act == "")
        .where(tuple_(messages.c.contact_id, messages.c.kind).in_([(c, k.value) for c, k in ordered]))
        .order_by(messages.c.id)
    )
    return {
        (row.contact_id, MessageKind(row.kind)): (row.id, row.sealed_at is not None)
        for row in connection.execute(database.locking(query, read=True))
    }


def open_digest(
    database: Database, connection: Connection, contact_id: int, slot: Slot, week: date, now: datetime
) -> bool:
    """Begin a reader's digest of a week; False where that week already has one, whatever runs twice."""
    made = connection.execute(
        database.insert(messages)
        .on_conflict_do_nothing()
        .values(
            contact_id=contact_id,
            slot=str(slot),
            kind=MessageKind.DIGEST.value,
            act="",
            week_on=week,
            created_at=now,
        )
        .returning(messages.c.id)  # psycopg counts no rows of an insert
    )
    return made.first() is not None


def open_answer(
    database: Database,
    connection: Connection,
    contact_id: int,
    slot: Slot,
    act: str,
    sentence: dict[str, Any],
    now: datetime,
) -> int | None:
    """Make a message that answers a person's act at once; None where that act was answered already."""
    made = connection.execute(
        database.insert(messages)
        .on_conflict_do_nothing()
        .values(
            contact_id=contact_id,
            slot=str(slot),
            kind=MessageKind.ANSWER.value,
            act=act,
            body=sentence,
            created_at=now,
            sealed_at=now,
            state="sealed",
        )
        .returning(messages.c.id)
    )
    return made.scalar_one_or_none()


def unsealed(connection: Connection, slot: Slot) -> list[int]:
    """Messages of this slot or an older one that still take items."""
    query = select(messages.c.id).where(messages.c.sealed_at.is_(None), messages.c.slot <= str(slot))
    return [row.id for row in connection.execute(query.order_by(messages.c.id))]


def seal(database: Database, connection: Connection, ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Seal messages that nobody sealed before; those that hold something come back in order.

    One whose items were all struck is empty and goes nowhere; a digest is never empty.
    """
    if not ids:
        return []
    sealed = connection.execute(
        update(messages)
        .where(among(messages.c.id, ids), messages.c.sealed_at.is_(None))
        .values(sealed_at=now, state="sealed")
        .returning(messages.c.id, messages.c.contact_id, messages.c.kind, messages.c.slot)
    ).all()
    mine = [row.id for row in sealed]
    living = {
        row.message_id
        for row in connection.execute(
            select(items.c.message_id).where(among(items.c.message_id, mine), items.c.struck_at.is_(None)).distinct()
        )
    }
    full = [row for row in sealed if row.id in living or row.kind == MessageKind.DIGEST]
    said = {row.id for row in full}
    empty = [number for number in mine if number not in said]
    if empty:
        connection.execute(update(messages).where(among(messages.c.id, empty)).values(state="empty"))
    return sorted(full, key=lambda row: int(row.id))


def living_items(connection: Connection, message_ids: Iterable[int]) -> list[Row[Any]]:
    """The items of messages that were not struck, with what their obligations now say."""
    query: Select[Any] = (
        select(
            items.c.id,
            items.c.message_id,
            items.c.obligation_id,
            items.c.version,
            items.c.step,
            items.c.level,
            obligations.c.kind,
            obligations.c.plan_id,
            obligations.c.unit_id,
            obligations.c.task_id,
            obligations.c.version.label("current_version"),
            obligations.c.state,
        )
        .join(obligations, obligations.c.id == items.c.obligation_id)
        .where(among(items.c.message_id, message_ids), items.c.struck_at.is_(None))
        .order_by(items.c.id)
    )
    return list(connection.execute(query).all())


def living_by_message(connection: Connection, message_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The living items of each message that has some."""
    found: dict[int, list[Row[Any]]] = {}
    if not message_ids:
        return found
    for item in living_items(connection, message_ids):
        found.setdefault(item.message_id, []).append(item)
    return found


def heads(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Messages by id without their words, which are long."""
    query: Select[Any] = select(*_HEAD).where(among(messages.c.id, ids))
    return {row.id: row for row in connection.execute(query).all()}


def mark_accepted(connection: Connection, ids: Collection[int], at: datetime) -> set[int]:
    """Channels took messages; which of them no part waits of any more. The first acceptance is kept."""
    if not ids:
        return set()
    waiting = exists().where(deliveries.c.message_id == messages.c.id, deliveries.c.state.in_(WAITING))
    moment = func.coalesce(messages.c.accepted_at, literal(at, messages.c.accepted_at.type))
    whole = update(messages).where(among(messages.c.id, ids), ~waiting).values(state="accepted", accepted_at=moment)
    return set(connection.scalars(whole.returning(messages.c.id)).all())


def by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Messages by id."""
    return {row.id: row for row in connection.execute(select(messages).where(among(messages.c.id, ids)))}


def keep_rendered(connection: Connection, worded: Mapping[int, Mapping[str, Any]]) -> None:
    """Store the words of messages by id; they are made once and never change."""
    rows = [{"key": key, **{f"new_{name}": words[name] for name in _WORDS}} for key, words in worded.items()]
    if rows:
        connection.execute(_KEEP_WORDS, rows)


_WORDS = ("rendered_at", "subject", "text", "html", "markdown", "short_number", "message_id", "in_reply_to")
_KEEP_WORDS = (
    update(messages)
    .where(messages.c.id == bindparam("key"), messages.c.rendered_at.is_(None))
    .values({name: bindparam(f"new_{name}") for name in _WORDS})
)


def mark(connection: Connection, message_id: int, state: str) -> None:
    """What became of a message as a whole."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(state=state))


def thread_starts(
    connection: Connection, contact_ids: Collection[int], obligation_ids: Collection[int]
) -> dict[tuple[int, int], tuple[int, str]]:
    """Per destination and obligation the first message that told the one about the other: its id and Message-ID."""
    if not obligation_ids:
        return {}
    query = (
        select(messages.c.contact_id, items.c.obligation_id, messages.c.id, messages.c.message_id)
        .join(items, items.c.message_id == messages.c.id)
        .where(
            among(messages.c.contact_id, contact_ids),
            among(items.c.obligation_id, obligation_ids),
            messages.c.message_id != "",
        )
        .order_by(messages.c.id.desc())  # of several the first stays
    )
    return {(row.contact_id, row.obligation_id): (row.id, row.message_id) for row in connection.execute(query)}


def other_copy(connection: Connection, item: Row[Any], message_id: int, *, step: str | None, but_not: str) -> bool:
    """Whether another personal message of an obligation's level was taken, or still may be.

    One of the same step, or with None of any step that asks for something.
    """
    query = (
        select(items.c.id)
        .join(messages, messages.c.id == items.c.message_id)
        .where(
            items.c.obligation_id == item.obligation_id,
            items.c.version == item.version,
            items.c.level == item.level,
            items.c.step == step if step is not None else items.c.step != but_not,
            messages.c.kind != MessageKind.WORKGROUP.value,
            items.c.message_id != message_id,
            items.c.struck_at.is_(None),
            messages.c.state.in_(["open", "sealed", "accepted", "unknown"]),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def count_in_week(connection: Connection, contact_id: int, kind: MessageKind, first: Slot, last: Slot) -> int:
    """How many messages of a kind a destination has in a span of slots."""
    query = select(func.count()).where(
        messages.c.contact_id == contact_id,
        messages.c.kind == kind.value,
        messages.c.slot >= str(first),
        messages.c.slot <= str(last),
    )
    return int(connection.scalar(query) or 0)


_HEAD = (
    messages.c.id,
    messages.c.contact_id,
    messages.c.slot,
    messages.c.kind,
    messages.c.week_on,
    messages.c.body,
    messages.c.state,
    messages.c.rendered_at,
)

"""The hash chain over the events: which events a seal covers, how far it is safe to seal, and the canonical words.

A seal holds a line per event (its id and the SHA-256 of its canonical JSON) and the hash of the seal before it, so that
an event that was altered, removed or put in later is named by its id, and a rewritten seal breaks the chain behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from reminders.store.database import Database
from reminders.store.tables import events, seals

# Who may still commit an event with an id that was taken before now. Every writer locks the table in this mode before
# it takes an id, and until its transaction ends; readers, backups included, hold weaker locks and delay nothing.
_WRITERS = text(
    "select virtualtransaction from pg_locks where locktype = 'relation' and mode = 'RowExclusiveLock' and granted "
    "and database = (select oid from pg_database where datname = current_database()) "
    "and relation = to_regclass('events')"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch of events under one hash."""

    number: int  # 1, 2, …
    first_id: int
    last_id: int
    count: int
    leaves: str
    previous: str
    hash: str


def leaf(event: Row[Any]) -> str:
    """An event's line: its id and the SHA-256 of its canonical JSON."""
    return f"{event.id} {hashlib.sha256(canonical(event).encode('utf-8')).hexdigest()}"


def canonical(event: Row[Any]) -> str:
    """An event as JSON that is the same on every database: keys sorted, no blanks, moments in UTC."""
    stated = {key: _stated(value) for key, value in event._mapping.items()}
    return json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(previous: str, leaves: str) -> str:
    """The hash of a seal."""
    return hashlib.sha256(f"{previous}\n{leaves}".encode()).hexdigest()


def over(found: Sequence[Row[Any]], after: Seal | None) -> Seal:
    """The seal of some events, which follow each other by id, behind another seal."""
    leaves = "\n".join(leaf(event) for event in found)
    previous = after.hash if after else ""
    number = after.number + 1 if after else 1
    return Seal(number, found[0].id, found[-1].id, len(found), leaves, previous, digest(previous, leaves))


def add(database: Database, connection: Connection, seal: Seal, at: datetime) -> bool:
    """Write a seal; False where another process was first."""
    row = {
        "id": seal.number,
        "first_id": seal.first_id,
        "last_id": seal.last_id,
        "count": seal.count,
        "leaves": seal.leaves,
        "previous": seal.previous,
        "hash": seal.hash,
        "sealed_at": at,
    }
    written = database.insert(seals).values(row).on_conflict_do_nothing(index_elements=["id"]).returning(seals.c.id)
    return connection.execute(written).first() is not None


def last(connection: Connection) -> Seal | None:
    """The newest seal."""
    row = connection.execute(select(seals).order_by(seals.c.id.desc()).limit(1)).first()
    return _seal(row) if row else None


def all_of(connection: Connection) -> Iterator[Seal]:
    """Every seal, oldest first."""
    for row in connection.execute(select(seals).order_by(seals.c.id).execution_options(yield_per=50)):
        yield _seal(row)


def newest_event(connection: Connection) -> int:
    """The highest id of an event that is visible now; 0 where there is none."""
    return connection.scalar(select(func.max(events.c.id))) or 0


def writers(database: Database, connection: Connection) -> frozenset[str]:
    """Transactions that may hold the id of an event which nobody sees yet; none on SQLite, which has one writer."""
    if not database.is_postgresql:
        return frozenset()
    return frozenset(connection.scalars(_WRITERS))


def events_between(connection: Connection, first: int, last_id: int, limit: int | None = None) -> list[Row[Any]]:
    """Events by id, both ends included."""
    query = select(events).where(events.c.id >= first, events.c.id <= last_id).order_by(events.c.id)
    return list(connection.execute(query.limit(limit) if limit else query))


def count_after(connection: Connection, last_id: int) -> int:
    """How many events stand behind an id."""
    return connection.scalar(select(func.count()).select_from(events).where(events.c.id > last_id)) or 0


def pairs(leaves: str) -> Mapping[int, str]:
    """The lines of a seal as id → line."""
    return {int(line.split(" ", 1)[0]): line for line in _lines(leaves)}


def _lines(leaves: str) -> Iterable[str]:
    return (line for line in leaves.split("\n") if line.split(" ", 1)[0].isdecimal())


def _stated(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _seal(row: Row[Any]) -> Seal:
    return Seal(row.id, row.first_id, row.last_id, row._mapping["count"], row.leaves, row.previous, row.hash)

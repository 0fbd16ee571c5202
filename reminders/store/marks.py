"""Small facts about the service itself: when each recurring thing last happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, null, select, update

from reminders.store.database import Database
from reminders.store.tables import marks


def set_mark(
    database: Database,
    connection: Connection,
    name: str,
    now: datetime,
    machine_now: datetime,
    body: dict[str, Any] | None = None,
) -> None:
    """Write that something happened now."""
    values = {"at": now, "machine_at": machine_now, "body": body or {}}
    statement = database.insert(marks).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def mark(connection: Connection, name: str) -> Row[Any] | None:
    """The last time, or None."""
    return connection.execute(select(marks).where(marks.c.name == name)).first()


def pulse(
    database: Database, connection: Connection, names: Sequence[str]
) -> tuple[dict[str, Row[Any]], datetime | None]:
    """The last times, and what a database server's own clock says now, in one statement; SQLite has only ours."""
    server_now = func.now() if database.is_postgresql else null()
    query = select(marks, server_now.label("server_now")).where(marks.c.name.in_(names))
    found = {row.name: row for row in connection.execute(query)}
    return found, next((row.server_now for row in found.values()), None)


def locked(database: Database, connection: Connection, name: str) -> Row[Any] | None:
    """The last time, held against other writers until the transaction ends."""
    query = select(marks).where(marks.c.name == name)
    return connection.execute(database.locking(query)).first()


def starting_with(connection: Connection, prefix: str) -> list[Row[Any]]:
    """The marks whose name begins so."""
    return list(connection.execute(select(marks).where(marks.c.name.startswith(prefix, autoescape=True))))


def add(
    database: Database, connection: Connection, name: str, now: datetime, machine_now: datetime, body: dict[str, Any]
) -> bool:
    """Write a mark that is not there yet; False where another process was first."""
    made = database.insert(marks).values(name=name, at=now, machine_at=machine_now, body=body)
    return connection.execute(made.on_conflict_do_nothing().returning(marks.c.name)).first() is not None


def change(connection: Connection, seen: Row[Any], machine_now: datetime, body: dict[str, Any]) -> bool:
    """Rewrite a mark as it was seen; False where another process changed it meanwhile."""
    same = (marks.c.name == seen.name, marks.c.machine_at == seen.machine_at, marks.c.body == seen.body)
    return connection.execute(update(marks).where(*same).values(machine_at=machine_now, body=body)).rowcount == 1


def remove(connection: Connection, name: str) -> None:
    """Forget a mark."""
    connection.execute(delete(marks).where(marks.c.name == name))

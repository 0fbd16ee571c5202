"""Small facts about the service itself: when each recurring thing last happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

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

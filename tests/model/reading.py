"""Plain reads beside the engine: what the model looks at costs little, whichever database stands behind."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

from reminders.store.database import Database

Found = tuple[Any, ...]


class Reader:
    """Statements said to the driver itself; `?` stands for a value."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, statement: str, *values: Any) -> list[Found]:
        """Every row, as a plain tuple."""
        if not self._database.is_postgresql:
            return driver(self._database).execute(statement, values).fetchall()
        with self._database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(_for_postgresql(statement), values).all()]

    def one(self, statement: str, *values: Any) -> Any:
        """The first column of the first row, None where there is none."""
        found = self.rows(statement, *values)
        return found[0][0] if found else None


def driver(database: Database) -> sqlite3.Connection:
    """The one connection of a database in memory, as Python's own module knows it."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


@cache
def _for_postgresql(statement: str) -> str:
    return statement.replace("?", "%s")

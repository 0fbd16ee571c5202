"""Many rows at once: COPY on PostgreSQL, one `executemany` on SQLite, past SQLAlchemy's work on each single row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Column, Connection, Dialect, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]


def insert_in_bulk(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; what none of them names gets the column's default."""
    columns = [column for column in table.c if column.name in rows[0] or column.default is not None]
    values = zip(*(_written(connection.dialect, column, rows) for column in columns), strict=False)
    write = _copy if connection.dialect.name == "postgresql" else _executemany
    failure = connection.dialect.loaded_dbapi.Error
    try:
        write(connection, table, [column.name for column in columns], values)
    except failure as error:
        raise DBAPIError.instance(f"many rows into {table.name}", None, error, failure) from error


def reserve_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Ids that no other row will ever have, in one statement or two; the rows are then inserted with them."""
    if connection.dialect.name == "postgresql":
        taken = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return list(connection.scalars(taken, {"name": table.name, "count": count}))
    # The transaction holds the write lock, so nobody reserves between the two statements.
    known = {"name": table.name}
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), known)
    moved = "UPDATE sqlite_sequence SET seq = :last WHERE name = :name"
    if last is None:
        moved = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"
    first = (last or 0) + 1
    connection.execute(text(moved), {**known, "last": first + count - 1})
    return range(first, first + count)


def _written(dialect: Dialect, column: Column[Any], rows: Sequence[Row]) -> Iterable[Any]:
    """One column of every row as the driver takes it; without end where it is the same for all.

    What many rows share is one object (their moment, their due day, their body), so it is converted once.
    """
    convert = _convert(dialect, column)
    if column.name not in rows[0]:
        default = _default(column)
        return repeat(default if convert is None else convert(default))
    values = map(itemgetter(column.name), rows)
    if convert is None:
        return values
    known: dict[int, Any] = {id(None): None}
    return (known[id(v)] if id(v) in known else known.setdefault(id(v), convert(v)) for v in values)


def _convert(dialect: Dialect, column: Column[Any]) -> Convert | None:
    """What turns a value of a column into what the driver takes; None where it takes the value as it is."""
    if isinstance(column.type, JSON):
        return json.dumps
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _default(column: Column[Any]) -> Any:
    """The value of a column that no row names."""
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _copy(connection: Connection, table: Table, names: Sequence[str], values: Iterable[tuple[Any, ...]]) -> None:
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _executemany(connection: Connection, table: Table, names: Sequence[str], values: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.executemany(_statement(table, tuple(names)), values)


@cache
def _statement(table: Table, names: tuple[str, ...]) -> str:
    return str(table.insert().compile(dialect=sqlite.dialect(), column_keys=list(names)))

"""Activating a plan beside writing exactly the same rows into the same tables, with nothing to work out.

The floor is COPY through psycopg, or one executemany through sqlite3, of rows that lie ready in memory, in one
transaction. Every turn of either begins with a fresh copy of the same database, into which the plan was imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Table, func, make_url, select

from benchmarks._ground import KINDS, analyse, in_turns, service, told
from benchmarks._plan import plan
from reminders.clock import SHANGHAI
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.intake import import_contacts, import_plan
from reminders.engine.service import Service
from reminders.rehearsal import invented_contacts
from reminders.store.database import Database
from reminders.store.tables import metadata
from tests.servers import NoServer, database_on, postgresql

TASKS, LEADS, UNITS = 1_000, 5, 100
TURNS = 7
NOW = datetime(2022, 1, 4, 8, 0, tzinfo=SHANGHAI)
CHOICES = Choices("第1处", leading_group=("领导",), release=True)
GOAL = 0.25
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]  # by table: its columns and what was written


def main() -> int:
    """Print every figure beside its goal; 1 where one falls below nine tenths of it."""
    return max(_one(kind) for kind in KINDS)


def _one(kind: str) -> int:
    with _copies(kind) as copy:
        if copy is None:
            print(f"{kind}: no server within reach, left out")
            return 0
        rows = _written(copy())
        count = sum(len(found) for _, found in rows.values())
        figures = in_turns(
            {
                "activate": lambda: count / _activated(copy()),
                "the rows alone": lambda: count / _floor(copy(), rows),
            },
            TURNS,
        )
    each = "，".join(f"{len(found):,} {name}" for name, (_, found) in rows.items()).replace("，", ", ")
    print(f"{kind}: {TASKS:,} tasks, {LEADS} leads each, {UNITS} units: {count:,} rows ({each})")
    for name, found in figures.items():
        print(f"  {kind}: {name:<16} {told(found, 'rows/s')}")
    ratio = statistics.median(figures["activate"]) / statistics.median(figures["the rows alone"])
    short = ratio < 0.9 * GOAL
    print(f"{kind}: activation / rows alone {ratio:.2f}, goal {GOAL:.2f}{'   MISSED' if short else ''}")
    return int(short)


def _activated(address: str) -> float:
    """Seconds of one activation."""
    made = service(address, NOW)
    with made.database.read() as connection:
        connection.execute(select(1))
    began = time.perf_counter()
    activate(made, 1, CHOICES)
    taken = time.perf_counter() - began
    made.database.close()
    return taken


def _written(address: str) -> Rows:
    """What an activation adds to each table, as the driver takes it."""
    made = service(address, NOW)
    before = _counts(made)
    activate(made, 1, CHOICES)
    found: Rows = {}
    for table in metadata.sorted_tables:
        if (more := _counts(made)[table.name] - before[table.name]) > 0:
            found[table.name] = [column.name for column in table.c], _last(made.database, table, more)
    made.database.close()
    return found


def _counts(made: Service) -> dict[str, int]:
    with made.database.read() as connection:
        tables = metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _last(database: Database, table: Table, count: int) -> list[tuple[Any, ...]]:
    """The newest rows of a table, just as they lie there."""
    order = "id" if "id" in table.c else "1"
    names = ", ".join(f'"{column.name}"' for column in table.c)
    with database.read() as connection:
        query = f"select {names} from {table.name} order by {order} desc limit {count}"
        rows = connection.exec_driver_sql(query).all()
    return [tuple(json.dumps(v) if isinstance(v, dict | list) else v for v in row) for row in reversed(rows)]


def _floor(address: str, rows: Rows) -> float:
    """Seconds of writing the rows alone, in one transaction."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _executemany(str(url.database), rows)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute("select 1")
        began = time.perf_counter()
        for name, (columns, found) in rows.items():
            quoted = ", ".join(f'"{column}"' for column in columns)
            with connection.cursor() as cursor, cursor.copy(f"COPY {name} ({quoted}) FROM STDIN".encode()) as copy:
                for row in found:
                    copy.write_row(row)
        connection.commit()
        return time.perf_counter() - began


def _executemany(path: str, rows: Rows) -> float:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for name, (columns, found) in rows.items():
            quoted = ", ".join(f'"{column}"' for column in columns)
            places = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {name} ({quoted}) VALUES ({places})", found)
        connection.execute("COMMIT")
        return time.perf_counter() - began


def _imported(address: str) -> None:
    """A database with the plan and its people, not activated."""
    made, read = service(address, NOW), plan(TASKS, LEADS, UNITS)
    import_contacts(made, invented_contacts(read, CHOICES))
    import_plan(made, read, b"", "benchmark")
    analyse(made.database)
    made.database.close()


@contextmanager
def _copies(kind: str) -> Iterator[Callable[[], str] | None]:
    """Makes fresh copies of one database with the plan imported; None where there is no server of that kind."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        if kind == "SQLite":
            yield _files(Path(folder))
            return
        try:
            server = stack.enter_context(postgresql(Path(folder)))
        except NoServer:
            yield None
            return
        template = f"cuiban_bench_{os.getpid()}"
        url = stack.enter_context(database_on(server, template))
        _imported(url.render_as_string(hide_password=False))
        made: list[ExitStack] = []

        def copy() -> str:
            for old in made:
                old.close()
            made[:] = [stack.enter_context(ExitStack())]
            copied = made[0].enter_context(database_on(server, f"{template}_copy", template))
            return copied.render_as_string(hide_password=False)

        yield copy


def _files(folder: Path) -> Callable[[], str]:
    _imported(f"sqlite:///{folder / 'template.sqlite3'}")

    def copy() -> str:
        for old in folder.glob("copy.sqlite3*"):
            old.unlink()
        shutil.copy(folder / "template.sqlite3", folder / "copy.sqlite3")
        return f"sqlite:///{folder / 'copy.sqlite3'}"

    return copy


if __name__ == "__main__":
    sys.exit(main())

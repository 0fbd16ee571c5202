"""What benchmarks stand on: scratch databases of both kinds, a service over one, figures taken in turns."""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from channels.channel import Channel
from channels.mailbox import MailboxChannel
from channels.rate_limit import InProcessLimiter
from reminders.acknowledgement import LinkKeys
from reminders.clock import FixedClock
from reminders.engine.service import MAILBOX, Service
from reminders.settings import load_settings
from reminders.slots import SlotCalendar
from reminders.store.database import Database
from reminders.store.journals import FileJournals
from reminders.store.migrating import migrate
from schedules.workdays import china
from tests.servers import NoServer, database_on, postgresql

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def addresses(kind: str, count: int) -> Iterator[list[str]]:
    """Addresses of empty databases; none where there is no server of that kind, which is said."""
    with _sqlite(count) if kind == "SQLite" else _postgresql(count) as found:
        if not found:
            print(f"{kind}: no server within reach, left out")
        yield found


def service(
    address: str, now: datetime, *, channels: Mapping[str, Channel] | None = None, journals: Path | None = None
) -> Service:
    """A service over a database with its tables; `journals` is the folder of its outcome journals."""
    database = Database.connect(address)
    migrate(database)
    return Service(
        database=database,
        settings=load_settings(),
        clock=FixedClock(now),
        slots=SlotCalendar(china()),
        channels=channels or {MAILBOX: MailboxChannel(lambda _message: None)},
        limiter=InProcessLimiter(),
        keys=LinkKeys(("a-key-for-the-benchmark",)),
        random=os.urandom,
        **({"journals": FileJournals(journals)} if journals else {}),
    )


def analyse(database: Database) -> None:
    """Let the database look at what was filled in, as it does by itself in time."""
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("analyze"))


def timed(act: Callable[[], object], times: int = 1) -> float:
    """Seconds of one time."""
    began = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times


def in_turns(works: Mapping[str, Callable[[], float]], turns: int) -> dict[str, list[float]]:
    """Each work's figures, one of each in every turn."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(turns):
        for name, work in works.items():
            found[name].append(work())
    return found


def told(found: list[float], unit: str, scale: float = 1.0) -> str:
    """Median and spread of some figures."""
    middle, low, high = statistics.median(found) * scale, min(found) * scale, max(found) * scale
    digits = 2 if middle < 100 else 0
    return f"{middle:,.{digits}f} {unit} ({low:,.{digits}f}-{high:,.{digits}f})"


@contextmanager
def _sqlite(count: int) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield [f"sqlite:///{Path(folder) / f'{number}.sqlite3'}" for number in range(count)]


@contextmanager
def _postgresql(count: int) -> Iterator[list[str]]:
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        try:
            server = stack.enter_context(postgresql(Path(folder)))
        except NoServer:
            yield []
            return
        names = [f"cuiban_bench_{os.getpid()}_{number}" for number in range(count)]
        urls = [stack.enter_context(database_on(server, name)) for name in names]
        yield [url.render_as_string(hide_password=False) for url in urls]


@contextlib.contextmanager
def closing(made: Service) -> Iterator[Service]:
    """A service whose connections are given back."""
    try:
        yield made
    finally:
        made.database.close()

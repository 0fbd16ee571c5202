"""What one tick costs, whatever the number of open obligations: each figure beside a floor run in turns with it.

The floor is what no scheduler can do without: one indexed probe and one committed single-row update, through the same
library. Sizes are interleaved in one server, and the median of the turns is given; absolute figures are this machine's.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, text, update

from channels.mailbox import MailboxChannel
from channels.rate_limit import InProcessLimiter
from reminders.acknowledgement import LinkKeys
from reminders.clock import SHANGHAI, FixedClock
from reminders.engine.service import MAILBOX, Service
from reminders.engine.tick import tick
from reminders.policy import PRESETS, Preset
from reminders.settings import load_settings
from reminders.slots import SlotCalendar
from reminders.store.database import Database, insert_many
from reminders.store.migrating import migrate
from reminders.store.plans import ensure_policy
from reminders.store.tables import marks, obligations, plans, units
from schedules.workdays import china
from tests.servers import NoServer, database_on, postgresql

SIZES = (1_000, 100_000, 1_000_000)
TURNS = 9
NOW = datetime(2022, 9, 16, 10, 0, tzinfo=SHANGHAI)
LATER = "2023-06-01/am"


def main() -> int:
    """Print the table; 0 always, a benchmark judges nothing."""
    sizes = tuple(int(word) for word in os.environ.get("CUIBAN_BENCH_SIZES", "").split()) or SIZES
    for name, make in (("SQLite", _sqlite_addresses), ("PostgreSQL", _postgresql_addresses)):
        with make(len(sizes)) as addresses:
            if not addresses:
                print(f"{name}: no server within reach, left out")
                continue
            _compare(name, dict(zip(sizes, addresses, strict=True)))
    return 0


def _compare(name: str, addresses: dict[int, str]) -> None:
    services = {size: _service(address, size) for size, address in addresses.items()}
    for service in services.values():
        tick(service)  # the first look goes without a lower bound
    ticks: dict[int, list[float]] = {size: [] for size in services}
    floors: list[float] = []
    smallest = services[min(services)]
    for _ in range(TURNS):
        for size, service in services.items():
            ticks[size].append(_timed(lambda service=service: tick(service), 20))  # type: ignore[misc]
        floors.append(_timed(lambda: _floor(smallest.database), 20))
    floor = statistics.median(floors)
    base = statistics.median(ticks[min(ticks)])
    print(f"{name}: floor (one probe, one committed update) {floor * 1e3:.2f} ms, spread {_spread(floors)}")
    for size, found in ticks.items():
        median = statistics.median(found)
        print(
            f"  tick, nothing due, {size:>9,} open: {median * 1e3:.2f} ms = {median / floor:.2f} floors, "
            f"{median / base:.2f} of the smallest, spread {_spread(found)}"
        )
    for service in services.values():
        service.database.close()


def _floor(database: Database) -> None:
    with database.write() as connection:
        due = obligations.c.next_slot
        connection.execute(select(obligations.c.id).where(due.is_not(None), due <= "2022-09-16/am").limit(1)).first()
        connection.execute(update(marks).where(marks.c.name == "tick").values(machine_at=datetime.now(UTC)))


def _service(address: str, size: int) -> Service:
    database = Database.connect(address)
    migrate(database)
    with database.write() as connection:
        _fill(database, connection, size)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("analyze"))
    return Service(
        database=database,
        settings=load_settings(),
        clock=FixedClock(NOW),
        slots=SlotCalendar(china()),
        channels={MAILBOX: MailboxChannel(lambda _message: None)},
        limiter=InProcessLimiter(),
        keys=LinkKeys(("a-key-for-the-benchmark",)),
        random=os.urandom,
    )


def _fill(database: Database, connection: Connection, size: int) -> None:
    """Open obligations, all due later, in one plan of one unit."""
    policy_id = ensure_policy(database, connection, PRESETS[Preset.STRICT])
    unit_id = connection.execute(insert(units).values(name="甲处", kind="处室").returning(units.c.id)).scalar_one()
    plan = {"title": "基准", "year": 2022, "imported_at": NOW, "state": "active", "lead_office_id": unit_id}
    plan_id = connection.execute(insert(plans).values(**plan, policy_id=policy_id).returning(plans.c.id)).scalar_one()
    row = {
        "kind": "signature",
        "plan_id": plan_id,
        "unit_id": unit_id,
        "policy_id": policy_id,
        "highest": 2,
        "state": "planned",
        "next_step": "sign",
        "next_slot": LATER,
        "opened_on": date(2022, 9, 1),
    }
    for start in range(0, size, 10_000):
        count = min(10_000, size - start)
        insert_many(connection, obligations, [{**row, "subject": str(start + n)} for n in range(count)])


def _timed(act: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times


def _spread(found: list[float]) -> str:
    return f"{min(found) * 1e3:.2f}-{max(found) * 1e3:.2f} ms"


@contextmanager
def _sqlite_addresses(count: int) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield [f"sqlite:///{Path(folder) / f'{number}.sqlite3'}" for number in range(count)]


@contextmanager
def _postgresql_addresses(count: int) -> Iterator[list[str]]:
    """Scratch databases on the PostgreSQL the tests use, none where there is no server."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        try:
            server = stack.enter_context(postgresql(Path(folder)))
        except NoServer:
            yield []
            return
        names = [f"cuiban_bench_{os.getpid()}_{number}" for number in range(count)]
        urls = [stack.enter_context(database_on(server, name)) for name in names]
        yield [url.render_as_string(hide_password=False) for url in urls]


if __name__ == "__main__":
    sys.exit(main())

"""What one tick costs, whatever the number of open obligations: each figure beside a floor run in turns with it.

Nothing due: the floor is what no scheduler can do without, one indexed probe and one committed single-row update
through the same library. A hundred due: the floor is the bare claim of a hundred rows. Sizes are interleaved in one
server; the median of the turns is given, and absolute figures are this machine's.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert, select, text, update

from benchmarks import _peers
from benchmarks._ground import KINDS, addresses, analyse, closing, service, timed, told
from reminders.clock import SHANGHAI, FixedClock
from reminders.engine.round.tick import tick
from reminders.engine.service import Service
from reminders.policy import PRESETS, Preset
from reminders.slots import Slot
from reminders.store.database import Database, insert_many
from reminders.store.plans import ensure_policy
from reminders.store.tables import contacts, marks, obligations, plans, units

SIZES = (1_000, 100_000, 1_000_000)
PEER_SIZES = (1_000, 10_000, 100_000)
TURNS = 9
DUE = 100
PROCESSED = 200_000
NOW = datetime(2022, 9, 16, 10, 0, tzinfo=SHANGHAI)
SLOT = Slot(NOW.date(), "am")
EARLIER, LATER = "2022-09-15/am", "2023-06-01/am"
GOALS = {"floor": 3.0, "flat": 1.1, "due": 25.0, "snapshot": 2.0}


def main() -> int:
    """Print the tables; 1 where a figure misses its goal by more than a tenth."""
    sizes = tuple(int(word) for word in os.environ.get("CUIBAN_BENCH_SIZES", "").split()) or SIZES
    missed = 0
    for kind in KINDS:
        with addresses(kind, len(sizes)) as found, ExitStack() as stack:
            made = {
                size: stack.enter_context(closing(_filled(address, size)))
                for size, address in zip(sizes, found, strict=False)
            }
            if made:
                missed += _nothing_due(kind, made)
                missed += _hundred_due(kind, made)
                missed += _snapshot(kind, made[max(made)]) if made[max(made)].database.is_postgresql else 0
    for line in _peers.compare([size for size in PEER_SIZES if size <= max(sizes)]):
        print(line, flush=True)
    return int(missed > 0)


def _nothing_due(kind: str, services: dict[int, Service]) -> int:
    for one in services.values():
        tick(one)  # the first look goes without a lower bound
    ticks: dict[int, list[float]] = {size: [] for size in services}
    floors: list[float] = []
    smallest = services[min(services)]
    for _ in range(TURNS):
        for size, one in services.items():
            ticks[size].append(timed(lambda one=one: tick(one), 20))  # type: ignore[misc]  # bound at once
        floors.append(timed(lambda: _floor(smallest.database), 20))
    floor, base = statistics.median(floors), statistics.median(ticks[min(ticks)])
    print(f"{kind}: floor, one probe and one committed update {told(floors, 'ms', 1e3)}")
    missed = 0
    for size, found in ticks.items():
        median = statistics.median(found)
        print(f"  nothing due, {size:>9,} open: {told(found, 'ms', 1e3)}")
        missed += _judge(f"{kind}: nothing due, {size:,} / floor", median / floor, GOALS["floor"])
        missed += _judge(f"{kind}: nothing due, {size:,} / {min(ticks):,}", median / base, GOALS["flat"])
    return missed


def _hundred_due(kind: str, services: dict[int, Service]) -> int:
    ticks: dict[int, list[float]] = {size: [] for size in services}
    floors: dict[int, list[float]] = {size: [] for size in services}
    for turn in range(TURNS):
        for size, one in services.items():
            at, slot = _turn(one, turn)
            with one.database.write() as connection:
                _put_due(connection, slot)
            floors[size].append(timed(lambda one=one, slot=slot: _claim(one.database, slot)))  # type: ignore[misc]
            with one.database.write() as connection:
                _put_due(connection, slot)
            ticks[size].append(timed(lambda at=at: _ticked(at)))  # type: ignore[misc]
    missed = 0
    for size, found in ticks.items():
        print(f"  100 due, {size:>9,} open: {told(found, 'ms', 1e3)}; bare claim {told(floors[size], 'ms', 1e3)}")
        ratio = statistics.median(found) / statistics.median(floors[size])
        missed += _judge(f"{kind}: 100 due, {size:,} / bare claim", ratio, GOALS["due"])
    return missed


def _snapshot(kind: str, one: Service) -> int:
    """The tick after many rows were worked off, while somebody's snapshot keeps their dead entries."""
    before = [timed(lambda: tick(one), 20) for _ in range(TURNS)]
    with _held_open(one.database):
        with one.database.write() as connection:
            ids = select(obligations.c.id).where(obligations.c.next_slot == LATER).limit(PROCESSED)
            connection.execute(update(obligations).where(obligations.c.id.in_(ids)).values(next_slot=EARLIER))
        with one.database.write() as connection:
            connection.execute(update(obligations).where(obligations.c.next_slot == EARLIER).values(next_slot=LATER))
        after = [timed(lambda: tick(one), 20) for _ in range(TURNS)]
        whole = [_without_bound(one) for _ in range(TURNS)]
    print(f"  {PROCESSED:,} rows worked off under an idle snapshot: {told(after, 'ms', 1e3)}")
    print(f"  the same before it: {told(before, 'ms', 1e3)}")
    print(f"  the look without the lower bound, once a minute: {told(whole, 'ms', 1e3)}")
    ratio = statistics.median(after) / statistics.median(before)
    return _judge(f"{kind}: under an idle snapshot / before", ratio, GOALS["snapshot"])


def _without_bound(one: Service) -> float:
    with one.database.write() as connection:
        connection.execute(update(marks).where(marks.c.name == "tick").values(body={}))
    return timed(lambda: tick(one))


@contextmanager
def _held_open(database: Database) -> Iterator[None]:
    """A report or a backup that began and idles."""
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(text("select count(*) from marks"))
        yield


def _judge(name: str, ratio: float, goal: float) -> int:
    over = ratio > 1.1 * goal
    print(f"{name:<52} {ratio:7.2f}   goal {goal:5.2f}{'   MISSED' if over else ''}", flush=True)
    return int(over)


def _floor(database: Database) -> None:
    with database.write() as connection:
        due = obligations.c.next_slot
        connection.execute(select(obligations.c.id).where(due.is_not(None), due <= str(SLOT)).limit(1)).first()
        connection.execute(update(marks).where(marks.c.name == "tick").values(machine_at=datetime.now(UTC)))


def _claim(database: Database, slot: Slot) -> None:
    """A hundred due rows are locked and moved on, and nothing else."""
    with database.write() as connection:
        due = obligations.c.next_slot
        query = select(obligations.c.id).where(due.is_not(None), due <= str(slot)).order_by(due, obligations.c.id)
        query = query.limit(DUE)
        query = query.with_for_update(skip_locked=True) if database.is_postgresql else query
        ids = [row.id for row in connection.execute(query)]
        assert len(ids) == DUE, len(ids)
        connection.execute(update(obligations).where(obligations.c.id.in_(ids)).values(next_slot=None))


def _turn(one: Service, turn: int) -> tuple[Service, Slot]:
    """Each turn has a slot of its own, so that its items and messages are new."""
    slot = SLOT
    for _ in range(turn + 1):
        slot = one.slots.after(slot)
    at = one.slots.opens_at(slot).replace(minute=30)
    return one.with_clock(FixedClock(at)), slot


def _put_due(connection: Connection, slot: Slot) -> None:
    """A signature is asked for of each of a hundred units."""
    mine = obligations.c.subject.in_([str(n) for n in range(DUE)])
    back = {"state": "planned", "next_step": "sign", "next_slot": str(slot), "level": 0}
    connection.execute(update(obligations).where(mine).values(**back))


def _ticked(at: Service) -> None:
    done = tick(at)
    assert (done.steps, done.sealed) == (DUE, DUE), done


@dataclass(frozen=True)
class _Ids:
    """What the rows of a benchmark hang on."""

    plan: int
    policy: int
    units: list[int]


def _filled(address: str, size: int) -> Service:
    made = service(address, NOW)
    with made.database.write() as connection:
        _fill(connection, _people(made.database, connection), size)
    analyse(made.database)
    settings = made.settings.model_copy(update={"outage_after_missed": 10**9})
    return replace(made, settings=settings)


def _people(database: Database, connection: Connection) -> _Ids:
    """A hundred units with a liaison each, one plan that is released."""
    policy_id = ensure_policy(database, connection, PRESETS[Preset.STRICT])
    insert_many(connection, units, [{"name": f"第{n}处", "kind": "处室"} for n in range(DUE)])
    unit_ids = [row.id for row in connection.execute(select(units.c.id).order_by(units.c.id))]
    person = {"role": "liaison", "name": "联络员"}
    people = [{**person, "unit_id": unit, "email": f"u{unit}@example.gov.cn"} for unit in unit_ids]
    insert_many(connection, contacts, people)
    plan = {"title": "基准", "year": 2022, "imported_at": NOW, "state": "active", "released_at": NOW}
    found = connection.execute(
        insert(plans).values(**plan, lead_office_id=unit_ids[0], policy_id=policy_id).returning(plans.c.id)
    )
    return _Ids(found.scalar_one(), policy_id, unit_ids)


def _fill(connection: Connection, ids: _Ids, size: int) -> None:
    """Open obligations, all due later."""
    row = {
        "kind": "signature",
        "plan_id": ids.plan,
        "policy_id": ids.policy,
        "highest": 2,
        "state": "planned",
        "next_step": "sign",
        "next_slot": LATER,
        "opened_on": date(2022, 9, 1),
    }
    for start in range(0, size, 10_000):
        numbers = range(start, min(start + 10_000, size))
        insert_many(
            connection, obligations, [{**row, "unit_id": ids.units[n % DUE], "subject": str(n)} for n in numbers]
        )


if __name__ == "__main__":
    sys.exit(main())

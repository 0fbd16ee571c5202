"""Histories told by a state machine, over as many databases as wanted, each of them counted and some told twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.stateful import run_state_machine_as_test

from reminders.store.database import Database
from reminders.store.journals import FileJournals
from tests.model.machine import Histories
from tests.model.offices import Beginning, kept
from tests.model.reading import Found, Reader, driver
from tests.model.world import World

_EVENTS = (
    "select type, at, recorded_at, plan_id, task_id, unit_id, obligation_id, message_id, contact_id, body"
    " from events order by id"
)
_NUMBERED = {"unit_id": "units", "obligation_id": "obligations", "message_id": "messages", "contact_id": "contacts"}
_IN_BODIES = {"delivery": "deliveries", "event": "external_events", "from": "units"}


@dataclass
class Teller:
    """Tells histories in memory; every `again`th is told a second time, and has to come to the same ledger."""

    folder: Path
    to_the_end: int = 1  # so many go by before one is told to the end of its year
    again: int = 10
    told: int = 0
    twice: int = 0
    database: Database = field(default_factory=Database.in_memory)
    other: Database = field(default_factory=Database.in_memory)

    def tell(self, count: int, *, start: int, steps: int, beginnings: int = 64, a_year_in: int | None = None) -> None:
        """So many histories; a failure is shrunk to the shortest one that still fails."""
        parts = {
            "opened": staticmethod(self.open),
            "after": staticmethod(self.after),
            "beginnings": beginnings,
            "a_year_in": a_year_in or steps,
        }
        machine = seed(start)(type("Told", (Histories,), parts))
        chosen = settings(
            max_examples=count,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        with each_its_own():
            run_state_machine_as_test(machine, settings=chosen)

    def open(self, number: int, digests: bool) -> World:
        """A world at its beginning, in memory."""
        return self._world(self.database, number, digests)

    def after(self, world: World) -> None:
        """What is only known at the end, and once in a while whether all of it comes to the same again."""
        self.told += 1
        world.finish(whole=self.told % self.to_the_end == 0)
        if self.told % self.again == 0:
            self.twice += 1
            second = self._world(self.other, world.beginning.number, world.digests)
            again(world, second)
            assert second.read.rows(_EVENTS) == world.read.rows(_EVENTS)

    def _world(self, database: Database, number: int, digests: bool) -> World:
        # A new connection: SQLite crashes where a statement over `json_each` outlives the database it was prepared for.
        database.close()
        driver(database).deserialize(kept(number))
        return World(database, Beginning.of(number), self.journals(), begun=True, digests=digests)

    def journals(self) -> FileJournals:
        """A new folder of journals: leases are counted anew in every history."""
        place = self.folder / "journals"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return FileJournals(place)


@contextmanager
def each_its_own() -> Iterator[None]:
    """Hypothesis would follow every history by up to five that repeat parts of it: new ones meet more."""
    with mock.patch.object(ConjectureRunner, "generate_mutations_from"):
        yield


def again(first: World, second: World) -> None:
    """The same acts at the same hours in another world."""
    for act, choices in first.acts:
        second.do(act, **choices)


def ledger(reader: Reader) -> list[tuple[Any, ...]]:
    """The events with every id as its place in its table: databases differ in which ids an insert leaves out."""
    places = {
        table: {number: place for place, (number,) in enumerate(reader.rows(f"select id from {table} order by id"))}
        for table in {*_NUMBERED.values(), *_IN_BODIES.values()}
    }
    return [_placed(event, places) for event in reader.rows(_EVENTS)]


def _placed(event: Found, places: dict[str, dict[int, int]]) -> tuple[Any, ...]:
    kind, at, recorded_at, plan_id, task_id, *ids, body = event
    told = dict(body if isinstance(body, dict) else json.loads(body))
    for key, table in _IN_BODIES.items():
        if isinstance(told.get(key), int):
            told[key] = places[table][told[key]]
    placed = [places[table].get(number) for table, number in zip(_NUMBERED.values(), ids, strict=True)]
    return kind, _moment(at), _moment(recorded_at), plan_id, task_id, *placed, json.dumps(told, sort_keys=True)


def _moment(value: Any) -> str:
    moment = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return str(moment.astimezone(UTC).isoformat())

"""Random histories of a hundred obligations over a year: whatever happens, the state tables and the rules hold.

`make test` tells some short ones, `make test-long` a thousand; `make histories COUNT=… SEED=…` any number of any seed.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from reminders.store.database import Database
from tests.model.curt import without_words
from tests.model.telling import Teller, again, ledger
from tests.model.world import World
from tests.servers import database_on

SHORT, THROUGH_POSTGRESQL = 40, 10
MANY = int(os.environ.get("CUIBAN_TEST_HISTORIES") or 1000)
START = int(os.environ.get("CUIBAN_TEST_SEED") or int.from_bytes(os.urandom(3)))
STEPS = 40
PIECE = 100
IN_WORDS = 25  # every so manieth history has its messages worded as well


def test_whatever_happens_the_tables_and_the_rules_hold(in_ram: Path) -> None:
    teller = Teller(in_ram, to_the_end=20, again=20)
    with without_words():
        teller.tell(SHORT, start=1, steps=6, beginnings=4, a_year_in=150)
    assert teller.told >= SHORT
    assert teller.twice > 0


def test_postgresql_comes_to_the_same_ledger(in_ram: Path, postgresql_server: URL, postgresql_template: str) -> None:
    teller = ThroughPostgresql(in_ram, to_the_end=100, again=1)
    teller.server, teller.template = postgresql_server, postgresql_template
    with without_words():
        teller.tell(THROUGH_POSTGRESQL, start=2, steps=6, beginnings=4, a_year_in=150)
    assert teller.told >= THROUGH_POSTGRESQL


@pytest.mark.long
@pytest.mark.timeout(0)
def test_many_histories(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In as many processes as there are processors; a failure names the seed that tells it again."""
    began = time.monotonic()
    pieces = [min(PIECE, MANY - told) for told in range(0, MANY, PIECE)]
    seeds = range(START, START + len(pieces))  # a piece is the same however many processors there are
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        told = sum(pool.map(_piece, [tmp_path / str(start) for start in seeds], seeds, pieces))
    with capsys.disabled():
        print(f"\n{told} histories of seed {START} in {(time.monotonic() - began) / 60:.1f} minutes")
    assert told >= MANY


class ThroughPostgresql(Teller):
    """Tells each history a second time over PostgreSQL."""

    server: URL
    template: str

    def after(self, world: World) -> None:
        """The same acts in the other database, looked at as closely, come to the same ledger."""
        self.told += 1
        world.finish(whole=False)
        with self._postgresql() as database:
            second = World(database, world.beginning, self.journals(), begun=False, digests=world.digests)
            again(world, second)
            assert ledger(second.read) == ledger(world.read)

    @contextmanager
    def _postgresql(self) -> Iterator[Database]:
        with database_on(self.server, f"cuiban_history_{os.getpid()}", self.template) as url:
            quick = url.update_query_dict({"options": "-csynchronous_commit=off"})
            database = Database.connect(quick.render_as_string(hide_password=False))
            try:
                yield database
            finally:
                database.close()


def _piece(place: Path, start: int, count: int) -> int:
    """Some of them, one after the other; how many were told."""
    place.mkdir()
    teller = Teller(place, again=20)
    with without_words():
        teller.tell(count - count // IN_WORDS, start=start, steps=STEPS)
    if count >= IN_WORDS:
        teller.tell(count // IN_WORDS, start=start, steps=STEPS)
    return teller.told

"""Random histories of a hundred obligations over a year: whatever happens, the state tables and the rules hold.

`make test` tells some short ones, `make test-long` as many as twenty minutes allow, `make histories COUNT=… SEED=…` any
number of any seed.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from reminders.store.database import Database
from tests.model.curt import without_words
from tests.model.telling import Teller, again, ledger
from tests.model.world import World
from tests.servers import database_on

SHORT, THROUGH_POSTGRESQL = 40, 10
WANTED = int(os.environ.get("CUIBAN_TEST_HISTORIES") or 0)  # so many and no more; else for a while
LEAST, A_WHILE = 1000, 18 * 60  # seconds; the pieces that are under way then are told to their end
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
    told = _in_pieces(tmp_path, began)
    with capsys.disabled():
        print(f"\n{told} histories of seed {START} in {(time.monotonic() - began) / 60:.1f} minutes")
    assert told >= (WANTED or LEAST)


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


def _in_pieces(place: Path, began: float) -> int:
    """How many were told. A piece is the same, by its seed, however many processors there are."""
    processors = os.cpu_count() or 1
    told = given = 0
    running: set[Future[int]] = set()
    with ProcessPoolExecutor(processors, multiprocessing.get_context("spawn")) as pool:
        for seed in count(START):
            size = _size(given, time.monotonic() - began)
            if not size:
                return told + sum(one.result() for one in running)
            given += size
            running.add(pool.submit(_piece, place / str(seed), seed, size))
            if len(running) == processors:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                told += sum(one.result() for one in done)
    return told


def _size(given: int, gone: float) -> int:
    """Of the next piece; 0 where it is enough."""
    if WANTED:
        return min(PIECE, WANTED - given)
    return PIECE if given < LEAST or gone < A_WHILE else 0


def _piece(place: Path, start: int, count: int) -> int:
    """Some of them, one after the other; how many were told."""
    place.mkdir()
    teller = Teller(place, again=20)
    with without_words():
        teller.tell(count - count // IN_WORDS, start=start, steps=STEPS)
    if count >= IN_WORDS:
        teller.tell(count // IN_WORDS, start=start, steps=STEPS)
    return teller.told

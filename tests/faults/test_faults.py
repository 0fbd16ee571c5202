"""Nothing is lost, and only what the far end left in doubt is repeated, whatever is killed or fails meanwhile."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.city import City
from tests.faults.installation import without_pages
from tests.faults.running import (
    BETWEEN,
    EMBEDDED,
    EMBEDDED_KILLED,
    KILLED,
    LARGE,
    SMALL,
    in_one_process,
    in_production,
    kills_of,
    production_trials,
)
from tests.faults.storm import CHILD
from tests.faults.table import Entry
from tests.faults.trials import TRIALS, redis_flushed
from tests.servers import why_not_ours

VILLAGE = City(bureaus=1, units=20, days=20)
needs_servers = pytest.mark.skipif(bool(why_not_ours()), reason=why_not_ours())


@pytest.fixture
def folder(in_ram: Path) -> Iterator[Path]:
    """A folder that no other run of the tests tidies away, for the servers stand in it."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir=in_ram) as name:
        yield Path(name)


@needs_servers
def test_killed_workers_and_a_flushed_broker_lose_nothing_and_repeat_only_what_was_in_doubt(folder: Path) -> None:
    trials = production_trials(1, {"worker": 1, CHILD: 3}, {"Redis flushed": redis_flushed})
    promises_kept(in_production(folder, 1, VILLAGE, trials, without_pages))


def test_one_process_killed_and_started_again_loses_nothing(folder: Path) -> None:
    promises_kept([in_one_process(folder, 1, VILLAGE, 1)])


def test_the_page_keeps_a_line_for_every_fault() -> None:
    kept = [line.split(" | ")[0].removeprefix("| ") for line in table.kept().splitlines() if line.startswith("| ")]
    assert {*production_trials(0, KILLED, TRIALS), EMBEDDED} <= {*kept}


@needs_servers
@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_hundred_kills_and_every_fault_lose_nothing_and_repeat_only_what_was_in_doubt(folder: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    entries = in_production(folder / "production", seed, LARGE, production_trials(seed, KILLED, TRIALS))
    entries.append(in_one_process(folder / "embedded", seed, SMALL, EMBEDDED_KILLED))
    print(table.shown(entries, seed, "today"))
    promises_kept(entries)
    kills = kills_of(entries)
    assert len(kills) >= 200
    assert sum(kill.between for kill in kills) >= BETWEEN


def promises_kept(entries: list[Entry]) -> None:
    """No broken promise in any of them, and nothing that was not tried."""
    assert [sentence for entry in entries for sentence in entry.wrong] == []
    assert all(entry.fates for entry in entries)
    assert sum(entry.leaders_repeated for entry in entries) == 0

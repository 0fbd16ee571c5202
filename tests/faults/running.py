"""Running the trials over installations of their own, and reckoning after each."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TypeAlias

from reminders.store.replaying import differences
from tests.faults import reckoning
from tests.faults.city import City
from tests.faults.ground import Ground, Struck, Trial
from tests.faults.installation import Installation, embedded, production
from tests.faults.storm import CHILD, Kill
from tests.faults.table import Entry
from tests.faults.trials import kill, processes_killed
from tests.servers import OwnPostgresql, OwnRedis

Opened: TypeAlias = Callable[[Path, City, str, str], AbstractContextManager[Installation]]
EMBEDDED = "SIGKILL of `cuiban run`, over SQLite"
KILLED = {"worker": 40, CHILD: 110, "beat": 20, "web": 20}
EMBEDDED_KILLED = 30  # with those above, more than 200
BETWEEN = 100  # at least so many of them fall between a claim and its outcome
LARGE, SMALL = City(bureaus=5, units=30, days=75), City(bureaus=2, units=30, days=60)


def in_production(
    folder: Path, seed: int, city: City, trials: Mapping[str, Trial], opened: Opened = production
) -> list[Entry]:
    """Every trial after the other over one PostgreSQL, one Redis, two workers, beat and web."""
    servers = folder / "servers"
    servers.mkdir(parents=True)
    with OwnPostgresql(servers) as postgresql, OwnRedis(servers) as redis:
        url = postgresql.url.render_as_string(hide_password=False)
        with opened(folder / "town", city, url, f"{redis.url}/0") as town:
            ground = Ground(town, postgresql, redis, random.Random(seed))
            return [_entry(town, fault, partial(trial, ground)) for fault, trial in trials.items()]


def in_one_process(folder: Path, seed: int, city: City, kills: int) -> Entry:
    """`cuiban run` killed so often over SQLite, and started again each time."""
    with embedded(folder, city) as town:
        killed = partial(kill, town, random.Random(seed), ["run"] * kills)
        return _entry(town, EMBEDDED, killed)


def kill_plan(seed: int, killed: Mapping[str, int]) -> list[str]:
    """Whom to kill, in an order that comes from the seed."""
    roles = [role for role, count in killed.items() for _ in range(count)]
    random.Random(seed).shuffle(roles)
    return roles


def production_trials(seed: int, killed: Mapping[str, int], more: Mapping[str, Trial]) -> dict[str, Trial]:
    """The kills first, then everything else."""
    return {"SIGKILL of worker, its child, beat, web": processes_killed(kill_plan(seed, killed)), **more}


def kills_of(entries: list[Entry]) -> list[Kill]:
    """Every kill of every trial."""
    return [kill for entry in entries for kill in entry.kills]


def _entry(town: Installation, fault: str, trial: Callable[[], Struck]) -> Entry:
    """One fault: what went out while it lasted, and every promise that it broke."""
    above, began = reckoning.newest(town.service.database), time.monotonic()
    try:
        struck = trial()
    except AssertionError as error:
        raise AssertionError(f"{fault}: {error}; {town.standing()}") from error
    with town.visitors.at_rest:
        found, wrong = _reckoned(town)
    mine = tuple(fate for fate in found if fate.id > above)
    wrong += [*struck.late, *(sentence for fate in mine for sentence in fate.wrong())]
    entry = Entry(fault, struck.times, struck.seen, mine, tuple(wrong), struck.kills)
    visitors = town.visitors
    sys.stdout.write(
        f"{entry.line()} {time.monotonic() - began:.0f} s, "
        f"{len(visitors.confirmed)} answers so far, {visitors.turned_away} times nobody opened\n"
    )
    sys.stdout.writelines(f"  BROKEN: {sentence}\n" for sentence in wrong)
    sys.stdout.flush()
    return entry


def _reckoned(town: Installation) -> tuple[list[reckoning.Fate], list[str]]:
    """What became of every delivery so far, and what is wrong with the whole."""
    database, arrivals = town.service.database, town.sinks.arrivals()
    found = reckoning.fates(database, arrivals)
    wrong = [f"{arrival.name} arrived, and no delivery is known" for arrival in reckoning.strangers(found, arrivals)]
    wrong += [f"message {m.id} of {m.slot} ({m.kind}) has no delivery" for m in reckoning.unsent(database, town.slot)]
    wrong += town.visitors.wrong(database)
    with database.read() as connection:
        wrong += [f"the ledger says otherwise: {difference}" for difference in differences(connection)]
    return found, wrong

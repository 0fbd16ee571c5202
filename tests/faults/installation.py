"""An installation under fault: the city's plans, real processes that can be killed and come back, and the far ends.

Each time a process is started it gets a name of its own, worker-1.7, by which PostgreSQL and the watch know it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url

from reminders.clock import SHANGHAI, FileClock
from reminders.engine.assembly import assemble
from reminders.engine.service import Service
from reminders.settings import Settings, load_settings
from reminders.slots import Slot
from reminders.store import marks, messages, obligations
from reminders.store.migrating import migrate
from reminders.store.tables import deliveries, parked
from tests.faults import city as city_module
from tests.faults.city import City
from tests.faults.sinks import Sinks
from tests.faults.visitors import Visitors
from tests.faults.watch import Held, Watch
from tests.scenarios.processes import Processes, free_port, until

EVE = datetime(city_module.YEAR, 8, 22, 8, 30, tzinfo=SHANGHAI)
AFTER_OPENING = timedelta(minutes=1)
LEASE = 15.0  # seconds; the default is 90
TICK = 0.5
WECOM_TIMEOUT = 2.0


class Installation:
    """One of them; use `production` or `embedded`."""

    def __init__(self, folder: Path, city: City, sinks: Sinks, also: dict[str, str]) -> None:
        self.city, self.sinks = city, sinks
        self._environment = _environment(folder, sinks) | also
        self.clock = FileClock(Path(self._environment["CUIBAN_CLOCK_FILE"]))
        self.clock.move(EVE)
        self.service: Service = assemble(_settings(self._environment))
        self.processes = Processes(self._environment, folder)
        self.visitors = Visitors(sinks, city.answering())
        self.elsewhere = False  # whether what is started now stands on a machine of its own
        self._started: Counter[str] = Counter()
        self.slot = self._next = self.service.slots.next_opening(EVE)
        migrate(self.service.database)
        self.watch = Watch(self.service.database)
        city_module.settle(self.service, city)

    def close(self) -> None:
        """End every process, and give back the database."""
        self.processes.stop()
        self.service.database.close()

    def start(self, *names: str) -> None:
        """Start processes, each known to the watch by a name of its own."""
        for name in names:
            self._started[name] += 1
            self.processes.start(name, **self._own_environment(self.who(name)))

    def _own_environment(self, who: str) -> dict[str, str]:
        """A name for PostgreSQL, and where each is on a machine of its own a folder that nobody else knows."""
        own = {}
        if "CUIBAN_DATABASE_URL" in self._environment:
            url = make_url(self._environment["CUIBAN_DATABASE_URL"]).update_query_dict({"application_name": who})
            own["CUIBAN_DATABASE_URL"] = url.render_as_string(hide_password=False)
        if self.elsewhere:
            own["CUIBAN_DATA_DIR"] = f"{self._environment['CUIBAN_DATA_DIR']}-{who}"
        return own

    def who(self, name: str) -> str:
        """What a process that runs now is called; the watch of the embedded one knows no names."""
        return f"{name}.{self._started[name]}" if "CUIBAN_DATABASE_URL" in self._environment else ""

    def kill(self, name: str) -> float:
        """SIGKILL a process and its children; the moment."""
        at = time.time()
        self.processes.kill(name)
        return at

    def kill_child(self, name: str) -> float:
        """SIGKILL the process that a worker forked for its jobs, as the kernel does when memory ends; the moment."""
        at = time.time()
        self.processes.kill_children(name)
        return at

    def held(self, name: str) -> Held:
        """What a process that was killed a moment ago held."""
        return self.watch.held(self.who(name))

    def works(self, name: str) -> bool:
        """Whether a worker has claimed something since it was started."""
        return self.watch.has_claimed(self.who(name))

    def next_morning(self) -> Slot:
        """Open the next morning."""
        self.slot, self._next = self._next, self.service.slots.morning(self._next.day + timedelta(days=1))
        self.at(AFTER_OPENING)
        return self.slot

    def at(self, after_opening: timedelta) -> datetime:
        """Put business time so long after the opening of the slot."""
        moment = self.service.slots.opens_at(self.slot) + after_opening
        self.clock.move(moment)
        return moment

    def is_idle(self) -> bool:
        """Whether a tick ran at this time and nothing is due, open, or free to be sent; a dead one may hold some."""
        with self.service.database.read() as connection:
            ticked = marks.mark(connection, "tick")
            if ticked is None or ticked.at < self.service.now():
                return False
            if obligations.any_due(connection, self.slot) or messages.unsealed(connection, self.slot):
                return False
            free = (deliveries.c.state == "pending") | (
                (deliveries.c.state == "retry") & (deliveries.c.retry_at <= self.service.machine_now())
            )
            return connection.execute(select(deliveries.c.id).where(free).limit(1)).first() is None

    def is_quiet(self) -> bool:
        """Whether nothing is under way any more at all."""
        return self.is_idle() and not self._waiting("claimed", "retry")

    def settle(self, seconds: float = 150.0) -> None:
        """Wait until nothing is under way; waits in machine time are cut short, as if it had passed."""

        def quiet() -> bool:
            self.processes.check()
            if self.is_idle() and not self._waiting("claimed"):
                self.hurry()
            return self.is_quiet()

        until(quiet, "everything to be sent", seconds, every=0.1)

    def hurry(self) -> None:
        """Let machine time pass for whatever waits for a next try, and for every parked channel."""
        now = self.service.machine_now()
        with self.service.database.write() as connection:
            connection.execute(update(deliveries).where(deliveries.c.state == "retry").values(retry_at=now))
            connection.execute(update(parked).values(until=now))

    def standing(self) -> str:
        """How things stand, for the sentence of a failure."""
        questions = (
            "select state, count(*), min(retry_at), min(lease_until), min(attempts), max(attempts) "
            "from deliveries group by state",
            "select slot, kind, state, count(*) from messages where state in ('open', 'sealed') group by 1, 2, 3",
            "select next_slot, count(*) from obligations where next_slot is not null group by 1 order by 1 limit 3",
            "select * from marks",
            "select * from parked",
            "select * from pauses",
        )
        with self.service.database.read() as connection:
            found = {question: connection.execute(text(question)).all() for question in questions}
        return f"it is {self.service.now()}, {self.service.machine_now()}; {found}\n{self.processes.last_words()}"

    def waiting(self) -> int:
        """How many deliveries have no end yet."""
        return self._waiting("pending", "claimed", "retry")

    def _waiting(self, *states: str) -> int:
        with self.service.database.read() as connection:
            return len(connection.execute(select(deliveries.c.id).where(deliveries.c.state.in_(states))).all())


@contextmanager
def production(folder: Path, city: City, database_url: str, redis_url: str) -> Iterator[Installation]:
    """Two workers, beat and web over PostgreSQL and Redis, and people at their links."""
    also = {"CUIBAN_DATABASE_URL": database_url, "CUIBAN_REDIS_URL": redis_url}
    with _opened(folder, city, also, ("worker-1", "worker-2", "beat", "web")) as installation, installation.visitors:
        yield installation


@contextmanager
def without_pages(folder: Path, city: City, database_url: str, redis_url: str) -> Iterator[Installation]:
    """Two workers and beat alone: sooner started, for a short form."""
    also = {"CUIBAN_DATABASE_URL": database_url, "CUIBAN_REDIS_URL": redis_url}
    with _opened(folder, city, also, ("worker-1", "worker-2", "beat")) as installation:
        yield installation


@contextmanager
def embedded(folder: Path, city: City) -> Iterator[Installation]:
    """`cuiban run`: everything in one process over SQLite."""
    with _opened(folder, city, {}, ("run",)) as installation, installation.visitors:
        yield installation


@contextmanager
def _opened(folder: Path, city: City, also: dict[str, str], names: tuple[str, ...]) -> Iterator[Installation]:
    folder.mkdir(parents=True, exist_ok=True)
    with Sinks(city.robots()) as sinks:
        installation = Installation(folder, city, sinks, also)
        try:
            installation.next_morning()
            installation.start(*names)
            yield installation
        finally:
            installation.close()


def _settings(environment: dict[str, str]) -> Settings:
    return load_settings(**{name.removeprefix("CUIBAN_").lower(): value for name, value in environment.items()})


def _environment(folder: Path, sinks: Sinks) -> dict[str, str]:
    return {
        "CUIBAN_DATA_DIR": str(folder / "var"),
        "CUIBAN_SECRET_KEYS": "a-key-for-these-tests-alone",
        "CUIBAN_SMTP_HOST": sinks.mail.host,
        "CUIBAN_SMTP_PORT": str(sinks.mail.port),
        "CUIBAN_SMTP_SECURITY": "none",
        "CUIBAN_SMTP_SENDER": f"zwgk@{city_module.DOMAIN}",
        "CUIBAN_WECOM_ENABLED": "true",
        "CUIBAN_WECOM_BASE_URL": sinks.wecom.url,
        "CUIBAN_WECOM_TIMEOUT": str(WECOM_TIMEOUT),
        "CUIBAN_PORT": str(free_port()),
        "CUIBAN_CLOCK_FILE": str(folder / "clock.json"),
        "CUIBAN_TICK_SECONDS": str(TICK),
        # The test moves business time by days between two ticks, and a killed installation misses more than ten.
        "CUIBAN_OUTAGE_AFTER_MISSED": "1000000",
        "CUIBAN_LINK_MIN_SECONDS": "0",
        "CUIBAN_LINK_GRACE_SECONDS": "0",
        "CUIBAN_LEASE_SECONDS": str(LEASE),
        "CUIBAN_BATCH": "12",
    }

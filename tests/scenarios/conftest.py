"""A town's office over PostgreSQL, Redis and real Celery processes, with an SMTP and a WeCom server to receive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import redis

from reminders.clock import SHANGHAI, FileClock
from reminders.engine.assembly import assemble
from reminders.rehearsal import Manners
from reminders.settings import load_settings
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.wecom_server import WecomServer
from tests.scenarios import guangzhou
from tests.scenarios.processes import Processes, free_port, until
from tests.scenarios.town import Town
from tests.servers import RedisDatabase

MORNING = datetime(2022, 8, 22, 8, 30, tzinfo=SHANGHAI)
TownMaker = Callable[..., Town]


@pytest.fixture
def make_town(
    tmp_path: Path, postgresql_url: str, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TownMaker]:
    """Make a town; its processes and servers end with the test."""
    opened: list[Callable[[], object]] = []

    def make(answers: str = "prompt", *, latency: float = 0.0, **settings: str) -> Town:
        mails = SmtpServer(latency=latency).__enter__()
        robots = WecomServer(keys=set(guangzhou.ROBOT_KEYS.values())).__enter__()
        opened.extend([lambda: mails.__exit__(None, None, None), lambda: robots.__exit__(None, None, None)])
        environment = _environment(tmp_path, postgresql_url, broker_url, mails, robots) | settings
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        clock = FileClock(Path(environment["CUIBAN_CLOCK_FILE"]))
        clock.move(MORNING)
        processes = Processes(environment, tmp_path)
        opened.insert(0, processes.stop)
        processes.command("migrate")
        service = assemble(load_settings())
        town = Town(service, clock, processes, mails, robots, Manners.read(answers), guangzhou.unit_of_address())
        opened.append(town.close)
        return town

    yield make
    for close in opened:
        close()


@pytest.fixture
def broker_url(redis_server: RedisDatabase) -> str:
    """The run's own numbered database, empty at the start of the test."""
    redis.Redis.from_url(redis_server.url).flushdb()
    return redis_server.url


@pytest.fixture
def contacts_file(tmp_path: Path) -> Path:
    """The bureau's people as csv."""
    path = tmp_path / "contacts.csv"
    path.write_text(guangzhou.contacts_csv(), encoding="utf-8")
    return path


def _environment(
    directory: Path, postgres_url: str, redis_url: str, mails: SmtpServer, robots: WecomServer
) -> dict[str, str]:
    port = free_port()
    return {
        "CUIBAN_DATA_DIR": str(directory / "var"),
        "CUIBAN_DATABASE_URL": postgres_url,
        "CUIBAN_REDIS_URL": redis_url,
        "CUIBAN_SECRET_KEYS": "a-key-for-this-test-alone",
        "CUIBAN_SMTP_HOST": mails.host,
        "CUIBAN_SMTP_PORT": str(mails.port),
        "CUIBAN_SMTP_SECURITY": "none",
        "CUIBAN_SMTP_SENDER": "zwgk@bureau.example",
        "CUIBAN_WECOM_ENABLED": "true",
        "CUIBAN_WECOM_BASE_URL": robots.url,
        "CUIBAN_PORT": str(port),
        "CUIBAN_CLOCK_FILE": str(directory / "clock.json"),
        "CUIBAN_TICK_SECONDS": "0.2",
        # The test moves business time by days between two ticks, and a busy machine may well miss ten of these.
        "CUIBAN_OUTAGE_AFTER_MISSED": "1000000",
        "CUIBAN_LINK_MIN_SECONDS": "0",
        "CUIBAN_LEASE_SECONDS": "3",
    }


def start(town: Town, contacts: Path, *words: str) -> None:
    """Import people and plan, activate with the given options, start web, worker and beat."""
    run = town.processes.command
    run("contacts", "import", str(contacts))
    run("import", str(guangzhou.PLAN))
    run("activate", "1", *guangzhou.ACTIVATION, "--release", *words)
    town.processes.start("web", "worker", "beat")
    until(lambda: "催办已启动" in town.processes.said("web"), "the pages to answer")

"""A real worker that no longer takes from its queue ends itself, so that whoever watches over it starts it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from celery import Celery
from pydantic import SecretStr

from reminders.settings import Settings
from reminders.worker.celery import TICK, TICKS, make_app
from reminders.worker.hearing import DEAF
from tests.scenarios.conftest import TownMaker
from tests.scenarios.processes import until


@pytest.fixture
def app(broker_url: str) -> Iterator[Celery]:
    settings = Settings(_env_file=None, redis_url=SecretStr(broker_url))  # type: ignore[call-arg]  # pydantic-settings' own argument
    made = make_app(settings, jobs=())
    yield made
    made.close()


@pytest.mark.long  # it is given half a minute to hear
def test_a_worker_that_hears_nothing_is_started_again(make_town: TownMaker, app: Celery) -> None:
    town = make_town(CUIBAN_TICK_SECONDS="1")
    processes = town.processes
    processes.start("worker")
    until(lambda: bool(app.control.ping(timeout=1.0)), "the worker to be there", every=0.2)
    app.control.cancel_consumer(TICKS, reply=True)
    for _ in range(3):
        app.send_task(TICK)
    before = processes.pid("worker")

    def again() -> bool:
        processes.check()
        return processes.pid("worker") != before

    until(again, "the worker to end", every=0.2)
    assert any(DEAF in log.read_text() for log in processes.logs.glob("worker-*.log"))
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        until(lambda: client.llen(TICKS) == 0, "what waited to be taken", every=0.2)

"""The two queues: over a real Redis a tick stands before every delivery that waits, and none waits twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from pydantic import SecretStr

from reminders.engine.round.tick import Ticked
from reminders.settings import Settings
from reminders.worker.celery import DELIVER, TICK, make_app
from reminders.worker.jobs import batches, publish, queued
from tests.office import Story
from tests.servers import RedisDatabase, free_port


@pytest.fixture
def app(redis_server: RedisDatabase) -> Iterator[Celery]:
    """The application over an empty numbered database."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushdb()
    settings = Settings(_env_file=None, redis_url=SecretStr(redis_server.url))  # type: ignore[call-arg]  # pydantic-settings' own argument
    made = make_app(settings, jobs=())
    yield made
    made.close()
    client.flushdb()
    client.close()


def test_a_tick_waits_behind_no_backlog_of_deliveries(app: Celery) -> None:
    for number in range(5):
        app.send_task(DELIVER, args=[[number]])
    for _ in range(3):
        app.send_task(TICK)
    assert taken(app, 8) == [*[TICK] * 3, *[DELIVER] * 5]


def test_every_job_is_taken_once(app: Celery) -> None:
    app.send_task(TICK)
    app.send_task(DELIVER, args=[[1]])
    assert sorted(taken(app, 2)) == [DELIVER, TICK]
    with app.connection_for_read() as connection:
        assert [connection.default_channel.basic_get(queue) for queue in app.amqp.queues] == [None, None]


def test_a_backlog_is_not_published_anew_at_every_tick(app: Celery, short_story: Story) -> None:
    waiting = Ticked(None, 0, 0, tuple(range(950)))  # three jobs of 400 at most
    for _ in range(3):
        publish(app, short_story.service, waiting)
    assert queued(app) == 3
    taken(app, 1)
    publish(app, short_story.service, waiting)
    assert queued(app) == 3


@pytest.mark.parametrize(
    ("waiting", "sizes"), [(0, []), (100, [100]), (101, [100, 1]), (399, [200, 199]), (1000, [400, 400, 200])]
)
def test_what_one_job_would_carry_is_shared_with_a_second(waiting: int, sizes: list[int]) -> None:
    cut = batches(range(waiting), 400)
    assert [len(one) for one in cut] == sizes
    assert [key for one in cut for key in one] == list(range(waiting))


@pytest.mark.long  # kombu asks for six seconds
def test_a_broker_that_is_away_keeps_no_tick_from_ending(short_story: Story, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(_env_file=None, redis_url=SecretStr(f"redis://127.0.0.1:{free_port()}/0"))  # type: ignore[call-arg]  # pydantic-settings' own argument
    away = make_app(settings, jobs=())
    publish(away, short_story.service, Ticked(None, 0, 0, (1, 2, 3)))
    away.close()
    assert "the broker did not take the jobs for 3 deliveries" in caplog.text


def taken(app: Celery, count: int) -> list[str]:
    """The names of the jobs in the order in which a worker with one job in hand gets them."""
    names: list[str] = []

    def note(_body: object, message: Any) -> None:
        names.append(message.headers["task"])
        message.ack()

    with app.connection_for_read() as connection, connection.channel() as channel:
        channel.basic_qos(0, 1, False)
        with app.amqp.TaskConsumer(channel, on_message=None, callbacks=[note], accept=["json"]):
            while len(names) < count:
                connection.drain_events(timeout=5)
    return names

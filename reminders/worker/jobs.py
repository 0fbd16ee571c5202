"""The jobs: each calls one use case and is safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from reminders.engine.assembly import assemble
from reminders.engine.round.tick import Ticked, tick
from reminders.engine.round.upkeep import after_tick
from reminders.engine.sending.dispatch import dispatch
from reminders.engine.service import Service
from reminders.settings import load_settings
from reminders.worker.celery import DELIVER, DELIVERIES, TICK, app

log = logging.getLogger("cuiban.worker")
SHARED = 100  # so many deliveries are worth a second worker


def register(to: Celery, service: Callable[[], Service]) -> None:
    """Make the jobs known to an application; `service` is asked at each job, so that a fork makes its own."""

    @to.task(name=TICK, shared=False, lazy=False)  # type: ignore[untyped-decorator]  # celery ships no types
    def tick_job() -> None:
        """One round up to the outbox, then a job for each batch of what waits."""
        found = service()
        publish(to, found, tick(found))
        after_tick(found)

    @to.task(name=DELIVER, shared=False, lazy=False)  # type: ignore[untyped-decorator]
    def deliver_job(ids: Sequence[int]) -> None:
        """Send a batch of deliveries."""
        dispatch(service(), list(ids))


def publish(to: Celery, service: Service, done: Ticked) -> None:
    """Publishing is a hint: what a lost broker forgets, the next tick publishes again.

    As many jobs as wait in the queue already are left out: published anew at every tick, a backlog would fill it with
    jobs that find nothing to do. What they were to carry, should they be others, a later tick publishes.
    """
    expires = max(60.0, service.settings.tick_seconds * 4)
    wanted = batches(done.waiting, service.settings.batch)
    try:
        for batch in wanted[queued(to) if wanted else 0 :]:
            to.send_task(DELIVER, args=[list(batch)], expires=expires, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("the broker did not take the jobs for %d deliveries: %s", len(done.waiting), type(error).__name__)


def queued(to: Celery) -> int:
    """How many jobs wait for a worker."""
    with to.producer_pool.acquire(block=True) as producer:
        return int(producer.channel.queue_declare(DELIVERIES).message_count)


def batches(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """Slices of at most `size`, in order; what one would carry is shared, so that a second worker does not look on."""
    size = min(size, max(SHARED, (len(ids) + 1) // 2))
    return [ids[start : start + size] for start in range(0, len(ids), size)]


@cache
def process_service() -> Service:
    """The service of this process, made at its first job: connections do not survive a fork."""
    return assemble(load_settings())


register(app, process_service)

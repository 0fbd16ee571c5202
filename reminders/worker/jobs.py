"""The jobs: each calls one use case and is safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from reminders.engine.assembly import assemble
from reminders.engine.dispatch import dispatch
from reminders.engine.service import Service
from reminders.engine.tick import Ticked, tick
from reminders.settings import load_settings
from reminders.worker.celery import DELIVER, TICK, app

log = logging.getLogger("cuiban.worker")


class Holder:
    """The process's own service: made at its first job, after the fork, or put here by the embedded process."""

    service: Service | None = None

    @classmethod
    def get(cls) -> Service:
        """The service of this process."""
        if cls.service is None:
            cls.service = assemble(load_settings())
        return cls.service


@app.task(name=TICK)  # type: ignore[untyped-decorator]  # celery ships no types
def tick_job() -> None:
    """One round up to the outbox, then a job for each batch of what waits."""
    service = Holder.get()
    publish(service, tick(service))


@app.task(name=DELIVER)  # type: ignore[untyped-decorator]
def deliver_job(ids: Sequence[int]) -> None:
    """Send a batch of deliveries."""
    dispatch(Holder.get(), list(ids))


def publish(service: Service, done: Ticked) -> None:
    """Publishing is a hint: what a lost broker forgets, the next tick publishes again."""
    for batch in batches(done.waiting, service.settings.batch):
        try:
            _send(batch, expires=max(60.0, service.settings.tick_seconds * 4))
        except (OperationalError, RedisError, OSError) as error:
            log.warning("the broker did not take a batch of %d deliveries: %s", len(batch), type(error).__name__)
            return


def _send(batch: Sequence[int], *, expires: float) -> Any:
    return deliver_job.apply_async(args=[list(batch)], expires=expires, retry=False)


def batches(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """Slices of at most `size`, in order."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]

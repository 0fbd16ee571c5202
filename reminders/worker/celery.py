"""The Celery application: a wake-up bus, never a store.

Settings and their reasons: a lost or doubled job costs nothing, because every job claims before it acts and every tick
publishes again what waits. No ETA, no countdown, no result backend (over Redis an ETA beyond the visibility timeout
runs several times, celery documentation "Using Redis", Caveats).
"""

from __future__ import annotations

from datetime import timedelta

from celery import Celery
from kombu.entity import Exchange, Queue

from reminders.settings import Settings, load_settings
from reminders.worker.hearing import watch_hearing

MEMORY = "memory://localhost/"
TICK, DELIVER = "cuiban.tick", "cuiban.deliver"
TICKS, DELIVERIES = "cuiban.ticks", "cuiban"  # two queues: a tick never waits behind a backlog of deliveries
JOB_LIMIT = 120  # seconds; far below the visibility timeout, so that no running job is delivered again
VISIBILITY = 1800


def make_app(settings: Settings, jobs: tuple[str, ...] = ("reminders.worker.jobs",)) -> Celery:
    """An application for these settings; without a Redis address it lives in this process alone."""
    app = Celery("cuiban", broker=settings.redis_url.get_secret_value() or MEMORY)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=JOB_LIMIT + 30,
        task_soft_time_limit=JOB_LIMIT,
        # In this order a worker takes from them; every job of a backlog would otherwise stand before the tick that
        # takes over what a dead sender held, and the ticks would expire in the queue.
        task_queues=(_queue(TICKS), _queue(DELIVERIES)),
        task_default_queue=DELIVERIES,
        task_routes={TICK: {"queue": TICKS}},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_soft_shutdown_timeout=10,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport(settings),
        timezone="Asia/Shanghai",
        enable_utc=True,
        # Beat keeps no file: an entry that runs every few seconds has no past worth remembering.
        beat_scheduler="celery.beat:Scheduler",
        beat_max_loop_interval=min(5.0, settings.tick_seconds),
        beat_schedule={
            "tick": {
                "task": TICK,
                "schedule": settings.tick_seconds,
                "options": {"expires": max(30.0, settings.tick_seconds * 4)},
            }
        },
        imports=jobs,
    )
    if settings.redis_url.get_secret_value():
        watch_hearing(app, TICKS, settings.tick_seconds, timedelta(seconds=JOB_LIMIT + 30))
    return app


def _queue(name: str) -> Queue:
    """A queue with an exchange of its own: with the default one, what is for one queue would reach all."""
    return Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]  # kombu ships no types


def _transport(settings: Settings) -> dict[str, object]:
    if not settings.redis_url.get_secret_value():
        return {"polling_interval": 0.05}
    return {
        "visibility_timeout": VISIBILITY,
        "queue_order_strategy": "priority",  # the order in which the queues are named, not one from each in turn
        "unacked_restore_throttle": 1,
        "global_keyprefix": "cuiban:",
        # Without timeouts a publish to a broker that vanished waits for ever.
        "socket_timeout": 15,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "retry_policy": {"timeout": 5.0},
    }


app = make_app(load_settings())

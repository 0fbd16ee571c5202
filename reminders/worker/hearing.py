"""A worker that hears nothing beside a queue that fills ends itself, and whoever watches over it starts it again.

A worker has stayed alive and taken no more jobs after its connection to Redis was lost and came back (celery issues
8030, 8091, 10205, 10302). No error says so; only the queue does.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from celery import Celery, bootsteps, signals
from celery.worker import state

from reminders.clock import SystemClock

log = logging.getLogger("cuiban.worker")
PATIENCE = timedelta(seconds=30)  # or four ticks
A_FAREWELL = 20.0  # seconds to end in order
DEAF = "the queue fills and nothing is heard of it: this worker ends, to be started again"


@dataclass
class Hearing:
    """Since when something has waited that was not heard."""

    patience: timedelta
    longest_job: timedelta
    _since: datetime | None = field(default=None, init=False)

    def heard(self) -> None:
        """A job was received."""
        self._since = None

    def is_lost(self, now: datetime, waiting: int, *, busy: bool) -> bool:
        """Whether jobs wait for too long: for one that is at work, longer than any job may last."""
        if not waiting:
            self._since = None
            return False
        self._since = self._since or now
        return now - self._since > self.patience + (self.longest_job if busy else timedelta(0))


def watch_hearing(app: Celery, queue: str, every: float, longest_job: timedelta) -> None:
    """Have each worker of an application look every so many seconds whether it still hears of a queue."""
    patience = max(PATIENCE, timedelta(seconds=4 * every))

    class Watch(bootsteps.StartStopStep):  # type: ignore[misc]  # celery ships no types
        """Looks from a thread of the worker's own process, which its jobs do not hold up."""

        def __init__(self, worker: Any, **options: Any) -> None:
            super().__init__(worker, **options)
            self._hearing = Hearing(patience, longest_job)
            self._ended = threading.Event()

        def start(self, _worker: Any) -> None:
            signals.task_received.connect(self._on_received, weak=False)
            threading.Thread(target=self._look, name="hearing", daemon=True).start()

        def stop(self, _worker: Any) -> None:
            self._ended.set()

        def _on_received(self, **_found: Any) -> None:
            self._hearing.heard()

        def _look(self) -> None:
            while not self._ended.wait(every):
                waiting = _waiting(app, queue)
                if self._hearing.is_lost(SystemClock().machine(), waiting, busy=bool(state.active_requests)):
                    log.critical(DEAF)
                    _end()

    app.steps["worker"].add(Watch)


def _waiting(app: Celery, queue: str) -> int:
    """How many jobs wait; none where the broker does not say so: then nobody hears anything."""
    try:
        with app.connection_for_read() as connection:
            return int(connection.default_channel.queue_declare(queue).message_count)
    except Exception as error:
        log.debug("the broker does not answer: %s", type(error).__name__)
        return 0


def _end() -> None:
    """As if somebody asked for it; a process that is still there after a while ends without order."""
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(A_FAREWELL)
    os._exit(1)

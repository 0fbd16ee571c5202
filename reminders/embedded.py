"""One process: web, worker and beat on SQLite and Celery's memory://, the same code path as in production.

The worker and beat run as threads; the broker forgets everything with the process, which loses nothing because the
database is the truth (measured and described in docs/architecture.md).
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import uvicorn
from celery import Celery
from celery.beat import Service as Beat
from celery.worker import state
from starlette.applications import Starlette

from reminders.acknowledgement import Limits
from reminders.engine.assembly import assemble
from reminders.engine.service import SMTP, Service
from reminders.engine.watching.presence import PULSE, note_page
from reminders.engine.watching.telling import can_tell
from reminders.engine.watching.watchdog import Watchdog
from reminders.exceptions import SettingsRejected
from reminders.settings import Settings
from reminders.store.migrating import migrate
from reminders.web.app import create_app
from reminders.web.backend import DemoView
from reminders.web.service_backend import ServiceBackend
from reminders.worker.celery import make_app
from reminders.worker.jobs import register

log = logging.getLogger("cuiban")
STOP_SECONDS = 10


def run(settings: Settings) -> None:
    """Web, worker and beat until the process is told to stop."""
    if settings.redis_url.get_secret_value():
        raise SettingsRejected(
            "配置了 CUIBAN_REDIS_URL 时请分别启动网页（cuiban web）、任务和定时（celery -A reminders.worker）。"
        )
    service = assemble(settings)
    migrate(service.database)
    serve(service, application(service))


def serve_only(settings: Settings) -> None:
    """The pages alone."""
    service = assemble(settings)
    migrate(service.database)
    _uvicorn(settings, application(service)).run()


def application(service: Service, demo: Callable[[], DemoView] | None = None) -> Starlette:
    """The pages over a service."""
    settings = service.settings
    limits = Limits(
        page_age=timedelta(seconds=settings.link_min_seconds),
        after_acceptance=timedelta(seconds=settings.link_grace_seconds),
    )
    backend = ServiceBackend(service, demo)
    return create_app(
        backend,
        keys=service.keys,
        clock=service.clock,
        limits=limits,
        help_line=settings.help_line,
        pulse=lambda: note_page(service),
        pulse_seconds=PULSE,
    )


def serve(service: Service, app: object) -> None:
    """Worker and beat as threads around the web server, which owns the main thread and its signals."""
    free_port(service.settings)
    embedded = Embedded(service)
    embedded.start()
    try:
        _uvicorn(service.settings, app).run()
    finally:
        embedded.stop()


def free_port(settings: Settings) -> None:
    """SettingsRejected where something else listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise SettingsRejected(
                f"端口 {settings.port} 已被占用，请用 CUIBAN_PORT 换一个，例如 CUIBAN_PORT={settings.port + 1}。"
            ) from None


class Embedded:
    """A Celery worker and beat in threads of this process."""

    def __init__(self, service: Service) -> None:
        self._app: Celery = make_app(service.settings, jobs=())
        self._threads: list[threading.Thread] = []
        self._beat: object | None = None
        self._worker: object | None = None
        self._service, self._stopping = service, threading.Event()
        register(self._app, lambda: service)
        self._app.set_default()  # the worker's thread asks for the default application when it looks up a job

    def start(self) -> None:
        """Start both, and the watchdog where it could tell somebody: it outlives a beat or worker that died."""
        state.should_stop = None  # it belongs to the process, and an earlier worker was asked to stop
        worker = self._app.WorkController(pool="solo", without_heartbeat=True, without_mingle=True, without_gossip=True)
        beat = Beat(self._app, max_interval=1.0)
        self._worker, self._beat = worker, beat
        self._threads = [
            threading.Thread(target=worker.start, name="worker", daemon=True),
            threading.Thread(target=lambda: beat.start(embedded_process=True), name="beat", daemon=True),
        ]
        self._stopping.clear()
        if can_tell(self._service) or SMTP in self._service.channels:  # the lead office is told what waits for it
            watch = Watchdog(self._service).watch
            self._threads.append(threading.Thread(target=watch, args=(self._stopping,), name="watchdog", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop all and wait for the job in hand."""
        self._stopping.set()
        state.should_stop = 0  # any value but None asks the worker to stop
        with suppress(Exception):
            self._beat.stop(wait=False)  # type: ignore[union-attr]  # celery ships no types
        for thread in self._threads:
            thread.join(STOP_SECONDS)


def _uvicorn(settings: Settings, app: object) -> uvicorn.Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # a Starlette application or one wrapped in middleware
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return _Announcing(config, settings)


class _Announcing(uvicorn.Server):
    """Says where the pages are as soon as they answer."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"催办已启动：{self._settings.public_url()}\n")
            sys.stdout.flush()

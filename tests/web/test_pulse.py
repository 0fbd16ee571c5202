"""While the pages serve they show it, and a pulse that fails disturbs nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

from starlette.testclient import TestClient

from reminders.acknowledgement import LinkKeys
from reminders.clock import SystemClock
from reminders.web.app import create_app
from tests.web.fake_backend import FakeBackend


def served(pulse: Callable[[], None]) -> TestClient:
    backend, keys = FakeBackend(SystemClock().business()), LinkKeys(("only for this test",))
    return TestClient(create_app(backend, keys=keys, clock=SystemClock(), pulse=pulse, pulse_seconds=0.01))


def test_the_pulse_comes_again_and_again_while_the_pages_serve() -> None:
    beats, third = [0], threading.Event()

    def beat() -> None:
        beats[0] += 1
        if beats[0] == 3:
            third.set()

    with served(beat):
        assert third.wait(10)


def test_a_pulse_that_fails_is_tried_again_and_the_pages_go_on() -> None:
    tried, again = [0], threading.Event()

    def broken() -> None:
        tried[0] += 1
        if tried[0] == 2:
            again.set()
        raise OSError

    with served(broken) as client:
        assert again.wait(10)
        assert client.get("/healthz").status_code == 200

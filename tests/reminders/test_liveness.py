"""A service that lies still is noticed: the figures of /healthz, the heartbeat, and what follows a tick."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from reminders.cli.group import commands
from reminders.embedded import Embedded
from reminders.engine.round import upkeep
from reminders.engine.round.upkeep import after_tick
from reminders.engine.service import SMTP
from reminders.engine.watching.health import standing
from reminders.engine.watching.heartbeat import SECONDS, beat
from reminders.exceptions import SettingsRejected
from reminders.sample import sample_contacts
from reminders.settings import load_settings
from reminders.store.tables import seals
from reminders.worker.celery import TICK, make_app
from reminders.worker.jobs import register
from tests.office import Story, task

URL = "http://monitor.example/ping/secret-part"


@pytest.fixture
def watched(short_story: Story) -> Story:
    return Story(short_story.service.database, heartbeat_url=URL)


def test_health_tells_the_age_of_the_last_tick_and_of_the_queue_by_lane(story: Story) -> None:
    story.activate(task("12", "9月底前"))
    story.at("2022-08-22 09:01").tick()
    story.at("2022-08-22 09:03")
    found = standing(story.service).details
    assert (found["tick_age_seconds"], found["queue_age_seconds"]) == ("120", "120")
    assert (found["queue_urgent"], found["queue_usual"]) == ("0", "1")


def test_before_the_first_tick_no_age_is_made_up(short_story: Story) -> None:
    found = standing(short_story.service).details
    assert "tick_age_seconds" not in found
    assert "queue_age_seconds" not in found


def test_the_heartbeat_is_asked_at_most_once_a_minute(watched: Story) -> None:
    asked: list[str] = []
    for seconds in (0, 15, 59, 60, 75, 121):
        watched.clock.ahead = timedelta(seconds=seconds)
        beat(watched.service, asked.append)
    assert asked == [URL] * 3


def test_without_a_url_nobody_is_asked(short_story: Story) -> None:
    asked: list[str] = []
    assert not beat(short_story.service, asked.append)
    assert asked == []


def test_a_heartbeat_that_fails_disturbs_nothing_and_its_url_is_in_no_log(
    watched: Story, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(url: str) -> None:
        raise OSError(f"cannot reach {url}")

    with caplog.at_level(logging.DEBUG):
        assert beat(watched.service, fail)
    assert "OSError" in caplog.text
    assert "secret-part" not in caplog.text + repr(watched.service.settings)


@pytest.fixture
def monitor() -> Iterator[tuple[str, list[str]]]:
    """A web server that keeps what it is asked."""
    asked: list[str] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/well" else 500)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Keeps) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/well", "/ill"])
def test_the_heartbeat_is_one_get(monitor: tuple[str, list[str]], short_story: Story, path: str) -> None:
    address, asked = monitor
    story = Story(short_story.service.database, heartbeat_url=f"{address}{path}")
    assert beat(story.service)
    assert asked == [path]
    assert SECONDS <= 5


def test_after_a_tick_the_ledger_is_sealed_though_the_monitor_is_away(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_service: object) -> bool:
        raise TimeoutError

    monkeypatch.setattr(upkeep, "beat", away)
    story.activate(task("12", "9月底前"))
    after_tick(story.service)
    assert story.count(seals) == 1


def test_a_heartbeat_url_that_is_none_stops_the_start_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUIBAN_HEARTBEAT_URL", "secret-part.example")
    with pytest.raises(SettingsRejected, match="CUIBAN_HEARTBEAT_URL") as refused:
        load_settings()
    assert "secret-part" not in str(refused.value)


def test_the_ticks_job_of_the_worker_seals_the_ledger(story: Story) -> None:
    story.activate(task("12", "9月底前"))
    app = make_app(story.service.settings, jobs=())
    register(app, lambda: story.service)
    app.tasks[TICK]()
    assert story.count(seals) == 1


def test_a_round_by_cron_seals_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUIBAN_DATA_DIR", str(tmp_path))
    (tmp_path / "people.csv").write_text(sample_contacts(), encoding="utf-8")
    for words in (["contacts", "import", "people.csv"], ["tick"], ["audit", "verify"]):
        done = CliRunner().invoke(commands, words)
        assert done.exit_code == 0, done.output
    assert "已封 1 条记录" in done.stdout


def test_the_embedded_process_watches_itself_where_it_could_tell_somebody(short_story: Story) -> None:
    assert "watchdog" not in _threads(short_story)
    settings = SmtpSettings("127.0.0.1", 1, "zwgk@water.example", Security.NONE)
    told = Story(short_story.service.database, operator_mail="ops@water.example")
    told.service = replace(told.service, channels={SMTP: SmtpChannel(settings)})
    assert "watchdog" in _threads(told)


def _threads(story: Story) -> set[str]:
    """The threads of an embedded process, which is stopped again."""
    embedded = Embedded(story.service)
    embedded.start()
    try:
        return {thread.name for thread in threading.enumerate()}
    finally:
        embedded.stop()

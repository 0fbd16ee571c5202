"""What a newcomer sees after `make run`, with shorter days: the mailbox fills and silence climbs to the top."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.scenarios.processes import ROOT, free_port, until

pytestmark = pytest.mark.timeout(240)


@contextmanager
def demo(directory: Path, **settings: str) -> Iterator[httpx2.Client]:
    """The demo as its own process; a client for its pages."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CUIBAN_")},
        "CUIBAN_PORT": str(port),
        "CUIBAN_DATA_DIR": str(directory),
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    with (directory / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "reminders", "run", "--demo"], env=environment, stdout=log, stderr=log, cwd=directory
        )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
            until(lambda: _answers(client), "the demo to answer")
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def test_a_newcomer_watches_silence_climb(tmp_path: Path) -> None:
    with demo(tmp_path, CUIBAN_DEMO_DAY_SECONDS="6", CUIBAN_LINK_MIN_SECONDS="0.5") as client:
        wanted = ("请签收", "到期提醒", "未确认", "领导小组", "周报")
        until(lambda: not missing(client, wanted), "every kind of message in the mailbox", 150, every=3)
        answered = [m for m in messages_of(client, "业务处/liaison") if "答复" in m and "签收" in m]
        assert answered, "业务处 confirms by itself"
        assert all("已送达" in page for page in answered)
        assert "催办已启动：http://127.0.0.1:" in (tmp_path / "demo.log").read_text(encoding="utf-8")
        assert client.get("/healthz?strict").status_code == 200


def test_with_the_clock_held_nothing_is_sent(tmp_path: Path) -> None:
    with demo(tmp_path, CUIBAN_DEMO_HOLD="true") as client:
        until(lambda: client.get("/healthz").json()["last_tick"] == "ok", "a tick")
        assert "还没有通知" in client.get("/mailbox").text


def test_a_port_that_is_taken_gets_one_sentence(tmp_path: Path) -> None:
    with demo(tmp_path, CUIBAN_DEMO_HOLD="true") as client:
        environment = {**os.environ, "CUIBAN_PORT": str(client.base_url.port), "CUIBAN_DATA_DIR": str(tmp_path / "b")}
        second = subprocess.run(
            [sys.executable, "-m", "reminders", "run", "--demo"],
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 2
        assert "CUIBAN_PORT" in second.stderr
        assert second.stderr.strip().count("\n") == 0


def missing(client: httpx2.Client, wanted: tuple[str, ...]) -> list[str]:
    """The words that the list does not show yet."""
    shown = pages(client)
    return [word for word in wanted if word not in shown]


def pages(client: httpx2.Client) -> str:
    """The text of the whole list, page after page."""
    found, start = [], 0
    while "/mailbox/" in (page := client.get("/mailbox", params={"from": start}).text):
        found.append(page)
        start += 50
    return "\n".join(found)


def messages_of(client: httpx2.Client, destination: str) -> list[str]:
    """The pages of one destination's messages."""
    listing = client.get("/mailbox", params={"to": destination}).text
    return [client.get(path).text for path in dict.fromkeys(re.findall(r"/mailbox/\d+", listing))]

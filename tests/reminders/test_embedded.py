"""One process: worker and beat as threads carry a plan's first message to the mailbox, and stop when told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from channels.mailbox import MailboxChannel
from channels.message import Message
from reminders.embedded import Embedded, free_port
from reminders.engine.service import MAILBOX
from reminders.exceptions import SettingsRejected
from reminders.obligations import Kind
from reminders.settings import Settings
from reminders.store.database import Database
from tests.office import WATER_CLERK, Story, task
from tests.servers import free_port as a_free_port


class Arrivals:
    """A mailbox somebody waits at."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._arrived = threading.Event()

    def keep(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()

    def wait(self) -> bool:
        return self._arrived.wait(30)


@pytest.fixture
def running(sqlite_database: Database) -> Iterator[tuple[Story, Arrivals]]:
    story = Story(sqlite_database, tick_seconds=0.2)
    story.activate(task("1", "贯穿全年"))
    story.at("2022-08-22 09:01")
    arrivals = Arrivals()
    embedded = Embedded(replace(story.service, channels={MAILBOX: MailboxChannel(arrivals.keep)}))
    embedded.start()
    try:
        yield story, arrivals
    finally:
        embedded.stop()


def test_beat_wakes_the_tick_and_the_worker_hands_over_what_it_found(running: tuple[Story, Arrivals]) -> None:
    story, arrivals = running
    assert arrivals.wait()
    assert [message.address for message in arrivals.messages] == [WATER_CLERK.email]
    assert story.owed(Kind.SIGNATURE).state.value in ("queued", "waiting")  # its outcome is being written


def test_it_stops_whole_runs_again_and_sends_nothing_twice(sqlite_database: Database) -> None:
    story = Story(sqlite_database, tick_seconds=0.2)
    story.activate(task("1", "贯穿全年"))
    story.at("2022-08-22 09:01")
    arrivals = Arrivals()
    service = replace(story.service, channels={MAILBOX: MailboxChannel(arrivals.keep)})
    for _ in range(2):
        embedded = Embedded(service)
        embedded.start()
        assert arrivals.wait()
        embedded.stop()
        assert not {"worker", "beat"} & {thread.name for thread in threading.enumerate()}
    assert len(arrivals.messages) == 1
    assert story.standing(Kind.SIGNATURE) == ("waiting", 0)


def test_a_port_that_is_taken_is_named_with_the_way_to_change_it() -> None:
    port = a_free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(SettingsRejected, match=f"{port}.*CUIBAN_PORT"):
            free_port(Settings(_env_file=None, port=port))  # type: ignore[call-arg]  # pydantic-settings' own argument

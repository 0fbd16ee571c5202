"""The ledger is only added to, and sealed in an order that no slow transaction can upset."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from reminders.engine.ledger import sealing
from reminders.engine.ledger.auditing import verify
from reminders.engine.ledger.sealing import BATCH, seal, seal_when_due, waiting
from reminders.store import events as ledger
from reminders.store import seals
from reminders.store.append_only import REFUSAL
from reminders.store.database import Database
from reminders.store.events import Event
from reminders.store.tables import events
from reminders.store.tables import seals as seal_table
from tests.office import Story, at_once, task


def happen(story: Story, *kinds: str) -> None:
    """Write events, one transaction for all of them."""
    with story.service.database.write() as connection:
        append(story, connection, *kinds)


def append(story: Story, connection: Connection, *kinds: str) -> None:
    now = story.service.now()
    ledger.append(connection, [Event(kind, body={"说明": kind}) for kind in kinds], at=now, recorded_at=now)


def sealed(story: Story) -> list[seals.Seal]:
    with story.service.database.read() as connection:
        return list(seals.all_of(connection))


@pytest.fixture(params=["sqlite_url", "postgresql_url", "from the code"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Story]:
    """A migrated database of either kind, and one whose tables were made from the code."""
    made = request.param == "from the code"
    database = Database.in_memory() if made else Database.connect(request.getfixturevalue(request.param))
    yield Story(database)
    database.close()


@pytest.mark.parametrize("act", ["update events set type = 'x'", "delete from events", "delete from seals"])
def test_the_database_itself_refuses_to_change_or_remove_what_happened(guarded: Story, act: str) -> None:
    happen(guarded, "plan.imported")
    seal(guarded.service)
    with pytest.raises(DBAPIError, match=REFUSAL), guarded.service.database.write() as connection:
        connection.execute(text(act))
    assert len(guarded.events("plan.imported")) == 1
    assert len(sealed(guarded)) == 1


def test_every_event_gets_one_seal_and_each_seal_holds_the_one_before(busy_story: Story) -> None:
    happen(busy_story, "a", "b", "c")
    assert seal(busy_story.service) == 3
    happen(busy_story, "d")
    assert (seal(busy_story.service), seal(busy_story.service)) == (1, 0)
    first, second = sealed(busy_story)
    assert (first.count, second.count, second.first_id) == (3, 1, first.last_id + 1)
    assert (first.previous, second.previous) == ("", first.hash)
    assert second.hash == seals.digest(first.hash, second.leaves)


def test_many_events_get_seals_of_a_thousand(short_story: Story) -> None:
    happen(short_story, *["many"] * (BATCH + 5))
    assert seal(short_story.service) == BATCH + 5
    assert [found.count for found in sealed(short_story)] == [BATCH, 5]


def test_both_databases_seal_the_same_events_with_the_same_hash(sqlite_url: str, postgresql_url: str) -> None:
    found = []
    for url in (sqlite_url, postgresql_url):
        story = Story(Database.connect(url))
        with story.service.database.write() as connection:
            now = story.service.now() + timedelta(microseconds=7)
            body = {"b": "文", "a": [1, 2.5, None, True], "c": {"y": 1, "x": 2}}
            ledger.append(connection, [Event("any", body=body)], at=now, recorded_at=now)
        seal(story.service)
        found += [sealed(story)[0].hash]
        story.service.database.close()
    assert found[0] == found[1]


@pytest.fixture
def served(postgresql_url: str) -> Iterator[Story]:
    """A story on PostgreSQL, where ids and commits may come in different orders."""
    story = Story(Database.connect(postgresql_url))
    yield story
    story.service.database.close()


def test_a_whole_table_cannot_be_emptied_at_once(served: Story) -> None:
    with pytest.raises(DBAPIError, match=REFUSAL), served.service.database.write() as connection:
        connection.execute(text("truncate events cascade"))


def test_an_event_that_a_slow_transaction_brings_late_is_never_skipped(served: Story) -> None:
    with served.service.database.write() as slow:
        append(served, slow, "early id, late commit")
        happen(served, "late id, early commit")
        assert seal(served.service) == 0, "a lower id may still come in"
    assert seal(served.service) == 2
    assert sealed(served)[0].count == 2


def test_a_writer_that_took_no_id_yet_is_waited_for_too(served: Story) -> None:
    with served.service.database.write() as slow:
        slow.execute(text("lock table events in row exclusive mode"))  # where an insert stands before it takes its id
        happen(served, "quick")
        assert seal(served.service) == 0
    assert seal(served.service) == 1


def test_writers_that_follow_each_other_without_a_pause_do_not_keep_events_unsealed(served: Story) -> None:
    happen(served, "first")
    with served.service.database.write() as one:
        append(served, one, "second")
        assert seal(served.service) == 0
        two = served.service.database.write()
        connection = two.__enter__()
        append(served, connection, "third")
    assert seal(served.service) == 1, "who was writing when it was last looked has ended"
    two.__exit__(None, None, None)
    assert seal(served.service) == 2


def test_no_writer_waits_for_the_sealing(served: Story) -> None:
    happen(served, "first")
    with served.service.database.write() as sealer:
        seals.writers(served.service.database, sealer)
        found = seals.events_between(sealer, 1, 1)
        seals.add(served.service.database, sealer, seals.over(found, None), served.service.machine_now())
        with served.service.database.write() as writer:
            writer.execute(text("set local lock_timeout = '200ms'"))
            append(served, writer, "second")
    assert len(served.events("second")) == 1


def test_a_reader_that_holds_its_snapshot_open_delays_nothing(served: Story) -> None:
    happen(served, "first")
    with served.service.database.read() as backup:
        backup.execute(text("select count(*) from events"))
        assert seal(served.service) == 1


def test_two_sealers_at_once_make_one_seal(busy_story: Story) -> None:
    happen(busy_story, "first")
    with busy_story.service.database.read() as connection:
        both = seals.over(seals.events_between(connection, 1, 1), None)
    with busy_story.service.database.write() as connection:
        added = [
            seals.add(busy_story.service.database, connection, both, busy_story.service.machine_now()) for _ in range(2)
        ]
    assert added == [True, False]
    assert len(sealed(busy_story)) == 1


def test_sealing_comes_round_every_five_minutes(story: Story) -> None:
    happen(story, "first")
    assert seal_when_due(story.service) == 1
    happen(story, "second")
    assert seal_when_due(story.service) == 0
    story.clock.ahead = sealing.EVERY
    assert seal_when_due(story.service) == 1


def test_a_machine_clock_that_was_set_back_does_not_stop_the_sealing(story: Story) -> None:
    seal_when_due(story.service)
    happen(story, "first")
    story.clock.ahead = timedelta(days=-3)
    assert seal_when_due(story.service) == 1


def test_what_waits_for_its_seal_is_counted(story: Story) -> None:
    story.activate(task("12", "9月底前"))
    with story.service.database.read() as connection:
        assert waiting(connection) == story.count(events)
    seal(story.service)
    with story.service.database.read() as connection:
        assert waiting(connection) == 0


def test_a_rolled_back_event_leaves_a_gap_that_nothing_waits_for(story: Story) -> None:
    def fail() -> None:
        with story.service.database.write() as connection:
            append(story, connection, "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    happen(story, "kept")
    assert seal(story.service) == 1
    assert story.count(seal_table) == 1


def test_many_writers_some_of_whom_give_up_leave_every_event_under_one_seal(busy_story: Story) -> None:
    """Ids come in another order than commits; the sealer runs all the while."""
    writers, rounds = 4, 12
    turns = iter(range(writers + 1))
    done = threading.Event()

    def work() -> int:
        turn = next(turns)
        if turn == 0:
            sealed_events = 0
            while not done.is_set():
                sealed_events += seal(busy_story.service)
            return sealed_events
        for number in range(rounds):
            with contextlib.suppress(ZeroDivisionError), busy_story.service.database.write() as connection:
                append(busy_story, connection, f"{turn}", f"{number}")
                if (turn + number) % 3 == 0:
                    raise ZeroDivisionError
        finished.append(turn)
        if len(finished) == writers:
            done.set()
        return 0

    finished: list[int] = []
    meanwhile = sum(at_once(work, writers + 1))
    left = seal(busy_story.service)
    audit = verify(busy_story.service.database)
    assert audit.problems == ()
    assert (meanwhile + left, audit.waiting) == (busy_story.count(events), 0)

"""What a dead sender held: its journal says what came of each row, and only what is in doubt is repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from reminders.engine.round.tick import tick
from reminders.engine.sending import outcomes
from reminders.engine.sending.dispatch import dispatch
from reminders.exceptions import DatabaseUnreachable
from reminders.obligations import Kind
from reminders.store.journals import FileJournals, NoJournals
from reminders.store.tables import attempts, deliveries
from tests.office import PUMP_CLERK, PUMPS, RIVER, RIVER_CLERK, WATER, WATER_CLERK, Story, outcome, task

STANDING = task("1", "贯穿全年", WATER, RIVER, PUMPS)


class Killed(BaseException):
    """The process is gone in the middle of a hand-over."""


@pytest.fixture
def kept(busy_story: Story, tmp_path: Path) -> Story:
    """Three signatures sealed and due, and a journal in a file."""
    busy_story.service = replace(busy_story.service, journals=FileJournals(tmp_path))
    busy_story.activate(STANDING)
    return busy_story.at("2022-08-22 09:01")


def states(story: Story) -> list[str]:
    with story.service.database.read() as connection:
        return [row.state for row in connection.execute(select(deliveries.c.state).order_by(deliveries.c.id))]


def killed_at(story: Story, monkeypatch: pytest.MonkeyPatch, number: int, *, taken: bool = True) -> None:
    """The sender dies inside its n-th send."""
    send, sent = story.mailbox.send, []

    def dying(payload: Payload) -> Outcome:
        sent.append(payload)
        if len(sent) < number:
            return send(payload)
        if taken:
            story.mailbox.payloads.append(payload)
        raise Killed

    monkeypatch.setattr(story.mailbox, "send", dying)
    with pytest.raises(Killed):
        story.round()
    monkeypatch.undo()


def test_a_dead_owner_is_not_waited_for(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_at(kept, monkeypatch, 2)
    assert states(kept) == ["claimed", "claimed", "claimed"]
    tick(kept.service)  # the lease still runs
    assert states(kept) == ["sent", "retry", "pending"]
    assert kept.events("delivery.unknown") == [{"delivery": 2, "repeated": True}]


def test_what_the_journal_says_was_taken_counts_as_if_nobody_had_died(
    kept: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(kept, monkeypatch, 3)
    tick(kept.service)
    kept.round()
    assert len(kept.mailbox.payloads) == 4  # the third twice, because it is in doubt
    assert kept.count(attempts) == 3
    assert kept.standing(Kind.SIGNATURE) == ("waiting", 0)


def test_a_living_owner_keeps_its_rows_whatever_others_do(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    send = kept.mailbox.send

    def watched(payload: Payload) -> Outcome:
        tick(kept.service)
        return send(payload)

    monkeypatch.setattr(kept.mailbox, "send", watched)
    kept.round()
    assert (states(kept), len(kept.mailbox.payloads)) == (["sent"] * 3, 3)


def test_outcomes_wait_in_the_journal_for_a_database_that_is_gone(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = kept.tick().waiting

    def gone(*_: object) -> None:
        raise DatabaseUnreachable("数据库没有应答。")

    monkeypatch.setattr(outcomes, "write_down", gone)
    with pytest.raises(DatabaseUnreachable):
        dispatch(kept.service, waiting)
    monkeypatch.undo()
    assert states(kept) == ["claimed"] * 3
    tick(kept.service)
    assert (states(kept), len(kept.mailbox.payloads)) == (["sent"] * 3, 3)
    assert kept.events("delivery.unknown") == []


def test_on_another_machine_every_row_that_was_begun_is_in_doubt_once_the_lease_is_over(
    kept: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    killed_at(kept, monkeypatch, 2)
    kept.service = replace(kept.service, journals=FileJournals(tmp_path / "elsewhere"))
    tick(kept.service)
    assert states(kept) == ["claimed"] * 3
    within = timedelta(seconds=kept.service.settings.lease_seconds)
    kept.clock.ahead += within - timedelta(seconds=kept.service.settings.tick_seconds - 1)
    tick(kept.service)
    assert states(kept) == ["retry"] * 3, "the first tick after the lease comes within the time that was set"


def test_a_row_on_which_wording_breaks_goes_alone_and_is_set_aside(
    kept: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = kept.mailbox.render

    def broken(message):  # type: ignore[no-untyped-def]  # stands in for MailboxChannel.render
        if message.address == WATER_CLERK.email:
            raise KeyError(message.subject)
        return render(message)

    monkeypatch.setattr(kept.mailbox, "render", broken)
    for _ in range(6):
        kept.round()
        kept.clock.ahead += timedelta(hours=1)
    assert sorted(states(kept)) == ["aside", "sent", "sent"]
    assert [found["error"] for found in kept.events("delivery.set_aside")] == ["KeyError"]
    assert kept.standing(Kind.SIGNATURE) == ("queued", 0)  # no wait runs, and nobody is blamed


def test_an_outcome_that_cannot_be_followed_up_is_not_sent_again(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(outcomes, "accepted", broken)
    kept.round()
    monkeypatch.undo()
    kept.clock.ahead += timedelta(days=1)
    kept.round()
    assert (states(kept), len(kept.mailbox.payloads)) == (["aside"] * 3, 3)


def test_a_channel_that_fails_for_three_in_a_row_is_left_alone(kept: Story) -> None:
    kept.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.RETRY_LATER, "451")
    kept.mailbox.outcomes[PUMP_CLERK.email] = outcome(Verdict.RETRY_LATER, "451")
    kept.mailbox.outcomes["liaison.river@water.example"] = outcome(Verdict.RETRY_LATER, "451")
    kept.round()
    assert kept.events("channel.parked")[-1]["channel"] == "mailbox"
    assert kept.round() == 0
    kept.clock.ahead += timedelta(minutes=2)
    assert kept.round() == 3


def test_what_is_urgent_goes_before_a_backlog_that_was_published_earlier(kept: Story) -> None:
    waiting = kept.tick().waiting
    with kept.service.database.write() as connection:
        connection.execute(deliveries.update().where(deliveries.c.id == waiting[-1]).values(lane=0))
    dispatch(kept.service, waiting[:1])
    last, first = kept.mailbox.payloads[0].address, kept.mailbox.payloads[1].address
    assert (last, first) == (PUMP_CLERK.email, WATER_CLERK.email)
    assert states(kept) == ["sent", "pending", "sent"]


def test_a_slow_sender_renews_its_lease_between_two_rows_and_is_not_robbed(
    kept: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = kept.mailbox.send

    def slow(payload: Payload) -> Outcome:
        kept.clock.ahead += timedelta(seconds=kept.service.settings.lease_seconds * 0.4)
        tick(kept.service)
        return send(payload)

    monkeypatch.setattr(kept.mailbox, "send", slow)
    kept.service = replace(kept.service, journals=NoJournals())  # nobody can see that it lives
    kept.round()
    assert (states(kept), len(kept.mailbox.payloads)) == (["sent"] * 3, 3)


def test_what_a_job_does_not_reach_in_a_minute_is_given_back(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    send, waiting = kept.mailbox.send, kept.tick().waiting

    def slow(payload: Payload) -> Outcome:
        kept.clock.ahead += timedelta(seconds=61)
        return send(payload)

    monkeypatch.setattr(kept.mailbox, "send", slow)
    assert (dispatch(kept.service, waiting), states(kept)) == (1, ["sent", "pending", "pending"])


def test_an_urgent_row_that_may_not_leave_now_is_offered_once_a_job(kept: Story) -> None:
    waiting = kept.tick().waiting
    with kept.service.database.write() as connection:
        connection.execute(deliveries.update().values(lane=0))
    kept.at("2022-08-22 12:30")  # the window is shut
    assert (dispatch(kept.service, waiting[:1]), states(kept)) == (0, ["retry"] * 3)


def test_a_row_that_a_chunk_did_not_reach_keeps_its_address(kept: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    send = kept.mailbox.send

    def slow(payload: Payload) -> Outcome:
        kept.clock.ahead += timedelta(seconds=2)  # longer than a chunk: the next row waits for another one
        return send(payload)

    monkeypatch.setattr(kept.mailbox, "send", slow)
    dispatch(kept.service, kept.tick().waiting)
    assert [payload.address for payload in kept.mailbox.payloads] == [
        WATER_CLERK.email,
        RIVER_CLERK.email,
        PUMP_CLERK.email,
    ]

"""Handing over: intent before sending, outcome after; a kill leaves exactly one unknown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from reminders.engine.round.tick import tick
from reminders.engine.sending.dispatch import dispatch
from reminders.engine.standstill.pausing import pause, resume
from reminders.obligations import Kind
from reminders.policy import Preset
from reminders.store.tables import attempts, deliveries, messages
from tests.office import CHIEF, LEADER, PUMP_CLERK, PUMPS, RIVER, WATER, WATER_CLERK, Story, at_once, outcome, task

OVER = timedelta(seconds=91)  # longer than any lease
STANDING = task("1", "贯穿全年", WATER, RIVER, PUMPS)


class Killed(BaseException):
    """The process is gone in the middle of a hand-over."""


def states(story: Story) -> list[str]:
    with story.service.database.read() as connection:
        return [row.state for row in connection.execute(select(deliveries.c.state).order_by(deliveries.c.id))]


def kill_at(story: Story, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The sender dies inside its n-th send, after the far end may have taken it."""
    send = story.mailbox.send

    def dying(payload: Payload) -> Outcome:
        if len(story.mailbox.payloads) + 1 == number:
            story.mailbox.payloads.append(payload)
            raise Killed
        return send(payload)

    monkeypatch.setattr(story.mailbox, "send", dying)
    with pytest.raises(Killed):
        story.round()
    monkeypatch.undo()


def test_after_a_kill_the_first_row_is_unknown_and_the_others_were_never_begun(
    busy_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_story.activate(STANDING)
    busy_story.at("2022-08-22 09:01")
    kill_at(busy_story, monkeypatch, 2)
    assert states(busy_story) == ["sent", "claimed", "claimed"]
    busy_story.clock.ahead += OVER
    tick(busy_story.service)
    assert states(busy_story) == ["sent", "retry", "pending"]
    assert busy_story.events("delivery.unknown") == [{"delivery": 2, "repeated": True}]


def test_an_unknown_unit_message_is_repeated_once_with_the_same_bytes(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.activate(task("1", "贯穿全年", WATER))
    story.at("2022-08-22 09:01")
    for _ in range(2):
        kill_at(story, monkeypatch, len(story.mailbox.payloads) + 1)
        story.clock.ahead += OVER
    tick(story.service)
    story.round()
    first, second = story.mailbox.payloads
    assert (first.body, first.address) == (second.body, second.address)
    assert states(story) == ["unknown"]


def test_what_goes_to_leaders_is_never_repeated(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.activate(task("1", "9月底前"), on="2022-09-30 17:30", lapsed="overdue", preset=Preset.STRICT)
    story.until("2022-10-11/pm")
    before = len(story.mailbox.payloads)
    story.at("2022-10-12 09:01")
    kill_at(story, monkeypatch, before + 1)
    story.clock.ahead += OVER
    assert story.round() == 0
    assert len([p for p in story.mailbox.payloads[before:] if p.address == CHIEF.email]) == 1
    assert story.events("delivery.unknown")[-1]["repeated"] is False
    assert LEADER not in str(story.sent("2022-10-12/am"))


def test_two_senders_share_the_work_and_send_nothing_twice(busy_story: Story) -> None:
    busy_story.activate(STANDING)
    waiting = busy_story.at("2022-08-22 09:01").tick().waiting
    sent = at_once(lambda: dispatch(busy_story.service, waiting), 3)
    assert (sum(sent), len(busy_story.mailbox.payloads)) == (3, 3)


def test_publishing_the_same_batch_again_sends_nothing(short_story: Story) -> None:
    short_story.activate(STANDING)
    waiting = short_story.at("2022-08-22 09:01").tick().waiting
    assert [dispatch(short_story.service, waiting), dispatch(short_story.service, waiting)] == [3, 0]


def test_a_sender_whose_lease_was_taken_over_changes_nothing_any_more(
    busy_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_story.activate(task("1", "贯穿全年", WATER))
    waiting = busy_story.at("2022-08-22 09:01").tick().waiting
    send = busy_story.mailbox.send

    def slow(payload: Payload) -> Outcome:
        busy_story.clock.ahead += OVER  # somebody else looks after the row
        tick(busy_story.service)
        return send(payload)

    monkeypatch.setattr(busy_story.mailbox, "send", slow)
    dispatch(busy_story.service, waiting)
    assert states(busy_story) == ["retry"]
    assert busy_story.count(attempts) == 1  # the journal still tells what happened
    assert busy_story.standing(Kind.SIGNATURE) == ("queued", 0)


def test_what_waits_at_closing_time_leaves_with_the_next_slot(short_story: Story) -> None:
    short_story.activate(task("1", "贯穿全年", WATER))
    waiting = short_story.at("2022-08-22 11:29").tick().waiting
    short_story.at("2022-08-22 11:31")
    assert dispatch(short_story.service, waiting) == 0
    assert short_story.at("2022-08-22 14:01").round() == 1


def test_while_everything_is_paused_nothing_leaves_not_even_what_was_sealed(story: Story) -> None:
    story.activate(task("1", "贯穿全年", WATER))
    waiting = story.at("2022-08-22 09:01").tick().waiting
    pause(story.service, plan_id=None, unit=None, reason="核对名单", by="何文")
    assert (dispatch(story.service, waiting), story.tick().waiting) == (0, ())
    resume(story.service, plan_id=None, unit=None)
    story.clock.ahead += timedelta(minutes=2)
    assert story.round() == 1


@pytest.mark.parametrize("whose", ["plan", "unit"])
def test_a_paused_plan_or_unit_gets_nothing_that_was_sealed_before(story: Story, whose: str) -> None:
    story.activate(task("1", "贯穿全年", WATER))
    story.at("2022-08-22 09:01").tick()
    scope = {"plan_id": story.plan_id if whose == "plan" else None, "unit": WATER if whose == "unit" else None}
    pause(story.service, reason="核对名单", by="何文", **scope)  # type: ignore[arg-type]
    assert story.round() == 0
    resume(story.service, **scope)  # type: ignore[arg-type]
    story.clock.ahead += timedelta(minutes=2)
    assert story.round() == 1


def test_a_message_is_worded_once_and_keeps_its_link(short_story: Story) -> None:
    short_story.mailbox.outcomes[str(WATER_CLERK.email)] = outcome(Verdict.RETRY_LATER, "451")
    short_story.activate(task("1", "贯穿全年", WATER))
    short_story.at("2022-08-22 09:01").round()
    short_story.mend(PUMP_CLERK)
    short_story.clock.ahead += timedelta(minutes=5)
    short_story.round()
    first, second = short_story.mailbox.payloads
    assert first.body == second.body
    assert short_story.count(messages) == 1

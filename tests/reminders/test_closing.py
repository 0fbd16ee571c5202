"""A plan is closed by a person: what is owed ends, what is done stays, nothing is sent about it any more."""

from __future__ import annotations

import pytest

from reminders.answers import Answer, Choice
from reminders.engine.acts.answers import give, withdraw
from reminders.engine.plan.closing import close_plan, still_open
from reminders.exceptions import Refused
from reminders.obligations import Kind
from tests.office import WATER, WATER_CLERK, Story, task

DATED, STANDING = task("1", "9月底前"), task("2", "贯穿全年", WATER)


def closed(story: Story) -> None:
    close_plan(story.service, story.plan_id, by="何文", reason="年度工作结束")


def test_what_is_still_owed_is_shown_before_and_nothing_is_changed(story: Story) -> None:
    story.activate(DATED, STANDING)
    story.until("2022-08-24/am")
    found = still_open(story.service, story.plan_id)
    assert (found.unfinished, found.unanswered) == (((WATER, "1"),), 1)
    assert story.standing(Kind.COMPLETION) == ("armed", 0)


def test_after_the_close_nothing_more_is_sent(story: Story) -> None:
    story.activate(DATED, STANDING)
    story.until("2022-08-24/am")
    before = len(story.mailbox.payloads)
    closed(story)
    story.until("2022-10-20/am")
    assert len(story.mailbox.payloads) == before
    assert story.events("plan.closed")[0]["by"] == "何文"


def test_what_was_sealed_and_not_handed_over_is_not_sent(story: Story) -> None:
    story.activate(DATED)
    story.at("2022-08-22 09:01").tick()
    closed(story)
    assert story.round() == 0


def test_a_return_that_was_asked_for_and_not_given_stays_as_not_given(story: Story) -> None:
    story.activate(STANDING)
    story.until("2022-09-30/pm")
    assert still_open(story.service, story.plan_id).not_returned == 1
    closed(story)
    assert "exhausted" in {o.state.value for o in story.all(Kind.RETURN, WATER)}


def test_an_answer_of_a_closed_plan_stands_so_that_nobody_is_asked_again(story: Story) -> None:
    story.activate(DATED)
    story.until("2022-08-22/am")
    signature = story.owed(Kind.SIGNATURE)
    give(story.service, [Answer(signature.id, Choice.SIGN)], story.giver(WATER_CLERK))
    closed(story)
    (taken,) = withdraw(story.service, [signature.id], contact_id=None, by="何文", reason="点错")
    assert (taken.accepted, taken.sentence) == (False, "方案已经关闭，答复不能再撤回。")
    assert story.standing(Kind.SIGNATURE) == ("acknowledged", 0)


def test_the_years_end_closes_nothing(short_story: Story) -> None:
    short_story.activate(task("1", "12月底前"))
    short_story.until("2023-01-04/am")
    assert short_story.standing(Kind.COMPLETION) == ("overdue", 1)


def test_a_plan_that_does_not_run_cannot_be_closed(story: Story) -> None:
    story.activate(DATED)
    closed(story)
    with pytest.raises(Refused, match="没有在执行"):
        closed(story)

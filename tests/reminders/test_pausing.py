"""A person can stop it: clocks stand, nothing leaves, and the time that stood still is given back."""

from __future__ import annotations

from datetime import date

import pytest

from reminders.engine.standstill.pausing import pause, resume
from reminders.exceptions import NotFound, Refused
from reminders.obligations import Kind
from reminders.policy import Preset
from tests.office import RIVER, WATER, Story, task

SIGN = Kind.SIGNATURE


def stopped(story: Story, unit: str | None = None, plan_id: int | None = None) -> None:
    pause(story.service, plan_id=plan_id, unit=unit, reason="核对名单", by="何文")


def started(story: Story, unit: str | None = None, plan_id: int | None = None) -> str:
    return resume(story.service, plan_id=plan_id, unit=unit)


def test_nothing_leaves_while_it_is_paused_and_everything_waits(story: Story) -> None:
    story.activate(task("1", "9月底前"), on="2022-09-22 17:30", preset=Preset.STRICT)
    stopped(story.at("2022-09-23 08:00"))
    assert story.pass_slot() == []
    started(story)
    assert story.pass_slot() == ["供水处/liaison unit sign 1:T-5"]


def test_a_wait_is_longer_by_the_working_days_that_stood_still(story: Story) -> None:
    story.activate(task("1", "贯穿全年"))
    story.until("2022-08-22/am")
    assert story.owed(SIGN).wait_last_on == date(2022, 8, 25)
    stopped(story.at("2022-08-22 18:00"))
    assert "顺延 3 个工作日" in started(story.at("2022-08-25 08:00"))
    assert (story.owed(SIGN).wait_last_on, str(story.owed(SIGN).next_slot)) == (
        date(2022, 8, 30),
        "2022-08-30/am",
    )
    assert story.events("sending.resumed") == [{"workdays": 3, "waits": 1}]


def test_a_pause_before_eight_in_the_morning_belongs_to_its_own_day(short_story: Story) -> None:
    """07:30 in Shanghai is still yesterday in UTC."""
    short_story.activate(task("1", "贯穿全年"))
    short_story.until("2022-08-22/am")
    stopped(short_story.at("2022-08-23 07:30"))
    assert "顺延 1 个工作日" in started(short_story.at("2022-08-24 08:00"))


def test_due_dates_stay_and_so_does_what_hangs_on_them(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), task("2", "贯穿全年"), on="2022-08-22 08:00")
    short_story.until("2022-09-16/pm")
    before = [(o.kind, o.due_on, o.next_slot) for o in short_story.all() if o.kind in (Kind.COMPLETION, Kind.RETURN)]
    stopped(short_story)
    started(short_story.at("2022-09-20 08:00"))
    after = [(o.kind, o.due_on, o.next_slot) for o in short_story.all() if o.kind in (Kind.COMPLETION, Kind.RETURN)]
    assert before == after


def test_a_decision_that_was_waited_for_gets_its_days_back(short_story: Story) -> None:
    short_story.activate(task("12", "9月底前"), on="2022-09-28 17:30")
    short_story.until("2022-10-12/am")
    assert (short_story.standing(Kind.COMPLETION), str(short_story.owed(Kind.COMPLETION).next_slot)) == (
        ("held", 1),
        "2022-10-18/am",
    )
    stopped(short_story)
    started(short_story.at("2022-10-19 08:00"))
    assert str(short_story.owed(Kind.COMPLETION).next_slot) > "2022-10-19"


def test_a_paused_unit_does_not_stop_the_others(story: Story) -> None:
    story.activate(task("1", "贯穿全年", WATER, RIVER))
    stopped(story, unit=RIVER)
    story.at("2022-08-22 09:11").round()
    assert story.sent() == ["2022-08-22/am 供水处/liaison unit sign"]
    started(story, unit=RIVER)
    assert story.pass_slot() == ["河湖处/liaison unit sign"]


def test_a_paused_plan_does_not_stop_another(story: Story) -> None:
    story.activate(task("1", "贯穿全年", WATER))
    stopped(story, plan_id=story.plan_id)
    story.activate(task("2", "贯穿全年", RIVER), task("3", "贯穿全年", RIVER))
    story.at("2022-08-22 09:11").round()
    assert story.sent() == ["2022-08-22/am 河湖处/liaison unit sign"]


def test_what_is_not_paused_cannot_be_resumed_and_an_unknown_unit_is_named(short_story: Story) -> None:
    with pytest.raises(Refused, match="没有暂停"):
        started(short_story)
    with pytest.raises(NotFound, match="档案室"):
        stopped(short_story, unit="档案室")

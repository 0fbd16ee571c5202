"""The first send waits: activation shows every message with recipient and slot, and sends nothing until released."""

from __future__ import annotations

from datetime import date

import pytest

from reminders.engine.acts.decision import Act
from reminders.engine.forecast.outlook import first_send, lines
from reminders.engine.plan.activation import Choices, activate
from reminders.exceptions import Refused
from reminders.obligations import Kind, State
from reminders.policy import Preset
from tests.office import EVERYBODY, OFFICE, PUMP_CLERK, RIVER, WATER, Story, task

PLAN = (task("1", "9月底前", WATER), task("2", "9月底前", RIVER), task("3", "贯穿全年", WATER, "泵站中心"))


@pytest.mark.parametrize("on", ["2022-08-22 08:00", "2022-08-22 10:00", "2022-09-15 17:30", "2022-09-28 17:30"])
def test_what_is_shown_before_the_release_is_what_the_first_slot_sends(story: Story, on: str) -> None:
    story.activate(*PLAN, on=on, preset=Preset.STRICT, release=False)
    before = first_send(story.service, story.plan_id)
    assert story.round() == 0
    activate(story.service, story.plan_id, Choices(OFFICE, release=True))
    assert first_send(story.service, story.plan_id) == before
    slot = before[0].slot
    story.pass_slot()
    sent = [(line["slot"], line["destination"], line["kind"]) for line in story.lines() if line["slot"] == slot]
    assert sent == sorted((one.slot, one.destination, one.kind.value) for one in before)


def test_each_line_names_recipient_slot_kind_and_items(short_story: Story) -> None:
    short_story.activate(*PLAN, on="2022-09-15 17:30", release=False)
    assert lines(first_send(short_story.service, short_story.plan_id)) == [
        "  供水处/liaison 白岸　2022-09-16/am　通知　签收、第1项 确认",
        "  河湖处/liaison 柳汀　2022-09-16/am　通知　签收、第2项 确认",
        "  泵站中心/liaison 石闸　2022-09-16/am　通知　签收",
    ]


def test_who_cannot_be_reached_stands_in_the_lead_offices_message(short_story: Story) -> None:
    people = [person for person in EVERYBODY if person is not PUMP_CLERK]
    short_story.activate(*PLAN, people=people, release=False)
    (told,) = [one for one in first_send(short_story.service, short_story.plan_id) if one.kind.value == "office"]
    assert (told.destination, told.items) == ("综合处/liaison", ("未送达",))


def test_of_a_plan_released_late_nothing_that_lapsed_is_shown(short_story: Story) -> None:
    short_story.activate(*PLAN, on="2022-09-28 17:30", release=False)
    short_story.at("2022-10-09 17:30")
    shown = lines(first_send(short_story.service, short_story.plan_id))
    assert len(shown) == 3
    assert not [line for line in shown if "第" in line]


def test_a_question_whose_day_passed_before_the_release_is_closed_in_the_ledger(short_story: Story) -> None:
    short_story.activate(*PLAN, on="2022-08-22 08:00", release=False)
    short_story.at("2022-09-28 10:00")
    activate(short_story.service, short_story.plan_id, Choices(OFFICE, release=True))
    assert [body["why"] for body in short_story.events("obligation.closed")] == ["too late to ask"] * 2
    assert short_story.owed(Kind.CONFIRMATION).state is State.CLOSED


@pytest.mark.parametrize("act", [Act.EXTEND, Act.SUSPEND, Act.RELEASE, Act.CONFIRM])
def test_nothing_is_decided_before_the_first_send(short_story: Story, act: Act) -> None:
    """A decision gives a task a slot or tells somebody of it: it would leave before the release."""
    short_story.activate(*PLAN, on="2022-08-22 08:00", release=False)
    before = short_story.all()
    with pytest.raises(Refused, match="还没有开始发送"):
        short_story.decide(act, "1", until=date(2022, 10, 21))
    assert short_story.all() == before
    short_story.until("2022-10-31/am")
    assert short_story.sent() == []

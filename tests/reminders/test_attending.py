"""Rule 8: the lead office may bring an item before the leaders at any time; it stands in their next morning message."""

from __future__ import annotations

from datetime import date

import pytest

from reminders.engine.acts.decision import Act
from reminders.exceptions import Refused
from reminders.obligations import Kind
from reminders.policy import Preset
from tests.office import CHIEF, EVERYBODY, LEADER, Story, morning, task

COMPLETE = Kind.COMPLETION
TO = f"leader/{LEADER}"


def running(story: Story, preset: Preset = Preset.GENTLE) -> Story:
    story.activate(task("12", "9月底前"), on="2022-09-15 17:30", preset=preset)
    story.until("2022-09-16/am")
    return story


def test_what_is_not_late_reaches_them_on_tuesday_with_the_reason_and_changes_nothing(story: Story) -> None:
    running(story)
    before = story.owed(COMPLETE)
    story.decide(Act.RELEASE, reason="请江局长出席启动会")
    assert story.owed(COMPLETE) == before
    story.until("2022-09-20/am")
    assert story.told(TO) == ["2022-09-20/am 12:attend"]
    (mail,) = [m for m in story.mailbox.kept if m.address == CHIEF.email]
    assert mail.subject.endswith("1项提请研究")
    assert "提请事由：请江局长出席启动会" in mail.text
    assert "超期" not in mail.text + mail.subject
    assert [body["reason"] for body in story.events("obligation.shown")] == ["请江局长出席启动会"]


def test_twice_before_the_same_morning_is_one_line(story: Story) -> None:
    running(story).decide(Act.RELEASE)
    story.decide(Act.RELEASE)
    story.until("2022-09-20/am")
    assert story.told(TO) == ["2022-09-20/am 12:attend"]


def test_in_the_slot_of_their_digest_it_stands_in_the_digest(story: Story) -> None:
    """Strict: the next morning after Friday is Monday's, the digest's."""
    running(story, Preset.STRICT).decide(Act.RELEASE)
    story.until("2022-09-19/am")
    story.decide(Act.RELEASE)
    story.until("2022-09-26/am")
    assert [line for line in story.sent("2022-09-19/am") if line.startswith("leader/")] == [f"{TO} digest 12:attend"]


def test_what_is_late_and_known_to_the_lead_office_goes_to_them_before_its_day(story: Story) -> None:
    story.activate(task("12", "9月底前"), on="2022-09-28 17:30")
    story.until("2022-10-08/am")
    story.decide(Act.RELEASE)
    assert (story.standing(COMPLETE), story.owed(COMPLETE).next_slot) == (("overdue", 1), morning("2022-10-11"))
    story.until("2022-10-11/am")
    assert story.told(TO) == ["2022-10-11/am 12:T+5"]
    assert story.standing(COMPLETE) == ("exhausted", 2)


def test_what_is_done_meanwhile_goes_to_nobody(story: Story) -> None:
    running(story).decide(Act.RELEASE)
    story.decide(Act.SUSPEND, until=date(2022, 10, 21))
    story.until("2022-09-20/am")
    assert story.told(TO) == []


def test_a_plan_without_a_leading_group_has_nobody_to_bring_it_before(story: Story) -> None:
    people = [person for person in EVERYBODY if person is not CHIEF]
    story.activate(task("12", "9月底前"), on="2022-09-15 17:30", people=people)
    with pytest.raises(Refused, match="没有指定领导小组"):
        story.decide(Act.RELEASE)

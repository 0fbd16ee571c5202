"""Our outage is not their silence: what was away is given back, and everybody is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.clock import SHANGHAI
from reminders.engine.outage import working_day, working_time
from reminders.obligations import Kind
from reminders.policy import Preset
from reminders.store.database import Database
from tests.office import SLOTS, Story, _moment, task


@pytest.fixture
def story(database: Database) -> Story:
    """A story in which skipped wake-ups count."""
    return Story(database, outage_after_missed=10)


def test_three_working_days_away_make_every_wait_three_working_days_longer(story: Story) -> None:
    story.activate(task("12", "12月底前", "供水处"), preset=Preset.STRICT)
    story.at("2022-08-22 09:01").round()
    before = story.owed(Kind.SIGNATURE).wait_last_on
    keep_ticking(story, "2022-08-22 09:10", "2022-08-22 16:58")
    story.at("2022-08-25 16:58").round()
    after = story.owed(Kind.SIGNATURE).wait_last_on
    assert before is not None
    assert after is not None
    assert SLOTS.workdays.count_between(before, after) - 1 == 3
    assert story.events("outage.given-back")[0]["workdays"] == 3


def test_nobody_is_reported_who_would_not_have_been_without_the_outage(story: Story) -> None:
    story.activate(task("12", "8月24日前", "供水处"), preset=Preset.STRICT)
    story.at("2022-08-22 09:01").round()
    keep_ticking(story, "2022-08-22 09:10", "2022-08-22 16:58")
    story.at("2022-08-26 09:01").round()  # the due day and T+1 fell into the outage
    assert not [line for line in story.sent("2022-08-26/am") if " office " in line]
    assert any("12:T0" in line for line in story.sent("2022-08-26/am"))
    mails = [message for message in story.mailbox.kept if "补发" in message.subject]
    assert len(mails) == len({message.address for message in mails}) > 0
    assert story.standing(Kind.COMPLETION) == ("armed", 0)


def test_a_night_a_weekend_and_a_moved_clock_are_no_outage(story: Story) -> None:
    story.activate(task("12", "12月底前", "供水处"))
    story.at("2022-08-26 16:59").round()
    story.at("2022-08-29 09:01").round()
    assert story.events("outage.given-back") == []
    story.clock.ahead -= _moment("2022-09-05 09:01") - _moment("2022-08-29 09:01")
    story.at("2022-09-05 09:01").round()  # business time was moved, no wake-up was missed
    assert story.events("outage.given-back") == []


def test_half_an_hour_is_tolerated_and_a_little_more_costs_a_day(story: Story) -> None:
    story.activate(task("12", "12月底前", "供水处"))
    story.at("2022-08-23 09:01").round()
    story.at("2022-08-23 09:30").round()
    assert story.events("outage.given-back") == []
    story.at("2022-08-23 10:05").round()
    assert [body["workdays"] for body in story.events("outage.given-back")] == [1]


def test_working_time_counts_the_send_window_alone() -> None:
    since, until = _moment("2022-09-30 10:00"), _moment("2022-10-08 10:00")
    assert working_time(SLOTS, since, until) == working_day(SLOTS)
    assert since.tzinfo is SHANGHAI


def keep_ticking(story: Story, first: str, last: str) -> None:
    """Ticks every quarter of an hour, so that nothing is missed until the last."""
    moment, end = _moment(first), _moment(last)
    while moment < end:
        story.clock.moment = moment
        story.tick()
        moment += timedelta(minutes=15)
    story.clock.moment = end
    story.tick()

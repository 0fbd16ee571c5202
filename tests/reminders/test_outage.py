"""Our outage is not their silence: what was away is given back, and everybody is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.clock import SHANGHAI
from reminders.engine.standstill.outage import working_day, working_time
from reminders.engine.standstill.pausing import pause, resume
from reminders.engine.watching.presence import note_page
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


@pytest.fixture
def ticking() -> Story:
    """In memory: these tell whole days of ticks."""
    return Story(Database.in_memory(), outage_after_missed=10)


@pytest.fixture
def served(ticking: Story) -> Story:
    """A story in which a link page serves, until somebody stops it."""
    story = ticking
    story.activate(task("12", "9月30日前", "供水处"), on="2022-08-22 08:00", preset=Preset.STRICT)
    story.at("2022-08-22 09:01").round()
    keep_serving(story, "2022-08-22 09:10", "2022-08-22 16:58")
    return story


def keep_serving(story: Story, first: str, last: str) -> None:
    """Ticks, and the page's pulse with each of them."""
    moment, end = _moment(first), _moment(last)
    while moment <= end:
        story.clock.moment = moment
        note_page(story.service)
        story.round()
        moment += timedelta(minutes=15)


def test_a_page_that_is_away_gives_every_wait_its_days_while_it_is_away(served: Story) -> None:
    before = served.owed(Kind.SIGNATURE).wait_last_on
    keep_ticking(served, "2022-08-23 09:00", "2022-08-24 16:58")
    after = served.owed(Kind.SIGNATURE).wait_last_on
    assert before is not None
    assert after is not None
    assert SLOTS.workdays.count_between(before, after) - 1 == 2
    assert [(body["workdays"], body["page"]) for body in served.events("outage.given-back")] == [(1, True), (1, True)]


def test_while_the_page_is_away_nobody_is_reminded_or_reported_and_afterwards_as_much_later(served: Story) -> None:
    """Strict: the only reminder would have come on the 24th, the report to the lead office on the 25th."""
    keep_ticking(served, "2022-08-23 09:00", "2022-08-24 16:58")
    assert [line for line in served.sent() if "sign" not in line] == []
    keep_serving(served, "2022-08-25 09:00", "2022-08-26 09:15")
    assert [line for line in served.sent() if "sign" not in line] == [
        "2022-08-26/am 供水处/head unit remind",
        "2022-08-26/am 供水处/liaison unit remind",
    ]
    assert (served.owed(Kind.SIGNATURE).next_step, str(served.owed(Kind.SIGNATURE).next_slot)) == (
        "level1",
        "2022-08-29/am",
    )
    assert not [message for message in served.mailbox.kept if "补发" in message.subject]


def test_half_an_hour_without_the_page_is_tolerated(served: Story) -> None:
    keep_serving(served, "2022-08-23 09:00", "2022-08-23 10:00")
    keep_ticking(served, "2022-08-23 10:15", "2022-08-23 10:29")
    assert served.events("outage.given-back") == []
    keep_ticking(served, "2022-08-23 10:30", "2022-08-23 10:31")
    assert [body["workdays"] for body in served.events("outage.given-back")] == [1]


def test_ticks_and_page_away_together_are_given_back_once(served: Story) -> None:
    served.at("2022-08-25 16:58").round()
    served.at("2022-08-25 16:59").round()
    assert [body["workdays"] for body in served.events("outage.given-back")] == [3]
    keep_serving(served, "2022-08-26 09:00", "2022-08-26 11:15")
    assert len(served.events("outage.given-back")) == 1


def test_ticks_that_stop_while_the_page_is_away_add_only_what_is_more(served: Story) -> None:
    keep_ticking(served, "2022-08-23 09:00", "2022-08-23 10:01")
    served.at("2022-08-23 11:20").round()  # one working day is given back for both
    assert [body["workdays"] for body in served.events("outage.given-back")] == [1]


def test_where_no_page_ever_was_none_is_missed(ticking: Story) -> None:
    ticking.activate(task("12", "12月底前", "供水处"))
    keep_ticking(ticking, "2022-08-22 09:01", "2022-08-23 16:58")
    assert ticking.events("outage.given-back") == []


def test_a_due_day_without_the_page_is_reported_as_much_later(ticking: Story) -> None:
    ticking.activate(task("12", "8月24日前", "供水处"), on="2022-08-22 08:00", preset=Preset.STRICT)
    keep_serving(ticking, "2022-08-22 09:01", "2022-08-23 17:00")
    keep_ticking(ticking, "2022-08-24 09:00", "2022-08-24 17:00")
    keep_serving(ticking, "2022-08-25 09:00", "2022-08-26 11:15")
    assert {line.split()[0] for line in ticking.sent() if "12:T0" in line} == {"2022-08-24/am"}
    assert {line.split()[0] for line in ticking.sent() if "12:T+1" in line} == {"2022-08-26/am"}


def test_a_due_day_off_after_a_day_without_the_page_is_reported_as_much_later(ticking: Story) -> None:
    """The thirtieth is the last working day before the seventh, and nobody could answer on it."""
    ticking.activate(task("12", "10月7日前", "供水处"), on="2022-09-28 08:00", preset=Preset.STRICT)
    keep_serving(ticking, "2022-09-28 09:01", "2022-09-29 17:00")
    keep_ticking(ticking, "2022-09-30 09:00", "2022-09-30 17:00")
    keep_ticking(ticking, "2022-10-08 09:00", "2022-10-08 09:10")
    keep_serving(ticking, "2022-10-08 09:15", "2022-10-09 11:15")
    assert {line.split()[0] for line in ticking.sent() if "12:T+1" in line} == {"2022-10-09/am"}


def test_what_is_paused_gets_its_days_from_the_end_of_the_pause_alone(served: Story) -> None:
    pause(served.service, plan_id=None, unit=None, reason="检修", by="运维")
    served.at("2022-08-25 16:58").round()
    assert served.events("outage.given-back") == []
    assert "3 个工作日" in resume(served.service, plan_id=None, unit=None)

"""The weekly digest: once per reader and week, on its first working morning, skipped when it would be stale."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reminders.answers import Choice
from reminders.engine.digests.readers import beyond
from reminders.engine.digests.weekly import digest_lines
from reminders.engine.round.tick import tick
from reminders.obligations import Kind
from reminders.planner import t_zero
from reminders.policy import Preset
from reminders.store.tables import messages
from schedules.workdays import china
from tests.office import RIVER, RIVER_CLERK, WATER, Story, at_once, task

DUE = task("12", "9月底前", WATER)


def digests(story: Story, destination: str = "综合处/liaison") -> list[str]:
    return [line["slot"] for line in story.lines() if line["kind"] == "digest" and line["destination"] == destination]


def weeks(story: Story) -> list[str]:
    """The weeks in which a digest was made, once for each reader."""
    with story.service.database.read() as connection:
        query = select(messages.c.week_on).where(messages.c.kind == "digest").order_by(messages.c.week_on)
        return [str(row.week_on) for row in connection.execute(query)]


def test_the_first_digest_is_that_of_the_week_after_activation(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-08-24 08:00")
    short_story.until("2022-09-02/pm")
    assert digests(short_story) == ["2022-08-29/am"]


def test_a_reader_gets_one_a_week_whatever_runs_twice(busy_story: Story) -> None:
    busy_story.activate(DUE, on="2022-09-08 08:00", preset=Preset.STRICT)
    busy_story.at("2022-09-13 09:01")
    at_once(lambda: tick(busy_story.service), 3)
    busy_story.round()
    digest_lines(busy_story.service, busy_story.clock.moment.date(), dry_run=False)
    busy_story.until("2022-09-16/pm")
    assert (digests(busy_story), len(set(weeks(busy_story)))) == (["2022-09-13/am"], 1)
    assert sum(body["readers"] for body in busy_story.events("digest.opened")) == len(weeks(busy_story)) > 1


def test_there_is_one_before_and_one_after_national_day_and_none_between(story: Story) -> None:
    story.activate(DUE, on="2022-09-19 08:00")
    story.until("2022-10-14/pm")
    assert digests(story) == ["2022-09-26/am", "2022-10-10/am"]


def test_one_more_than_three_working_days_late_is_skipped_and_said_so(story: Story) -> None:
    story.activate(DUE, on="2022-09-08 08:00")
    story.at("2022-09-13 08:00")
    story.at("2022-09-19 08:00").until("2022-09-19/am")  # everything stood still from Tuesday on
    assert story.events("digest.skipped") == [{"week": "2022-09-12", "readers": 0}]
    assert digests(story) == ["2022-09-19/am"]  # this week's own came all the same


def test_on_friday_mondays_digest_is_stale(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-09-16 08:00")
    short_story.at("2022-09-23 08:00").until("2022-09-23/am")
    assert (digests(short_story), len(short_story.events("digest.skipped"))) == ([], 1)


def test_one_that_is_a_day_late_is_still_sent(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-09-16 08:00")
    short_story.at("2022-09-20 08:00").until("2022-09-20/am")
    assert digests(short_story) == ["2022-09-20/am"]


def test_last_weeks_digest_gives_way_to_this_weeks(short_story: Story) -> None:
    """The week of 5 May 2022 has three working days: its digest would be three days late on Monday."""
    short_story.activate(task("12", "6月底前"), on="2022-04-29 08:00")
    short_story.at("2022-05-09 08:00").until("2022-05-09/am")
    assert (digests(short_story), set(weeks(short_story))) == (["2022-05-09/am"], {"2022-05-09"})


def test_after_a_month_of_standing_still_only_this_weeks_comes(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-08-22 08:00")
    short_story.at("2022-09-19 08:00").until("2022-09-19/am")
    assert len(short_story.events("digest.skipped")) == 3
    assert set(weeks(short_story)) == {"2022-09-19"}


def test_on_its_day_it_takes_the_place_of_that_slots_message_and_begins_its_waits(story: Story) -> None:
    story.activate(task("12", "10月8日前", WATER), on="2022-09-12 08:00")  # T-10 is Monday 19 September
    story.until("2022-09-19/am")
    assert ("2022-09-19/am 12:T-10" in story.told("供水处/liaison"), story.standing(Kind.CONFIRMATION)) == (
        True,
        ("waiting", 0),
    )
    assert "2022-09-19/am" in digests(story, "供水处/liaison")
    assert len([line for line in story.sent("2022-09-19/am") if line.startswith("供水处/liaison")]) == 1


def test_gentle_spares_the_units_that_have_nothing_to_do_this_week(short_story: Story) -> None:
    short_story.activate(DUE, task("13", "12月底前", RIVER), on="2022-09-08 08:00")
    short_story.answer(Kind.SIGNATURE, Choice.SIGN)
    short_story.answer(Kind.SIGNATURE, Choice.SIGN, RIVER_CLERK)
    short_story.until("2022-09-19/am")
    assert digests(short_story, "供水处/liaison") == ["2022-09-19/am"]  # due within ten working days
    assert digests(short_story, "河湖处/liaison") == []
    assert digests(short_story, "leader/江临") == []
    assert digests(short_story) == ["2022-09-13/am", "2022-09-19/am"]


def test_strict_tells_every_reader_every_week(short_story: Story) -> None:
    short_story.activate(DUE, task("13", "12月底前", RIVER), on="2022-09-08 08:00", preset=Preset.STRICT)
    short_story.until("2022-09-13/am")
    for reader in ("综合处/liaison", "供水处/liaison", "河湖处/liaison", "leader/江临"):
        assert digests(short_story, reader) == ["2022-09-13/am"]


def test_a_dry_run_says_who_would_get_it_and_makes_nothing(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-09-08 08:00")
    lines = digest_lines(short_story.at("2022-09-13 08:30").service, short_story.clock.moment.date(), dry_run=True)
    assert {line["state"] for line in lines} == {"would"}
    assert weeks(short_story) == []


def test_a_support_unit_gets_no_digest_on_its_account(short_story: Story) -> None:
    short_story.activate(task("12", "9月底前", WATER, support=[RIVER]), on="2022-09-08 08:00", preset=Preset.STRICT)
    short_story.until("2022-09-19/am")
    assert digests(short_story, "河湖处/liaison") == []


def test_one_that_is_asked_for_in_an_afternoon_reaches_a_leader_the_next_morning(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-09-08 08:00", preset=Preset.STRICT)
    short_story.at("2022-09-08 15:00")
    digest_lines(short_story.service, short_story.clock.moment.date(), dry_run=False)
    short_story.round()
    assert (digests(short_story), digests(short_story, "leader/江临")) == (["2022-09-08/pm"], [])
    short_story.until("2022-09-09/am")
    assert digests(short_story, "leader/江临") == ["2022-09-09/am"]


def test_one_that_comes_late_in_an_afternoon_reaches_a_leader_the_next_morning(short_story: Story) -> None:
    short_story.activate(DUE, on="2022-09-16 08:00", preset=Preset.STRICT)
    short_story.until("2022-09-16/pm")
    short_story.at("2022-09-19 14:01").round()  # nothing ticked in the morning
    assert (digests(short_story), digests(short_story, "leader/江临")) == (["2022-09-19/pm"], [])
    short_story.until("2022-09-20/am")
    assert digests(short_story, "leader/江临") == ["2022-09-20/am"]


@settings(max_examples=200)
@given(st.dates(date(2021, 12, 1), date(2023, 3, 1)), st.integers(0, 40), st.integers(0, 15))
def test_what_is_due_soon_has_its_last_working_day_within_the_horizon(day: date, ahead: int, horizon: int) -> None:
    workdays, due_on = china(), day + timedelta(days=ahead)
    left = workdays.count_between(day, t_zero(due_on, workdays)) - 1
    assert (due_on < beyond(day, horizon, workdays)) == (left <= horizon)

"""What a task's schedule makes: dated things for each lead unit, quarters for a standing duty."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.policy import PRESETS, Ladder, Preset
from reminders.timetable import (
    Line,
    Quarter,
    asks_return,
    counting,
    dated,
    is_routine,
    is_undated,
    quarters_of,
    return_days,
)
from schedules import normalise
from schedules.schedule import Phase
from tests.office import SLOTS, YEAR

RULE = {preset: policy.ask_return for preset, policy in PRESETS.items()}


def phases(text: str) -> tuple[Phase, ...]:
    return normalise(text, year=YEAR).phases


def lines(text: str, *offers: tuple[str, str]) -> list[Line]:
    """A cell's lines, and mentions beside it, each with its decision."""
    cell = [Line(number, phase, "cell", "") for number, phase in enumerate(phases(text), 1)]
    beside = [Line(9, phase, "mention", decision) for words, decision in offers for phase in phases(words)]
    return [*cell, *beside]


def dues(found: list[Line]) -> list[str]:
    return [str(item.due_on) for item in dated(counting(found), YEAR)]


def test_what_recurs_monthly_makes_twelve_dated_things_and_weekly_none() -> None:
    assert len(dated(lines("每月25日前"), YEAR)) == 12
    assert dated(lines("每周五"), YEAR) == []
    assert [is_routine(phase) for phase in phases("每周五")] == [True]


@pytest.mark.parametrize(
    ("text", "ladder"),
    [
        ("9月底前", Ladder.DEADLINE),
        ("每季度1次", Ladder.QUARTERLY),
        ("每半年1次", Ladder.QUARTERLY),
        ("每月25日前", Ladder.MONTHLY),
    ],
)
def test_each_phase_gets_the_ladder_of_the_table(text: str, ladder: Ladder) -> None:
    assert {item.ladder for item in dated(lines(text), YEAR)} == {ladder}


def test_a_standing_duty_makes_quarters_and_no_dates() -> None:
    assert dues(lines("贯穿全年")) == []
    assert sorted(map(str, quarters_of(phases("贯穿全年")))) == ["2022Q1", "2022Q2", "2022Q3", "2022Q4"]


def test_an_offer_that_was_left_or_is_open_counts_for_nothing() -> None:
    assert dues(lines("9月底前", ("10月底前", "left"))) == ["2022-09-30"]
    assert dues(lines("9月底前", ("10月底前", "open"))) == ["2022-09-30"]
    assert dues(lines("9月底前", ("10月底前", "taken"))) == ["2022-09-30", "2022-10-31"]


def test_an_offer_that_the_cell_covers_lends_it_its_window_only() -> None:
    (only,) = dated(counting(lines("9月底前", ("第三季度", "taken"))), YEAR)
    assert (only.start_on, only.due_on) == (date(2022, 7, 1), date(2022, 9, 30))


def test_words_without_a_date_are_undated() -> None:
    assert [is_undated(phase) for phase in phases("适时")] == [True]
    assert dues(lines("适时")) == []


def test_gentle_asks_ten_days_before_the_quarters_last_working_day_and_wants_it_two_days_before() -> None:
    days = return_days(Quarter(2022, 3), RULE[Preset.GENTLE], SLOTS.workdays)
    assert (days.opens_on, days.due_on) == (date(2022, 9, 16), date(2022, 9, 28))


def test_strict_wants_the_return_on_the_quarters_last_working_day() -> None:
    assert return_days(Quarter(2022, 4), RULE[Preset.STRICT], SLOTS.workdays).due_on == date(2022, 12, 30)


@pytest.mark.parametrize(("opened", "asks"), [("2022-09-01", True), ("2022-09-05", False), ("2022-10-08", False)])
def test_a_quarter_with_fewer_than_twenty_working_days_left_is_not_asked_for(opened: str, asks: bool) -> None:
    """1 September leaves 21 working days of the third quarter, 5 September 19."""
    day = date.fromisoformat(opened)
    assert asks_return(Quarter(2022, 3), day, RULE[Preset.GENTLE], SLOTS.workdays) is asks


@given(st.dates(date(2000, 1, 1), date(2050, 12, 31)))
def test_a_quarter_holds_its_days_and_reads_back_as_written(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.words[1] == "一二三四"[quarter.number - 1]

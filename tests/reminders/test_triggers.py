"""Which periods wait for an event, and what day each gives: held against a slow count of single days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.policy import Ladder
from reminders.triggers import Due, Happening, due_of, ladder_of, speaks_of_every_case
from schedules import normalise
from schedules.schedule import Triggered, Unit
from schedules.workdays import china

CALENDAR = china()
DAYS = st.dates(date(2005, 1, 1), date(2029, 12, 31))
UNITS: tuple[Unit, ...] = get_args(Unit)


def slow_due(on: date, n: int, unit: str, *, after: bool) -> date:
    """One day at a time: nothing is multiplied, divided or looked up in a table of working days."""
    one = timedelta(days=1 if after else -1)
    if unit in ("day", "week"):
        for _ in range(n * (7 if unit == "week" else 1)):
            on += one
        return on
    if unit == "workday":
        while n:
            on += one
            n -= CALENDAR.is_workday(on)
        return on
    return slow_month(on, n * (12 if unit == "year" else 1), one)


def slow_month(on: date, n: int, one: timedelta) -> date:
    """Walk over n ends of months, then to the corresponding day, or stop at the month's last."""
    day = on
    for _ in range(n):
        month = day.month
        while day.month == month:
            day += one
    while day.day > 1:
        day -= timedelta(days=1)
    while day.day < on.day and (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
    return day


@given(
    on=DAYS,
    n=st.integers(0, 40),
    unit=st.sampled_from(("day", "workday", "week", "month", "year")),
    after=st.booleans(),
)
def test_for_every_unit_and_date_the_due_day_is_that_of_a_slow_count(on: date, n: int, unit: Unit, after: bool) -> None:
    if unit == "year":
        n = n % 8
    expected = slow_due(on, n, unit, after=after)
    assert due_of(Triggered("会议召开", n, unit, after), Happening(on), CALENDAR) == Due(expected)


@given(
    on=DAYS,
    minute=st.integers(0, 1439),
    n=st.integers(0, 200),
    unit=st.sampled_from(("minute", "hour")),
    after=st.booleans(),
)
def test_hours_and_minutes_run_from_the_clock_time(on: date, minute: int, n: int, unit: Unit, after: bool) -> None:
    clock = f"{minute // 60:02}:{minute % 60:02}"
    moment = datetime.fromisoformat(f"{on}T{clock}")
    for _ in range(n):
        moment += (1 if after else -1) * (timedelta(hours=1) if unit == "hour" else timedelta(minutes=1))
    found = due_of(Triggered("事件发生", n, unit, after), Happening(on, clock), CALENDAR)
    assert found == Due(moment.date(), moment.isoformat()[11:16])


@pytest.mark.parametrize(("n", "unit", "due"), [(2, "hour", 1), (24, "hour", 2), (36, "hour", 2), (90, "minute", 1)])
def test_where_only_the_day_is_known_hours_end_with_the_last_whole_day(n: int, unit: Unit, due: int) -> None:
    assert due_of(Triggered("事件发生", n, unit, True), Happening(date(2022, 9, 1)), CALENDAR) == Due(
        date(2022, 9, due)
    )


@pytest.mark.parametrize(
    ("on", "n", "unit", "due"),
    [
        ("2022-09-29", 3, "workday", "2022-10-09"),  # the holiday, then a worked Saturday and Sunday
        ("2022-01-31", 1, "month", "2022-02-28"),
        ("2024-02-29", 1, "year", "2025-02-28"),
        ("2022-09-01", 2, "week", "2022-09-15"),
    ],
)
def test_the_days_an_office_would_name(on: str, n: int, unit: Unit, due: str) -> None:
    found = due_of(Triggered("决策文件出台", n, unit, True), Happening(date.fromisoformat(on)), CALENDAR)
    assert found == Due(date.fromisoformat(due))


def is_note(text: str) -> bool:
    (phase,) = normalise(text, year=2022).phases
    assert isinstance(phase, Triggered)
    return speaks_of_every_case(phase, text)


@pytest.mark.parametrize(
    "text",
    [
        "决策文件出台后的10个工作日内",
        "会议结束后五个工作日内",
        "活动开展前3个工作日",
        "事件发生后24小时内",
        "项目竣工后 1 个月内",
        "上级指引发布30个工作日内",
        "印发之日起30日内",
        "30日内",
        "接到通知后3日内报送",
    ],
)
def test_a_moment_that_somebody_can_report_is_waited_for(text: str) -> None:
    assert not is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "答复期限不超过5个工作日",
        "简单问题要在1个工作日内完成答复",
        "自收到申请之日起20个工作日内",
        "接到举报后15日内",
        "2小时内报告",
        "不超过30天",
    ],
)
def test_a_limit_on_every_case_is_a_note(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_has_a_ladder_and_the_clock_leaves_no_rungs(unit: Unit) -> None:
    expected = Ladder.NONE if unit in ("hour", "minute") else Ladder.DEADLINE
    assert ladder_of(Triggered("会议召开", 1, unit, True)) is expected

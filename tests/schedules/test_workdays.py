"""China's working days: the notices, the vectors people checked by hand, the operator's file."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import WorkCalendar, china
from schedules.workdays_data import OFF, WORKED
from tests.schedules import tables

CHINA = china()
KNOWN = tables.days(date(2004, 1, 1), date(2026, 12, 31))
SOME_DAY = st.dates(date(2004, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-02-10", 40, "2026-04-14"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-09-30", 15, "2026-10-27"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-10-09", -3, "2026-09-29"),
        ("2026-10-09", -5, "2026-09-24"),
        ("2026-10-09", -10, "2026-09-18"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2022-09-30", -10, "2022-09-16"),
        ("2022-12-30", 1, "2023-01-03"),
    ],
)
def test_counting_from_a_day_gives_the_day_worked_out_by_hand(day: str, n: int, expected: str) -> None:
    assert CHINA.add_workdays(date.fromisoformat(day), n) == date.fromisoformat(expected)


def test_the_baked_module_is_what_the_library_of_record_says() -> None:
    assert (tables.PACKAGE / "workdays_data.py").read_text(encoding="utf-8") == tables.workdays_module()


def test_every_day_agrees_with_chinesecalendar_but_the_one_known_error() -> None:
    odd = [day for day in KNOWN if CHINA.is_workday(day) != chinese_calendar.is_workday(day)]
    assert odd == [date(2005, 12, 31)]


def test_every_day_agrees_with_the_second_opinion() -> None:
    second = holidays.country_holidays("CN", years=range(2004, 2027))
    assert [day for day in KNOWN if CHINA.is_workday(day) != second.is_working_day(day)] == []


def test_a_year_has_as_many_working_days_as_the_notice_leaves() -> None:
    assert CHINA.count_between(date(2026, 1, 1), date(2026, 12, 31)) == 248


def test_a_span_that_ends_before_it_begins_has_no_working_days() -> None:
    assert CHINA.count_between(date(2026, 1, 5), date(2026, 1, 4)) == 0


def test_no_working_days_from_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="on_or_before"):
        CHINA.add_workdays(date(2026, 1, 1), 0)


def test_a_deadline_on_a_day_off_is_acted_on_the_day_before() -> None:
    assert CHINA.on_or_before(date(2026, 1, 31)) == date(2026, 1, 30)
    assert CHINA.on_or_before(date(2027, 1, 31)) == date(2027, 1, 29)


def test_the_first_working_day_after_a_long_holiday() -> None:
    assert CHINA.on_or_after(date(2026, 10, 1)) == date(2026, 10, 8)


def test_an_announced_year_is_certain_and_the_next_one_provisional() -> None:
    assert not CHINA.is_provisional(2026)
    assert CHINA.is_provisional(2027)


def test_a_year_not_announced_has_the_fixed_statutory_days_off() -> None:
    off = [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 4, 5), date(2027, 6, 9), date(2027, 10, 1)]
    assert [day for day in off if CHINA.is_workday(day)] == []
    assert CHINA.is_workday(date(2027, 2, 9))


@given(SOME_DAY, st.integers(1, 400))
def test_counting_forwards_and_back_returns_to_the_same_working_day(day: date, n: int) -> None:
    there = CHINA.add_workdays(day, n)
    assert CHINA.add_workdays(there, -n) == CHINA.on_or_before(day) or n == 0


@given(SOME_DAY, st.integers(0, 900))
def test_counting_between_is_counting_one_by_one(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    assert CHINA.count_between(first, last) == sum(CHINA.is_workday(day) for day in tables.days(first, last))


def test_the_tables_hold_every_odd_day_once() -> None:
    assert (sum(len(line.split()) for line in OFF.values()), sum(len(line.split()) for line in WORKED.values())) == (
        407,
        151,
    )


def with_file(tmp_path: Path, text: str) -> WorkCalendar:
    extra = tmp_path / "holidays.txt"
    extra.write_text(text, encoding="utf-8")
    return china(extra)


def test_a_newer_notice_comes_from_the_operators_file(tmp_path: Path) -> None:
    newer = with_file(tmp_path, "# 2027\n2027-01-01..2027-01-03 休\n\n2027-01-09 班  # 星期六\n")
    assert not newer.is_workday(date(2027, 1, 1))
    assert newer.is_workday(date(2027, 1, 9))
    assert not newer.is_provisional(2027)


def test_the_operators_file_overrides_a_known_day(tmp_path: Path) -> None:
    assert not with_file(tmp_path, "2026-10-08 off\n").is_workday(date(2026, 10, 8))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2027-01-01", "第1行“2027-01-01”应写成"),
        ("2027-13-01 休", "“2027-13-01”不是日期"),
        ("2027-01-03..2027-01-01 休", "止日应不早于起日"),
        ("2027-01-01 holiday", "应写成“2027-01-01 休”"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        with_file(tmp_path, line)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="读不出来"):
        china(tmp_path / "nowhere.txt")


def test_calendars_that_say_the_same_are_equal() -> None:
    assert china() == CHINA

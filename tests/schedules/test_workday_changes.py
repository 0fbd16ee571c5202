"""A calendar as data comes back as it was, and two calendars differ exactly where they differ."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from schedules.workday_changes import changed_days, digest, from_dict, to_dict
from schedules.workdays import Exceptions, WorkCalendar, china

KNOWN = china()
DAYS = st.sets(st.dates(date(2024, 1, 1), date(2028, 12, 31)).map(date.toordinal), max_size=6)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """China's calendar with some days turned round, and perhaps another year announced."""
    off, worked = draw(DAYS), draw(DAYS)
    known = KNOWN.exceptions
    days = {date.fromordinal(day).year for day in off | worked}
    return WorkCalendar(Exceptions((known.off | off) - worked, (known.worked | worked) - off, known.years | days))


def test_china_comes_back_from_json_as_it_was() -> None:
    assert from_dict(json.loads(json.dumps(to_dict(KNOWN)))) == KNOWN
    assert list(changed_days(KNOWN, KNOWN)) == []


def test_a_year_that_is_published_differs_from_what_was_assumed(tmp_path: Path) -> None:
    published = tmp_path / "2027.txt"
    published.write_text("2027-01-01..2027-01-03 休\n2027-01-09 班\n", encoding="utf-8")
    found = {str(changed.day): changed.worked for changed in changed_days(KNOWN, china(published))}
    assert found["2027-01-09"] is True
    assert found["2027-10-01"] is True, "a year with any line says all of itself"
    assert "2027-01-01" not in found, "it was assumed to be off already"
    assert digest(KNOWN) != digest(china(published))


@given(calendars(), calendars())
def test_the_days_that_differ_are_those_and_no_others(was: WorkCalendar, now: WorkCalendar) -> None:
    found = {changed.day: changed.worked for changed in changed_days(was, now)}
    assert all(now.is_workday(day) is worked and was.is_workday(day) is not worked for day, worked in found.items())
    every = (date(2024, 1, 1) + timedelta(days=n) for n in range(5 * 366))
    assert {day for day in every if was.is_workday(day) is not now.is_workday(day)} <= set(found)
    assert (not found) or digest(was) != digest(now)
    assert digest(from_dict(to_dict(now))) == digest(now)

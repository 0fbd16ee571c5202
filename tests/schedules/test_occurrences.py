"""The due days of a phase between two days, each with its window."""

from datetime import date

from schedules import Continuous, Deadline, Phase, Recurring, Triggered, Unscheduled
from schedules.occurrences import occurrences

YEAR = (date(2022, 1, 1), date(2022, 12, 31))
QUARTER_ENDS = (date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30), date(2022, 12, 31))
QUARTERLY = Recurring("quarterly", "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", QUARTER_ENDS, 2)


def test_a_deadline_falls_due_once() -> None:
    (only,) = occurrences(Deadline(date(2022, 7, 1), date(2022, 9, 30), 3, "17:00"), *YEAR)
    assert (only.start, only.due, only.time, only.count) == (date(2022, 7, 1), date(2022, 9, 30), "17:00", 3)


def test_a_deadline_outside_the_span_is_left_out() -> None:
    assert occurrences(Deadline(None, date(2023, 1, 1)), *YEAR) == []


def test_each_quarter_has_its_own_window_and_count() -> None:
    third = occurrences(QUARTERLY, *YEAR)[2]
    assert (third.start, third.due, third.count) == (date(2022, 7, 1), date(2022, 9, 30), 2)


def test_a_span_cuts_the_periods_before_and_after_it() -> None:
    assert [seen.due for seen in occurrences(QUARTERLY, date(2022, 7, 1), date(2022, 10, 1))] == [date(2022, 9, 30)]


def test_fridays_come_from_the_rule() -> None:
    seen = occurrences(Recurring("weekly", "FREQ=WEEKLY;BYDAY=FR", None), date(2022, 8, 1), date(2022, 8, 14))
    assert [(one.start, one.due) for one in seen] == [
        (date(2022, 7, 30), date(2022, 8, 5)),
        (date(2022, 8, 6), date(2022, 8, 12)),
    ]


def test_every_second_week_counts_from_the_first_of_january() -> None:
    seen = occurrences(Recurring("weekly", "FREQ=WEEKLY;INTERVAL=2", None), date(2022, 1, 1), date(2022, 1, 31))
    assert [one.due for one in seen] == [date(2022, 1, 1), date(2022, 1, 15), date(2022, 1, 29)]


def test_a_season_bounds_the_rule() -> None:
    season = Recurring("daily", "FREQ=DAILY", None, 1, date(2022, 3, 1), date(2022, 3, 3))
    assert [one.due.day for one in occurrences(season, *YEAR)] == [1, 2, 3]


def test_what_has_no_due_day_gives_no_occurrence() -> None:
    dateless: list[Phase] = [Continuous(*YEAR), Triggered("会议结束", 5, "workday", True), Unscheduled()]
    assert [seen for phase in dateless for seen in occurrences(phase, *YEAR)] == []

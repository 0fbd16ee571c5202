"""Year, half, quarter, month, 旬 and week as first and last day, both included."""

from datetime import date, timedelta
from typing import Final

_LENGTHS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(year: int, month: int) -> int:
    """How many days the month has."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _LENGTHS[month]


def month_end(year: int, month: int) -> date:
    """The last day of the month."""
    return date(year, month, month_length(year, month))


def months(year: int, first: int, last: int) -> tuple[date, date]:
    """From the first day of the month `first` to the last of the month `last`."""
    return date(year, first, 1), month_end(year, last)


def quarter(year: int, number: int) -> tuple[date, date]:
    """Quarter 1 to 4."""
    return months(year, number * 3 - 2, number * 3)


def half(year: int, number: int) -> tuple[date, date]:
    """Half 1 or 2."""
    return months(year, number * 6 - 5, number * 6)


def whole_year(year: int) -> tuple[date, date]:
    """The calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def tenth(year: int, month: int, number: int) -> tuple[date, date]:
    """上旬, 中旬, 下旬 as 1, 2, 3: the 1st to 10th, 11th to 20th, 21st to the month's end."""
    if number == 3:
        return date(year, month, 21), month_end(year, month)
    return date(year, month, number * 10 - 9), date(year, month, number * 10)


def week_of(day: date) -> tuple[date, date]:
    """The Monday and Sunday around `day`."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def week_of_month(year: int, month: int, number: int) -> tuple[date, date] | None:
    """The week of the month's n-th Monday; -1 is its last seven days; None where there is no such week."""
    if number == -1:
        last = month_end(year, month)
        return last - timedelta(days=6), last
    monday = weekday_of_month(year, month, number, 0)
    return None if monday is None else (monday, monday + timedelta(days=6))


def weekday_of_month(year: int, month: int, number: int, weekday: int) -> date | None:
    """The n-th Monday (0) to Sunday (6) of the month, -1 the last one; None where there is none."""
    if number == -1:
        last = month_end(year, month)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = 1 + (weekday - first.weekday()) % 7 + 7 * (number - 1)
    return date(year, month, day) if 1 <= day <= month_length(year, month) else None


def add_months(day: date, n: int) -> date:
    """The corresponding day n months on, else that month's last (Civil Code, article 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))

"""Makes the two baked tables of `schedules` from the libraries of record: `python -m tests.schedules.tables`.

Working days come from chinesecalendar, lunar dates from sxtwl; both are needed only here and in the tests that hold
the baked modules equal to what this module would write.
"""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import sxtwl

PACKAGE = Path(__file__).resolve().parents[2] / "schedules"
FIRST_YEAR, LAST_YEAR = 2004, 2026
FIRST_LUNAR, LAST_LUNAR = 1990, 2050
# The notice for 2006 (国办发明电〔2005〕35号) made this Saturday a working day; chinesecalendar leaves it off.
CORRECTED = date(2005, 12, 31)

WORKDAYS_HEAD = '''"""China's statutory exceptions, by year: weekdays that were off, weekend days that were worked.

Made by `python -m tests.schedules.tables` from chinesecalendar, which follows the yearly notice of the General Office
of the State Council; 2005-12-31 is corrected after the notice for 2006. Days are written MMDD.
"""

from typing import Final

# ruff: noqa: E501 (one line a year is the form in which a notice is checked)
# fmt: off
OFF: Final[dict[int, str]] = {
'''
LUNAR_HEAD = '''"""The lunar year's first day and month lengths, and two solar terms, for 1990 to 2050.

Made by `python -m tests.schedules.tables` from sxtwl (astronomical). Per year: the first day of the first month as
MMDD; the months in order, `1` for 30 days and `0` for 29; the month after which the leap month stands, 0 for none;
清明 and 冬至 as MMDD.
"""

from typing import Final

# fmt: off
YEARS: Final[dict[int, tuple[str, str, int, str, str]]] = {
'''


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def is_workday(day: date) -> bool:
    """What the notices said about `day`."""
    return day == CORRECTED or bool(chinese_calendar.is_workday(day))


def exceptions(year: int, *, worked: bool) -> str:
    """The days of `year` on which the notices differ from Monday to Friday, as MMDD with blanks between."""
    odd = [day for day in days(date(year, 1, 1), date(year, 12, 31)) if is_workday(day) != (day.weekday() < 5)]
    return " ".join(f"{day:%m%d}" for day in odd if is_workday(day) is worked)


def workdays_module() -> str:
    """The text of schedules/workdays_data.py."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    off = [f'    {year}: "{exceptions(year, worked=False)}",\n' for year in years]
    worked = [f'    {year}: "{exceptions(year, worked=True)}",\n' for year in years]
    return WORKDAYS_HEAD + "".join(off) + "}\nWORKED: Final[dict[int, str]] = {\n" + "".join(worked) + "}\n"


def lunar_year(year: int) -> str:
    """One line of the lunar table."""
    first = sxtwl.fromLunar(year, 1, 1)
    new_year = date(first.getSolarYear(), first.getSolarMonth(), first.getSolarDay())
    leap = sxtwl.getRunMonth(year)
    months = ""
    for month in range(1, 13):
        months += str(sxtwl.getLunarMonthNum(year, month, False) - 29)
        if month == leap:
            months += str(sxtwl.getLunarMonthNum(year, month, True) - 29)
    return f'    {year}: ("{new_year:%m%d}", "{months}", {leap}, "{term(year, 7)}", "{term(year, 0)}"),\n'


def term(year: int, number: int) -> str:
    """The day of a solar term as MMDD; sxtwl counts 冬至 as 0 and 清明 as 7."""
    found = [day for day in days(date(year, 1, 1), date(year, 12, 31)) if solar_term(day) == number]
    return f"{found[-1]:%m%d}"


def solar_term(day: date) -> int | None:
    """The number of the solar term that falls on `day`."""
    seen = sxtwl.fromSolar(day.year, day.month, day.day)
    return int(seen.getJieQi()) if seen.hasJieQi() else None


def lunar_module() -> str:
    """The text of schedules/lunar_data.py."""
    return LUNAR_HEAD + "".join(lunar_year(year) for year in range(FIRST_LUNAR, LAST_LUNAR + 1)) + "}\n"


if __name__ == "__main__":
    (PACKAGE / "workdays_data.py").write_text(workdays_module(), encoding="utf-8")
    (PACKAGE / "lunar_data.py").write_text(lunar_module(), encoding="utf-8")

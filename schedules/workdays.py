"""China's working days, forwards and backwards.

Announced years (2004 to 2026) follow the yearly notice of the General Office of the State Council, 调休 included. A
year that is not announced yet has weekends and the fixed statutory days off and is provisional. Counting follows the
Civil Code, article 201: the day from which one counts is not counted.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from schedules.lunar import festival
from schedules.workdays_data import OFF, WORKED

_SOLAR_DAYS_OFF: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
_LUNAR_DAYS_OFF: Final = ("春节", "清明", "端午", "中秋")


def _statutory(year: int) -> set[int]:
    """The days off that the 全国年节及纪念日放假办法 fixes for `year`, as ordinals, by the version then in force.

    1999: 春节 and 1 May of three days each; 2007 (from 2008): 清明, 端午, 中秋, one day in May; 2024 (from 2025):
    除夕 and 2 May as well. Lunar days are known from 1990 to 2050 only.
    """
    off = {date(year, month, day).toordinal() for month, day in _SOLAR_DAYS_OFF}
    if year >= 2025 or year < 2008:
        off.add(date(year, 5, 2).toordinal())
    if year < 2008:
        off.add(date(year, 5, 3).toordinal())
    try:
        feasts = [festival(name, year).toordinal() for name in _LUNAR_DAYS_OFF]
    except ValueError:
        return off
    spring = feasts[0]
    off.update(range(spring - (year >= 2025), spring + 3))
    return off | set(feasts[1:]) if year >= 2008 else off


def _baked(table: dict[int, str]) -> frozenset[int]:
    days = (date(year, int(mmdd[:2]), int(mmdd[2:])) for year, line in table.items() for mmdd in line.split())
    return frozenset(day.toordinal() for day in days)


@dataclass(frozen=True)
class Exceptions:
    """What notices say against the week: weekdays `off` and weekend days `worked` as ordinals; `years` announced."""

    off: frozenset[int]
    worked: frozenset[int]
    years: frozenset[int]


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. Immutable; two calendars are equal when they say the same about every day.

    Every question takes any `date` from year 2 to 9998. A year's table is made when first asked for (about 0.1 ms);
    after that counting costs microseconds, however many days are counted.
    """

    exceptions: Exceptions
    _tables: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked."""
        ordinal = day.toordinal()
        days = self._year(day.year)
        place = bisect_left(days, ordinal)
        return place < len(days) and days[place] == ordinal

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it for a negative n); the day itself is not counted.

        ValueError for n = 0, which would have to guess on a day off.
        """
        if n == 0:
            raise ValueError("0 working days from a day is no day; use on_or_before or on_or_after")
        return self._forwards(day, n) if n > 0 else self._backwards(day, -n)

    def on_or_before(self, day: date) -> date:
        """`day` if it is worked, else the last working day before it."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def on_or_after(self, day: date) -> date:
        """`day` if it is worked, else the first working day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def count_between(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included; 0 when `last` is before `first`."""
        if last < first:
            return 0
        before = bisect_left(self._year(first.year), first.toordinal())
        until = bisect_right(self._year(last.year), last.toordinal())
        return until - before + sum(len(self._year(year)) for year in range(first.year, last.year))

    def is_provisional(self, year: int) -> bool:
        """Whether no notice for `year` is known, so that 调休 is missing from it."""
        return year not in self.exceptions.years

    def days_of(self, year: int) -> tuple[int, ...]:
        """The working days of a year as ordinals, in order."""
        return self._year(year)

    def _forwards(self, day: date, n: int) -> date:
        year = day.year
        days = self._year(year)
        place = bisect_right(days, day.toordinal()) + n - 1
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self._year(year)
        return date.fromordinal(days[place])

    def _backwards(self, day: date, n: int) -> date:
        year = day.year
        days = self._year(year)
        place = bisect_left(days, day.toordinal()) - n
        while place < 0:
            year -= 1
            days = self._year(year)
            place += len(days)
        return date.fromordinal(days[place])

    def _year(self, year: int) -> tuple[int, ...]:
        """The working days of `year` as ordinals, in order."""
        days = self._tables.get(year)
        if days is None:
            days = self._tables[year] = self._make_year(year)
        return days

    def _make_year(self, year: int) -> tuple[int, ...]:
        off, worked = self.exceptions.off, self.exceptions.worked
        if self.is_provisional(year):
            off = off | _statutory(year)
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        # Ordinal 1 is a Monday, so (ordinal - 1) % 7 is the weekday.
        return tuple(day for day in range(first, last + 1) if day in worked or ((day - 1) % 7 < 5 and day not in off))

    @cached_property
    def announced(self) -> tuple[int, ...]:
        """The years whose notice is known, in order."""
        return tuple(sorted(self.exceptions.years))


def china(extra: Path | None = None) -> WorkCalendar:
    """China's calendar, with an operator's file of newer notices where there is one.

    The file is text, one day or one span a line, `#` begins a comment::

        # 国务院办公厅关于2027年部分节假日安排的通知
        2027-01-01..2027-01-03 休
        2027-01-09 班

    `休` or `off` is a day off, `班` or `work` a worked one. A year with any line counts as announced; a line for a
    known year replaces what was known of that day. ValueError names the line that cannot be used, and how to mend it.
    """
    return _china() if extra is None else WorkCalendar(_with_file(_china().exceptions, extra))


@cache
def _china() -> WorkCalendar:
    """The announced years; one value for all, since it never changes."""
    return WorkCalendar(Exceptions(_baked(OFF), _baked(WORKED), frozenset(OFF)))


def _with_file(known: Exceptions, extra: Path) -> Exceptions:
    off, worked, years = set(known.off), set(known.worked), set(known.years)
    for number, line in enumerate(_lines(extra), start=1):
        words = line.split("#")[0].split()
        if not words:
            continue
        for ordinal, is_off in _read_line(words, f"{extra.name} 第{number}行"):
            (off if is_off else worked).add(ordinal)
            (worked if is_off else off).discard(ordinal)
            years.add(date.fromordinal(ordinal).year)
    return Exceptions(frozenset(off), frozenset(worked), frozenset(years))


def _lines(extra: Path) -> list[str]:
    try:
        return extra.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as cause:
        raise ValueError(f"节假日文件 {extra} 读不出来，请检查路径、权限和编码（UTF-8）：{cause}") from None


def _read_line(words: list[str], place: str) -> list[tuple[int, bool]]:
    """The days of one line as (ordinal, whether off)."""
    if len(words) < 2 or words[1] not in ("休", "off", "班", "work"):
        raise ValueError(f"{place}“{' '.join(words)}”应写成“2027-01-01 休”或“2027-01-09 班”")
    first, _, last = words[0].partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(f"{place}“{words[0]}”不是日期，应写成 2027-01-01 或 2027-01-01..2027-01-03") from None
    if not 0 <= (end - begin).days < 31:
        raise ValueError(f"{place}“{words[0]}”的起止不对：止日应不早于起日，且不超过31天")
    return [(day, words[1] in ("休", "off")) for day in range(begin.toordinal(), end.toordinal() + 1)]

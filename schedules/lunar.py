"""The Chinese calendar as far as plans use it: lunar days, the festivals, 清明 and 冬至, from 1990 to 2050."""

from datetime import date, timedelta
from typing import Final

from schedules.lunar_data import YEARS

FIRST_YEAR: Final = min(YEARS)
LAST_YEAR: Final = max(YEARS)

_LUNAR_FESTIVALS: Final[dict[str, tuple[int, int]]] = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "龙抬头": (2, 2),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中元": (7, 15),
    "中秋": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
}
"""Festivals by lunar month and day; 除夕 is the day before the next 春节, whatever its number."""

FESTIVALS: Final = frozenset({*_LUNAR_FESTIVALS, "除夕", "小年", "清明", "冬至"})


def _monthday(year: int, mmdd: str) -> date:
    return date(year, int(mmdd[:2]), int(mmdd[2:]))


def lunar_day(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The solar date of a day of the lunar year that begins in the solar year `year`.

    `month` 1 to 12 and `day` 1 to 30 as the almanac counts them; `leap` for the 闰 month of that number. ValueError
    where the year is outside the table (1990 to 2050) or the day does not exist.
    """
    if year not in YEARS:
        raise ValueError(f"农历只查得到{FIRST_YEAR}年至{LAST_YEAR}年，{year}年不在表内")
    new_year, months, leap_month, _, _ = YEARS[year]
    if leap and month != leap_month:
        raise ValueError(f"农历{year}年没有闰{month}月")
    place = month - 1 + (leap or 0 < leap_month < month)
    if not 1 <= month <= 12 or not 1 <= day <= 29 + int(months[place]):
        raise ValueError(f"农历{year}年没有{month}月{day}日")
    before = sum(29 + int(length) for length in months[:place])
    return _monthday(year, new_year) + timedelta(days=before + day - 1)


def festival(name: str, year: int) -> date:
    """The day of a festival in the solar year `year`; 除夕 and 小年 are those before that year's 春节, 腊八 as well.

    ValueError where the year is outside the table.
    """
    if year not in YEARS:
        raise ValueError(f"“{name}”只查得到{FIRST_YEAR}年至{LAST_YEAR}年，{year}年不在表内")
    new_year, _, _, qingming, dongzhi = YEARS[year]
    if name == "清明":
        return _monthday(year, qingming)
    if name == "冬至":
        return _monthday(year, dongzhi)
    if name == "除夕":
        return _monthday(year, new_year) - timedelta(days=1)
    if name in ("小年", "腊八"):
        return _before_new_year(name, year)
    month, day = _LUNAR_FESTIVALS[name]
    return lunar_day(year, month, day)


def _before_new_year(name: str, year: int) -> date:
    """腊月 belongs to the lunar year that ends with this year's 春节; the table's first year has none before it."""
    day = 8 if name == "腊八" else 23
    if year - 1 not in YEARS:
        raise ValueError(f"“{name}”只查得到{FIRST_YEAR + 1}年至{LAST_YEAR}年，{year}年不在表内")
    return lunar_day(year - 1, 12, day)

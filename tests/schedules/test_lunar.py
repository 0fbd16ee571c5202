"""The lunar table, made with one library and checked against another."""

from datetime import date, timedelta

import pytest
from lunar_python import Lunar, Solar

from schedules.lunar import FIRST_YEAR, LAST_YEAR, festival, lunar_day
from tests.schedules import tables

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def second_opinion(year: int, month: int, day: int) -> date:
    """The solar date by lunar-python; a leap month has a negative number there."""
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def test_the_baked_module_is_what_the_astronomical_library_says() -> None:
    assert (tables.PACKAGE / "lunar_data.py").read_text(encoding="utf-8") == tables.lunar_module()


def test_the_first_of_every_month_agrees_with_the_second_opinion() -> None:
    for year in YEARS:
        for month in range(1, 13):
            assert lunar_day(year, month, 1) == second_opinion(year, month, 1)


@pytest.mark.parametrize(("name", "month", "day"), [("春节", 1, 1), ("端午", 5, 5), ("中秋", 8, 15), ("重阳", 9, 9)])
def test_every_festival_agrees_with_the_second_opinion(name: str, month: int, day: int) -> None:
    assert [festival(name, year) for year in YEARS] == [second_opinion(year, month, day) for year in YEARS]


@pytest.mark.parametrize("name", ["清明", "冬至"])
def test_every_solar_term_agrees_with_the_second_opinion(name: str) -> None:
    for year in YEARS:
        day = festival(name, year)
        assert Solar.fromYmd(day.year, day.month, day.day).getLunar().getJieQi() == name


def test_a_leap_month_follows_the_month_of_its_number() -> None:
    assert lunar_day(2023, 2, 1, leap=True) == second_opinion(2023, -2, 1)
    assert lunar_day(2023, 3, 1) == second_opinion(2023, 3, 1)


def test_new_years_eve_is_the_day_before_the_spring_festival() -> None:
    assert all(festival("除夕", year) == festival("春节", year) - timedelta(days=1) for year in YEARS)


def test_the_twelfth_month_belongs_to_the_winter_before_the_spring_festival() -> None:
    assert festival("腊八", 2022) == date(2022, 1, 10)
    assert festival("小年", 2022) == date(2022, 1, 25)


@pytest.mark.parametrize(
    ("year", "month", "day", "leap", "said"),
    [
        (1989, 1, 1, False, "1989年不在表内"),
        (2022, 13, 1, False, "没有13月1日"),
        (2022, 1, 31, False, "没有1月31日"),
        (2022, 4, 1, True, "没有闰4月"),
    ],
)
def test_a_lunar_day_that_is_none_is_refused(year: int, month: int, day: int, leap: bool, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        lunar_day(year, month, day, leap=leap)


@pytest.mark.parametrize("name", ["春节", "腊八"])
def test_a_festival_outside_the_table_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="不在表内"):
        festival(name, 2051)

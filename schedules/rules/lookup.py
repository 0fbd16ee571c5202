"""Where points are looked up: the first character, or the one behind a number, says which rules can apply.

The tables are filled by `schedules.rules.points`; they stand here so that a rule can look for a point inside its own
(the month of a year, the day of a festival).
"""

from collections.abc import Callable
from datetime import date
from re import Match, Pattern
from typing import Final, NamedTuple, TypeAlias

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import Point, Reading, UnreadableExpression
from schedules.spelling import NUMERAL

Make: TypeAlias = Callable[[Reading, "Match[str]"], "tuple[Point, int] | None"]


class Rule(NamedTuple):
    """A rule that reads points: what a person would call it, the shape it matches, and what it makes of a match."""

    name: str
    pattern: Pattern[str]
    make: Make


HEAD: Final = pattern(f"(第)?([{NUMERAL}]+)")
"""A number, with or without 第."""
NUMBER_FIRST: Final = frozenset("0123456789零〇○一二两三四五六七八九十廿卅第")
"""The characters with which HEAD begins."""

N: Final = f"[{NUMERAL}]{{1,3}}"
DASH: Final = "(?:[-—–―－~～〜]{1,2}|至|到)"
WEEKDAYS: Final = {char: place for place, char in enumerate("一二三四五六日")} | {"天": 6}
BY_UNIT: Final[dict[str, tuple[Rule, ...]]] = {}
"""Rules by the character behind a number."""
BY_CHAR: Final[dict[str, tuple[Rule, ...]]] = {}
"""Rules by the character itself, where no number stands."""


def point_at(reading: Reading, at: int, head: "Match[str] | None" = None) -> tuple[Point, int] | None:
    """The point that begins at a place and where it ends; None where none begins there.

    `head` is the number at that place, where the caller has looked for it.
    """
    text = reading.text
    if head is None and text[at : at + 1] in NUMBER_FIRST:
        head = HEAD.match(text, at)
    if head is None:
        rules = BY_CHAR.get(text[at : at + 1])
    elif len(head.group()) > 9:
        return None
    else:
        rules = BY_UNIT.get(text[head.end() : head.end() + 1])
    for rule in rules or ():
        match = rule.pattern.match(text, at)
        if match is not None:
            made = rule.make(reading, match)
            if made is not None:
                return made
    return None


def no_such_day(reading: Reading, year: int, month: int, day: int, at: int) -> UnreadableExpression:
    return UnreadableExpression(f"“{year}年{month}月{day}日”这一天不存在，请核对", at)


def checked_date(reading: Reading, year: int, month: int, day: int, at: int) -> date:
    """The day, refused where the calendar has none."""
    if not 1 <= month <= 12:
        raise UnreadableExpression(f"没有{month}月，请核对", at)
    if not 1 <= day <= periods.month_length(year, month):
        raise no_such_day(reading, year, month, day, at)
    return date(year, month, day)


def day_point(reading: Reading, year: int, month: int, day: int, at: int, *, named: bool, rule: str) -> Point:
    when = checked_date(reading, year, month, day, at)
    return Point(when, when, "day", named, rule)

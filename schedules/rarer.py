"""Whole texts in shapes that are met now and then: 第三、四季度, 6月、11月各1次, 2022.9.30前, 每周五下班前."""

from collections.abc import Callable
from datetime import date
from re import Match, Pattern
from typing import Final, TypeAlias

from schedules.patterns import pattern
from schedules.periods import half, month_length, months, quarter
from schedules.schedule import Deadline, Phase, Recurring
from schedules.spelling import NUMBERS

Whole: TypeAlias = tuple[tuple[Phase, ...], str]
"""The phases of a whole text, and the rules that read them."""
Make: TypeAlias = Callable[["Match[str]", int], Whole | None]


def rare(text: str, year: int) -> Whole | None:
    """A text that is one of the shapes below and nothing else; `year` is the plan year."""
    for shape, make in _BY_FIRST.get(text[0], ()):
        match = shape.fullmatch(text)
        if match is not None:
            return make(match, year)
    return None


def _two_quarters(match: "Match[str]", year: int) -> Whole | None:
    """第三、四季度."""
    windows = [quarter(year, NUMBERS[word]) for word in match.groups()]
    return tuple([Deadline(*window) for window in windows]), "list of quarter"


def _two_months(match: "Match[str]", year: int) -> Whole | None:
    """6月、11月各开展1次."""
    windows = [months(year, int(word), int(word)) for word in match.groups()]
    return tuple([Deadline(*window) for window in windows]), "month + month"


def _two_halves(_: "Match[str]", year: int) -> Whole | None:
    """上、下半年各1次."""
    return (Deadline(*half(year, 1)), Deadline(*half(year, 2))), "list of half"


def _numeric(match: "Match[str]", _: int) -> Whole | None:
    """2022.9.30前."""
    year, month, day = (int(part) for part in match.groups())
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    return (Deadline(None, date(year, month, day)),), "numeric day"


def _weekday(match: "Match[str]", _: int) -> Whole | None:
    """每周五下班前."""
    return (Recurring("weekly", f"FREQ=WEEKLY;BYDAY={_BYDAY[match[1]]}", None),), "recurring"


_BYDAY: Final = {**dict(zip("一二三四五六日", ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True)), "天": "SU"}
_TWO_QUARTERS: Final = (pattern("第?([一二三四1-4])[、和及]第?([一二三四1-4])季度(?:各[1一]次)?"), _two_quarters)
_NUMERIC: Final = (pattern(r"((?:19|20)\d\d)[-./](\d{1,2})[-./](\d{1,2})前?"), _numeric)
_TWO_MONTHS: Final = (
    pattern("([1-9]|1[0-2])月[、和及]([1-9]|1[0-2])月(?:各(?:开展|组织)?[1一]次)?"),
    _two_months,
)
_BY_FIRST: Final[dict[str, tuple[tuple[Pattern[str], Make], ...]]] = {
    **dict.fromkeys("第一二三四", (_TWO_QUARTERS,)),
    **dict.fromkeys("3456789", (_TWO_MONTHS,)),
    **dict.fromkeys("12", (_TWO_MONTHS, _NUMERIC)),
    "上": ((pattern("上、?下半年(?:各[1一]次)?"), _two_halves),),
    "每": ((pattern("每周([一二三四五六日天])(?:下班)?前?"), _weekday),),
}
"""Whole texts, by their first character."""
RARE_FIRST: Final = frozenset(_BY_FIRST)

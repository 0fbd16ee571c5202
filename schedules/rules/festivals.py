"""Festivals and lunar days as points: 春节前, 国庆节前, 除夕, 农历八月初八, 腊月二十三."""

from datetime import date
from re import Match
from typing import Final

from schedules import lunar
from schedules.patterns import pattern
from schedules.reading import Point, Reading, UnreadableExpression
from schedules.rules.lookup import Rule
from schedules.spelling import NUMERAL, number

FIXED: Final[dict[str, tuple[int, int]]] = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "三八节": (3, 8),
    "植树节": (3, 12),
    "消费者权益日": (3, 15),
    "劳动节": (5, 1),
    "国际劳动节": (5, 1),
    "五一": (5, 1),
    "青年节": (5, 4),
    "五四": (5, 4),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "建党节": (7, 1),
    "七一": (7, 1),
    "建军节": (8, 1),
    "八一": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
    "国家宪法日": (12, 4),
    "宪法日": (12, 4),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
}
_NUMBERED: Final = "五一|五四|六一|七一|八一|十一"
NAMES: Final = tuple(sorted({*FIXED, *lunar.FESTIVALS, "大年三十", "年三十", "大年初一"}, key=len, reverse=True))
_NAMES: Final = "|".join(name for name in NAMES if name not in _NUMBERED.split("|"))
FESTIVAL: Final = pattern(
    f'[“"「]?(?P<name>{_NAMES}|(?:{_NUMBERED})(?=[”"」]?(?:国际)?(?:节|、|前|之前|以前|期间|假期|劳动节'
    f"|建[党军]节|儿童节|青年节)))"
    '[”"」]?(?:国际)?(?:劳动节|儿童节|建党节|建军节|青年节)?佳?节?(?:假期|长假|小长假)?'
    "(?=前|之前|以前|期间|当[天日]|上|下|早|晚|中|[0-9]|[-—，,。；;、)）至到~]|$|后|完|、|春节|国庆|元旦"
    "|劳动|端午|清明)"
)
_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}
LUNAR: Final = pattern(
    f"(?:(?P<mark>农历|阴历|旧历)(?:[{NUMERAL}]{{4}}年)?)?(?P<leap>闰)?(?P<m>[正冬腊]|[{NUMERAL}]{{1,3}})月"
    f"(?P<d>初(?:[一二三四五六七八九十]|10|[1-9])|[{NUMERAL}]{{1,3}})(?:日|号)?"
)


def festival_point(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """The day of a festival in the year carried; 期间 widens it to the days off around it (see the parser)."""
    name = match["name"].removeprefix("国际")
    year = reading.carried_year
    if name in FIXED:
        day = date(year, *FIXED[name])
    else:
        try:
            day = _moving(name, year)
        except ValueError as cause:
            raise UnreadableExpression(f"{cause}，请写明日期", match.start()) from None
    return Point(day, day, "day", False, "festival"), match.end()


def _moving(name: str, year: int) -> date:
    if name in ("大年三十", "年三十"):
        return lunar.festival("除夕", year)
    if name == "大年初一":
        return lunar.festival("春节", year)
    return lunar.festival(name, year)


def lunar_point(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """农历八月初八, 腊月二十三, 正月十五: 腊月 and 冬月 before 春节 belong to the lunar year before it."""
    month = _MONTHS.get(match["m"]) or number(match["m"])
    day_text = match["d"].removeprefix("初")
    day = number(day_text)
    bare = match["d"][0] in "廿卅" and len(match["d"]) > 1 and match.group()[-1] not in "日号"
    marked = match["mark"] or match["m"] in _MONTHS or match["d"].startswith("初") or bare
    if month is None or day is None or not marked:
        return None
    year = reading.carried_year
    try:
        when = lunar.lunar_day(year, month, day, leap=match["leap"] is not None)
        if when.year > year:
            when = lunar.lunar_day(year - 1, month, day, leap=match["leap"] is not None)
    except ValueError as cause:
        raise UnreadableExpression(f"{cause}，请写明公历日期", match.start()) from None
    return Point(when, when, "day", False, "lunar day"), match.end()


FESTIVALS: Final = Rule("festival", FESTIVAL, festival_point)
LUNAR_DAYS: Final = Rule("lunar day", LUNAR, lunar_point)

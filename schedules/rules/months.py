"""Months and their parts: 8月, 8月15日, 8月上旬, 8月底, 8月第二周, 2022.9.30, a bare 15日."""

from datetime import date
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import CLAUSE_ENDS, Point, Reading, UnreadableExpression
from schedules.rules.festivals import LUNAR, lunar_point
from schedules.rules.lookup import DASH, WEEKDAYS, N, Rule, day_point
from schedules.spelling import number

MONTH: Final = pattern(
    f"(?P<m>{N})月份?(?:的)?"
    "(?:"
    f"(?P<d>{N})(?:[日号]|(?={DASH}{N}[日号])|(?=[前、](?![0-9]))|(?=、{N}[日号]))"
    "|(?P<part>上中旬|中上旬|中下旬|上旬|中旬|下旬|上半月|下半月|底|末|初(?![步期中次级始试审稿评选伏1-9])"
    "|中(?=[前至到,，。；;、)）完组召开举印]|之前|以前|$))"
    f"|(?:第(?P<k>{N})|(?P<lk>最后一?))个(?:星期|周|礼拜)(?P<kd>[一二三四五六日天])"
    f"|(?:第(?P<w>{N})|(?P<lw>最后一?))个?(?:周|星期|礼拜)(?:的?(?:星期|周|礼拜)(?P<wd>[一二三四五六日天]))?"
    ")?(?:份(?!额))?"
)
_NUMERIC: Final = pattern(
    r"(?P<y>(?:19|20|21)\d\d)(?P<sep>[-/.])(?P<m>1[0-2]|0?[1-9])(?:(?P=sep)(?P<d>\d{1,2}))?(?![\d.])"
)
_COMPACT: Final = pattern(
    r"(?P<y>(?:19|20|21)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)(?=前|之前|以前|日前|[，,。；;、)）]|$)"
)
_MONTH_DAY: Final = pattern(
    rf"(?P<m>1[0-2]|0?[1-9])[./](?P<d>[0-3]?\d)(?![\d.%])"
    rf"(?=日?前|之前|以前|日|号|{DASH}\d{{1,2}}[./]|[，,。；;、)）至]|$)[日号]?"
)
_DAY: Final = pattern(f"(?P<d>{N})[日号]")
_BARE_PART: Final = pattern("(?P<part>上旬|中旬|下旬)|月(?P<mark>[底末初]|中(?=[前，,。；;]|$))|(?P<quarter>季度?末)")


def _month(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """8月, 8月15日, 8月上旬, 8月底, 8月第二周."""
    if reading.text[match.end("m") + 1 : match.end("m") + 2] in ("初", "廿", "卅"):
        lunar = LUNAR.match(reading.text, match.start())
        made = None if lunar is None else lunar_point(reading, lunar)
        if made is not None:
            return made
    month = number(match["m"])
    if month is None or month > 99:
        return None
    year = reading.carried_year
    if not 1 <= month <= 12:
        raise UnreadableExpression(f"没有{month}月，请核对", match.start())
    if match["d"] is not None:
        day = number(match["d"])
        if day is None:
            return None
        return day_point(reading, year, month, day, match.start("d"), named=False, rule="named day"), match.end()
    if match["part"] is not None:
        return part_of(year, month, match["part"]), match.end()
    if match["w"] or match["lw"] or match["k"] or match["lk"]:
        return week_in_month(reading, match, year, month), match.end()
    return Point(*periods.months(year, month, month), "period", False, "month"), match.end()


def part_of(year: int, month: int, part: str) -> Point:
    """A part of a month by its word."""
    first, last = periods.months(year, month, month)
    if part in ("底", "末"):
        return Point(first, last, "end", False, "end of month")
    spans = {
        "上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, last.day),
        "上中旬": (1, 20),
        "中上旬": (1, 20), "中下旬": (11, last.day), "上半月": (1, 15), "下半月": (16, last.day),
    }  # fmt: skip
    begin, end = spans[part]
    return Point(date(year, month, begin), date(year, month, end), "part", False, "part of month")


def week_in_month(reading: Reading, match: "Match[str]", year: int, month: int) -> Point:
    """第二周, 第一周星期五, 第三个星期六, 最后一周 of a month."""
    which = match["w"] or match["k"]
    place = -1 if which is None else number(which) or 0
    weekday = match["kd"] or match["wd"]
    if weekday is not None:
        day = periods.weekday_of_month(year, month, place, WEEKDAYS[weekday])
        span = None if day is None else (day, day)
    else:
        span = periods.week_of_month(year, month, place)
        reading.note("“第几周”按当月第几个星期一所在的周计算")
    if span is None:
        raise UnreadableExpression(f"{year}年{month}月没有第{place}周，请核对", match.start())
    return Point(*span, "day" if weekday else "part", False, "week of month")


_SERIAL: Final = pattern(r"[-/.]\d{3}(?!\d)")


def _numeric(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """2022-09-30, 2022.9.30, 2020.12."""
    year, month, end = int(match["y"]), int(match["m"]), match.end()
    reading.figures_year = max(reading.figures_year, year)
    if match["d"] is None:
        after = reading.char(end)
        if _SERIAL.match(reading.text, end):
            return None
        if after and after not in CLAUSE_ENDS + "前底末至到内-—–~～—之以月":
            return None
        return Point(*periods.months(year, month, month), "period", True, "numeric month"), end
    end += reading.char(end) in ("日", "号")
    return day_point(reading, year, month, int(match["d"]), match.start(), named=True, rule="numeric day"), end


def _is_decimal(text: str, match: "Match[str]") -> bool:
    """Whether 9.30 may as well be a number: no 前, 日 or span behind it."""
    return text[match.end() : match.end() + 1] not in ("前", "之", "以", "至", "到", "-", "—", "–", "~", "～") and (
        match.group()[-1] not in "日号"
    )


def _month_day(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """9.30前, 6/30前."""
    if not reading.linked and _is_decimal(reading.text, match):
        return None
    month, day = int(match["m"]), int(match["d"])
    return day_point(
        reading, reading.carried_year, month, day, match.start(), named=False, rule="numeric day"
    ), match.end()


def _day(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """A bare 15日 continues a span or list whose month is known, or is the next such day from the day of issue."""
    day = number(match["d"])
    if day is None:
        return None
    at = match.start()
    if reading.carried_month is None:
        return _next_such_day(reading, match, day)
    year, month = reading.carried_month
    return day_point(reading, year, month, day, at, named=False, rule="named day"), match.end()


def _next_such_day(reading: Reading, match: "Match[str]", day: int) -> tuple[Point, int] | None:
    """25日前 at the head of a clause, where the day of issue is known."""
    at, issued = match.start(), reading.issued
    heads = at == 0 or reading.text[at - 1] in CLAUSE_ENDS or reading.text[at - 1] in "于在"
    if issued is None or not heads or reading.char(match.end()) not in ("前", "之"):
        return None
    month = issued if day >= issued.day else periods.add_months(issued.replace(day=1), 1)
    return day_point(reading, month.year, month.month, day, at, named=True, rule="relative"), match.end()


def _bare_part(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """中旬, 月底, 季末 without a month: that of the month carried, else of the month of issue."""
    base = reading.carried_month
    named = base is None
    if base is None:
        if reading.issued is None and not match["part"]:
            return None
        issued = reading.need_issue(match.group(), match.start())
        base = issued.year, issued.month
    if match["quarter"]:
        return Point(*periods.quarter(base[0], (base[1] + 2) // 3), "end", named, "quarter"), match.end()
    return part_of(*base, match["part"] or match["mark"])._replace(year_named=named), match.end()


MONTHS: Final = (Rule("month", MONTH, _month),)
PARTS: Final = Rule("part of the month", _BARE_PART, _bare_part)
DAYS: Final = Rule("day", _DAY, _day)
NUMERICS: Final = (Rule("numeric day", _NUMERIC, _numeric), Rule("numeric month and day", _MONTH_DAY, _month_day))
COMPACT: Final = Rule("compact day", _COMPACT, _numeric)

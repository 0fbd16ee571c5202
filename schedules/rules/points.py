"""Places in the calendar: days, months, 旬, weeks, quarters, halves, years, in any of the ways plans write them.

`point_at` reads one point at one place. The first character, or the one that follows the number there, says which
rules can apply, so that few are tried.
"""

from collections.abc import Callable
from datetime import date, timedelta
from re import Match, Pattern
from typing import Final, NamedTuple, TypeAlias

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import CLAUSE_ENDS, Form, Point, Reading, UnreadableExpression
from schedules.rules.festivals import FESTIVAL, LUNAR, festival_point, lunar_point
from schedules.spelling import NUMERAL, number, year_number

Make: TypeAlias = Callable[[Reading, "Match[str]"], "tuple[Point, int] | None"]


class Rule(NamedTuple):
    """A rule that reads points: what a person would call it, the shape it matches, and what it makes of a match."""

    name: str
    pattern: Pattern[str]
    make: Make


HEAD: Final = pattern(f"(第)?([{NUMERAL}]+)")
"""A number, with or without 第."""

N: Final = f"[{NUMERAL}]{{1,3}}"
DASH: Final = "(?:[-—–―－~～〜]{1,2}|至|到)"
WEEKDAYS: Final = {char: place for place, char in enumerate("一二三四五六日")} | {"天": 6}

_MONTH: Final = pattern(
    f"(?P<m>{N})月份?(?:的)?"
    "(?:"
    f"(?P<d>{N})(?:[日号]|(?={DASH}{N}[日号])|(?=[前、](?![0-9]))|(?=、{N}[日号]))"
    "|(?P<part>上中旬|中下旬|上旬|中旬|下旬|上半月|下半月|底|末|初(?![步期中次级始试审稿评选伏1-9])"
    "|中(?=[前至到,，。；;、)）完组召开举印]|之前|以前|$))"
    f"|(?:第(?P<k>{N})|(?P<lk>最后一?))个(?:星期|周|礼拜)(?P<kd>[一二三四五六日天])"
    f"|(?:第(?P<w>{N})|(?P<lw>最后一?))个?(?:周|星期|礼拜)(?:的?(?:星期|周|礼拜)(?P<wd>[一二三四五六日天]))?"
    ")?(?:份(?!额))?"
)
_QUARTER: Final = pattern(
    f"第?(?P<q>[{NUMERAL}首末])个?季(?:度(?!假)|(?=[末底初前]))(?:的)?"
    f"(?:(?P<end>[末底]月?|初)|(?P<mq>首月|第[一二三]个月)(?P<d>{N}(?=[日号]))?)?"
)
_Q: Final = pattern("[Qq]([1-4])(?![0-9A-Za-z])")
_FIRST_QUARTERS: Final = pattern("前([二两三23])个?季度")
_HALF: Final = pattern("([上下])半年(?!度)度?(?P<end>[末底])?|([上下])半年度(?P<end2>[末底])?")
_YEAR_MARK: Final = pattern(
    "(?:年度?|[本当]年度?)?(?P<mark>(?<=年)[底末]|岁[末尾]|(?<=年)终(?=[前完]|之前|以前|底)|(?<=年)中(?=[前,，。；;、)）完]|之前|以前|$)"
    "|(?<=年)初(?![步期中始])|(?<=[年度])以?内(?![部容蒙外控设网])|(?<=[年度])之内)"
)
_NUMERIC: Final = pattern(
    r"(?P<y>(?:19|20|21)\d\d)(?P<sep>[-/.])(?P<m>1[0-2]|0?[1-9])(?:(?P=sep)(?P<d>\d{1,2}))?(?![\d.])"
)
_COMPACT: Final = pattern(
    r"(?P<y>(?:19|20|21)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)(?=前|之前|以前|日前|[，,。；;、)）]|$)"
)
_MONTH_DAY: Final = pattern(
    rf"(?P<m>1[0-2]|0?[1-9])[./](?P<d>[0-3]?\d)(?![\d.%])(?=日?前|之前|以前|日|号|{DASH}\d{{1,2}}[./]|[，,。；;、)）至]|$)[日号]?"
)
_DAY: Final = pattern(f"(?P<d>{N})[日号]")
_YEAR: Final = pattern(f"(?P<y>[{NUMERAL}oO]{{2,4}})年(?![龄限均轻])度?(?P<of>的)?")
_YEAR_WORD: Final = pattern("今年度?|本年度?|当年度?|明年度?|次年度?|翌年|来年|后年|去年|上一?年度?|前年")
_YEAR_SHIFT: Final = {"今": 0, "本": 0, "当": 0, "明": 1, "次": 1, "翌": 1, "来": 1, "后": 0}
_BARE_PART: Final = pattern("(?P<part>上旬|中旬|下旬)|月(?P<mark>[底末初]|中(?=[前，,。；;]|$))|(?P<quarter>季度?末)")
_PLAN: Final = pattern('[“"「‘]?(十[一二三四五六七])五[”"」’]?(?P<mark>期间|时期|期内|末|内|初|以来|前)')
_RELATIVE: Final = pattern(
    "(?P<back>上)个?(?:月|季度|周|星期|半月)"
    "|(?P<which>本|当|这个?|次|下)个?(?P<unit>月|季度?|周|星期|礼拜|旬)"
    f"(?:(?P<part>上旬|中旬|下旬|底|末|初|之?内)|(?P<d>{N})[日号]|(?P<wd>[一二三四五六日天])"
    f"|第(?P<w>{N})个?(?:周|星期)(?:(?:星期|周|礼拜)(?P<wwd>[一二三四五六日天]))?)?"
    "|(?P<word>今天|今日|明天|明日|后天|大后天|即日|本日)"
)


_NUMERALS: Final = frozenset("0123456789零〇○一二两三四五六七八九十半几数多")


def point_at(reading: Reading, at: int, head: "Match[str] | None" = None) -> tuple[Point, int] | None:
    """The point that begins at a place and where it ends; None where none begins there.

    `head` is the number at that place, where the caller has looked for it.
    """
    text = reading.text
    head = head or HEAD.match(text, at)
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


def _no_day(reading: Reading, year: int, month: int, day: int, at: int) -> UnreadableExpression:
    return UnreadableExpression(f"“{year}年{month}月{day}日”这一天不存在，请核对", at)


def _date(reading: Reading, year: int, month: int, day: int, at: int) -> date:
    """The day, refused where the calendar has none."""
    if not 1 <= month <= 12:
        raise UnreadableExpression(f"没有{month}月，请核对", at)
    if not 1 <= day <= periods.month_length(year, month):
        raise _no_day(reading, year, month, day, at)
    return date(year, month, day)


def _day_point(reading: Reading, year: int, month: int, day: int, at: int, *, named: bool, rule: str) -> Point:
    when = _date(reading, year, month, day, at)
    return Point(when, when, "day", named, rule)


def _month(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """8月, 8月15日, 8月上旬, 8月底, 8月第二周."""
    if reading.text[match.end("m") + 1 : match.end("m") + 2] == "初":
        lunar = LUNAR.match(reading.text, match.start())
        if lunar is not None:
            return lunar_point(reading, lunar)
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
        return _day_point(reading, year, month, day, match.start("d"), named=False, rule="named day"), match.end()
    if match["part"] is not None:
        return _part(year, month, match["part"]), match.end()
    if match["w"] or match["lw"] or match["k"] or match["lk"]:
        return _week_in_month(reading, match, year, month), match.end()
    return Point(*periods.months(year, month, month), "period", False, "month"), match.end()


def _part(year: int, month: int, part: str) -> Point:
    """A part of a month by its word."""
    first, last = periods.months(year, month, month)
    if part in ("底", "末"):
        return Point(first, last, "end", False, "end of month")
    spans = {
        "上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, last.day),
        "上中旬": (1, 20), "中下旬": (11, last.day), "上半月": (1, 15), "下半月": (16, last.day),
    }  # fmt: skip
    begin, end = spans[part]
    return Point(date(year, month, begin), date(year, month, end), "part", False, "part of month")


def _week_in_month(reading: Reading, match: "Match[str]", year: int, month: int) -> Point:
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


def _quarter(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """第三季度, 三季度, 三季度末, 三季度首月10日."""
    place = {"首": 1, "末": 4}.get(match["q"]) or number(match["q"])
    if place is None:
        return None
    if not 1 <= place <= 4:
        raise UnreadableExpression(f"没有第{place}季度，请核对", match.start())
    year = reading.carried_year
    first, last = periods.quarter(year, place)
    if match["mq"]:
        month = first.month + (0 if match["mq"] == "首月" else "一二三".index(match["mq"][1]))
        if match["d"]:
            day = number(match["d"]) or 0
            return (
                _day_point(reading, year, month, day, match.start("d"), named=False, rule="quarter"),
                match.end() + 1,
            )
        return Point(*periods.months(year, month, month), "period", False, "quarter"), match.end()
    if match["end"] == "初":
        return Point(date(year, first.month, 1), date(year, first.month, 10), "part", False, "quarter"), match.end()
    if match["end"] and len(match["end"]) == 2 and HEAD.match(reading.text, match.end()):
        return None
    return Point(first, last, "end" if match["end"] else "period", False, "quarter"), match.end()


def _q(reading: Reading, match: "Match[str]") -> tuple[Point, int]:
    return Point(*periods.quarter(reading.carried_year, int(match[1])), "period", False, "quarter"), match.end()


def _first_quarters(reading: Reading, match: "Match[str]") -> tuple[Point, int]:
    """前三季度."""
    place = number(match[1]) or 3
    first, last = date(reading.carried_year, 1, 1), periods.quarter(reading.carried_year, place)[1]
    return Point(first, last, "period", False, "quarter"), match.end()


def _half(reading: Reading, match: "Match[str]") -> tuple[Point, int]:
    """上半年, 下半年."""
    place = 1 if match.group()[0] == "上" else 2
    form = "end" if match["end"] or match["end2"] else "period"
    return Point(*periods.half(reading.carried_year, place), form, False, "half"), match.end()  # type: ignore[arg-type]


def _year_mark(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """年底, 年末, 年内, 年初, 年中: the mark after a year, or after nothing; not that of 三年内."""
    if match.start() and reading.text[match.start() - 1] in _NUMERALS:
        return None
    return Point(*_marked(reading.carried_year, match["mark"]), False, "year"), match.end()


def _marked(year: int, mark: str) -> tuple[date, date, Form]:
    """First day, last day and form of a marked year."""
    if mark in ("底", "末", "终") or mark.startswith("岁"):
        return *periods.whole_year(year), "end"
    if mark == "初":
        return *periods.months(year, 1, 1), "part"
    if mark == "中":
        return *periods.months(year, 6, 6), "part"
    return *periods.whole_year(year), "period"


def _numeric(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """2022-09-30, 2022.9.30, 2020.12."""
    year, month, end = int(match["y"]), int(match["m"]), match.end()
    reading.figures_year = max(reading.figures_year, year)
    if match["d"] is None:
        after = reading.char(end)
        if after and after not in CLAUSE_ENDS + "前底末至到内-—–~～—之以月":
            return None
        return Point(*periods.months(year, month, month), "period", True, "numeric month"), end
    end += reading.char(end) in ("日", "号")
    return _day_point(reading, year, month, int(match["d"]), match.start(), named=True, rule="numeric day"), end


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
    return _day_point(
        reading, reading.carried_year, month, day, match.start(), named=False, rule="numeric day"
    ), match.end()


def _day(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """A bare 15日 continues a span or list whose month is known, or is a day of the month carried."""
    day = number(match["d"])
    if day is None or reading.carried_month is None:
        return None
    year, month = reading.carried_month
    return _day_point(reading, year, month, day, match.start(), named=False, rule="named day"), match.end()


def _year(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """2022年, 二〇二二年, 22年, and the point inside that year where one follows."""
    year = year_number(match["y"])
    if year is None:
        year = _short_year(reading, match)
        if year is None:
            return None
    reading.figures_year = max(reading.figures_year, year)
    return _inside_year(reading, year, match.end(), match.end("of"))


def _short_year(reading: Reading, match: "Match[str]") -> int | None:
    """22年底: two figures are a year only near the plan year and with a point inside it behind them."""
    if len(match["y"]) != 2 or not match["y"].isdigit():
        return None
    year = reading.year // 100 * 100 + int(match["y"])
    if abs(year - reading.year) > 10 or not pattern(
        f"年?[底末初]|[{NUMERAL}]{{1,2}}月|第?[一二三四1-4]季|[上下]半年"
    ).match(reading.text, match.end()):
        return None
    return year


def _inside_year(reading: Reading, year: int, end: int, of: int) -> tuple[Point, int] | None:
    """The point behind a year, in that year; the bare year where there is none."""
    if reading.in_year:
        return None
    mark = _YEAR_MARK.match(reading.text, end)
    if mark is not None and of < 0:
        first, last, form = _marked(year, mark["mark"])
        return Point(first, last, form, True, "year"), mark.end()
    before, reading.carried_year, reading.in_year = reading.carried_year, year, True
    try:
        inner = point_at(reading, end)
    finally:
        reading.carried_year, reading.in_year = before, False
    if inner is not None and inner[0].form != "year":
        return inner[0]._replace(year_named=True), inner[1]
    return Point(*periods.whole_year(year), "year", True, "year"), end if of < 0 else of


def _year_word(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """今年, 明年, 次年: relative to the plan year, 次年 to the year it follows; 去年 is past."""
    word = match.group()
    shift = _YEAR_SHIFT.get(word[0])
    end = match.end()
    if shift is None:
        made = _inside_year(reading, reading.year - 1, end, -1)
        return None if made is None else (made[0]._replace(form="past"), made[1])
    if word[0] == "后":
        _refuse_year(reading, match)
        return None
    base = reading.year
    if word[0] in "次翌":
        base = min(reading.carried_year, max(reading.year, reading.figures_year))
    if word.endswith("年度") and reading.char(end) not in ("内", "底", "末", "之", "以"):
        return (Point(*periods.whole_year(base + shift), "year", True, "year"), end)
    return _inside_year(reading, base + shift, end, -1)


def _refuse_year(reading: Reading, match: "Match[str]") -> None:
    """后年 is too far ahead to be guessed, and 「印发后年底前」 is none."""
    at = match.start()
    if at == 0 or reading.text[at - 1] in CLAUSE_ENDS:
        raise UnreadableExpression("“后年”请写明是哪一年", at)


def _plan(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """“十四五”期间: the five years that begin with 2021; the eleventh plan began in 2006."""
    which = number(match[1])
    if which is None or which < 9:
        return None
    first = 2006 + (which - 11) * 5
    span = date(first, 1, 1), date(first + 4, 12, 31)
    if match["mark"] == "末":
        return Point(*span, "end", True, "five-year plan"), match.end()
    if match["mark"] in ("以来", "前"):
        return Point(*span, "past", True, "five-year plan"), match.end()
    if match["mark"] == "初":
        return Point(*periods.whole_year(first), "period", True, "five-year plan"), match.end()
    return Point(*span, "period", True, "five-year plan"), match.end()


def _relative(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """本月, 下月10日, 本周五, 下季度, 明天: counted from the date of issue; 上月 is past."""
    at = match.start()
    if match["back"]:
        return Point(date(reading.year, 1, 1), date(reading.year, 1, 1), "past", False, "past period"), match.end()
    if match["word"]:
        return _day_word(reading, match)
    ahead = match["which"] in ("次", "下")
    unit = match["unit"]
    if unit == "旬" or (match["wd"] and unit in ("月", "季", "季度")):
        return None
    base = reading.need_issue(match.group(), at)
    if unit in ("周", "星期", "礼拜"):
        return _relative_week(base, match, ahead)
    if unit == "月":
        return _relative_month(reading, base, match, ahead)
    if unit == "季" and not match["part"]:
        return None
    shifted = periods.add_months(base.replace(day=1), 3 * ahead)
    span = periods.quarter(shifted.year, (shifted.month + 2) // 3)
    form = "end" if match["part"] in ("底", "末") else "period"
    return Point(*span, form, True, "relative"), match.end()  # type: ignore[arg-type]


def _day_word(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    word, base = match["word"], reading.issued
    if word == "即日":
        first = base or date(reading.year, 1, 1)
        return Point(first, first, "start", base is not None, "from now on"), match.end()
    base = reading.need_issue(word, match.start())
    ahead = {"今": 0, "本": 0, "明": 1, "后": 2, "大": 3}[word[0]]
    day = base + timedelta(days=ahead)
    return Point(day, day, "day", True, "relative"), match.end()


def _relative_week(base: date, match: "Match[str]", ahead: bool) -> tuple[Point, int] | None:
    monday, sunday = periods.week_of(base + timedelta(days=7 * ahead))
    if match["wd"]:
        day = monday + timedelta(days=WEEKDAYS[match["wd"]])
        return Point(day, day, "day", True, "relative"), match.end()
    if match["d"] or match["w"]:
        return None
    form = "end" if match["part"] in ("底", "末") else "period"
    return Point(monday, sunday, form, True, "relative"), match.end()  # type: ignore[arg-type]


def _relative_month(reading: Reading, base: date, match: "Match[str]", ahead: bool) -> tuple[Point, int] | None:
    month = periods.add_months(base.replace(day=1), int(ahead))
    part, end = match["part"], match.end()
    if match["d"]:
        day = number(match["d"]) or 0
        return _day_point(reading, month.year, month.month, day, match.start("d"), named=True, rule="relative"), end
    if match["w"]:
        weekday = f"星期{match['wwd']}" if match["wwd"] else ""
        whole = _MONTH.match(f"{month.month}月第{match['w']}周{weekday}")
        if whole is None:
            return None
        return _week_in_month(reading, whole, month.year, month.month)._replace(year_named=True), end
    if part and "内" not in part:
        return _part(month.year, month.month, part)._replace(year_named=True, rule="relative"), end
    return Point(*periods.months(month.year, month.month, month.month), "period", True, "relative"), end


def _festival(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    return festival_point(reading, match)


def _bare_part(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """中旬, 月底, 季末 without a month: that of the month carried, else of the month of issue."""
    base = reading.carried_month
    if base is None:
        if reading.issued is None and not match["part"]:
            return None
        issued = reading.need_issue(match.group(), match.start())
        base = issued.year, issued.month
    if match["quarter"]:
        return Point(*periods.quarter(base[0], (base[1] + 2) // 3), "end", True, "quarter"), match.end()
    return _part(*base, match["part"] or match["mark"])._replace(year_named=True), match.end()


_PARTS = Rule("part of the month", _BARE_PART, _bare_part)
_MONTHS = Rule("month", _MONTH, _month)
_QUARTERS = Rule("quarter", _QUARTER, _quarter)
_YEARS = Rule("year", _YEAR, _year)
_NUMERICS = (Rule("numeric day", _NUMERIC, _numeric), Rule("numeric month and day", _MONTH_DAY, _month_day))
_FESTIVALS = Rule("festival", FESTIVAL, _festival)
_LUNAR = Rule("lunar day", LUNAR, lunar_point)
_WORDS = Rule("year word", _YEAR_WORD, _year_word)
_MARKS = Rule("year mark", _YEAR_MARK, _year_mark)
_RELATIVES = Rule("relative", _RELATIVE, _relative)
_HALVES = Rule("half", _HALF, _half)
_PLANS = Rule("five-year plan", _PLAN, _plan)
_COMPACTS = Rule("compact day", _COMPACT, _numeric)

BY_UNIT: Final[dict[str, tuple[Rule, ...]]] = {
    "月": (_MONTHS,),
    "节": (_FESTIVALS,),
    "季": (_QUARTERS,),
    "个": (_QUARTERS,),
    "年": (_YEARS,),
    "日": (_DAYS := Rule("day", _DAY, _day), _COMPACTS),
    "号": (_DAYS,),
    "o": (_YEARS,),
    "O": (_YEARS,),
    **dict.fromkeys("-/.", _NUMERICS),
    **dict.fromkeys("前之以，,。；;、)）", (_COMPACTS, _FESTIVALS)),
    "": (_COMPACTS,),
    "”": (_PLANS, _FESTIVALS),
    '"': (_PLANS, _FESTIVALS),
    "期": (_PLANS, _FESTIVALS),
    "假": (_FESTIVALS,),
    "国": (_FESTIVALS,),
    "劳": (_FESTIVALS,),
    "时": (_PLANS,),
    "末": (_PLANS,),
}
"""By the character behind a number."""

BY_CHAR: Final[dict[str, tuple[Rule, ...]]] = {
    "岁": (_MARKS,),
    "本": (_WORDS, _RELATIVES),
    "当": (_WORDS, _RELATIVES),
    "这": (_RELATIVES,),
    "今": (_WORDS, _RELATIVES),
    "明": (_WORDS, _RELATIVES),
    "次": (_WORDS, _RELATIVES),
    "后": (_WORDS, _RELATIVES),
    "翌": (_WORDS,),
    "来": (_WORDS,),
    "去": (_WORDS,),
    "前": (_WORDS, Rule("first quarters", _FIRST_QUARTERS, _first_quarters)),
    "上": (_HALVES, _WORDS, _PARTS, _RELATIVES),
    "下": (_HALVES, _PARTS, _RELATIVES),
    "月": (_PARTS,),
    "季": (_PARTS,),
    "即": (_RELATIVES,),
    "首": (_QUARTERS,),
    "Q": (Rule("quarter", _Q, _q),),
    "“": (_PLANS, _FESTIVALS),
    "末": (_QUARTERS,),
    **dict.fromkeys("农阴旧闰正腊冬", (_LUNAR, _FESTIVALS)),
    "中": (_PARTS, _FESTIVALS),
    **dict.fromkeys("春元端清除小重七妇植消劳青儿建教国圣平宪龙", (_FESTIVALS,)),
    "大": (_FESTIVALS, _RELATIVES),
    "年": (_MARKS, _FESTIVALS),
}
"""By the character itself, where no number stands."""

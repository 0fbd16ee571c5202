"""Years and their large parts: 2022年, 今年, 年底, 上半年, 第三季度, “十四五”期间."""

from datetime import date, timedelta
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import CLAUSE_ENDS, Form, Point, Reading, UnreadableExpression
from schedules.rules.lookup import HEAD, N, Rule, day_point, point_at
from schedules.spelling import NUMERAL, number, year_number

_QUARTER: Final = pattern(
    f"第?(?P<q>[{NUMERAL}首末])个?季(?:度(?!假)|(?=[末底初前]))(?:的)?"
    f"(?:(?:季|结束)后(?P<n>{N})[日天号]内?|(?P<end>[末底]月?|初)|(?P<mq>首月|第[一二三]个月)(?P<d>{N}(?=[日号]))?)?"
)
_Q: Final = pattern("[Qq]([1-4])(?![0-9A-Za-z])")
_FIRST_MONTHS: Final = pattern("前(1[0-2]|[1-9]|十[一二]?|[一二两三四五六七八九])个?月")
_FIRST_QUARTERS: Final = pattern("前([二两三23])个?季度")
_HALF: Final = pattern("([上下])半年(?!度)度?(?P<end>[末底])?|([上下])半年度(?P<end2>[末底])?")
_YEAR_MARK: Final = pattern(
    "(?:年度?|[本当]年度?)?(?P<mark>(?<=年)[底末]|岁[末尾]|(?<=年)终(?=[前完]|之前|以前|底)"
    "|(?<=年)中(?=[前,，。；;、)）完]|之前|以前|$)"
    "|(?<=年)初(?![步期中始])|(?<=[年度])以?内(?![部容蒙外控设网])|(?<=[年度])之内)"
)
_YEAR: Final = pattern(f"(?P<y>[{NUMERAL}oO]{{2,4}})年(?![龄限均轻])度?(?P<of>的)?")
_YEAR_WORD: Final = pattern("今年度?|本年度?|当年度?|明年度?|次年度?|翌年|来年|后年|去年|上一?年度?|前年|下一?年度?")
_YEAR_SHIFT: Final = {"今": 0, "本": 0, "当": 0, "明": 1, "次": 1, "翌": 1, "来": 1, "下": 1, "后": 0}
_PLAN: Final = pattern(
    '[“"「‘]?(十[一二三四五六七])五[”"」’]?(?P<mark>期间|时期(?=[，,、内末]|$|[)）])|期内|末|内|初|以来|前)'
)
_NUMERALS: Final = frozenset("0123456789零〇○一二两三四五六七八九十半几数多")


def _quarter(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """第三季度, 三季度, 三季度末, 三季度首月10日."""
    place = {"首": 1, "末": 4}.get(match["q"]) or number(match["q"])
    if place is None:
        return None
    if not 1 <= place <= 4:
        raise UnreadableExpression(f"没有第{place}季度，请核对", match.start())
    year = reading.carried_year
    first, last = periods.quarter(year, place)
    if match["n"]:
        due = last + timedelta(days=number(match["n"]) or 0)
        return Point(due, due, "day", True, "days after a quarter"), match.end()
    if match["mq"]:
        month = first.month + (0 if match["mq"] == "首月" else "一二三".index(match["mq"][1]))
        if match["d"]:
            day = number(match["d"]) or 0
            return (
                day_point(reading, year, month, day, match.start("d"), named=False, rule="quarter"),
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


def _first_months(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """2022年前十一个月: only behind a year, else it is the time just past."""
    count = number(match[1])
    if not reading.in_year or count is None:
        return None
    return Point(*periods.months(reading.carried_year, 1, count), "period", False, "first months"), match.end()


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


def _year(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """2022年, 二〇二二年, 22年, and the point inside that year where one follows."""
    year = year_number(match["y"])
    if year is None:
        year = _short_year(reading, match)
        if year is None:
            return None
    reading.figures_year = max(reading.figures_year, year)
    return _inside_year(reading, year, match.end(), match.end("of"))


_INSIDE_SHORT: Final = pattern(f"年?[底末初]|[{NUMERAL}]{{1,2}}月|第?[一二三四1-4]季|[上下]半年")


def _short_year(reading: Reading, match: "Match[str]") -> int | None:
    """22年底: two figures are a year only beside the plan year, with a point inside it behind them; else refused."""
    figures = year_number("20" + match["y"]) if len(match["y"]) == 2 else None
    if figures is None or _INSIDE_SHORT.match(reading.text, match.end()) is None:
        return None
    if abs(figures - reading.year) > 1:
        raise UnreadableExpression(f"“{match.group()}”请写全四位数的年份", match.start())
    return figures


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


QUARTERS: Final = Rule("quarter", _QUARTER, _quarter)
QUARTER_LETTERS: Final = Rule("quarter", _Q, _q)
FIRSTS: Final = (
    Rule("first quarters", _FIRST_QUARTERS, _first_quarters),
    Rule("first months", _FIRST_MONTHS, _first_months),
)
HALVES: Final = Rule("half", _HALF, _half)
YEARS: Final = Rule("year", _YEAR, _year)
WORDS: Final = Rule("year word", _YEAR_WORD, _year_word)
MARKS: Final = Rule("year mark", _YEAR_MARK, _year_mark)
PLANS: Final = Rule("five-year plan", _PLAN, _plan)

"""Points as phases: the words behind a point (前, 内, 起, a clock time), spans from one point to another, lists.

「X日前」 includes the day, as offices use it; 「8月前」 ends the day before the month begins.
"""

from datetime import date, timedelta
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import DASHES, Kind, Piece, Point, Reading, UnreadableExpression
from schedules.rules.points import DASH, HEAD, NUMBER_FIRST, point_at
from schedules.schedule import Continuous, Deadline, Phase
from schedules.spelling import NUMERAL, number, year_number
from schedules.workdays import china

_DASH: Final = pattern(f"(?:为?止)?{DASH}{{1,2}}(?:期间)?|(?:开始|起)?(?:至|到|{DASH})")
_HOURS: Final = f"[{NUMERAL}]{{1,3}}"
CLOCK: Final = (
    f"(?P<ap>上午|下午|中午|晚上|晚间|夜间|早上|早晨|凌晨|正午|晚"
    f"|早)?(?:的)?(?:(?P<h>{_HOURS})[:：](?P<mi>\\d\\d)(?:[:：]\\d\\d)?"
    f"|(?P<h2>{_HOURS})[时点](?!段|候|间|效|限|[位个名])(?:(?P<half>半)|整|正|许|(?P<mi2>{_HOURS})分?)?)"
)
_TAIL: Final = pattern(
    "(?:当[天日])?(?:(?:星期|周|礼拜)[一二三四五六日天])?(?:[(（](?:(?:星期|周|礼拜)[一二三四五六日天]"
    "|含当[日天]|含|[周星期日一二三四五六]{2,3}|北京时间)[)）])?"
    f"(?P<clock>[(（,， ]?{CLOCK}[)）]?(?P<span>[-—–―－~～至到])?)?"
    "(?:当?[天日]?(?:下班|上班|收市|工作时间结束))?(?:[(（][^()（）]{0,8}[)）])?"
    "(?P<suffix>之前|以前|前(?!期|述|提[^交]|置|瞻|端|景|列|三|两|[0-9]|[一二三四五六七八九十]+[季个])|之内|以内"
    "|内(?!部|容|蒙|外|控|设|涵|网|审|参|务)|期间|(?:起|开始)(?=至|到|[，,。；;、)）每按逐常长持动]|$"
    "|施行|实施|执行|生效|全面|陆续|在|对|组织|逐步|开展|正式|集中|试)"
    "|为?止|截止|之后|以后|后(?!续|备|勤|台|端|者|果|期)|以来|左右)?"
)
_FIRST_CLOCK: Final = pattern(f"(?:[(（](?:星期|周|礼拜)[一二三四五六日天][)）])?(?:{CLOCK})?(?=[-—–―－~～〜至到起开])")
_CLOCK_CHARS: Final = frozenset("上下中晚早凌正(（0123456789一二三四五六七八九十零")
_TAIL_CHARS: Final = frozenset(
    " 周星礼之以前内期起开为止截后左当下上中晚早凌正工夜(（,，0123456789一二三四五六七八九十零的"
)
_BEFORE_ELSE: Final = frozenset("期述提置瞻端景列三两0123456789一二四五六七八九十")
"""Behind 前 these may make another word of it (前期, 前三季度); the pattern looks closer."""
_BEFORE: Final = frozenset({"之前", "以前", "前"})
_AFTER: Final = frozenset({"之后", "以后", "后", "以来"})
_UNTIL: Final = pattern(
    "(?:到|至|截至|截止|截止到|截止至|截至到|不迟于|不晚于|不得迟于|不得晚于|最迟于?|最晚于?|限于?|在|于"
    "|时间为?|[:：])*$"
)
_LIST_LINK: Final = pattern("[、,，]|和|及|与|以及|或")
_NUMBERS: Final = pattern(
    f"第?(?P<list>[{NUMERAL}]{{1,3}}(?:(?:[、,，和及与]|以及)第?[{NUMERAL}]{{1,3}}){{1,11}})(?=个?季度?|月|日|号)"
)
_NUMBER_SPAN: Final = pattern(f"第?(?P<a>[{NUMERAL}]{{1,3}}){DASH}{{1,2}}第?(?P<b>[{NUMERAL}]{{1,3}})(?=月|季度)")
_DAY_SPAN_SPLIT: Final = pattern(f"[{NUMERAL}]{{1,3}}")
_HALVES: Final = pattern("上[、和及,，]?下半年")
_FOUR: Final = f"(?:(?:19|20|21)\\d\\d|[一二][{NUMERAL}]{{3}})"
_YEAR_SPAN: Final = pattern(f"(?P<a>{_FOUR})年?度?{DASH}{{1,2}}(?P<b>{_FOUR}|\\d\\d)年度?(?P<mark>[底末])?")
_NAMES_A_PLAN: Final = pattern("[^，,。；;]{0,30}?(?:规划|计划|方案|纲要|要点|通知|意见|行动|报告|清单)")
_BARE_YEARS: Final = pattern(f"((?:19|20|21)\\d\\d)年?(?:{DASH}{{1,2}}((?:19|20|21)\\d\\d)年?)?")


_LISTING: Final = frozenset("、,，和及与以年") | frozenset(DASHES)
"""Behind the first number of a list or span."""


def dated_piece(reading: Reading, at: int) -> Piece | None:
    """The deadline, window or list of them that begins at a place."""
    text = reading.text
    head = HEAD.match(text, at) if text[at] in NUMBER_FIRST else None
    unit = text[head.end() : head.end() + 1] if head is not None else ""
    if unit in _LISTING if head is not None else text[at] == "上":
        listed = _listed(reading, at, unit)
        if listed is not None:
            return listed
    found = point_at(reading, at, head)
    if found is None:
        return None
    point, end = found
    if point.form == "year" and end < len(text):
        inside = _listed_in_year(reading, point, at, end)
        if inside is not None:
            return inside
    if end < len(text):
        behind = _behind_clock(reading, end) if text[end] in _CLOCK_CHARS else end
        if text[behind : behind + 1] in _DASH_STARTS:
            span = _span(reading, point, at, behind)
            if span is not None:
                return span
    return _settled(reading, point, at, end)


def _listed_in_year(reading: Reading, point: Point, at: int, end: int) -> Piece | None:
    """2023年3-5月, 2023年第二、三季度: a list or span behind the year it belongs to."""
    before, reading.carried_year = reading.carried_year, point.last.year
    head = HEAD.match(reading.text, end)
    piece = _listed(reading, end, "") if head is not None or reading.text[end] == "上" else None
    if piece is None:
        reading.carried_year = before
        return None
    piece.start = at
    return piece


def _behind_clock(reading: Reading, end: int) -> int:
    """Behind the clock time or weekday of a span's first day (3月25日上午10时至3月27日)."""
    clock = _FIRST_CLOCK.match(reading.text, end)
    return end if clock is None else clock.end()


_DASH_STARTS: Final = frozenset(DASHES) | {"起", "开"}


def _settled(reading: Reading, point: Point, at: int, end: int) -> Piece | None:
    """One point with the words behind it."""
    time, suffix, end = tail(reading, end)
    if point.form == "past":
        return Piece(point.rule, at, end, "silent")
    if point.form == "start":
        return Piece(point.rule, at, end, "vague", strong=True)
    if point.form == "year" and not _is_deadline_year(reading, point, suffix, at, end):
        # A bare year is part of a name (2022年政务公开工作要点) unless a count makes it a window.
        kind: Kind = "span" if point.last.year >= reading.year else "silent"
        return Piece("year of the count", at, end, kind, point=point)
    phases = phases_of(reading, point, suffix, time, at)
    kind = "dated" if phases else "silent"
    reading.carry(point)
    return Piece(point.rule, at, end, kind, phases, point, suffix)


_ACHIEVED: Final = pattern("(?:[^，,。；;]{0,6})?(?:完成|实现|建成|力争|争取|达到|基本|确保)")


def _is_deadline_year(reading: Reading, point: Point, suffix: str, at: int, end: int) -> bool:
    """Whether a bare year says by when: 到2025年, 2025年前, 2025年完成."""
    if suffix and suffix not in _AFTER and suffix not in ("起", "开始", "左右"):
        return True
    if reading.char(end) == "的" or reading.text[end - 1] == "的" or point.last.year < reading.year:
        return False
    if _is_until(reading, at):
        return True
    return reading.whole and _ACHIEVED.match(reading.text, end) is not None


_FROM_ISSUE: Final = pattern("(?:(?:印发|发文|发布|下发|公布)之日|现在)起?(?:至|到)$")


def phases_of(reading: Reading, point: Point, suffix: str, time: str | None, at: int) -> list[Phase]:
    """What a point with its suffix asks for; nothing where it only says from when, or after what."""
    if suffix in _AFTER or (suffix == "左右" and point.form == "year"):
        return []
    if suffix in ("起", "开始"):
        return [Continuous(point.first, date(reading.year, 12, 31))] if point.first.year <= reading.year else []
    if suffix == "期间" and point.rule == "festival":
        return [Deadline(*_days_off(point.first), 1, time)]
    if suffix in _BEFORE:
        return [Deadline(None, last_day_before(point), 1, time)]
    if at and reading.text[at - 1] in "到至" and _FROM_ISSUE.search(reading.text, max(0, at - 12), at):
        return [Deadline(reading.issued, point.last, 1, time)]
    if point.form in ("day", "end") or (suffix in ("为止", "止", "截止") or _is_until(reading, at)):
        return [Deadline(None, point.last, 1, time)]
    return [Deadline(point.first, point.last, 1, time)]


def last_day_before(point: Point) -> date:
    """The last day that 「X前」 allows: that of a day, an end or a part itself; the eve of a period or festival."""
    if point.rule == "festival" or point.form in ("period", "year"):
        return point.first - timedelta(days=1)
    return point.last


def _is_until(reading: Reading, at: int) -> bool:
    """Whether 到, 至 or 截至 stands before a point."""
    return (at > 0 and reading.text[at - 1] in "到至") or reading.text[max(0, at - 2) : at] in ("截止",)


def _days_off(day: date) -> tuple[date, date]:
    """The days off in a row around a festival."""
    calendar = china()
    first = last = day
    while not calendar.is_workday(first - timedelta(days=1)) and (day - first).days < 9:
        first -= timedelta(days=1)
    while not calendar.is_workday(last + timedelta(days=1)) and (last - day).days < 9:
        last += timedelta(days=1)
    return first, last


def tail(reading: Reading, end: int) -> tuple[str | None, str, int]:
    """The clock time and the suffix behind a point, and where they end."""
    char = reading.char(end)
    if char not in _TAIL_CHARS:
        return None, "", end
    if char == "前" and reading.char(end + 1) not in _BEFORE_ELSE:
        return None, "前", end + 1
    match = _TAIL.match(reading.text, end)
    if match is None:
        return None, "", end
    clock, stop = None, match.end()
    if match["clock"]:
        clock, stop = _clock_of(reading, match, end)
        if clock is None and stop == end:
            return None, "", end
    return clock, match["suffix"] or "" if stop == match.end() else "", stop


def _clock_of(reading: Reading, match: "Match[str]", end: int) -> tuple[str | None, int]:
    """The time and where the tail ends; a span of clock times (8:30—17:00) is opening hours and no deadline."""
    if match["span"]:
        second = pattern(CLOCK).match(reading.text, match.end("span"))
        return None, second.end() if second else end
    time = clock_time(match)
    return (time, match.end()) if time is not None else (None, end)


def clock_time(match: "Match[str]") -> str | None:
    """HH:MM of a match of CLOCK; None where there is no such time."""
    hour = number(match["h"] or match["h2"])
    minute = 30 if match["half"] else number(match["mi"] or match["mi2"] or "0")
    if hour is None or minute is None:
        return None
    if (match["ap"] in ("下午", "晚上", "晚间", "夜间", "晚") and hour < 12) or (match["ap"] == "中午" and hour < 3):
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return f"{hour:02d}:{minute:02d}"


def span_end(reading: Reading, point: Point, end: int) -> tuple[Point, int] | None:
    """The second point of a span whose first ends at `end`, and where that ends."""
    dash = _DASH.match(reading.text, end)
    if dash is None:
        return None
    before = reading.carried_year, reading.carried_month, reading.linked
    reading.carried_year = point.last.year
    reading.carried_month, reading.linked = (point.last.year, point.last.month), True
    try:
        return point_at(reading, dash.end())
    finally:
        reading.carried_year, reading.carried_month, reading.linked = before


def span_of(reading: Reading, point: Point, end: int) -> tuple[Point, int] | None:
    """The window from `point` to the point behind it, as one point; None where nothing follows to close it."""
    found = span_end(reading, point, end)
    if found is None or found[0].form in ("past", "start"):
        return None
    last, stop = found
    close = last.last
    if close < point.first and not last.year_named:
        close = periods.add_months(close, 12) if last.form == "day" else _year_on(last)
    if close < point.first:
        raise UnreadableExpression(f"止于{close}，早于{point.first}，请核对起止日期", end)
    first = point.last if point.form == "end" else point.first
    return Point(first, close, "period", point.year_named or last.year_named, "span"), stop


def _year_on(point: Point) -> date:
    """The last day of the same period a year later."""
    later = point.last.year + 1
    return min(date(later, point.last.month, 1) + timedelta(days=30), periods.month_end(later, point.last.month))


def _span(reading: Reading, point: Point, at: int, end: int) -> Piece | None:
    found = span_of(reading, point, end)
    if found is None:
        return None
    window, stop = found
    time, suffix, stop = tail(reading, stop)
    if point.form == "past":
        return Piece("past period", at, stop, "silent")
    start: date | None = window.first
    if point.form == "start" and reading.issued is None:
        start = None
        reading.note("“即日起”的起日是发文日期，尚不知道")
    if suffix in _AFTER:
        return Piece("span", at, stop, "silent")
    reading.carry(window)
    return Piece("span", at, stop, "dated", [Deadline(start, window.last, 1, time)], window, suffix)


def list_at(reading: Reading, at: int) -> tuple[list[Point], int] | None:
    """Points that share their unit and their end: 第三、四季度, 6、9、12月底, 上、下半年."""
    text = reading.text
    several = _HALVES.match(text, at) if text[at : at + 1] == "上" else None
    if several is not None:
        points = [Point(*periods.half(reading.carried_year, n), "period", False, "half") for n in (1, 2)]
        return points, several.end()
    several = _NUMBERS.match(text, at)
    return None if several is None else _numbers(reading, several)


def _listed(reading: Reading, at: int, unit: str) -> Piece | None:
    """A list, or a span whose first number shares the unit of the second: 3-5月, 1-3季度, 2023—2025年.

    `unit` is the character behind the first number, where it is known.
    """
    if unit != "年":
        points = list_at(reading, at)
        if points is not None:
            return _list_piece(reading, points[0], at, points[1])
        window = number_span(reading, at)
        if window is not None:
            return _window(reading, *window, at)
    several = _YEAR_SPAN.match(reading.text, at)
    return None if several is None else _year_span(reading, several)


def _numbers(reading: Reading, match: "Match[str]") -> tuple[list[Point], int] | None:
    """The points of a list of numbers that share their unit."""
    points: list[Point] = []
    stop = match.end()
    unit = reading.char(stop)
    if unit in ("日", "号") and reading.carried_month is None:
        return None
    last = max(match["list"].rfind(mark) for mark in "、,，和及与") + match.start("list") + 1
    found = point_at(reading, last + (reading.char(last) == "第"))
    if found is None:
        return None
    model, stop = found
    for word in _DAY_SPAN_SPLIT.findall(match["list"])[:-1]:
        made = _like(reading, model, unit, word, match.start())
        if made is None:
            return None
        points.append(made)
    return [*points, model], stop


def _like(reading: Reading, model: Point, unit: str, word: str, at: int) -> Point | None:
    """The point of the same form as `model` for another number of the list."""
    place = number(word)
    year = model.last.year
    if place is None:
        return None
    if unit == "月" and 1 <= place <= 12:
        if model.form == "day":
            return None
        if model.form == "part":
            return None
        return Point(*periods.months(year, place, place), model.form, model.year_named, model.rule)
    if unit in ("季", "个") and 1 <= place <= 4:
        return Point(*periods.quarter(year, place), model.form, model.year_named, model.rule)
    if unit in ("日", "号") and model.form == "day" and 1 <= place <= periods.month_length(year, model.last.month):
        day = model.last.replace(day=place)
        return Point(day, day, "day", model.year_named, model.rule)
    raise UnreadableExpression(f"没有{word}{unit}，请核对", at)


def _list_piece(reading: Reading, points: list[Point], at: int, end: int) -> Piece:
    time, suffix, end = tail(reading, end)
    phases: list[Phase] = []
    for point in points:
        phases += phases_of(reading, point, suffix, time, at)
        reading.carry(point)
    return Piece(f"list of {points[-1].rule}", at, end, "dated" if phases else "silent", phases, points[-1], suffix)


def number_span(reading: Reading, at: int) -> tuple[Point, int] | None:
    """3-5月, 1-3季度, 11-次年2月: the window and where it ends."""
    match = _NUMBER_SPAN.match(reading.text, at)
    if match is None:
        return None
    first = number(match["a"])
    found = point_at(reading, match.start("b"))
    if found is None or first is None or found[0].form == "day":
        return None
    last, stop = found
    unit, year = reading.char(match.end()), last.last.year
    if not 1 <= first <= (12 if unit == "月" else 4):
        raise UnreadableExpression(f"没有{match['a']}{unit}，请核对", match.start())
    begin = periods.months(year, first, first) if unit == "月" else periods.quarter(year, first)
    close = last.last if last.last > begin[0] else _year_on(last)
    return Point(begin[0], close, "period", False, "span"), stop


def _window(reading: Reading, window: Point, stop: int, at: int) -> Piece:
    """A span as a deadline with its window."""
    time, suffix, stop = tail(reading, stop)
    if suffix in _AFTER:
        return Piece("span", at, stop, "silent")
    reading.carry(window)
    return Piece("span", at, stop, "dated", [Deadline(window.first, window.last, 1, time)], window, suffix)


def _year_span(reading: Reading, match: "Match[str]") -> Piece | None:
    """2023—2025年, 2022年至2025年; part of a name in 2021—2025年发展规划."""
    first, last = year_number(match["a"]), year_number(match["b"])
    if first is not None and last is None and len(match["b"]) == 2:
        last = first // 100 * 100 + int(match["b"])
    if first is None or last is None or last <= first:
        return None
    if match["mark"] is None and _NAMES_A_PLAN.match(reading.text, match.end()):
        return Piece("span of years", match.start(), match.end(), "silent")
    window = Point(date(first, 1, 1), date(last, 12, 31), "year", True, "span of years")
    time, suffix, stop = tail(reading, match.end())
    return Piece(
        "span of years", match.start(), stop, "dated", [Deadline(window.first, window.last, 1, time)], window, suffix
    )


def bare_years(reading: Reading) -> Piece | None:
    """A text that is nothing but a year or two: 2021, 2021-2022, 2025年."""
    if len(reading.text) > 14 or reading.text[:1] not in "12 ":
        return None
    match = _BARE_YEARS.fullmatch(reading.text.strip(" 。"))
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise UnreadableExpression(f"止于{last}年，早于{first}年，请核对起止年份", match.start(2))
    window = Point(date(first, 1, 1), date(last, 12, 31), "year", True, "bare year")
    return Piece("bare year", 0, len(reading.text), "dated", [Deadline(window.first, window.last)], window)

"""What comes again: 每月25日前, 每季度末月25日前, 每周五, 按月, 每年3月底前, 双月10日前, 季后7日内.

Every reading gives the due days inside the plan year and an RFC 5545 rule that yields the same days from the first of
January (RFC 5545, 3.3.10; months without a day are reached from the end by a negative BYMONTHDAY, or BYSETPOS).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import Piece, Point, Reading, UnreadableExpression
from schedules.rules.dated import last_day_before, list_at, number_span, span_of, tail
from schedules.rules.points import DASH, WEEKDAYS, N, point_at
from schedules.schedule import Freq, Recurring
from schedules.spelling import NUMERAL, number
from schedules.workdays import china

_BYDAY: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP: Final[dict[Freq, int]] = {"yearly": 12, "halfyearly": 6, "quarterly": 3, "bimonthly": 2, "monthly": 1}
_BY_MONTHS: Final[dict[int, Freq]] = {1: "monthly", 2: "bimonthly", 3: "quarterly", 6: "halfyearly", 12: "yearly"}

EVERY: Final = pattern(
    f"(?:每(?:间?隔|逢)?(?P<n>[{NUMERAL}]{{1,3}})?个?(?P<unit>半年度?|年度?(?![龄轻])|季度?(?!节)|双月"
    f"|单月|半个?月|月度?|旬|双周|单周|周(?![边岁转期])|星期|礼拜|工作日|自然日|日(?!常)|天)"
    "|(?P<all>各)(?P<unit2>季度|月(?!份))"
    "|逐(?P<unit3>年|季度?|月|周|日|旬)"
    "|按(?P<unit4>年度?(?![龄])|半年度?|季度?(?!节)|月度?(?!份)|旬|周(?!期|边)|星期|日(?![期程常历益])|天)(?!以内)"
    "|隔(?P<unit5>年|月|周|日|天)"
    "|(?P<unit6>双月|单月)(?=之?[初一二三四五六七八九十廿0-9]|底|末|上旬|中旬|下旬)"
    "|(?:均)?(?:限)?(?P<unit7>次月|下月)(?=之?[初一二三四五六七八九十廿0-9]|底|末|上旬|中旬|下旬)"
    "|(?P<bare>季度|半年)(?=次月|首月|末月|第[一二三]个?月|最后一个?月)"
    "|(?P<after>(?:每)?(?:半年度?|年度?|季度?|月度?)(?:结束|终了|末|底)?之?后)(?=的?第?[一二三四五六七八九十廿0-9])"
    f"|(?P<slash>年|月度?|周|季度?)(?:不少于|至少|不低于)?(?=[{NUMERAL}]{{1,2}}[次期场](?![性级数]))"
    ")(?:的)?"
)
_ONE_A: Final = pattern(
    "(?P<half>半)?一?(?P<unit>年|季度?|个?月|周|日|天|旬)度?一(?![日号月年到至、，。]|次性)(?=[\u4e00-\u9fff])"
)
_REGIME: Final = pattern(
    "(?P<unit>半年|日|周|旬|双周|月|季度?|年)(?=调度|通报|推进|考[评核]|点评|例会|会商|研判|督[查导]|检查"
    "|汇总|小结|总结|评估?|晾晒|公示|清零?|分析|巡查|报告(?:制|$)|报(?:告)?[制，,、。；;]|报$|报送)"
)
_UNITS: Final[dict[str, int]] = {"年": 12, "半": 6, "季": 3, "双": 2, "单": 2, "月": 1, "次": 1, "下": 1}
_DAY_LIST: Final = f"(?:{N}[日号]?[、,，和及与]){{0,9}}{N}[日号]"
_INNER_MONTH: Final = pattern(
    "(?:之|的|当月|内的?)?"
    f"(?:(?P<which>首个?月|第[一二三四五六]个?月|末月|最后一?个?月|次月|下月|下个?季度首月|(?:结束|终了|末"
    f"|底)?之?后)(?:的)?)?"
    f"(?:(?:{N}[日号]?{DASH}(?={N}[日号]))?(?P<days>{_DAY_LIST})(?P<within>之内|以内|内)?|(?P<part>上旬"
    f"|中旬|下旬|月?底|月?末|月?初|中(?=前|之前|以前|[，,。；]|$))"
    f"|(?:第(?P<w>{N})|(?P<lw>最后一?))个?(?:(?P<workday>工作日)(?P<in2>内)?|(?P<lastday>天|日)|(?:周|星期"
    f"|礼拜)(?:的?(?:星期|周|礼拜)?(?P<wd>[一二三四五六日天]))?)"
    f"|前?(?P<first>{N})个(?P<fw>工作日)内?)?"
)
_WEEKDAYS: Final = pattern(
    "(?:的)?(?:星期|周|礼拜)?(?P<list>(?!一[讲学报评考会研调课题])[一二三四五六日天末](?:(?:[、,，和及]"
    "|至|到|-|—)?(?:星期|周|礼拜)?[一二三四五六日天](?!次|[天日月年])){0,6})(?!次|[个名项])"
)
_SEASON: Final = pattern(f"(?P<a>{N})月(?:份)?{DASH}(?P<b>{N})月份?(?:期间)?[，,的]?")


_TIMES: Final = pattern(
    "(?:(?P<half>半个?月|半年)|(?P<n>[一二两三四五六])个?(?P<unit>年|月|周|星期|季度?|日|天))(?=[一二两三四五六1-9]次(?![性序]))"
)
"""两周一次, 一年两次: so many times in so many units; the count is read behind it."""


_TIMES_FIRST: Final = frozenset("半一二两三四五六")


def recurring_piece(reading: Reading, at: int) -> Piece | None:
    """The recurrence that begins at a place."""
    text = reading.text
    times = _TIMES.match(text, at) if text[at : at + 1] in _TIMES_FIRST else None
    if times is not None and (at == 0 or text[at - 1] in _CLAUSE_MARKS):
        return _every(reading, at, times.end(), times["half"] or times["unit"], number(times["n"] or "1") or 1)
    match = EVERY.match(text, at)
    if match is None:
        return _one_a(reading, at) or _regime(reading, at)
    if match["slash"] and at and text[at - 1] not in "，,。；;、 (（每半":
        return None
    unit = match[match.lastgroup or "unit"]  # of every alternative the unit is the last group
    step = (number(match["n"]) or 0) if match["n"] else 1
    if step == 0 or step > 60:
        return None
    if match["unit5"]:
        step = 2
    if match["unit7"] and match["unit7"] == "下月" and reading.issued is not None:
        return None
    return _every(reading, at, match.end(), unit, step)


def per_piece(reading: Reading, at: int, end: int, unit: str, n: int) -> Piece:
    """2次/月, 1次/季度: so many times in each of the unit."""
    plain = _plain(reading, unit, 1)
    return Piece("times per unit", at, end, "recurring", [replace(plain, count=n)])


_END_OF_EACH: Final = pattern("(?P<unit>月|季)度?[底末](?=前|之前|以前|[，,。；;]|$|完成|报)")


def end_of_each(reading: Reading, at: int) -> Piece | None:
    """月底前, 季末 of no named month, where the date of issue is unknown: that of every month or quarter."""
    match = _END_OF_EACH.match(reading.text, at)
    if match is None or (at and reading.text[at - 1] in "本当该次下上"):
        return None
    reading.note(f"“{match.group()}”没有写明是哪一个，按每{'月' if match['unit'] == '月' else '季度'}读")
    return _timed(reading, at, match.end(), _plain(reading, match["unit"], 1), "end of each")


def _one_a(reading: Reading, at: int) -> Piece | None:
    """一月一次, 一季一通报, 半年一总结."""
    match = _ONE_A.match(reading.text, at)
    if match is None or (at and reading.text[at - 1] in "第十百0123456789每"):
        return None
    if not match["half"] and reading.text[at] != "一":
        return None
    unit = "半年" if match["half"] else match["unit"].removeprefix("个")
    return _every(reading, at, match.end(), unit, 1)


_CLAUSE_MARKS: Final = frozenset('，,。；;、 (（“"')
_KEEPS: Final = frozenset(["实行", "建立", "落实", "执行", "坚持", "推行", "按照", "开展", "做到", "采取", "实施"])


def _regime(reading: Reading, at: int) -> Piece | None:
    """周调度、月通报、季推进、年考评: only at the head of a clause, where it cannot be the end of another word."""
    before = reading.text[max(0, at - 2) : at]
    if before and before[-1] not in _CLAUSE_MARKS and before not in _KEEPS:
        return None
    match = _REGIME.match(reading.text, at)
    if match is None:
        return None
    return Piece("regime", at, match.end(), "recurring", [_plain(reading, match["unit"], 1)])


def _plain(reading: Reading, unit: str, step: int) -> Recurring:
    """A recurrence that says nothing of the day: due at the end of each period."""
    if unit[0] in "周星礼日天工自" or unit == "双周" or unit == "单周":
        return _short(unit, step)
    if unit == "旬":
        return _monthly_days(reading, (10, 20, -1), range(1, 13), "monthly")
    if unit.startswith("半") and "月" in unit:
        return _monthly_days(reading, (15, -1), range(1, 13), "monthly")
    months = _UNITS[unit[0]] * step
    return _by_months(reading, months, _closing_months(unit, months), (-1,))


def _short(unit: str, step: int) -> Recurring:
    """Weekly and daily: the rule alone says the days."""
    interval = f";INTERVAL={step}" if step > 1 else ""
    if unit in ("双周", "单周"):
        return Recurring("weekly", "FREQ=WEEKLY;INTERVAL=2", None)
    if unit[0] in "周星礼":
        return Recurring("weekly", f"FREQ=WEEKLY{interval}", None)
    weekdays = ";BYDAY=MO,TU,WE,TH,FR" if unit == "工作日" and step == 1 else ""
    return Recurring("daily", f"FREQ=DAILY{interval}{weekdays}", None)


def _closing_months(unit: str, months: int) -> list[int]:
    """The months that close each period of so many months."""
    if unit == "单月":
        return [1, 3, 5, 7, 9, 11]
    return [month for month in range(1, 13) if month % months == 0] or [12]


def _by_months(reading: Reading, months: int, closing: Sequence[int], days: Sequence[int]) -> Recurring:
    freq: Freq = _BY_MONTHS.get(months) or ("yearly" if months % 12 == 0 else "monthly")
    made = _monthly_days(reading, days, closing, freq)
    if months > 12 and months % 12 == 0:
        return Recurring(freq, made.rrule.replace("FREQ=YEARLY", f"FREQ=YEARLY;INTERVAL={months // 12}"), made.dues)
    return made


def _monthly_days(reading: Reading, days: Sequence[int], months: Sequence[int], freq: Freq) -> Recurring:
    """The same days (-1 is the last) of each of `months`."""
    year = reading.year
    if len(days) == 1:
        dues = tuple([_clipped(year, month, days[0]) for month in months])
    else:
        dues = tuple(sorted({_clipped(year, month, day) for month in months for day in days}))
    return Recurring(freq, month_rule(freq, days, months), dues)


def _clipped(year: int, month: int, day: int) -> date:
    """The day of the month, or its last where it is shorter."""
    length = periods.month_length(year, month)
    return date(year, month, length if day < 0 or day > length else day)


def month_rule(freq: Freq, days: Sequence[int], months: Sequence[int]) -> str:
    """The RFC 5545 rule for the same days of each of `months`."""
    if freq == "yearly" and len(months) == 1 and len(days) == 1:
        day = 31 if days[0] == -1 and periods.month_length(2023, months[0]) == 31 else days[0]
        return f"FREQ=YEARLY;BYMONTH={months[0]};BYMONTHDAY={day}"
    head = "FREQ=YEARLY" if freq == "yearly" else "FREQ=MONTHLY"
    by_month = "" if len(months) == 12 else ";BYMONTH=" + ",".join(map(str, months))
    return f"{head}{by_month}{_by_month_day(days)}"


def _by_month_day(days: Sequence[int]) -> str:
    """BYMONTHDAY; the 29th to 31st of a shorter month is its last day."""
    if len(days) == 1 and 28 < days[0] < 31:
        return ";BYMONTHDAY=" + ",".join(map(str, range(28, days[0] + 1))) + ";BYSETPOS=-1"
    return ";BYMONTHDAY=" + ",".join(str(-1 if day == 31 else day) for day in days)


def listed_rule(dues: Sequence[date]) -> str:
    """A rule for days that no pattern of months and weekdays gives, such as a last working day."""
    return "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(due.timetuple().tm_yday) for due in dues)


def _every(reading: Reading, at: int, end: int, unit: str, step: int) -> Piece | None:
    """The recurrence of a unit with what is said of the day inside it."""
    if unit[0] in "周星礼" or unit in ("双周", "单周"):
        made, end = _weekly(reading, end, unit, step)
    elif unit[0] in "日天工自":
        made = _short(unit, step)
    elif unit[0] == "年" and "后" not in unit and step == 1:
        return _yearly(reading, at, end)
    elif unit == "旬" or (unit.startswith("半") and "月" in unit):
        made = _plain(reading, unit, step)
    else:
        inner = _inside(reading, end, unit, step)
        if inner is None:
            return None
        made, end = inner
    return _timed(reading, at, end, made, "recurring")


_EXEMPT: Final = pattern(f"[(（](?P<n>{N})(?P<unit>月|季度)(?:份)?免报[)）]")


def _exempted(reading: Reading, made: Recurring, end: int, after: bool) -> tuple[Recurring, int]:
    """月后18日前(1月免报): the report for January is due in February, so February is left out."""
    match = _EXEMPT.match(reading.text, end)
    if match is None or made.dues is None:
        return made, end
    month = (number(match["n"]) or 0) * (3 if match["unit"] == "季度" else 1) + after
    dues = tuple(due for due in made.dues if due.month != month)
    reading.note(f"{match['n']}{match['unit']}免报")
    return Recurring(made.freq, listed_rule(dues), dues, made.count, made.start, made.end, made.time), match.end()


def _timed(reading: Reading, at: int, end: int, made: Recurring, rule: str) -> Piece:
    time, suffix, end = tail(reading, end)
    made, end = _exempted(reading, made, end, "后" in reading.text[at:end])
    if time is not None:
        made = Recurring(made.freq, made.rrule, made.dues, made.count, made.start, made.end, time)
    return Piece(rule, at, end, "recurring", [made], None, suffix)


def _weekly(reading: Reading, end: int, unit: str, step: int) -> tuple[Recurring, int]:
    match = _WEEKDAYS.match(reading.text, end)
    made = _short(unit, step)
    if match is None:
        return made, end
    days = _weekday_list(match["list"])
    return Recurring("weekly", f"{made.rrule};BYDAY=" + ",".join(_BYDAY[day] for day in days), None), match.end()


def _weekday_list(text: str) -> list[int]:
    """一、三、五 or 一至五 as days of the week, Monday 0."""
    chars = [char for char in text if char in WEEKDAYS or char in "末至到-—"]
    days: list[int] = []
    for place, char in enumerate(chars):
        if char in WEEKDAYS or char == "末":
            day = 6 if char == "末" else WEEKDAYS[char]
            if days and place and chars[place - 1] in "至到-—":
                days.extend(range(days[-1] + 1, day))
            days.append(day)
    return sorted(set(days))


def _inside(reading: Reading, end: int, unit: str, step: int) -> tuple[Recurring, int] | None:
    """Monthly, quarterly and half-yearly with first or last month, day, part, working day or week."""
    months = _UNITS[unit.removeprefix("每")[0]] * step
    after = "后" in unit or unit in ("次月", "下月")
    closing = _closing_months(unit, months)
    match = _INNER_MONTH.match(reading.text, end)
    if match is None or match.end() == match.start():
        return None if after else (_by_months(reading, months, closing, (-1,)), end)
    which = match["which"]
    chosen = _chosen_months(which, months, closing, after)
    if which and not match.group().removeprefix(which) and "月" not in which:
        return None if after else (_by_months(reading, months, closing, (-1,)), end)
    made = _days_inside(reading, match, months, chosen)
    return None if made is None else (made, match.end())


def _chosen_months(which: str | None, months: int, closing: list[int], after: bool) -> list[int]:
    """The months of the year in which each period's day lies."""
    last = which is not None and which.startswith("最后")
    if after or (which and not last and ("后" in which or which.startswith(("次", "下")))):
        return sorted(month % 12 + 1 for month in closing) if months > 1 else list(range(1, 13))
    if which is None or which.startswith(("末", "最后")):
        return closing
    place = 1 if which.startswith("首") else "一二三四五六".index(which[1]) + 1
    return sorted(month - months + place for month in closing if 0 < month - months + place <= 12)


def _days_inside(reading: Reading, match: "Match[str]", months: int, chosen: list[int]) -> Recurring | None:
    if match["days"]:
        days = [number(word) or 0 for word in re.findall(f"[{NUMERAL}]+", match["days"])]
        if any(not 1 <= day <= 31 for day in days):
            raise UnreadableExpression(f"没有{max(days)}日，请核对", match.start("days"))
        return _by_months(reading, months, chosen, days)
    if match["part"]:
        last = {"初": 10, "上": 10, "中": 20}.get(match["part"].removeprefix("月")[0], -1)
        return _by_months(reading, months, chosen, (last,))
    if match["first"] or match["workday"]:
        place = -1 if match["lw"] else number(match["w"] or match["first"]) or 1
        return _listed(reading, months, [_workday(reading.year, month, place) for month in chosen])
    if match["lastday"]:
        days = [-1] if match["lw"] else [number(match["w"]) or 1]
        return _by_months(reading, months, chosen, days)
    if match["w"] or match["lw"]:
        return _week_inside(reading, match, months, chosen)
    return _by_months(reading, months, chosen, (-1,))


def _workday(year: int, month: int, place: int) -> date | None:
    """The n-th working day of the month, -1 the last."""
    if place < 0:
        return china().on_or_before(periods.month_end(year, month))
    day = china().add_workdays(date(year, month, 1) - timedelta(days=1), place)
    return day if day.month == month else None


def _listed(reading: Reading, months: int, found: Sequence[date | None]) -> Recurring | None:
    dues = tuple(day for day in found if day is not None)
    if not dues:
        return None
    if china().is_provisional(reading.year):
        reading.note(f"{reading.year}年的调休安排尚未公布，工作日是暂算的")
    return Recurring(_BY_MONTHS.get(months, "monthly"), listed_rule(dues), dues)


def _week_inside(reading: Reading, match: "Match[str]", months: int, chosen: list[int]) -> Recurring | None:
    """The n-th weekday of the month; a week without a day is due on its Sunday."""
    place = -1 if match["lw"] else number(match["w"]) or 1
    if match["wd"] is None:
        reading.note("“第几周”按当月第几个星期一所在的周计算")
        weeks = [periods.week_of_month(reading.year, month, place) for month in chosen]
        inside = [
            min(week[1], periods.month_end(reading.year, month))
            for week, month in zip(weeks, chosen, strict=True)
            if week
        ]
        return _listed(reading, months, inside)
    weekday = WEEKDAYS[match["wd"]]
    dues = [periods.weekday_of_month(reading.year, month, place, weekday) for month in chosen]
    known = tuple(day for day in dues if day is not None)
    if not known:
        return None
    by_month = "" if len(chosen) == 12 else ";BYMONTH=" + ",".join(map(str, chosen))
    return Recurring(_BY_MONTHS.get(months, "monthly"), f"FREQ=MONTHLY{by_month};BYDAY={place}{_BYDAY[weekday]}", known)


def _yearly(reading: Reading, at: int, end: int) -> Piece | None:
    """每年, 每年3月底前, 每年6月、12月, 每年3月至12月每周."""
    before, reading.carried_year = reading.carried_year, reading.year
    try:
        while reading.char(end) in ("的", "于", "在", "，", ",") and reading.char(end):
            end += 1
        points, stop, time = _points_of_year(reading, end)
    finally:
        reading.carried_year = before
    if not points:
        return Piece("yearly", at, end, "recurring", [_plain(reading, "年", 1)])
    window = points[0] if len(points) == 1 and points[0].rule == "span" else None
    if window is not None:
        sub = _season_of(reading, at, stop, window)
        if sub is not None:
            return sub
    dues = sorted({point.last for point in points if point.last.year == reading.year})
    if not dues:
        dues = [point.last.replace(year=reading.year, day=min(point.last.day, 28)) for point in points[:1]]
    made = Recurring("yearly", _yearly_rule(dues), tuple(dues), 1, None, None, time)
    return Piece("yearly", at, stop, "recurring", [made])


def _season_of(reading: Reading, at: int, stop: int, window: Point) -> Piece | None:
    """The recurrence behind a season, bounded by it."""
    while reading.char(stop) and reading.char(stop) in "，,的期间内":
        stop += 1
    sub = recurring_piece(reading, stop)
    if sub is None:
        return None
    return Piece(
        "season", at, sub.end, "recurring", [within(one, window) for one in sub.phases if isinstance(one, Recurring)]
    )


def within(made: Recurring, window: Point) -> Recurring:
    """A recurrence bounded by a season."""
    dues = None if made.dues is None else tuple(due for due in made.dues if window.first <= due <= window.last)
    return Recurring(made.freq, made.rrule, dues, made.count, window.first, window.last, made.time)


def _points_of_year(reading: Reading, end: int) -> tuple[list[Point], int, str | None]:
    """The points named inside 每年, each moved to the last day that its suffix allows; and the clock time."""
    points: list[Point] = []
    stop, time = end, None
    while True:
        several = _points_at(reading, end)
        if several is None:
            return points, stop, time
        time, suffix, end = tail(reading, several[1])
        for point in several[0]:
            last = last_day_before(point) if suffix in ("前", "之前", "以前") else point.last
            points.append(point._replace(last=last))
            reading.carry(point)
        stop = end
        if reading.char(end) not in ("、", "和", "及", "与", "，", ","):
            return points, stop, time
        end += 1


def _points_at(reading: Reading, at: int) -> tuple[list[Point], int] | None:
    """A list, a span or a single point of no named year."""
    several = list_at(reading, at)
    if several is not None:
        return several
    found = number_span(reading, at) or point_at(reading, at)
    if found is None or found[0].year_named or found[0].form in ("past", "start", "year"):
        return None
    window = span_of(reading, *found)
    point, end = found if window is None else window
    return [point], end


def _yearly_rule(dues: Sequence[date]) -> str:
    """The rule of fixed days of the year."""
    days = [-1 if due == periods.month_end(due.year, due.month) else due.day for due in dues]
    months = [due.month for due in dues]
    if len(set(days)) == 1:
        return month_rule("yearly", days[:1], months)
    return listed_rule(dues)

"""The commonest expressions as whole shapes, read in one go: 9月底前…, 第三季度, 每月25日前, 年内至少3次, 贯穿全年.

A shape reads only what nothing around it can change: behind it stands nothing that opens an expression but another
shape, and its neighbour is none of the characters that would bend its meaning. Everything else is left to the rules,
and a test holds both readings equal.
"""

from datetime import date
from re import Match, Pattern
from typing import Final, TypeAlias

from schedules.lunar import FIRST_YEAR, LAST_YEAR, festival
from schedules.patterns import pattern
from schedules.periods import month_length
from schedules.rarer import RARE_FIRST, Whole, rare
from schedules.rules.festivals import FIXED
from schedules.rules.silence import BEHIND, BEHIND_CHARS, described_before, may_tell
from schedules.rules.standing import MECHANISM, VAGUE_WORDS
from schedules.rules.triggered import counted, is_own_issue
from schedules.schedule import Continuous, Deadline, Freq, Phase, Recurring, Triggered, Unit, Unscheduled
from schedules.spelling import NUMBERS
from schedules.workdays import china

Read: TypeAlias = tuple[Phase, str]
Made: TypeAlias = tuple[Read | None, int, int]
"""A shape (None: refused), its end, and the year that it carries on."""
Openings: TypeAlias = "Pattern[str]"
"""What an expression can begin with: handed over as a pattern, so that a text that is one shape does not compile it."""

_MONTH: Final = "1[0-2]|[1-9]|0[1-9]|十[一二]?|[一二三四五六七八九]"
_DAY: Final = "[12][0-9]|3[01]|0?[1-9]|[一二三四五六七八九廿]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]"
_DATED: Final = pattern(
    "(?![一二三四五六](?:月|季度?)[一二两三四五六1-9])(?:((?:19|20)\\d\\d)年|([今明次]年))?"
    f"(?:({_MONTH})月(?:([底末])|({_DAY})[日号]|([上中下])旬|份)?"
    "|年?(?<=年)([底末内])|第?([一二三四1-4])季度([末底])?|([上下])半年)((?:之"
    "|以)?前(?![期述提置瞻端景列三两0-9一二四五六七八九十]))?"
)
_PREFIX: Final = pattern("(?:于|在|不晚于|(到|至|截至))(?=[0-9今明])")
_TO: Final = pattern("[-—至](?=[0-9一二三四五六七八九十年明次第上下])")
_MONTHS: Final = pattern("([1-9]|1[0-2])[-—至~]([1-9]|1[0-2])月份?(?![0-9一二三四五六七八九十底末上中下初前第的])")
_PERIOD: Final = pattern(
    "自?([^，,。；;：:、（）()《》“”\\s自从在于后起前]{2,24})(?:之日起|之?后的?)([1-9][0-9]?"
    "|[一二两三四五六七八九]|十五?)"
    "个?(工作日|小时|日|月)内(?=$|[，,办作予答完])"
)
_AHEAD: Final = pattern(
    "([^，,。；;：:、（）()《》“”\\s自从在于后起前]{2,24})前([1-9][0-9]?|[一二三四五六七八九])个?(工作日|日)"
)
_FESTIVAL: Final = pattern("(春节|元旦|清明|端午|中秋|国庆|五一)节?前")
_EVERY: Final = pattern(
    f"(?:每个?|按(?!两))(?:月({_DAY})[日号]前|季度([首末])月({_DAY})[日号]前|年({_MONTH})月({_DAY})[日号]前"
    "|(月|季度|半年|年|两周|周|日))(?![份期程常历益龄边]|[底末一二三四五六日天各首第周星礼下上中结终后最次初的于在])"
)
_COUNT: Final = pattern("([1-9]|[一两二三四五六])次(?![性序数日月年生要品之级元第以/／])")
_STANDING: Final = pattern("常态化?(?:落实|开展)|动态更新|长期坚持|持续(?:推进|优化)")
_WHOLE: Final = pattern("(贯穿全年|全年|常年|长期(?:坚持|公开)?|持续推进|常态化开展)[。]?")
_PAST: Final = pattern("上(?:个?月|个?季度|周)(?!底|末|第)")
_QUIET: Final = pattern("上年(?=工作|的)|年度|持续开展")
_UNTIL_YEAR: Final = pattern("((?:19|20)\\d\\d)年(?=[，,]|$)")
_SHARES: Final = pattern("[元%％]")
_SENTENCES: Final = pattern("[；;\n！!？?]")
_CLAUSE: Final = pattern("[，,。；;：:\n！!？? ]")
_BENDS: Final = frozenset(
    "份起止截至到-—–~～―－〜为的是中左右期之底以间后已下零廿卅开当上早晚凌正工夜内前初末度、和及与或(（:：0123456789"
)
"""What directly behind a shape may change or silence it."""
_BY_UNITS: Final = frozenset("年半季月旬周星日天")
_FEW: Final = pattern("至少(?:[1-9]|[一两二三四五六])次|至少[^0-9一二三四五六七八九十]|[1-9]次(?![性序数日月以/／])")
_QUARTERS: Final = ((1, 3), (4, 6), (7, 9), (10, 12))
_ENDS: Final = tuple((month, month_length(2023, month)) for month in range(1, 13))
_EVERY_RULES: Final[dict[str, tuple[Freq, str, tuple[tuple[int, int], ...]]]] = {
    "月": ("monthly", "FREQ=MONTHLY;BYMONTHDAY=-1", _ENDS),
    "季度": ("quarterly", "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", _ENDS[2::3]),
    "半年": ("halfyearly", "FREQ=MONTHLY;BYMONTH=6,12;BYMONTHDAY=-1", _ENDS[5::6]),
    "年": ("yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", _ENDS[11:]),
}
_SHORT: Final[dict[str, tuple[Freq, str]]] = {
    "周": ("weekly", "FREQ=WEEKLY"),
    "两周": ("weekly", "FREQ=WEEKLY;INTERVAL=2"),
    "日": ("daily", "FREQ=DAILY"),
}
_MODAL: Final = frozenset("原一应必务需并且须要可将均每经该对由也都得向按请的至最尽力确时期日之")
_UNITS: Final[dict[str, Unit]] = {"工作日": "workday", "小时": "hour", "日": "day", "月": "month"}


def is_one_sentence(text: str) -> bool:
    """Whether nothing but the last character ends a sentence; the shapes read no more than one."""
    return "。" not in text[:-1] and _SENTENCES.search(text) is None


def shaped(text: str, year: int, issued: date | None, openings: Openings) -> Whole | None:
    """The phases of a sentence that is made of shapes and of words that open nothing, and the rules; else None."""
    if not text:
        return None
    prefix = _PREFIX.match(text) if text[0] in _PREFIX_FIRST else None
    at = 0 if prefix is None else prefix.end()
    made = _next(text, at, year, year, prefix is not None and prefix[1] is not None)
    if made is None:
        opened = openings.search(text, 0)
        if opened is None:
            return None
        at = opened.start()
        made = _led(text, at, year) if at and text[at] in _LED_FIRST else None
        if made is None:
            return _other(text, at, year, issued, openings)
    if at and described_before(text, at, made[1]):
        return None
    return _chain(text, at, made, year, openings)


def _chain(text: str, at: int, made: Made | None, year: int, openings: Openings) -> Whole | None:
    """The shape `made` at a place and those that follow behind commas, to the end of the text; else None."""
    read: list[Read] = []
    while made is not None:
        one, end, carried = made
        if one is None:
            return None
        if end == len(text):
            read.append(one)
            return _joined(read)
        if _is_bent(text, end, one[1]):
            return rare(text, year) if at == 0 else None
        if text[end - 1] != "前" and _names_year(text, at, end, one[1]) and may_tell(text, end):
            return None
        opened = openings.search(text, end)
        if opened is not None:
            one, opened = _with_count(text, one, end, opened, openings)
            if one is None:
                return None
        read.append(one)
        if opened is None:
            return _joined(read)
        at = opened.start()
        if text[at - 1] not in "，," or _is_window(one[0]):
            break
        made = _next(text, at, carried, year, False)
    return _standing(text, at, read, year, openings)


def _with_count(
    text: str, one: Read, end: int, opened: "Match[str]", openings: Openings
) -> "tuple[Read | None, Match[str] | None]":
    """The shape with the count that follows it, and where what is behind both begins."""
    behind: Match[str] | None = opened
    at = opened.start()
    count = _COUNT.match(text, at)
    if count is not None:
        if "各" in text[end:at] or text[at - 1] in "第.":
            return None, None
        one = _counted(one, NUMBERS[count[1]])
        behind = openings.search(text, count.end())
    while behind is not None and (past := _PAST.match(text, behind.start())) is not None:
        behind = openings.search(text, past.end())
    return one, behind


_DATED_FIRST: Final = frozenset("0123456789一二三四五六七八九十今明次年第上下")
_EVERY_FIRST: Final = frozenset("每按")
_LED_FIRST: Final = _DATED_FIRST | {"每"}
_YEARS_UNNAMED: Final = frozenset("年每按")
_LEADS_ELSEWHERE: Final = frozenset("从自到至止.几数多半第零〇○人户名亩位家班车次均")
"""What directly before a shape makes it another number, a window's end, or a rate."""
_PREFIX_FIRST: Final = frozenset("于在不到至截")


def _next(text: str, at: int, carried: int, year: int, until: bool) -> Made | None:
    """The shape at a place; `until` says that 到 stands before it."""
    if text[at] not in _DATED_FIRST:
        if at == 0 and text[0] in _EVERY_FIRST:
            return _every_at(text, 0, year)
        return None
    match = _DATED.match(text, at)
    if match is None:
        if at == 0 and (match := _MONTHS.match(text)) is not None:
            return _span_of_months(match, year), match.end(), carried
        return None
    begin, last, rule, base = _dated(match, carried, year)
    end = match.end()
    before = match[11]
    if before is not None and match[7] == "内":
        return None, end, base
    if before is not None:
        if begin is not None and rule in ("month", "quarter", "half"):
            last = date.fromordinal(begin.toordinal() - 1)
        return (Deadline(None, last), rule) if last else None, end, base
    if last is not None and end < len(text) and _TO.match(text, end):
        return _span(text, end, begin or last, base, year)
    return (Deadline(None if until else begin, last), rule) if last else None, end, base


def _end_of(year: int) -> Read:
    return Deadline(None, date(year, 12, 31)), "year"


def _every_at(text: str, at: int, year: int) -> Made | None:
    """The recurrence at a place; none beside a sum or share (每月5元)."""
    match = _EVERY.match(text, at)
    if match is None:
        return None
    return None if _SHARES.search(text, match.end()) else _every(match, year), match.end(), year


def _led(text: str, at: int, year: int) -> Made | None:
    """The shape behind words that open nothing: 总结应于8月底前, 续建项目每月5日前, 到2025年."""
    if text[at - 1] in "到至":
        match = _UNTIL_YEAR.match(text, at)
        return None if match is None or int(match[1]) < year else (_end_of(int(match[1])), match.end(), year)
    if text[at - 1] in _LEADS_ELSEWHERE:
        return None
    return _every_at(text, at, year) if text[at] == "每" else _next(text, at, year, year, False)


def _span(text: str, end: int, first: date, carried: int, year: int) -> Made:
    """2022年10月至2023年3月, 8月15日至9月10日: from one point to another."""
    match = _DATED.match(text, end + 1)
    if match is None or match[11] is not None:
        return None, end, carried
    _, last, _, base = _dated(match, carried, year)
    if last is None or last < first or match[2] == "次年":
        return None, end, carried
    return (Deadline(first, last), "span"), match.end(), base


def _is_window(phase: Phase) -> bool:
    """Whether a list, a season or a sharing of endings may follow, which the rules put together."""
    return isinstance(phase, Deadline) and phase.start is not None


def _is_bent(text: str, end: int, rule: str) -> bool:
    """Whether what stands directly behind a shape may change or silence it."""
    if rule == "yearly" and text[end] in "，,":
        return True
    if text[end] in _BENDS:
        return _FEW.match(text, end) is None
    return text[end] in BEHIND_CHARS and BEHIND.match(text, end) is not None


def _names_year(text: str, at: int, end: int, rule: str) -> bool:
    """Whether a shape names its year, or its day: only such a date may tell what happened."""
    return rule == "named day" or ("年" in text[at:end] and text[at] not in _YEARS_UNNAMED)


def _joined(read: list[Read]) -> Whole:
    if len(read) == 1:
        return (read[0][0],), read[0][1]
    return tuple([phase for phase, _ in read]), " + ".join([rule for _, rule in read])


def _standing(text: str, at: int, read: list[Read], year: int, openings: Openings) -> Whole | None:
    """A standing duty behind the last deadline; None where anything else stands there."""
    match = _STANDING.match(text, at)
    if match is None or MECHANISM.match(text, match.end()) or openings.search(text, match.end()) is not None:
        return None
    last = read[-1][0]
    if not isinstance(last, Deadline) or text[at - 2 : at] in ("疫情", "防控") or text[at - 1] in "为成新":
        return None
    if last.due < date(year, 12, 31):
        read.append((Continuous(date.fromordinal(last.due.toordinal() + 1), date(year, 12, 31)), "standing duty"))
    return _joined(read)


def _counted(read: Read, n: int) -> Read:
    phase, rule = read
    if isinstance(phase, Deadline):
        return Deadline(phase.start, phase.due, n), rule
    assert isinstance(phase, Recurring)
    return Recurring(phase.freq, phase.rrule, phase.dues, n), rule


_AMOUNT_FIRST: Final = frozenset("123456789一二两三四五六七八九十")
_FESTIVAL_FIRST: Final = frozenset("春元清端中国五")
_WHOLE_FIRST: Final = frozenset("贯全常长持")


def _ahead(match: "Match[str]") -> Whole | None:
    """活动开展前3个工作日."""
    event, amount, word = match.groups()
    if event[0] in _MODAL or event[-1] in _MODAL:
        return None
    return (Triggered(event, NUMBERS[amount], _UNITS[word], False),), "period from an event"


def _other(text: str, at: int, year: int, issued: date | None, openings: Openings) -> Whole | None:
    """A standing duty alone, a period from an event, the eve of a festival, or a single word that names no date."""
    whole = rare(text, year) if text[0] in RARE_FIRST else None
    if whole is not None:
        return whole
    if at == 0:
        if text[0] in _WHOLE_FIRST and _WHOLE.fullmatch(text) is not None:
            return (Continuous(date(year, 1, 1), date(year, 12, 31)),), "standing duty"
        match = _FESTIVAL.fullmatch(text) if text[0] in _FESTIVAL_FIRST else None
        if match is not None:
            return _eve(match[1], year)
    match = VAGUE_WORDS.match(text, at)
    if match is not None:
        if text[at] == "按" and text[at + 1 : at + 2] in _BY_UNITS:
            return None
        return _vague(text, match.end(), openings)
    ahead = at if text[at] == "前" else at - 1
    if text[ahead] == "前":
        match = _AHEAD.fullmatch(text)
        return None if match is None or match.start(2) != ahead + 1 else _ahead(match)
    if text[at] not in _AMOUNT_FIRST:
        return None
    match = _PERIOD.match(text)
    if match is None or match.start(2) != at or openings.search(text, match.end()) is not None:
        return None
    return _period(match, year, issued)


def _vague(text: str, end: int, openings: Openings) -> Whole | None:
    """One duty without a date, also where the same clause says so twice or names a year that is past."""
    if "次" in text and openings.search(text, end) is not None:
        return None
    while (opened := openings.search(text, end)) is not None:
        at = opened.start()
        match = _QUIET.match(text, at) or VAGUE_WORDS.match(text, at)
        if match is None or _CLAUSE.search(text, end, at):
            return None
        end = match.end()
    return (Unscheduled(),), "no date named"


def _eve(name: str, year: int) -> Whole | None:
    fixed = FIXED.get(name)
    if fixed is None:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        day = festival(name, year)
    else:
        day = date(year, *fixed)
    return (Deadline(None, date.fromordinal(day.toordinal() - 1)),), "festival"


def _from_issue(issued: date | None, n: int, unit: Unit, year: int) -> Whole | None:
    """自印发之日起30日内, where the issue is known and no working day is provisional."""
    if issued is None or unit == "hour":
        return None
    due = counted(issued, n, unit)
    if due.year > max(issued.year, year) or china().is_provisional(due.year) or china().is_provisional(issued.year):
        return None
    return (Deadline(None, due),), "period from an event"


def _period(match: "Match[str]", year: int, issued: date | None) -> Whole | None:
    """决策文件出台后的10个工作日内, 自印发之日起30日内."""
    event, amount, word = match.groups()
    modal = event[0] in _MODAL or (event[-1] in _MODAL and not event.endswith("申请"))
    if modal or (word == "月" and "个" not in match.group()):
        return None
    if is_own_issue(event):
        return _from_issue(issued, NUMBERS[amount], _UNITS[word], year)
    return (Triggered(event, NUMBERS[amount], _UNITS[word], True),), "period from an event"


def _dated(match: "Match[str]", carried: int, plan_year: int) -> tuple[date | None, date | None, str, int]:
    """First day (where there is a window), last day, rule, and the year that a match carries on."""
    named, ahead, month, end, day, tenth, mark, quarter, quarter_end, half, _ = match.groups()
    year = carried
    if named is not None:
        year = int(named)
    elif ahead is not None:
        year = plan_year if ahead == "今年" else (plan_year if ahead == "明年" else carried) + 1
    if month is not None:
        return _in_month(year, NUMBERS[month], end, day, tenth)
    if mark is not None:
        return date(year, 1, 1) if mark == "内" else None, date(year, 12, 31), "year", year
    if quarter is not None:
        first, close = _QUARTERS[NUMBERS[quarter] - 1]
        last = date(year, close, 31 if close in (3, 12) else 30)
        return (None, last, "quarter", year) if quarter_end else (date(year, first, 1), last, "quarter", year)
    if half == "上":
        return date(year, 1, 1), date(year, 6, 30), "half", year
    return date(year, 7, 1), date(year, 12, 31), "half", year


def _span_of_months(match: "Match[str]", year: int) -> Read | None:
    """7月至9月, 3-5月."""
    first, close = int(match[1]), int(match[2])
    if close <= first:
        return None
    return Deadline(date(year, first, 1), date(year, close, month_length(year, close))), "span"


def _in_month(
    year: int, month: int, end: str | None, day: str | None, tenth: str | None
) -> tuple[date | None, date | None, str, int]:
    length = month_length(year, month)
    if end is not None:
        return None, date(year, month, length), "end of month", year
    if day is not None:
        number = NUMBERS[day]
        return None, date(year, month, number) if number <= length else None, "named day", year
    if tenth is not None:
        first, last = {"上": (1, 10), "中": (11, 20), "下": (21, length)}[tenth]
        return date(year, month, first), date(year, month, last), "part of month", year
    return date(year, month, 1), date(year, month, length), "month", year


def _every(match: "Match[str]", year: int) -> Read | None:
    day, which, quarter_day, month, month_day, unit = match.groups()
    if unit is not None:
        return _each(unit, year)
    number = NUMBERS[day or quarter_day or month_day]
    if number > 28:
        return None
    if month is not None:
        when = date(year, NUMBERS[month], number)
        return Recurring("yearly", f"FREQ=YEARLY;BYMONTH={when.month};BYMONTHDAY={number}", (when,)), "yearly"
    if day is not None:
        dues = tuple([date(year, month, number) for month in range(1, 13)])
        return Recurring("monthly", f"FREQ=MONTHLY;BYMONTHDAY={number}", dues), "recurring"
    months = (1, 4, 7, 10) if which == "首" else (3, 6, 9, 12)
    rule = f"FREQ=MONTHLY;BYMONTH={','.join(map(str, months))};BYMONTHDAY={number}"
    return Recurring("quarterly", rule, tuple([date(year, month, number) for month in months])), "recurring"


def _each(unit: str, year: int) -> Read:
    if unit in _SHORT:
        freq, rule = _SHORT[unit]
        return Recurring(freq, rule, None), "recurring"
    freq, rule, ends = _EVERY_RULES[unit]
    dues = [date(year, month, day) for month, day in ends]
    if unit == "月":
        dues[1] = date(year, 2, month_length(year, 2))
    return Recurring(freq, rule, tuple(dues)), "yearly" if unit == "年" else "recurring"

"""The commonest expressions as whole shapes, read in one go: 9月底前…, 第三季度, 每月25日前, 年内至少3次, 贯穿全年.

A shape reads only what nothing around it can change: behind it stands nothing that opens an expression but another
shape, and its neighbour is none of the characters that would bend its meaning. Everything else is left to the rules,
and a test holds both readings equal.
"""

import re
from datetime import date
from re import Match, Pattern
from typing import Final, TypeAlias

from schedules.periods import month_length
from schedules.rules.silence import BEHIND, BEHIND_CHARS
from schedules.rules.standing import MECHANISM, VAGUE_WORDS
from schedules.schedule import Continuous, Deadline, Freq, Phase, Recurring, Unscheduled
from schedules.spelling import NUMBERS

Read: TypeAlias = tuple[Phase, str]
Whole: TypeAlias = tuple[tuple[Phase, ...], str]

_MONTH: Final = "1[0-2]|[1-9]|0[1-9]|十[一二]?|[一二三四五六七八九]"
_DAY: Final = "[12][0-9]|3[01]|0?[1-9]"
_DATED: Final = re.compile(
    f"(?!一(?:月|季度?)一)(?:((?:19|20)\\d\\d)年|今年|(明年))?"
    f"(?:({_MONTH})月(?:([底末])|({_DAY})[日号]|([上中下])旬|份)?(?:(前)|[-—至]({_MONTH})月)?"
    "|年?年?([底末内])前?|第?([一二三四1-4])季度([末])?|([上下])半年)"
)
_EVERY: Final = re.compile(
    f"[每按](?:月({_DAY})[日号]前|季度([首末])月({_DAY})[日号]前|年({_MONTH})月({_DAY})[日号]前"
    "|个?(月|季度|半年|年|两周|周|日))(?![底末一二三四五六日天各首第周星礼下上中结终后最次初的于在])"
)
_COUNT: Final = re.compile("([1-9]|[一两二三四五六])次(?![性序数日月以/／])")
_STANDING: Final = re.compile("常态化?(?:落实|开展)|动态更新|长期坚持|持续(?:推进|优化)")
_WHOLE: Final = re.compile("(贯穿全年|全年|常年|长期(?:坚持|公开)?|持续推进|常态化开展)[。]?")
_PAST: Final = re.compile("上(?:个?月|个?季度|周)(?!底|末|第)")
_BENDS: Final = frozenset(
    "起止截至到-—–~～―－〜为的是中左右期之以间后已零开当上早晚凌正工夜内前初末度、和及与或(（:：0123456789"
)
"""What directly behind a shape may change or silence it."""
_FEW: Final = re.compile("至少(?:[1-9]|[一两二三四五六])次|至少[^0-9一二三四五六七八九十]|[1-9]次(?![性序数日月以/／])")
_QUARTERS: Final = ((1, 3), (4, 6), (7, 9), (10, 12))
_EVERY_RULES: Final[dict[str, tuple[Freq, str, tuple[int, ...]]]] = {
    "月": ("monthly", "FREQ=MONTHLY;BYMONTHDAY=-1", tuple(range(1, 13))),
    "季度": ("quarterly", "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", (3, 6, 9, 12)),
    "半年": ("halfyearly", "FREQ=MONTHLY;BYMONTH=6,12;BYMONTHDAY=-1", (6, 12)),
    "年": ("yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", (12,)),
}
_SHORT: Final[dict[str, tuple[Freq, str]]] = {
    "周": ("weekly", "FREQ=WEEKLY"),
    "两周": ("weekly", "FREQ=WEEKLY;INTERVAL=2"),
    "日": ("daily", "FREQ=DAILY"),
}
_WINDOW: Final = 1
"""A bare window: a list, a season or a sharing of endings may follow it, so that no other shape may."""


def shaped(text: str, year: int, openings: "Pattern[str]") -> Whole | None:
    """The phases of a text that is made of shapes and of words that open nothing, and the rules; else None."""
    if "。" in text[:-1] or "；" in text or "\n" in text:
        return None
    read: list[Read] = []
    at, carried = 0, year
    while True:
        match = _DATED.match(text, at)
        if match is not None:
            one, carried = _dated(match, carried, year)
        elif at == 0 and (match := _EVERY.match(text)) is not None:
            one = _every(match, year)
        else:
            return _standing(text, at, read, year, openings) if at else _worded(text, year, openings)
        end = match.end()
        if one is None or (end < len(text) and _is_bent(text, end)):
            return None
        opened = openings.search(text, end)
        if opened is not None and (count := _COUNT.match(text, opened.start())) is not None:
            if "各" in text[end : opened.start()] or text[opened.start() - 1] == "第":
                return None
            one, end = _counted(one, NUMBERS[count[1]]), count.end()
            opened = openings.search(text, end)
        read.append(one)
        while opened is not None and (past := _PAST.match(text, opened.start())) is not None:
            opened = openings.search(text, past.end())
        if opened is None:
            return _joined(read)
        at = opened.start()
        if text[at - 1] not in "，," or _is_window(one[0]):
            return _standing(text, at, read, year, openings)


def _is_window(phase: Phase) -> bool:
    """Whether a list, a season or a sharing of endings may follow, which the rules put together."""
    return isinstance(phase, Deadline) and phase.start is not None


def _is_bent(text: str, end: int) -> bool:
    """Whether what stands directly behind a shape may change or silence it."""
    if text[end] in _BENDS:
        return _FEW.match(text, end) is None
    return text[end] in BEHIND_CHARS and BEHIND.match(text, end) is not None


def _joined(read: list[Read]) -> Whole:
    if len(read) == 1:
        return (read[0][0],), read[0][1]
    return tuple([phase for phase, _ in read]), " + ".join([rule for _, rule in read])


def _standing(text: str, at: int, read: list[Read], year: int, openings: "Pattern[str]") -> Whole | None:
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


def _worded(text: str, year: int, openings: "Pattern[str]") -> Whole | None:
    """A standing duty alone, or a single word that names no date."""
    if _WHOLE.fullmatch(text) is not None:
        return (Continuous(date(year, 1, 1), date(year, 12, 31)),), "standing duty"
    opened = openings.search(text)
    if opened is None:
        return (), ""
    match = VAGUE_WORDS.match(text, opened.start())
    if match is None or openings.search(text, match.end()) is not None:
        return None
    return (Unscheduled(),), "no date named"


def _dated(match: "Match[str]", carried: int, plan_year: int) -> tuple[Read | None, int]:
    """The deadline of a match and the year that it carries on."""
    named, ahead, month, end, day, tenth, before, last, mark, quarter, quarter_end, half = match.groups()
    year = carried
    if named is not None:
        year = int(named)
    elif ahead is not None:
        year = plan_year + 1
    if last is not None:
        return _span(year, month, last, end or day or tenth), year
    if month is not None:
        return _in_month(year, NUMBERS[month], end, day, tenth, before), year
    if mark is not None:
        return (Deadline(date(year, 1, 1) if mark == "内" else None, date(year, 12, 31)), "year"), year
    if quarter is not None:
        first, close = _QUARTERS[NUMBERS[quarter] - 1]
        start = None if quarter_end else date(year, first, 1)
        return (Deadline(start, date(year, close, 31 if close in (3, 12) else 30)), "quarter"), year
    if half == "上":
        return (Deadline(date(year, 1, 1), date(year, 6, 30)), "half"), year
    return (Deadline(date(year, 7, 1), date(year, 12, 31)), "half"), year


def _span(year: int, month: str, last: str, part: str | None) -> Read | None:
    """7月至9月."""
    first, close = NUMBERS[month], NUMBERS[last]
    if part is not None or close <= first:
        return None
    return Deadline(date(year, first, 1), date(year, close, month_length(year, close))), "span"


def _in_month(
    year: int, month: int, end: str | None, day: str | None, tenth: str | None, before: str | None
) -> Read | None:
    length = month_length(year, month)
    if end is not None:
        return Deadline(None, date(year, month, length)), "end of month"
    if day is not None:
        number = int(day)
        return (Deadline(None, date(year, month, number)), "named day") if number <= length else None
    if tenth is not None:
        first, last = {"上": (1, 10), "中": (11, 20), "下": (21, length)}[tenth]
        return Deadline(None if before else date(year, month, first), date(year, month, last)), "part of month"
    if before is not None:
        return None
    return Deadline(date(year, month, 1), date(year, month, length)), "month"


def _every(match: "Match[str]", year: int) -> Read | None:
    day, which, quarter_day, month, month_day, unit = match.groups()
    if unit is not None:
        return _each(unit, year)
    number = int(day or quarter_day or month_day)
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
    freq, rule, months = _EVERY_RULES[unit]
    dues = tuple([date(year, month, month_length(year, month)) for month in months])
    return Recurring(freq, rule, dues), "yearly" if unit == "年" else "recurring"

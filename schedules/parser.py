"""One expression in the context of a plan year: try the rules left to right, put the pieces together, keep which rules
read them, and explain a refusal.

The first character of an expression, or the number with which it begins, says which families of rules can apply; a
character that opens nothing costs one look at a character class.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from schedules.assembly import assemble
from schedules.patterns import pattern
from schedules.reading import SENTENCE_ENDS, Piece, Reading, UnreadableExpression
from schedules.rules.counts import count_piece
from schedules.rules.dated import bare_years, dated_piece
from schedules.rules.festivals import NAMES
from schedules.rules.points import HEAD
from schedules.rules.recurring import end_of_each, recurring_piece
from schedules.rules.silence import describes, is_rate, named_stretch, skipped
from schedules.rules.standing import PHRASE_HEADS, STANDING, VAGUE, standing_piece
from schedules.rules.triggered import triggered_piece
from schedules.schedule import Schedule
from schedules.shapes import is_one_sentence, shaped
from schedules.spelling import TELLING, places, spell

Family: TypeAlias = Callable[[Reading, int], Piece | None]


def _span_word(reading: Reading, at: int) -> Piece | None:
    """年度 before a count (年度组织活动不少于6次) is the plan year; alone it is part of a name."""
    if not reading.text.startswith("年度", at):
        return None
    return Piece("year of the count", at, at + 2, "span")


_NUMBERED: Final[tuple[Family, ...]] = (dated_piece, triggered_piece, count_piece)
_NUMERALS: Final = frozenset("0123456789零〇○一二两三四五六七八九十廿卅")
_BY_UNIT: Final[dict[str, tuple[Family, ...]]] = {
    **dict.fromkeys("次场轮遍回人批", (count_piece,)),
    "期": (count_piece, dated_piece),
    "个": (triggered_piece, dated_piece, count_piece),
    **dict.fromkeys("工自小天分钟周星礼半", (triggered_piece, count_piece)),
}
"""By the character behind a number; the others may be anything."""
_EVERY: Final = "每 各季 各月 双月 双周 单月 均限 限次 限下 旬一 " + " ".join(
    f"逐{unit} 隔{unit}" for unit in "年季月周日旬天"
)
_POINTS: Final = """
第 本月 本年 本季 本周 本日 本个 当月 当年 当季 当周 这月 这周 这个 这季 今年 今天 今日 明年 明天 明日 后年 后天
翌年 来年 去年 前年 前二 前两 前三 前2 前3 上半 上年 上一 上月 上季 上周 上星 上个 上旬 上、 上和 上下 中旬 即日
大后 首季 末季 Q1 Q2 Q3 Q4 q1 q2 q3 q4 岁末 岁尾 农历 阴历 旧历 闰 正月 腊月 冬月 元月
"""
_AHEAD: Final = "次月 次年 次周 次季 次个 下月 下半 下年 下一 下个 下周 下星 下季 下旬"
_WHAT: Final = "调报通推考例会研督检汇小总晾公清分巡点评不至"
_REGIMES: Final = " ".join(f"周{what} 日{what}" for what in _WHAT) + " 周1 周一 周2 周两"
_OF_MONTHS: Final = " ".join(
    f"月{what} 季{what}" for what in (*_WHAT, *"底末初中度后结终不至123456789一两二三四五六七八九")
)
_OF_YEARS: Final = " ".join(f"年{what}" for what in (*_WHAT, *"底末内以之中终初度年三不至一结后123456789两二"))
_OPENINGS: Final[tuple[tuple[str, tuple[Family, ...]], ...]] = (
    (_EVERY, (recurring_piece,)),
    ("按", (recurring_piece, standing_piece)),
    ("半", (recurring_piece, triggered_piece)),
    (_OF_MONTHS, (recurring_piece, dated_piece, end_of_each)),
    (_REGIMES, (recurring_piece,)),
    (" ".join(f"周{day} 星期 礼拜" for day in "一二三四五六日天"), (recurring_piece, dated_piece)),
    (_AHEAD, (recurring_piece, dated_piece)),
    (_OF_YEARS, (dated_piece, recurring_piece, _span_word)),
    (_POINTS, (dated_piece,)),
    (" ".join(NAMES), (dated_piece,)),
    (" ".join(f"“{char}" for char in sorted({*_NUMERALS, *(name[0] for name in NAMES)})), (dated_piece,)),
    ("《 〈 < 〔 [ 【 ( （", (skipped,)),
    ("附件 关于", (named_stretch,)),
    (" ".join((*STANDING, *VAGUE, PHRASE_HEADS)), (standing_piece,)),
)
"""Words with which expressions begin, and the families that may read them, first things first."""


def _families() -> tuple[dict[str, tuple[Family, ...]], dict[str, set[str]]]:
    """By first character: the families to try, and the second characters with which they may begin (none: any)."""
    families: dict[str, tuple[Family, ...]] = {}
    seconds: dict[str, set[str]] = {}
    for words, tried in _OPENINGS:
        for word in words.split():
            families[word[0]] = (*dict.fromkeys((*families.get(word[0], ()), *tried)),)
            seconds.setdefault(word[0], set()).add(word[1:2])
    return families, seconds


_FAMILIES, _SECONDS = _families()

_BEHIND_NUMERALS: Final = _NUMERALS | frozenset(
    '百月季年日号个工自小天周星礼钟分次场期轮回遍人批半点时前节国劳假末之第、,，和及与至到—–―－~～〜./:：-”"oO'
)
"""What stands behind a number that is an expression's."""


def _opening_pattern() -> str:
    """Every alternative begins with a literal character, so that the search skips what begins nothing."""
    words = (
        re.escape(first) + ("" if "" in seconds else f"(?=[{re.escape(''.join(sorted(seconds)))}])")
        for first, seconds in _SECONDS.items()
        if first not in _NUMERALS and first != "第"
    )
    ordinal = f"第(?=[{''.join(sorted(_NUMERALS))}]+(?:[季个周星、,，和至到—~-]))"
    behind = f"(?=[{re.escape(''.join(sorted(_BEHIND_NUMERALS)))}])"
    return "|".join((*(numeral + behind for numeral in sorted(_NUMERALS)), ordinal, *words))


OPENING: Final = pattern(_opening_pattern())
"""A character with which an expression can begin."""


_SENTENCE_END: Final = pattern(f"[{SENTENCE_ENDS}]")


def _continues(text: str, at: int) -> bool:
    """Whether a numeral is the rest of a number; not the 8 of 「1.8月底前」, where 1 numbers an item."""
    before = text[at - 1 : at]
    if before != ".":
        return before in _NUMERALS
    head = HEAD.match(text, at)
    return head is None or text[head.end() : head.end() + 1] != "月"


def pieces(reading: Reading) -> list[Piece]:
    """What the rules read in a text, in its order; refused where a rule finds an impossible date."""
    text, end = reading.text, 0
    found: list[Piece] = []
    for opening in OPENING.finditer(text):
        at = opening.start()
        char = text[at]
        if at < end or (char in _NUMERALS and _continues(text, at)):
            continue
        if found and end < at and _SENTENCE_END.search(text, end, at):
            reading.new_sentence()
        try:
            piece = _piece_at(reading, at, char)
        except UnreadableExpression:
            if reading.whole:
                raise
            continue
        if piece is not None and piece.end > at:
            inside = piece.kind == "triggered" and found and found[-1].start >= piece.start
            if inside and found[-1].kind != "triggered":
                # 上半年结束后一个月内: what was read first is part of the event's name.
                found[-1].kind, found[-1].phases = "silent", []
            end = piece.end
            found.append(piece)
    return found


_SILENCERS: Final = {"dated": describes, "recurring": is_rate}


def _piece_at(reading: Reading, at: int, char: str) -> Piece | None:
    if char in _NUMERALS:
        head = HEAD.match(reading.text, at)
        unit = "" if head is None else reading.text[head.end() : head.end() + 1]
        families = _BY_UNIT.get(unit, _NUMBERED)
        if char in "一二两三四五六" and reading.text[at + 1 : at + 2] in "年季月周日天旬个":
            families = (recurring_piece, *families)
    else:
        families = _FAMILIES.get(char, ())
    for family in families:
        piece = family(reading, at)
        if piece is not None:
            silencer = _SILENCERS.get(piece.kind)
            if silencer is not None and silencer(reading, piece):
                piece.kind, piece.phases = "silent", []
            return piece
    return None


def check_year(year: int) -> None:
    """ValueError for a plan year that no plan has."""
    if not 1900 <= year < 2200:
        raise ValueError(f"年份应在1900年至2199年之间，收到的是{year}")


def normalise(text: str, *, year: int, issued: date | None = None) -> Schedule:
    """The schedule of one expression, in the plan year `year` and, where known, from the date of issue.

    Never raises for any text. What cannot be read, and a date that does not exist, come back without phases and with
    the reason in `error`.
    """
    if not 1900 <= year < 2200:
        check_year(year)
    spelled = text
    if TELLING.search(text) is None or is_one_sentence(spelled := spell(text)):
        shape = shaped(spelled, year, issued, OPENING)
        if shape is not None and shape[0]:
            return Schedule(text, shape[0], shape[1])
    return by_rules(text, spelled, year=year, issued=issued)


def by_rules(text: str, spelled: str, *, year: int, issued: date | None) -> Schedule:
    """The schedule of one expression as the rules read it, shapes or no shapes."""
    reading = Reading(spelled, year, issued)
    try:
        whole = bare_years(reading)
        phases, rule = assemble(reading, pieces(reading) if whole is None else [whole])
    except UnreadableExpression as refused:
        where = places(text)[min(refused.where, len(reading.text))]
        return Schedule(text, (), "", tuple(reading.notes), refused.reason, where)
    if not phases:
        return Schedule(text, (), rule, tuple(reading.notes), "没有读出时限，请人工填写", 0)
    return Schedule(text, tuple(phases), rule, tuple(reading.notes))

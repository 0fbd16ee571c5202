"""One expression in the context of a plan year: try the rules left to right, put the pieces together, keep which rules
read them, and explain a refusal.

The first character of an expression, or the number with which it begins, says which families of rules can apply; a
character that opens nothing costs one look at a character class.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, TypeAlias

from schedules.assembly import assemble
from schedules.reading import SENTENCE_ENDS, Piece, Reading, UnreadableExpression
from schedules.rules.counts import count_piece
from schedules.rules.dated import bare_years, dated_piece
from schedules.rules.points import BY_CHAR
from schedules.rules.recurring import end_of_each, recurring_piece
from schedules.rules.silence import describes, named_stretch, skipped
from schedules.rules.standing import standing_piece
from schedules.rules.triggered import triggered_piece
from schedules.schedule import Schedule
from schedules.spelling import NUMERAL, places, spell

Family: TypeAlias = Callable[[Reading, int], Piece | None]


def _span_word(reading: Reading, at: int) -> Piece | None:
    """年度 before a count (年度组织活动不少于6次) is the plan year; alone it is part of a name."""
    if not reading.text.startswith("年度", at):
        return None
    return Piece("year of the count", at, at + 2, "span")


_NUMBERED: Final[tuple[Family, ...]] = (dated_piece, triggered_piece, count_piece)
_FAMILIES: Final[dict[str, tuple[Family, ...]]] = {
    "一": (recurring_piece, dated_piece, triggered_piece, count_piece),
    "每": (recurring_piece,),
    "各": (recurring_piece,),
    "逐": (recurring_piece,),
    "隔": (recurring_piece,),
    "按": (recurring_piece, standing_piece),
    "双": (recurring_piece,),
    "单": (recurring_piece,),
    "均": (recurring_piece,),
    "半": (recurring_piece, triggered_piece),
    "月": (recurring_piece, dated_piece, end_of_each),
    "季": (recurring_piece, dated_piece, end_of_each),
    "周": (recurring_piece,),
    "日": (recurring_piece, standing_piece),
    "旬": (recurring_piece,),
    "次": (recurring_piece, dated_piece),
    "下": (recurring_piece, dated_piece),
    "年": (dated_piece, recurring_piece, _span_word),
    "即": (dated_piece, standing_piece),
    "第": (dated_piece,),
    "《": (skipped,),
    "〈": (skipped,),
    "<": (skipped,),
    "〔": (skipped,),
    "[": (skipped,),
    "【": (skipped,),
    "(": (skipped,),
    "（": (skipped,),
    "附": (named_stretch,),
    "关": (named_stretch,),
    **dict.fromkeys("贯全常长经持始不动滚久", (standing_piece,)),
    **dict.fromkeys("适及定立随实如视必尽抓限近择相马事酌待另届严依根遵结对在规法要承时", (standing_piece,)),
}
for _char in BY_CHAR:
    _FAMILIES.setdefault(_char, (dated_piece,))
for _char in "限清端中小七重元教国圣平建实定":
    _FAMILIES[_char] = (*dict.fromkeys((*_FAMILIES.get(_char, ()), dated_piece)),)

_OPENING: Final = re.compile(f"(?<![{NUMERAL}.])(?=[{NUMERAL}])|[{re.escape(''.join(_FAMILIES))}{SENTENCE_ENDS}]")
_NUMERALS: Final = frozenset("0123456789零〇○一二两三四五六七八九十廿卅")


def pieces(reading: Reading) -> Iterator[Piece]:
    """What the rules read in a text, in its order; refused where a rule finds an impossible date."""
    text, end = reading.text, 0
    for opening in _OPENING.finditer(text):
        at = opening.start()
        if at < end:
            continue
        char = text[at]
        if char in SENTENCE_ENDS:
            reading.new_sentence()
            continue
        try:
            piece = _piece_at(reading, at, char)
        except UnreadableExpression:
            if reading.whole:
                raise
            continue
        if piece is not None and piece.end > at:
            end = piece.end
            yield piece


def _piece_at(reading: Reading, at: int, char: str) -> Piece | None:
    families = _FAMILIES.get(char)
    if families is None or (char in _NUMERALS and char != "一"):
        families = _NUMBERED
    for family in families:
        piece = family(reading, at)
        if piece is not None:
            if piece.kind == "dated" and describes(reading, piece):
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
    check_year(year)
    reading = Reading(spell(text), year, issued)
    try:
        whole = bare_years(reading)
        phases, rule = assemble(reading, list(pieces(reading)) if whole is None else [whole])
    except UnreadableExpression as refused:
        where = places(text)[min(refused.where, len(reading.text))]
        return Schedule(text, (), "", tuple(reading.notes), refused.reason, where)
    if not phases:
        return Schedule(text, (), rule, tuple(reading.notes), "没有读出时限，请人工填写", 0)
    return Schedule(text, tuple(phases), rule, tuple(reading.notes))

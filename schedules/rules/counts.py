"""How often: 至少1次, 不少于3次, 1-2次, 两次, 2次/年. The least number is kept."""

from typing import Final

from schedules.patterns import pattern
from schedules.reading import Piece, Reading
from schedules.rules.recurring import per_piece
from schedules.spelling import NUMERAL, number

_UNIT: Final = (
    "(?:场次|人次(?!$)|次(?![性序数日月年生要品之级元第])|场(?![所地馆景合面域])|遍|批次"
    "|期(?![间限末内满刊货初中后待望])|轮(?![次流换岗询训])|回(?![头应复收访顾避归款]))"
)
_COUNT: Final = pattern(
    f"(?P<n>[{NUMERAL}]{{1,4}})(?:(?:[-—–~～至到]|、)(?P<b>[{NUMERAL}]{{1,4}}))?个?{_UNIT}(?:以上"
    f"|左右)?(?:[/／](?:每)?(?P<per>半年|年|季度?|月|周|日|天))?"
)
_LEAST: Final = pattern(
    "(?:至少|不少于|不低于|不得少于|不得低于|最少|不小于|原则上不少于|大于等于)(?:[一-鿿]{0,6})$|(?:各"
    "|分别)(?:[一-鿿]{0,6})$"
)


def count_piece(reading: Reading, at: int) -> Piece | None:
    """The number of times that begins at a place."""
    text = reading.text
    match = _COUNT.match(text, at)
    if match is None or (at and text[at - 1] == "第"):
        return None
    n = number(match["n"])
    if n is None or not 1 <= n <= 999:
        return None
    before = text[max(0, at - 12) : at]
    if match["per"] is not None:
        return per_piece(reading, at, match.end(), match["per"], n)
    least = _LEAST.search(before) is not None or "以上" in match.group()
    piece = Piece("count", at, match.end(), "count", n=n, strong=least)
    piece.suffix = "各" if "各" in before[-8:] else ""
    return piece

"""One spelling per expression: widths, blanks, a few traditional characters; and numbers in digits or characters.

Most cells need nothing, so one search decides whether there is anything to do. What is changed keeps its length except
for blanks that are left out; `places` says where each character that was kept stood.
"""

import re
from typing import Final

from schedules.patterns import pattern

_WIDE: Final = "０１２３４５６７８９．－／"
_THIN: Final = "0123456789.-/"
_TRADITIONAL: Final = "號週個後間內會節點時鐘兩從農曆終來開發應於實際報嚴國慶陽歲結毎"
_SIMPLE: Final = "号周个后间内会节点时钟两从农历终来开发应于实际报严国庆阳岁结每"
_SAME_LENGTH: Final = str.maketrans(_WIDE + _TRADITIONAL + "\u3000\xa0\t", _THIN + _SIMPLE + "   ")
_DROPPED: Final = "\u200b\ufeff\u2060"

# The blanks one by one, as \\s would say: a class of characters alone is one table, looked up once for each character.
_BLANKS: Final = " \t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD_CHARS: Final = re.escape(_WIDE + _TRADITIONAL + _DROPPED) + _BLANKS
_ODD: Final = pattern(f"[{_ODD_CHARS}]")
TELLING: Final = pattern(f"[{_ODD_CHARS}。；;！!？?]")
"""What a cell hardly ever holds: a character that is spelled otherwise, or the end of a sentence."""
_TIME: Final = (
    "0-9一二三四五六七八九十廿〇零两年月日号季度旬周底末初前后内上中下半第每至到个次起止期工作时点分:：、—–~\\-"
)
# A blank goes where it stands beside a word of time (OCR: 「12 月底前」); elsewhere it divides (「长期公开 随时公开」).
_BLANK: Final = pattern(
    f"[{_DROPPED}]+|(?<=[{_TIME}]) +(?=[^ 0-9])|(?<=[^ 0-9]) +(?=[{_TIME}])| +(?= )|(?<=[月 ][123]) +(?=[0-9] *[日号])"
)


def spell(text: str) -> str:
    """`text` in the one spelling that the rules know."""
    if _ODD.search(text) is None:
        return text
    return _BLANK.sub("", text.translate(_SAME_LENGTH))


def places(text: str) -> list[int]:
    """For every character of `spell(text)`, and for its end, the place in `text` from which it came."""
    if _ODD.search(text) is None:
        return list(range(len(text) + 1))
    kept: list[int] = []
    at = 0
    for blank in _BLANK.finditer(text.translate(_SAME_LENGTH)):
        kept.extend(range(at, blank.start()))
        at = blank.end()
    kept.extend(range(at, len(text) + 1))
    return kept


_DIGITS: Final = {
    char: value
    for value, chars in enumerate(("0零〇○", "1一元", "2二两", "3三", "4四", "5五", "6六", "7七", "8八", "9九"))
    for char in chars
}
NUMERAL: Final = "0-9零〇○一二两三四五六七八九十廿卅"


def _small(text: str) -> int | None:
    """A number below a hundred in characters: 十五, 二十, 廿三, 卅一; None where it is none."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text) if len(text) == 1 else None
    high = 1 if not tens else _DIGITS.get(tens)
    low = 0 if not ones else _DIGITS.get(ones)
    return None if high is None or low is None else high * 10 + low


def _table() -> dict[str, int]:
    ones = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
    table = {str(n): n for n in range(100)} | {f"{n:02d}": n for n in range(10)}
    table |= _DIGITS
    for n in range(10, 100):
        tens, low = divmod(n, 10)
        table[("" if tens == 1 else ones[tens]) + "十" + ones[low]] = n
        table[ones[tens] + "十" + ones[low]] = n
    table |= {"廿": 20, "卅": 30, "卅一": 31} | {f"廿{ones[low]}": 20 + low for low in range(1, 10)}
    return table


NUMBERS: Final[dict[str, int]] = _table()
"""Every spelling of 0 to 99: 8, 08, 八, 十五, 一十五, 廿五."""


def number(text: str) -> int | None:
    """The number that digits or characters spell, below 10 000; None where they spell none."""
    known = NUMBERS.get(text)
    if known is not None:
        return known
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= 4 else None
    hundreds, hundred, rest = text.partition("百")
    if not hundred:
        return _small(text)
    high, low = NUMBERS.get(hundreds), NUMBERS.get(rest.removeprefix("零"), 0 if not rest else None)
    return None if high is None or low is None or high > 9 else high * 100 + low


def year_number(text: str) -> int | None:
    """The year that four figures spell, in digits or characters (二〇二二, 二00五), 1900 to 2199; else None."""
    if len(text) != 4:
        return None
    year = 0
    for char in text:
        value = _DIGITS.get(char)
        if value is None:
            return None
        year = year * 10 + value
    return year if 1900 <= year < 2200 else None

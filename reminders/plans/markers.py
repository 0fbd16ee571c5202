"""The numbers that stand before items: 一、 （一） 1. （1） ① and how deep each usually lies."""

import re
from dataclasses import dataclass
from typing import Final

_CHINESE: Final = "[一二三四五六七八九十百零]{1,5}"
# The order is the depth: an office puts 一、 above （一） above 1. above （1） above ①.
_MARKERS: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(rf"第(?P<n>{_CHINESE}|\d{{1,3}})(?:部分|章|篇)[、.．:：\s]*"),
    re.compile(rf"(?P<n>{_CHINESE})\s*[、.．]\s*"),
    re.compile(rf"[（(]\s*(?P<n>{_CHINESE})\s*[）)]\s*[、.．]?\s*"),
    re.compile(r"(?P<n>\d{1,5})\s*(?:[.．、](?!\d)|[）)](?!\d))\s*"),
    re.compile(r"[（(]\s*(?P<n>\d{1,5})\s*[）)]\s*[、.．]?\s*"),
    re.compile(r"(?P<n>[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])\s*"),
)
PART, MAIN, BRACKETED, DIGIT, DIGIT_BRACKETED, CIRCLED = range(6)


@dataclass(frozen=True, slots=True)
class Marker:
    """The number before an item."""

    level: int  # PART to CIRCLED
    number: str  # without punctuation
    end: int  # where the text of the item begins


def marker_of(text: str) -> Marker | None:
    """The number that a paragraph begins with, or None. 2022年… and 12350热线 are none."""
    for level, pattern in enumerate(_MARKERS):
        found = pattern.match(text)
        if found and found.end() <= len(text):
            return Marker(level, found["n"], found.end())
    return None


def starts_with_ordinal(text: str) -> bool:
    """Whether a text begins like an item of any level."""
    return marker_of(text.strip()) is not None


def without_marker(text: str) -> str:
    """The text behind its number."""
    marker = marker_of(text)
    return text[marker.end :] if marker else text


def chinese_value(number: str) -> int | None:
    """The value of 十二 or 12, for checking that numbers follow each other. None for anything else."""
    if number.isdigit() and number.isascii():
        return int(number)
    digits = {character: value for value, character in enumerate("零一二三四五六七八九")}
    total = current = 0
    for character in number:
        if character == "百":
            total, current = total + (current or 1) * 100, 0
        elif character == "十":
            total, current = total + (current or 1) * 10, 0
        elif character in digits:
            current = digits[character]
        else:
            return None
    return total + current

"""Long text as pieces of so many bytes: at a blank line if possible, else at a line's end, else between words.

Nothing is lost: the pieces put together are the text. A mention or a link is never cut, for half of one reaches nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.message import UnsendableMessage

# An address ends where ASCII does: Chinese follows it without a blank.
LINK = r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+"
_WHOLE = rf"<@[^<>\n]*>|\[[^\[\]\n]*\]\([^()\s]*\)|{LINK}"
# Kept whole while they fit: coloured, bold and quoted words, dates, numbers, Latin words.
_BETTER_WHOLE = r"<font\b[^\n]{0,400}?</font>|\*\*[^*\n]+\*\*|`[^`\n]+`|[A-Za-z0-9][A-Za-z0-9_.:/-]*"
_UNCUTTABLE = re.compile(rf"{_WHOLE}|.", re.DOTALL)
_WORDS = re.compile(rf"{_WHOLE}|{_BETTER_WHOLE}|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def byte_size(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(text.encode("utf-8"))


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` UTF-8 bytes; together they are the text again.

    Raises UnsendableMessage where a single mention or link is longer than that.
    """
    pieces: list[str] = []
    held: list[str] = []
    room = limit
    for unit in _units(text, limit):
        size = byte_size(unit)
        if size > room and held:
            pieces.append("".join(held))
            held, room = [], limit
        held.append(unit)
        room -= size
    return [*pieces, "".join(held)] if held else pieces


def _units(text: str, limit: int) -> Iterator[str]:
    """The largest things that fit: items with the blank line after them, lines, words, characters."""
    for item in _items(text):
        if byte_size(item) <= limit:
            yield item
            continue
        for line in _LINES.findall(item):
            if byte_size(line) <= limit:
                yield line
            else:
                yield from _words(line, limit)


def _items(text: str) -> Iterator[str]:
    held: list[str] = []
    for line in _LINES.findall(text):
        if held and line.strip() and not held[-1].strip():
            yield "".join(held)
            held = []
        held.append(line)
    if held:
        yield "".join(held)


def _words(line: str, limit: int) -> Iterator[str]:
    for word in _WORDS.findall(line):
        if byte_size(word) <= limit:
            yield word
            continue
        for token in _UNCUTTABLE.findall(word):
            if byte_size(token) > limit:
                raise UnsendableMessage(
                    f"通知里有一个链接或点名长{byte_size(token)}字节，超过企业微信一条消息的上限{limit}字节。"
                )
            yield token

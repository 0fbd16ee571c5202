"""Columns on a terminal, where a Chinese character takes two places."""

from __future__ import annotations

import unicodedata


def fitted(text: str, width: int) -> str:
    """A text cut or filled to so many columns, the last one blank."""
    made, used = "", 0
    for character in text.replace("\n", " "):
        wide = width_of(character)
        if used + wide > width - 1:
            made, used = made + "…", used + 1
            break
        made, used = made + character, used + wide
    return made + " " * (width - used)


def width_of(text: str) -> int:
    """The columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

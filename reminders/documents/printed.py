"""Characters on a page as printed lines, and printed lines as the paragraphs their writer ended.

A PDF has no paragraphs. A line ends one where the next words would still have fitted on it, or where more room than
usual follows; what is indented opens one; what stands at the head of a page may go on from the page before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

_PAGE_NUMBER: Final = re.compile(r"^[\s\-—–·第]*\d{1,4}[\s\-—–·页]*$")
_ITEM: Final = re.compile(r"(\d{1,4})\s?[.．、]\s?(?=[\u4e00-\u9fff“《])")
_UNBREAKABLE: Final = re.compile(
    r"[（“‘《〈「『〔【(]*(?:[A-Za-z0-9.%-]{1,40}|.)[，。、；：）”’》〉」』〕】！？,.;:)%]*"
)
_ROOMY: Final = 1.35  # times the usual distance between lines: a new paragraph


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of characters as printed."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float  # width of one full character


def lines_of(chars: Sequence[dict[str, Any]]) -> list[TextLine]:
    """Characters gathered into printed lines, from the top."""
    groups: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda char: (char["top"] + char["bottom"]) / 2):
        middle = (char["top"] + char["bottom"]) / 2
        if groups and middle < groups[-1][0]["bottom"] - 0.15 * char["height"]:
            groups[-1].append(char)
        else:
            groups.append([char])
    return [line for group in groups if (line := _line(group)).text]


def _line(group: list[dict[str, Any]]) -> TextLine:
    ordered = sorted(group, key=lambda char: char["x0"])
    text = ""
    for before, char in zip([None, *ordered], ordered, strict=False):
        wide_gap = before is not None and char["x0"] - before["x1"] > 0.8 * char["size"]
        text += (" " if wide_gap and not text.endswith(" ") else "") + char["text"]
    solid = [char for char in ordered if char["text"].strip()] or ordered
    top, bottom = min(char["top"] for char in solid), max(char["bottom"] for char in solid)
    size = max(float(char["size"]) for char in solid)
    return TextLine(" ".join(text.split()), solid[0]["x0"], solid[-1]["x1"], top, bottom, size)


def cut_after(groups: Sequence[Sequence[TextLine]]) -> int:
    """After how many characters the lines of a column are cut, where a program cut them by number; else 0."""
    lengths = [len(line.text) for group in groups for line in group[:-1]]
    longest = max(lengths, default=0)
    return longest if longest and lengths.count(longest) >= max(3, len(lengths) // 2) else 0


def paragraphs(lines: Sequence[TextLine], left: float, right: float, cut: int = 0) -> list[str]:
    """Printed lines joined where the writer did not end them.

    `left` and `right` bound the cell; a line of `cut` characters is full, however narrow they are.
    """
    if not lines:
        return []
    limit = right - max(min(line.left for line in lines) - left, 0.0)
    steps = [below.top - above.top for above, below in pairwise(lines)]
    usual = min(steps, default=0.0)
    texts = [lines[0].text]
    for above, line, step in zip(lines, lines[1:], steps, strict=False):
        full = is_full(above, line, limit) or 0 < cut <= len(above.text)
        # In a cell a full stop at the very end of a full line ends a paragraph more often than a sentence within one.
        ended = above.text.endswith("。") or _next_item(texts[-1], line.text)
        if full and not ended and step <= _ROOMY * usual + 0.5:
            blank = " " if above.text[-1:].isascii() and line.text[:1].isascii() and above.text[-1:].isalnum() else ""
            texts[-1] += blank + line.text
        else:
            texts.append(line.text)
    return texts


def is_full(above: TextLine, below: TextLine, limit: float) -> bool:
    """Whether the first words of the line below would not have fitted on the one above.

    A bracket may not end a line and a comma not begin one, so several characters may have moved down together.
    """
    first = _UNBREAKABLE.match(below.text)
    moved = sum(0.5 if character.isascii() else 1.0 for character in (first.group() if first else ""))
    return above.right + below.size * moved > limit - 0.5


def _next_item(above: str, line: str) -> bool:
    """Whether a line begins the item that follows the one in the paragraph above: 16. behind 15."""
    before, after = _ITEM.match(above), _ITEM.match(line)
    return bool(before and after and int(after[1]) == int(before[1]) + 1)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The printed lines of one paragraph, and the margins of the page they stand on."""

    lines: tuple[TextLine, ...]
    left: float
    right: float

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def top(self) -> float:
        return self.lines[0].top

    def goes_on_in(self, below: "Paragraph") -> bool:
        """Whether a paragraph at the head of the next page is the rest of this one."""
        first = below.lines[0]
        return not _indented(first, below.left) and is_full(self.lines[-1], first, _limit(self.right, first))


def prose_of(lines: Sequence[TextLine], breaks: Sequence[float]) -> list[Paragraph]:
    """The paragraphs of a page, page numbers left out. `breaks` are the heights at which tables stand between lines."""
    kept = [line for line in lines if not _PAGE_NUMBER.match(line.text)]
    if not kept:
        return []
    left, right = min(line.left for line in kept), max(line.right for line in kept)
    cut = cut_after([kept])
    groups = [[kept[0]]]
    for above, line in pairwise(kept):
        full = is_full(above, line, _limit(right, line)) or 0 < cut <= len(above.text)
        if full and not _indented(line, left) and not any(above.top < height < line.top for height in breaks):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Paragraph(tuple(group), left, right) for group in groups]


def _indented(line: TextLine, left: float) -> bool:
    return line.left >= left + 0.8 * line.size


def _limit(right: float, line: TextLine) -> float:
    return right - 0.6 * line.size

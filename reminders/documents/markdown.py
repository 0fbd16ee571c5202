"""Markdown: headings, emphasis and list marks are taken off; tables are the pipe tables of plain text."""

import re
from typing import Final

from reminders.documents.encoding import decode
from reminders.documents.grid import Document
from reminders.documents.text import table_cells, text_blocks

_RULE: Final = re.compile(r"^\s*:?-{1,100}:?\s*(?:\|\s*:?-{1,100}:?\s*){1,200}$")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}\s+")
_QUOTE: Final = re.compile(r"^ {0,3}>\s?")
_BULLET: Final = re.compile(r"^\s*[-*+]\s+(?=\S)")
_EMPHASIS: Final = re.compile(r"(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1")
_LINK: Final = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}\)")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!>~-])")


def read_markdown(data: bytes, name: str) -> Document:
    """The document behind the marks."""
    lines = [_unmarked(line) for line in _piped(decode(data, name).split("\n"))]
    return Document(tuple(text_blocks("\n".join(lines), name)), "md")


def _piped(lines: list[str]) -> list[str]:
    """Table lines written without their outer strokes get them: the one above a rule, and those that follow it."""
    inside = False
    for index, line in enumerate(lines):
        heads = index + 1 < len(lines) and "|" in line and bool(_RULE.match(lines[index + 1]))
        inside = "|" in line and (inside or heads)
        if inside and not line.lstrip().startswith("|"):
            lines[index] = f"|{line}|"
    return lines


def _unmarked(line: str) -> str:
    if line.lstrip().startswith("|") or table_cells(line) is not None:
        return _inline(line)
    for mark in (_HEADING, _QUOTE, _BULLET):
        line = mark.sub("", line)
    return _inline(line)


def _inline(line: str) -> str:
    line = _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", line))
    return _ESCAPED.sub(r"\1", line)

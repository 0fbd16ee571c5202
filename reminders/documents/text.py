"""Plain text, with tables whose cells are separated by tabs or by upright strokes, and the remains of HTML in them."""

import html
import re
from typing import Final

from reminders.documents.encoding import decode
from reminders.documents.grid import Block, Document, Grid, Line, grid_of_rows
from reminders.documents.limits import refuse_too_many_rows

_PARAGRAPH_END: Final = re.compile(r"</p>|<br\s*/?>|</div>|</li>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:p|br|div|span|li|ul|ol|b|strong|font|td|tr)\b[^<>]{0,200}>", re.IGNORECASE)
_RULE_CELL: Final = re.compile(r"-{2,}|:-+:?|-+:")
_STROKES: Final = re.compile(r"(?<!\\)\|")


def read_text(data: bytes, name: str) -> Document:
    """Every line of a text file; neighbouring table lines become one grid, also across blank lines (page breaks)."""
    return Document(tuple(text_blocks(decode(data, name), name)), "txt")


def text_blocks(text: str, name: str) -> list[Block]:
    """The blocks of decoded text."""
    lines = text.split("\n")
    refuse_too_many_rows(sum(1 for line in lines if line.strip()), name)
    blocks: list[Block] = []
    table: list[tuple[str, list[str]]] = []
    tables = 0
    for number, line in enumerate(lines, start=1):
        cells = table_cells(line)
        if cells is not None:
            if not _is_rule(cells):
                table.append((f"第{number}行", cells))
            continue
        if not clean(line):
            continue
        if table:
            tables += 1
            blocks.append(_grid(table, tables))
            table = []
        blocks.append(Line(clean(line), f"第{number}行"))
    if table:
        blocks.append(_grid(table, tables + 1))
    return blocks


def table_cells(line: str) -> list[str] | None:
    """The cells of a table line, or None for prose. A tab that only indents a paragraph makes no table."""
    stripped = line.strip()
    if stripped.startswith("|") and len(_STROKES.findall(stripped)) >= 2:
        inner = stripped[1:-1] if stripped.endswith("|") and not stripped.endswith("\\|") else stripped[1:]
        return [clean(cell.replace("\\|", "|")) for cell in _STROKES.split(inner)]
    if "\t" in line.strip(" \t\u3000") or len(line) - len(line.rstrip("\t")) >= 2:
        return [clean(cell) for cell in line.split("\t")]
    return None


def clean(text: str) -> str:
    """A cell without markup: paragraphs on their own lines, entities as characters, no blanks at the ends."""
    if "<" in text:
        text = _TAG.sub("", _PARAGRAPH_END.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    parts = (part.strip(" \t\u3000\xa0") for part in text.split("\n"))
    return "\n".join(part for part in parts if part)


def _is_rule(cells: list[str]) -> bool:
    return bool(cells) and all(_RULE_CELL.fullmatch(cell) for cell in cells if cell) and any(cells)


def _grid(table: list[tuple[str, list[str]]], number: int) -> Grid:
    return grid_of_rows(table, f"表{number}")

"""Comma separated tables, as Excel saves them: UTF-8 or GB18030, commas, semicolons or tabs."""

import csv
import io
from typing import Final

from reminders.documents.encoding import decode
from reminders.documents.grid import Block, Document, Line, grid_of_rows
from reminders.documents.limits import MAX_PIECE, refuse_too_many_rows
from reminders.documents.text import clean
from reminders.exceptions import DamagedDocument

_DELIMITERS: Final = (",", "\t", ";", "，")


def read_csv(data: bytes, name: str) -> Document:
    """One grid; rows of one cell above the widest rows (title, unit, date) become lines."""
    rows = csv_rows(decode(data, name), name)
    refuse_too_many_rows(len(rows), name)
    body = next((index for index, (_, cells) in enumerate(rows) if sum(map(bool, cells)) >= 3), 0)
    lead = [Line(cells_text, place) for place, cells in rows[:body] if (cells_text := " ".join(filter(None, cells)))]
    blocks: list[Block] = [*lead, grid_of_rows(rows[body:], "表1")]
    return Document(tuple(blocks), "csv")


def csv_rows(text: str, name: str) -> list[tuple[str, list[str]]]:
    """(place, cells) of every row that is not blank; the place counts the lines of the file."""
    csv.field_size_limit(MAX_PIECE * 4)
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    rows: list[tuple[str, list[str]]] = []
    try:
        for cells in reader:
            cleaned = [clean(cell) for cell in cells]
            if any(cleaned):
                rows.append((f"第{reader.line_num}行", cleaned))
    except csv.Error as error:
        raise DamagedDocument(
            f"文件「{name}」第 {reader.line_num} 行不是完整的 CSV，多半是引号没有成对："
            "请用 Excel 或 WPS 重新另存为 CSV。"
        ) from error
    return rows


def _delimiter(text: str) -> str:
    head = text[:5000]
    return max(_DELIMITERS, key=head.count) if any(mark in head for mark in _DELIMITERS) else ","

"""Workbooks: xlsx through openpyxl; xls and xlsb through calamine.

Formulas show their last result, macros nothing.
Both libraries keep a merged value in its top left cell and list the merged ranges apart.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl
import python_calamine

from reminders.documents.grid import Block, Cell, Document, Grid
from reminders.documents.limits import MAX_COLUMNS, refuse_too_many_rows
from reminders.documents.text import clean

_ROW: Final = re.compile(rb"<(?:\w{1,8}:)?row[\s>]")


def read_xlsx(data: bytes, name: str) -> Document:
    """The visible sheets of an xlsx workbook, each as one grid."""
    _refuse_many_rows(data, name)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    grids = [_sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return Document(tuple(grid for grid in grids if grid.cells), "xlsx")


def read_calamine(data: bytes, name: str, source_format: str) -> Document:
    """The sheets of an xls or xlsb workbook."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    grids = [_calamine_sheet(book, sheet, name) for sheet in book.sheet_names]
    blocks: list[Block] = [grid for grid in grids if grid.cells]
    return Document(tuple(blocks), source_format)


def _refuse_many_rows(data: bytes, name: str) -> None:
    """Counts the rows in the packed sheets, piece by piece, before the workbook is built in memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if member.startswith("xl/worksheets/") and member.endswith(".xml"):
                rows = 0
                with archive.open(member) as sheet:
                    while piece := sheet.read(1 << 20):
                        rows += len(_ROW.findall(piece))
                        refuse_too_many_rows(rows, name)


def _sheet(sheet: Any) -> Grid:
    # The cells that exist, not the rectangle around them: one stray cell in the last row would make it a million rows.
    values = {
        (row - 1, column - 1): text
        for (row, column), cell in sheet._cells.items()
        if (text := shown(getattr(cell, "value", None), getattr(cell, "number_format", "")))
    }
    spans = [(r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in sheet.merged_cells.ranges]
    return _grid(values, spans, f"工作表「{sheet.title}」")


def _calamine_sheet(book: Any, title: str, name: str) -> Grid:
    sheet = book.get_sheet_by_name(title)
    refuse_too_many_rows(sheet.total_height, name)
    values = {
        (row, column): text
        for row, cells in enumerate(sheet.to_python(skip_empty_area=False))
        for column, value in enumerate(cells[: MAX_COLUMNS + 1])
        if (text := shown(value, ""))
    }
    ranges = getattr(sheet, "merged_cell_ranges", None) or []
    spans = [(first[0], first[1], last[0], last[1]) for first, last in ranges]
    return _grid(values, spans, f"工作表「{title}」")


def _grid(values: dict[tuple[int, int], str], spans: Iterable[tuple[int, int, int, int]], name: str) -> Grid:
    height = max((row for row, _ in values), default=-1) + 1
    refuse_too_many_rows(height, name)
    tops = {
        (top, left): (min(bottom, height) - top + 1, min(right - left + 1, MAX_COLUMNS))
        for top, left, bottom, right in spans
    }
    # Only the top left cell of a merged range has a value.
    cells = [
        Cell(text, row, column, *tops.get((row, column), (1, 1))) for (row, column), text in sorted(values.items())
    ]
    return Grid(tuple(cells), tuple(f"{name}第{row}行" for row in range(1, height + 1)), name)


def shown(value: object, number_format: str) -> str:
    """A cell's value as a person reads it on the sheet."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        if value.time() == time(0, 0):
            return _day(value.date(), number_format)
        return f"{_day(value.date(), number_format)}{value:%H:%M}"
    if isinstance(value, date):
        return _day(value, number_format)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))


def _day(day: date, number_format: str) -> str:
    """A date cell as the expression it shows: 2022年8月 where the format names no day, else the whole date."""
    lowered = number_format.lower()
    if number_format and "d" not in lowered and "m" in lowered:
        return f"{day.year}年{day.month}月"
    return f"{day.year}年{day.month}月{day.day}日"

"""A workbook of plain tables: written in one go, row after row, and put in its place only when it is whole."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from reminders.exceptions import InputError

Cell = str | int | date | None
MOST_IN_CELL = 32_767  # Excel's own limit
MOST_ROWS = 1_048_575  # the same, without the head
_CUT = "…（已截断）"
# What XML cannot hold, and openpyxl refuses or writes as a file that nobody can open.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its columns with their widths, and its rows."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Iterable[Sequence[Cell]]


def write_book(target: Path, sheets: Sequence[Sheet]) -> list[int]:
    """Write the sheets; how many rows each has. InputError where the place is none; an older file stays until then."""
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"台账写成 Excel 文件，请给出以 .xlsx 结尾的文件名，读到的是「{target.name}」。")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".xlsx")
    except OSError as error:
        raise _unwritable(target, error) from None
    os.close(handle)
    try:
        written = _write(Path(name), sheets)
        Path(name).chmod(0o640)  # names and telephone numbers: for the clerk and her group
        Path(name).replace(target)
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    return written


def plain(value: Cell) -> Cell:
    """A value that a cell can hold and that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    text = _NOT_IN_XML.sub("", value)
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return text if len(text) <= MOST_IN_CELL else text[: MOST_IN_CELL - len(_CUT)] + _CUT


def _write(place: Path, sheets: Sequence[Sheet]) -> list[int]:
    import openpyxl  # here, because every process of the service imports this package and only this command writes

    book = openpyxl.Workbook(write_only=True)
    try:
        return [_fill(book.create_sheet(sheet.name), sheet) for sheet in sheets]
    finally:
        book.save(place)  # also after a failure: openpyxl closes and clears away its own pieces only when it saves


def _fill(page: Any, sheet: Sheet) -> int:
    from openpyxl.utils import get_column_letter

    for number, (_, width) in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = "A2"
    page.append([_bold(page, heading) for heading, _ in sheet.columns])
    count = 0
    for row in sheet.rows:
        if count == MOST_ROWS:
            raise InputError(f"「{sheet.name}」超过 {MOST_ROWS} 行，一张工作表放不下。")
        page.append([plain(value) for value in row])
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count + 1}"
    return count


def _bold(page: Any, heading: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(page, value=heading)
    cell.font = Font(bold=True)
    return cell


def _unwritable(target: Path, error: OSError) -> InputError:
    return InputError(f"写不了「{target}」（{error.strerror}）：请换个位置，或先关闭打开着的同名文件。")

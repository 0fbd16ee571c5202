"""ods: the sheets of content.xml with their spans, which calamine does not tell for this format.

Repeated rows and cells are written once with a count; trailing empty ones (a million rows in an ordinary file) are
skipped, and a count of filled ones is bounded before it is unfolded.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from reminders.documents.grid import Cell, Document, Grid
from reminders.documents.limits import MAX_COLUMNS, MAX_ROWS, refuse_too_many_rows

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def read_ods(data: bytes, name: str) -> Document:
    """The sheets of an OpenDocument spreadsheet. No entity is followed, no macro or embedded object looked at."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("content.xml"), parser)
    grids = [_sheet(table, name) for table in root.iter(f"{_TABLE}table")]
    return Document(tuple(grid for grid in grids if grid.cells), "ods")


def _sheet(table: Any, name: str) -> Grid:
    title = f"工作表「{table.get(f'{_TABLE}name', '')}」"
    cells: list[Cell] = []
    at = height = 0
    for row in table.iter(f"{_TABLE}table-row"):
        repeated = _count(row, "number-rows-repeated", MAX_ROWS + 1)
        found = list(_row_cells(row))
        if found:
            refuse_too_many_rows(at + repeated, name)
            cells.extend(
                Cell(cell.text, at + down, cell.column, cell.rowspan, cell.colspan)
                for down in range(repeated)
                for cell in found
            )
            height = at + repeated
        at += repeated
    kept = tuple(
        Cell(cell.text, cell.row, cell.column, min(cell.rowspan, height - cell.row), cell.colspan) for cell in cells
    )
    return Grid(kept, tuple(f"{title}第{number}行" for number in range(1, height + 1)), title)


def _row_cells(row: Any) -> Iterator[Cell]:
    column = 0
    for element in row:
        if element.tag not in _CELLS:
            continue
        repeated = _count(element, "number-columns-repeated", MAX_COLUMNS + 1)
        text = "\n".join(filter(None, (_paragraph(part) for part in element.iterchildren(f"{_TEXT}p"))))
        if text and element.tag == _CELLS[0]:
            tall = _count(element, "number-rows-spanned", MAX_ROWS)
            wide = _count(element, "number-columns-spanned", MAX_COLUMNS)
            yield from (Cell(text, 0, column + right, tall, wide) for right in range(repeated))
        column += repeated


def _paragraph(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _count(element: Any, name: str, most: int) -> int:
    text = str(element.get(f"{_TABLE}{name}", "1"))
    return min(int(text[:9]), most) if text.isascii() and text.isdigit() and text != "0" else 1

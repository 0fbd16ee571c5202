"""Text PDFs with ruled tables, through pdfplumber. A page that is only a picture is refused, not guessed.

A PDF has neither paragraphs nor spans. Spans are read back from the ruling; a line ends a paragraph where the next
character would still have fitted on it, or where more room than usual follows.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from reminders.documents.grid import Block, Cell, Document, Grid, Line
from reminders.documents.limits import MAX_PAGES, refuse_too_many_rows
from reminders.exceptions import DamagedDocument, DocumentTooLarge, EmptyDocument

_PAGE_NUMBER: Final = re.compile(r"^[\s\-—–·第]*\d{1,4}[\s\-—–·页]*$")
_ITEM: Final = re.compile(r"(\d{1,4})\s?[.．、]\s?(?=[\u4e00-\u9fff“《])")
_NEAR: Final = 2.5  # points within which two ruled lines are one
_ROOMY: Final = 1.35  # times the usual distance between lines: a new paragraph


@dataclass(frozen=True, slots=True)
class _TextLine:
    """One line of characters as printed."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float  # width of one full character


def read_pdf(data: bytes, name: str) -> Document:
    """The prose and ruled tables of a text PDF; a table that goes on overleaf is one grid."""
    try:
        blocks = _blocks(data, name)
    except (PDFPasswordIncorrect, PdfminerException) as error:
        if "PasswordIncorrect" in repr(error) or isinstance(error.__context__, PDFPasswordIncorrect):
            raise DamagedDocument(f"文件「{name}」设有密码，打不开：请取消密码后再导入。") from error
        raise
    if not blocks:
        raise EmptyDocument(f"文件「{name}」里没有文字，多半是扫描件：请先做文字识别，或向发文单位要 Word 版。")
    return Document(tuple(blocks), "pdf")


def _blocks(data: bytes, name: str) -> list[Block]:
    blocks: list[Block] = []
    rows = 0
    with pdfplumber.open(io.BytesIO(data)) as opened:
        if len(opened.pages) > MAX_PAGES:
            raise DocumentTooLarge(
                f"文件「{name}」有 {len(opened.pages)} 页，超过 {MAX_PAGES} 页的上限：请只保留方案正文和任务表。"
            )
        for number, page in enumerate(opened.pages, start=1):
            found = _page_blocks(page, number)
            rows += sum(block.height if isinstance(block, Grid) else 1 for block in found)
            refuse_too_many_rows(rows, name)
            _append(blocks, found)
            page.close()
    return blocks


def _append(blocks: list[Block], found: Sequence[Block]) -> None:
    """Adds a page; a table at its head goes on from a table of the same width at the foot of the page before."""
    rest = list(found)
    if blocks and rest and isinstance(blocks[-1], Grid) and isinstance(rest[0], Grid):
        above, below = blocks[-1], rest[0]
        if above.width == below.width:
            moved = tuple(
                Cell(cell.text, cell.row + above.height, cell.column, cell.rowspan, cell.colspan)
                for cell in below.cells
            )
            blocks[-1] = Grid(above.cells + moved, above.places + below.places, above.name, True)
            rest = rest[1:]
    blocks.extend(rest)


def _page_blocks(page: Any, number: int) -> list[Block]:
    tables = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    boxes = [table.bbox for table in tables]
    chars = [char for char in page.chars if char["text"].strip() or char["text"] == " "]
    outside = [char for char in chars if not any(_inside(char, box) for box in boxes)]
    placed: list[tuple[float, Block]] = []
    for order, table in enumerate(tables, start=1):
        grid = _grid(table, chars, f"第{number}页表{order}")
        if grid.cells:
            placed.append((table.bbox[1], grid))
    placed.extend(_prose(outside, boxes, number))
    return [block for _, block in sorted(placed, key=lambda pair: pair[0])]


def _inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _grid(table: Any, chars: Sequence[dict[str, Any]], name: str) -> Grid:
    """The ruled cells by the lines they lie between, which gives back their spans."""
    lefts = _edges(box[0] for box in table.cells)
    tops = _edges(box[1] for box in table.cells)
    cells: list[Cell] = []
    for box in sorted(table.cells, key=lambda box: (box[1], box[0])):
        row, column = _at(tops, box[1]), _at(lefts, box[0])
        tall = sum(1 for top in tops if box[1] - _NEAR <= top < box[3] - _NEAR)
        wide = sum(1 for left in lefts if box[0] - _NEAR <= left < box[2] - _NEAR)
        text = _paragraphs(_lines([char for char in chars if _inside(char, box)]), box[0], box[2])
        if text or tall > 1 or wide > 1:
            cells.append(Cell("\n".join(text), row, column, max(tall, 1), max(wide, 1)))
    places = tuple(f"{name}第{row}行" for row in range(1, len(tops) + 1))
    return Grid(tuple(cells), places, name, wrapped=True)


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _NEAR:
            edges.append(value)
    return edges


def _at(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _lines(chars: Sequence[dict[str, Any]]) -> list[_TextLine]:
    """Characters gathered into printed lines, from the top."""
    groups: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda char: (char["top"] + char["bottom"]) / 2):
        middle = (char["top"] + char["bottom"]) / 2
        if groups and middle < groups[-1][0]["bottom"] - 0.15 * char["height"]:
            groups[-1].append(char)
        else:
            groups.append([char])
    return [line for group in groups if (line := _line(group)).text]


def _line(group: list[dict[str, Any]]) -> _TextLine:
    ordered = sorted(group, key=lambda char: char["x0"])
    text = ""
    for before, char in zip([None, *ordered], ordered, strict=False):
        wide_gap = before is not None and char["x0"] - before["x1"] > 0.8 * char["size"]
        text += (" " if wide_gap and not text.endswith(" ") else "") + char["text"]
    solid = [char for char in ordered if char["text"].strip()] or ordered
    top, bottom = min(char["top"] for char in solid), max(char["bottom"] for char in solid)
    size = max(float(char["size"]) for char in solid)
    return _TextLine(" ".join(text.split()), solid[0]["x0"], solid[-1]["x1"], top, bottom, size)


def _paragraphs(lines: Sequence[_TextLine], left: float, right: float) -> list[str]:
    """Printed lines joined where the writer did not end them. `left` and `right` bound the cell or page."""
    if not lines:
        return []
    limit = right - max(min(line.left for line in lines) - left, 0.0)
    steps = [below.top - above.top for above, below in pairwise(lines)]
    usual = min(steps, default=0.0)
    texts = [lines[0].text]
    for above, line, step in zip(lines, lines[1:], steps, strict=False):
        full = above.right + line.size > limit - 0.5 and not _next_item(texts[-1], line.text)
        if full and step <= _ROOMY * usual + 0.5:
            blank = " " if above.text[-1:].isascii() and line.text[:1].isascii() and above.text[-1:].isalnum() else ""
            texts[-1] += blank + line.text
        else:
            texts.append(line.text)
    return texts


def _next_item(above: str, line: str) -> bool:
    """Whether a line begins the item that follows the one in the paragraph above: 16. behind 15."""
    before, after = _ITEM.match(above), _ITEM.match(line)
    return bool(before and after and int(after[1]) == int(before[1]) + 1)


def _prose(
    chars: Sequence[dict[str, Any]], boxes: Sequence[tuple[float, float, float, float]], number: int
) -> list[tuple[float, Block]]:
    """The paragraphs outside the tables with their height on the page; an indented line opens a paragraph."""
    lines = [line for line in _lines(chars) if not _PAGE_NUMBER.match(line.text)]
    if not lines:
        return []
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    gathered: list[list[_TextLine]] = []
    for line in lines:
        above = gathered[-1][-1] if gathered else None
        goes_on = (
            above is not None
            and above.right + line.size > right
            and line.left < left + 0.8 * line.size
            and not any(above.top < box[1] < line.top for box in boxes)
        )
        if goes_on:
            gathered[-1].append(line)
        else:
            gathered.append([line])
    made: list[tuple[float, Block]] = []
    for count, group in enumerate(gathered, start=1):
        made.append((group[0].top, Line("".join(line.text for line in group), f"第{number}页第{count}段")))
    return made

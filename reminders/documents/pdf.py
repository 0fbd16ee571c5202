"""Text PDFs with ruled tables, through pdfplumber. A page that is only a picture is refused, not guessed.

A PDF has neither paragraphs nor spans: `printed.py` finds the paragraphs, and spans are read back from the ruling.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from reminders.documents.grid import Block, Cell, Document, Grid, Line
from reminders.documents.limits import MAX_PAGES, refuse_too_many_rows
from reminders.documents.printed import Paragraph, cut_after, lines_of, paragraphs, prose_of
from reminders.exceptions import DamagedDocument, DocumentTooLarge, EmptyDocument

_NEAR: Final = 2.5  # points within which two ruled lines are one


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
    rows, above = 0, _Page()
    with pdfplumber.open(io.BytesIO(data)) as opened:
        if len(opened.pages) > MAX_PAGES:
            raise DocumentTooLarge(
                f"文件「{name}」有 {len(opened.pages)} 页，超过 {MAX_PAGES} 页的上限：请只保留方案正文和任务表。"
            )
        for number, page in enumerate(opened.pages, start=1):
            found = _page_of(page, number)
            rows += sum(block.height if isinstance(block, Grid) else 1 for block in found.blocks)
            refuse_too_many_rows(rows, name)
            _append(blocks, above, found)
            above = found if found.blocks else above
            page.close()
    return blocks


@dataclass(frozen=True, slots=True)
class _Page:
    """The blocks of one page, and its first and last paragraph where they stand at its head and foot."""

    blocks: tuple[Block, ...] = ()
    first: Paragraph | None = None
    last: Paragraph | None = None


def _append(blocks: list[Block], above: _Page, page: _Page) -> None:
    """Adds a page; a table or paragraph at its head may go on from the foot of the page before."""
    rest = list(page.blocks)
    if blocks and rest:
        joined = _joined(blocks[-1], rest[0], above.last, page.first)
        if joined is not None:
            blocks[-1] = joined
            rest = rest[1:]
    blocks.extend(rest)


def _joined(above: Block, below: Block, last: Paragraph | None, first: Paragraph | None) -> Block | None:
    """Two blocks on both sides of a page break as one, or None where they are two."""
    if isinstance(above, Grid) and isinstance(below, Grid) and above.width == below.width:
        moved = tuple(
            Cell(cell.text, cell.row + above.height, cell.column, cell.rowspan, cell.colspan) for cell in below.cells
        )
        return Grid(above.cells + moved, above.places + below.places, above.name, True)
    if isinstance(above, Line) and isinstance(below, Line) and last and first and last.goes_on_in(first):
        return Line(above.text + below.text, above.place)
    return None


def _page_of(page: Any, number: int) -> _Page:
    tables = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    boxes = [table.bbox for table in tables]
    chars = [char for char in page.chars if char["text"].strip() or char["text"] == " "]
    outside = [char for char in chars if not any(_inside(char, box) for box in boxes)]
    prose = prose_of(lines_of(outside), [box[1] for box in boxes])
    placed: list[tuple[float, Block]] = [
        (one.top, Line(one.text, f"第{number}页第{count}段")) for count, one in enumerate(prose, start=1)
    ]
    for order, table in enumerate(tables, start=1):
        grid = _grid(table, chars, f"第{number}页表{order}")
        if grid.cells:
            placed.append((table.bbox[1], grid))
    blocks = tuple(block for _, block in sorted(placed, key=lambda pair: pair[0]))
    ends = (prose[0], prose[-1]) if prose else (None, None)
    return _Page(blocks, *ends)


def _inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _grid(table: Any, chars: Sequence[dict[str, Any]], name: str) -> Grid:
    """The ruled cells by the lines they lie between, which gives back their spans."""
    lefts = _edges(box[0] for box in table.cells)
    tops = _edges(box[1] for box in table.cells)
    boxes = sorted(table.cells, key=lambda box: (box[1], box[0]))
    printed = {box: lines_of([char for char in chars if _inside(char, box)]) for box in boxes}
    cuts = [cut_after([printed[box] for box in boxes if _at(lefts, box[0]) == column]) for column in range(len(lefts))]
    cells: list[Cell] = []
    for box in boxes:
        row, column = _at(tops, box[1]), _at(lefts, box[0])
        tall = sum(1 for top in tops if box[1] - _NEAR <= top < box[3] - _NEAR)
        wide = sum(1 for left in lefts if box[0] - _NEAR <= left < box[2] - _NEAR)
        text = paragraphs(printed[box], box[0], box[2], cuts[column])
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

"""One text plan turned into the other formats, as an office's own programs would have written it.

Titles that stand once for several rows become merged cells, section rows are merged over the whole width.
"""

import csv
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import docx
import openpyxl
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from reminders.documents.grid import Grid, Line
from reminders.documents.text import text_blocks


@dataclass(frozen=True)
class Merge:
    """A merged range, from the first row and column to the last, both included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Source:
    """A text plan taken apart: lines before and after its one table, its rows as texts, and what to merge."""

    before: Sequence[str]
    rows: Sequence[Sequence[str]]
    merges: Sequence[Merge]
    after: Sequence[str]


def source_of(text: str) -> Source:
    """The parts of a plan that holds one table."""
    blocks = text_blocks(text, "plan.txt")
    at = next(index for index, block in enumerate(blocks) if isinstance(block, Grid))
    grid = blocks[at]
    assert isinstance(grid, Grid)
    rows = [[cell.text if cell is not None else "" for cell in row] for row in grid.rows()]
    lines = [[block.text for block in part if isinstance(block, Line)] for part in (blocks[:at], blocks[at + 1 :])]
    return Source(lines[0], rows, _merges(rows), lines[1])


def _merges(rows: Sequence[Sequence[str]]) -> list[Merge]:
    merges: list[Merge] = []
    width = len(rows[0])
    index = 1
    while index < len(rows):
        if rows[index][0] and not any(rows[index][1:]):
            merges.append(Merge(index, 0, index, width - 1))
        last = index
        while last + 1 < len(rows) and not rows[last + 1][0] and any(rows[index][1:]) and rows[index][0]:
            last += 1
        if last > index:
            merges.append(Merge(index, 0, last, 0))
        index = last + 1
    return merges


def to_docx(source: Source) -> bytes:
    made = docx.Document()
    for line in source.before:
        made.add_paragraph(line)
    table = made.add_table(len(source.rows), len(source.rows[0]))
    for number, row in enumerate(source.rows):
        for column, text in enumerate(row):
            paragraphs = text.split("\n")
            cell = table.cell(number, column)
            cell.text = paragraphs[0]
            for paragraph in paragraphs[1:]:
                cell.add_paragraph(paragraph)
    for merge in source.merges:
        table.cell(merge.top, merge.left).merge(table.cell(merge.bottom, merge.right))
    for line in source.after:
        made.add_paragraph(line)
    return _saved(made.save)


def to_xlsx(source: Source) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    width = len(source.rows[0])
    for line in source.before:
        sheet.append([line])
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=width)
    first = len(source.before) + 1
    for row in source.rows:
        sheet.append([text or None for text in row])
    for merge in source.merges:
        sheet.merge_cells(
            start_row=first + merge.top,
            start_column=merge.left + 1,
            end_row=first + merge.bottom,
            end_column=merge.right + 1,
        )
    for line in source.after:
        sheet.append([line])
    return _saved(book.save)


def to_html(source: Source) -> bytes:
    covered = {
        (row, column)
        for merge in source.merges
        for row in range(merge.top, merge.bottom + 1)
        for column in range(merge.left, merge.right + 1)
    }
    tops = {(merge.top, merge.left): merge for merge in source.merges}
    rows = []
    for number, row in enumerate(source.rows):
        cells = []
        for column, text in enumerate(row):
            merge = tops.get((number, column))
            if merge is None and (number, column) in covered:
                continue
            spans = (
                f' rowspan="{merge.bottom - merge.top + 1}" colspan="{merge.right - merge.left + 1}"' if merge else ""
            )
            inner = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n"))
            cells.append(f"<td{spans}>{inner}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    before, after = (
        "".join(f"<p>{html.escape(line)}</p>" for line in lines) for lines in (source.before, source.after)
    )
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>方案</title></head><body><div>{before}"
    return f"{page}<table border=1>{''.join(rows)}</table>{after}</div></body></html>".encode()


def to_markdown(source: Source) -> bytes:
    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(text.replace("|", "\\|").replace("\n", "<br>") for text in row) + " |"

    head = [line(source.rows[0]), "|" + " --- |" * len(source.rows[0])]
    body = [line(row) for row in source.rows[1:]]
    text = ["# " + source.before[0], *source.before[1:], "", *head, *body, "", *source.after]
    return "\n\n".join(["\n".join(text)]).encode()


def to_csv(source: Source) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made)
    width = len(source.rows[0])
    for line in source.before:
        writer.writerow([line, *[""] * (width - 1)])
    writer.writerows(source.rows)
    return made.getvalue().encode("gb18030")


_FONT: Final = "STSong-Light"


@dataclass(frozen=True)
class Paper:
    """A page, the widths of the five columns, the size of the letters, and how rows are merged and cut."""

    size: tuple[float, float]
    widths: tuple[float, ...]
    letters: float = 9
    merged: bool = False
    split: bool = False  # a row may be cut by a page break


SHEET: Final = Paper(landscape(A3), (110, 360, 330, 110, 190))
PAPERS: Final = {
    "one column narrow": Paper(A4, (70, 180, 150, 60, 75), 6),
    "lines exactly full": Paper((1600, 1100), (150, 500, 450, 200, 240), 10, merged=True),
    "rows split between pages": Paper(landscape(A4), (90, 270, 230, 80, 110), 8, split=True),
}


def to_pdf(source: Source, paper: Paper = SHEET) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    style = ParagraphStyle("cell", fontName=_FONT, fontSize=paper.letters, leading=1.3 * paper.letters, wordWrap="CJK")
    made = io.BytesIO()
    rows = [[[Paragraph(html.escape(part), style) for part in text.split("\n")] for text in row] for row in source.rows]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    merges = [merge for merge in source.merges if paper.merged or merge.top == merge.bottom]
    spans = [("SPAN", (merge.left, merge.top), (merge.right, merge.bottom)) for merge in merges]
    style_of_table = [*grid, *spans]
    table = Table(rows, colWidths=paper.widths, repeatRows=1, style=style_of_table, splitInRow=int(paper.split))
    before, after = ([Paragraph(html.escape(line), style) for line in part] for part in (source.before, source.after))
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 30)
    SimpleDocTemplate(made, pagesize=paper.size, **margins).build([*before, table, *after])
    return made.getvalue()


def to_drawn_pdf(source: Source, cuts: Sequence[int], letters: float) -> bytes:
    """A page drawn stroke by stroke: every line of a column is cut after so many characters, wide or narrow."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    made, leading, left = io.BytesIO(), 1.4 * letters, 30.0
    width, height = landscape(A3)
    canvas = Canvas(made, pagesize=(width, height))
    canvas.setFont(_FONT, letters)
    top = height - 40
    for line in (part for text in source.before for part in _pieces(text, 60)):
        canvas.drawString(left, top, line)
        top -= leading
    edges = [left + sum(cut * letters + 6 for cut in cuts[:column]) for column in range(len(cuts) + 1)]
    for row in source.rows:
        cells = [
            [piece for part in text.split("\n") for piece in _pieces(part, cut)]
            for text, cut in zip(row, cuts, strict=True)
        ]
        tall = max(len(lines) for lines in cells) * leading + 6
        if top - tall < 40:
            canvas.showPage()
            canvas.setFont(_FONT, letters)
            top = height - 40
        whole = bool(row[0]) and not any(row[1:])
        for column, lines in enumerate(cells[:1] if whole else cells):
            right = edges[-1] if whole else edges[column + 1]
            canvas.rect(edges[column], top - tall, right - edges[column], tall)
            for number, line in enumerate([row[0]] if whole else lines):
                canvas.drawString(edges[column] + 3, top - letters - 1 - number * leading, line)
        top -= tall
    canvas.save()
    return made.getvalue()


def _pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    made = io.BytesIO()
    save(made)
    return made.getvalue()


FORMATS: Final[dict[str, Callable[[Source], bytes]]] = {
    "docx": to_docx,
    "xlsx": to_xlsx,
    "html": to_html,
    "md": to_markdown,
    "csv": to_csv,
    "pdf": to_pdf,
}


def prose_lines(text: str) -> list[str]:
    """The paragraphs of a plan of prose, a table of metadata among them as one line."""
    blocks = text_blocks(text, "plan.txt")
    return [block.text if isinstance(block, Line) else " ".join(cell.text for cell in block.cells) for block in blocks]


def prose_docx(lines: Sequence[str]) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    return _saved(made.save)


def prose_html(lines: Sequence[str]) -> bytes:
    paragraphs = "".join(f"<p>&nbsp;&nbsp;{html.escape(line)}</p>\n" for line in lines)
    return f"<html><body><div>{paragraphs}</div></body></html>".encode()


def prose_pdf(lines: Sequence[str], letters: float = 16) -> bytes:
    """Paragraphs with an indented first line, over several pages."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    style = ParagraphStyle(
        "prose", fontName=_FONT, fontSize=letters, leading=1.5 * letters, wordWrap="CJK", firstLineIndent=2 * letters
    )
    made = io.BytesIO()
    SimpleDocTemplate(made, pagesize=A4).build([Paragraph(html.escape(line), style) for line in lines])
    return made.getvalue()


PROSE_FORMATS: Final[dict[str, Callable[[Sequence[str]], bytes]]] = {
    "docx": prose_docx,
    "html": prose_html,
    "md": lambda lines: "\n\n".join(lines).encode(),
    "pdf": prose_pdf,
}

"""The one model every format is turned into: lines of prose and grids of cells, each with the place it came from.

A cell's text keeps its paragraphs, one per line. A merged cell is kept once, with its span, so that a value written
once for three rows is never mistaken for three values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph outside every table."""

    text: str
    place: str  # 第12行, 第3页第4行


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, at its top left corner."""

    text: str  # paragraphs separated by \n, no markup
    row: int  # from 0
    column: int
    rowspan: int = 1
    colspan: int = 1

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs that are not blank."""
        return tuple(part.strip() for part in self.text.split("\n") if part.strip())


@dataclass(frozen=True, slots=True)
class Grid:
    """One table. A position that no cell covers is empty."""

    cells: tuple[Cell, ...]
    places: tuple[str, ...]  # one per row
    name: str = ""  # 表1, 工作表「任务」
    wrapped: bool = False  # line ends inside a cell may only be the page's (PDF), not the writer's

    @property
    def height(self) -> int:
        return len(self.places)

    @property
    def width(self) -> int:
        return max((cell.column + cell.colspan for cell in self.cells), default=0)

    def rows(self) -> list[list[Cell | None]]:
        """Every row as its positions from the left; a spanning cell stands at each position it covers."""
        width = self.width
        made: list[list[Cell | None]] = [[None] * width for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.rowspan, self.height)):
                for column in range(cell.column, cell.column + cell.colspan):
                    made[row][column] = cell
        return made


Block: TypeAlias = Line | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its blocks in the order of the page."""

    blocks: tuple[Block, ...]
    source_format: str

    @property
    def grids(self) -> tuple[Grid, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Grid))

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Line))


def grid_of_rows(rows: Iterable[tuple[str, Iterable[str]]], name: str = "") -> Grid:
    """A grid without spans from (place, texts) pairs; empty texts leave their position empty."""
    cells: list[Cell] = []
    places: list[str] = []
    for number, (place, texts) in enumerate(rows):
        places.append(place)
        cells.extend(Cell(text, number, column) for column, text in enumerate(texts) if text.strip())
    return Grid(tuple(cells), tuple(places), name)


def document_to_json(document: Document) -> dict[str, Any]:
    """The form in which a document leaves the child process: plain lists, nothing that can run."""
    return {"format": document.source_format, "blocks": [_block_to_json(block) for block in document.blocks]}


def document_from_json(made: dict[str, Any]) -> Document:
    """The document that `document_to_json` wrote."""
    return Document(tuple(_block_from_json(block) for block in made["blocks"]), str(made["format"]))


def _block_to_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Line):
        return {"line": block.text, "place": block.place}
    cells = [[cell.text, cell.row, cell.column, cell.rowspan, cell.colspan] for cell in block.cells]
    return {"cells": cells, "places": list(block.places), "name": block.name, "wrapped": block.wrapped}


def _block_from_json(made: dict[str, Any]) -> Block:
    if "line" in made:
        return Line(str(made["line"]), str(made["place"]))
    cells = tuple(Cell(str(text), *(int(n) for n in numbers)) for text, *numbers in made["cells"])
    return Grid(cells, tuple(str(place) for place in made["places"]), str(made["name"]), bool(made["wrapped"]))

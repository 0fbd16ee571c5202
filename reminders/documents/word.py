"""docx: paragraphs, with their automatic numbers, and tables with the spans the file really has."""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import docx

from reminders.documents.grid import Block, Cell, Document, Grid, Line
from reminders.documents.limits import refuse_too_many_rows

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ENTERED: Final = tuple(
    f"{W}{name}"
    for name in ("r", "hyperlink", "ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "dir", "bdo")
)
_CHINESE: Final = "零一二三四五六七八九十"


def read_docx(data: bytes, name: str) -> Document:
    """The body of a Word document. Text boxes, headers, macros and embedded files are not looked at."""
    _refuse_many_rows(data, name)
    opened = docx.Document(io.BytesIO(data))
    blocks = list(_blocks(opened.element.body, _Numbering(opened)))
    return Document(tuple(blocks), "docx")


def _refuse_many_rows(data: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read("word/document.xml")
    refuse_too_many_rows(body.count(b"<w:tr>") + body.count(b"<w:tr "), name)


def _blocks(body: Any, numbering: "_Numbering") -> Iterator[Block]:
    lines = tables = 0
    for element in _content(body):
        if element.tag == f"{W}tbl":
            tables += 1
            yield _grid(element, f"表{tables}", numbering)
        elif element.tag == f"{W}p":
            for text in paragraph_text(element, numbering).split("\n"):
                if text.strip():
                    lines += 1
                    yield Line(text.strip(), f"第{lines}段")


def _content(parent: Any) -> Iterator[Any]:
    """The children of a body or cell, looking through content controls and tracked insertions."""
    for child in parent:
        if child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _content(child)
        else:
            yield child


def paragraph_text(paragraph: Any, numbering: "_Numbering") -> str:
    """The text of one paragraph, its automatic number first; deleted text is left out."""
    return numbering.label(paragraph) + "".join(_runs(paragraph))


def _runs(element: Any) -> Iterator[str]:
    """The words of a paragraph in order; drawings with their text boxes, moved and deleted words are not entered."""
    for node in element:
        if node.tag == f"{W}t":
            yield node.text or ""
        elif node.tag == f"{W}tab":
            yield " "
        elif node.tag in (f"{W}br", f"{W}cr"):
            yield "\n"
        elif node.tag == f"{W}noBreakHyphen":
            yield "-"
        elif node.tag in _ENTERED:
            yield from _runs(node)


def _grid(table: Any, name: str, numbering: "_Numbering") -> Grid:
    """A table by `gridSpan` and `vMerge`: a library's own row.cells repeats merged text for every position."""
    cells: list[Cell] = []
    open_above: dict[int, int] = {}  # column → index of the cell that a continued vMerge belongs to
    rows = [row for row in _content(table) if row.tag == f"{W}tr"]
    for number, row in enumerate(rows):
        column = _skipped_before(row)
        continued: dict[int, int] = {}
        for element in (cell for cell in _content(row) if cell.tag == f"{W}tc"):
            width = _value(element, f"{W}tcPr/{W}gridSpan", 1)
            merge = element.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") == "continue" and column in open_above:
                index = open_above[column]
                cells[index] = _taller(cells[index], number)
                continued[column] = index
            else:
                cells.append(Cell(_cell_text(element, numbering), number, column, 1, width))
                if merge is not None:
                    continued[column] = len(cells) - 1
            column += width
        open_above = continued
    places = tuple(f"{name}第{number}行" for number in range(1, len(rows) + 1))
    kept = tuple(cell for cell in cells if cell.text or cell.rowspan > 1 or cell.colspan > 1)
    return Grid(kept, places, name)


def _taller(cell: Cell, row: int) -> Cell:
    return Cell(cell.text, cell.row, cell.column, row - cell.row + 1, cell.colspan)


def _cell_text(cell: Any, numbering: "_Numbering") -> str:
    """The paragraphs of a cell; a table inside it is read row by row."""
    texts: list[str] = []
    for element in _content(cell):
        if element.tag == f"{W}p":
            texts.append(paragraph_text(element, numbering))
        elif element.tag == f"{W}tbl":
            texts.extend(paragraph_text(paragraph, numbering) for paragraph in element.iter(f"{W}p"))
    return "\n".join(line.strip() for text in texts for line in text.split("\n") if line.strip())


def _skipped_before(row: Any) -> int:
    return _value(row, f"{W}trPr/{W}gridBefore", 0)


def _value(element: Any, path: str, default: int) -> int:
    found = element.find(path)
    text = found.get(f"{W}val", "") if found is not None else ""
    return int(text[:4]) if text.isascii() and text.isdigit() else default


class _Numbering:
    """Automatic numbers (一、 （一） 1.), which Word keeps apart from the text."""

    def __init__(self, opened: Any) -> None:
        self._formats: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        # A style may carry the number for all its paragraphs (标题 1 as 一、).
        self._styles: dict[str, Any] = {
            str(style.get(f"{W}styleId")): found
            for style in opened.styles.element.iter(f"{W}style")
            if (found := style.find(f"{W}pPr/{W}numPr")) is not None
        }
        try:
            root = opened.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {item.get(f"{W}abstractNumId"): item for item in root.iter(f"{W}abstractNum")}
        for num in root.findall(f"{W}num"):
            reference = num.find(f"{W}abstractNumId")
            definition = abstract.get(reference.get(f"{W}val")) if reference is not None else None
            for level in definition.findall(f"{W}lvl") if definition is not None else ():
                key = (str(num.get(f"{W}numId")), _number(level.get(f"{W}ilvl")))
                self._formats[key] = (
                    _attribute(level, "numFmt", "decimal"),
                    _attribute(level, "lvlText", ""),
                    _number(_attribute(level, "start", "1")),
                )

    def label(self, paragraph: Any) -> str:
        """The number that Word would show before this paragraph, or nothing."""
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        if properties is None:
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            properties = self._styles.get(style.get(f"{W}val")) if style is not None else None
        if properties is None:
            return ""
        number = _attribute(properties, "numId", "0")
        level = _number(_attribute(properties, "ilvl", "0"))
        if (number, level) not in self._formats:
            return ""
        counts = self._counts[number]
        counts[level] = counts.get(level, self._formats[number, level][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return self._shown(number, level)

    def _shown(self, number: str, level: int) -> str:
        kind, pattern, _ = self._formats[number, level]
        if kind in ("bullet", "none"):
            return ""

        def count(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            form, _, start = self._formats.get((number, at), ("decimal", "", 1))
            return _written(self._counts[number].get(at, start), form)

        return re.sub(r"%([1-9])", count, pattern)


def _attribute(element: Any, child: str, default: str) -> str:
    found = element.find(f"{W}{child}")
    return str(found.get(f"{W}val", default)) if found is not None else default


def _number(text: str | None) -> int:
    return int(text[:6]) if text and text.isascii() and text.isdigit() else 0


def _written(number: int, form: str) -> str:
    if form.startswith("chinese") or form in ("ideographDigital", "japaneseCounting", "taiwaneseCounting"):
        return chinese_number(number)
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)


def chinese_number(number: int) -> str:
    """1 to 99 as 一 to 九十九; anything else in digits."""
    if not 1 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return head + (_CHINESE[ones] if ones or not tens else "")

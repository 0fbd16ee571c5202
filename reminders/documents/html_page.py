"""Web pages: paragraphs and tables with their spans. No script runs, no entity and no address is followed."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree
from lxml import html as lxml_html

from reminders.documents.encoding import decode
from reminders.documents.grid import Block, Cell, Document, Grid, Line
from reminders.documents.limits import MAX_COLUMNS, MAX_ROWS, refuse_too_many_rows
from reminders.documents.text import text_blocks

_DECLARED: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})")
# Elements that end a line, and elements whose text is never read.
_BLOCKS: Final = frozenset(
    "p|div|li|h1|h2|h3|h4|h5|h6|section|article|header|footer|ul|ol|dd|dt|dl|center".split("|")  # noqa: SIM905
)
_SKIPPED: Final = frozenset(
    "script|style|head|noscript|template|svg|iframe|object|select|button|nav".split("|")  # noqa: SIM905
)
_MAX_DEPTH: Final = 200


def read_html(data: bytes, name: str) -> Document:
    """The paragraphs and tables of a page; a table that holds further tables is only layout."""
    refuse_too_many_rows(data.lower().count(b"<tr"), name)
    parser = lxml_html.HTMLParser(encoding=None, no_network=True, huge_tree=False, remove_comments=True)
    root = lxml_html.document_fromstring(_text(data, name), parser=parser)
    return Document(tuple(_Walk(name).blocks(root)), "html")


def _text(data: bytes, name: str) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared and declared.group(1).lower() in (b"gb2312", b"gbk", b"gb18030"):
        try:
            return _without_declaration(data.decode("gb18030"))
        except UnicodeDecodeError:
            pass
    return _without_declaration(decode(data, name))


def _without_declaration(text: str) -> str:
    return re.sub(r"^\s*<\?xml[^<>]{0,200}\?>", "", text)


class _Walk:
    """One pass over a page, counting its paragraphs and tables."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines = 0
        self._tables = 0

    def blocks(self, root: Any) -> list[Block]:
        found: list[Block] = []
        self._element(root, found, 0)
        return found

    def _element(self, element: Any, found: list[Block], depth: int) -> None:
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            return
        if element.tag == "table" and element.find(".//table") is None:
            found.extend(self._table(element))
        elif element.tag in ("pre", "xmp"):
            found.extend(text_blocks(element.text_content(), self._name))
        elif depth < _MAX_DEPTH and _has_block(element):
            self._mixed(element, found, depth)
        else:
            self._paragraphs(cell_text(element), found)

    def _mixed(self, element: Any, found: list[Block], depth: int) -> None:
        """An element with blocks inside: its inline runs between them are paragraphs of their own."""
        run = element.text or ""
        for child in element:
            if isinstance(child.tag, str) and (child.tag in _BLOCKS or child.tag in _SKIPPED or _has_block(child)):
                self._paragraphs(run, found)
                run = ""
                self._element(child, found, depth + 1)
            else:
                run += "\n" if child.tag == "br" else cell_text(child) if isinstance(child.tag, str) else ""
            run += child.tail or ""
        self._paragraphs(run, found)

    def _paragraphs(self, text: str, found: list[Block]) -> None:
        for part in text.split("\n"):
            if squeezed := " ".join(part.split()):
                self._lines += 1
                found.append(Line(squeezed, f"第{self._lines}段"))

    def _table(self, table: Any) -> list[Block]:
        rows = list(table.iter("tr"))
        self._tables += 1
        name = f"表{self._tables}"
        places = tuple(f"{name}第{number}行" for number in range(1, len(rows) + 1))
        captions = [" ".join(caption.text_content().split()) for caption in table.iter("caption")]
        lines = [Line(caption, name) for caption in captions if caption]
        return [*lines, Grid(tuple(_cells(rows)), places, name)]


def _has_block(element: Any) -> bool:
    return element.tag in ("table", "pre") or any(
        isinstance(child.tag, str) and (child.tag in _BLOCKS or child.tag in ("table", "pre"))
        for child in element.iterdescendants()
    )


def _cells(rows: list[Any]) -> Iterator[Cell]:
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for element in row:
            if element.tag not in ("td", "th"):
                continue
            while (number, column) in taken:
                column += 1
            height = _span(element, "rowspan", min(MAX_ROWS, len(rows) - number))
            width = _span(element, "colspan", MAX_COLUMNS)
            taken.update((number + down, column + right) for down in range(height) for right in range(width))
            text = "\n".join(part for line in cell_text(element).split("\n") if (part := " ".join(line.split())))
            if text or height > 1 or width > 1:
                yield Cell(text, number, column, height, width)
            column += width


def _span(element: Any, name: str, most: int) -> int:
    value = str(element.get(name, "1")).strip()
    if not value.isascii() or not value.isdigit():
        return 1
    number = int(value[:6])
    return most if number == 0 else min(number, most)  # rowspan="0": to the end of the table


def cell_text(element: Any) -> str:
    """The text of an element with its paragraphs and line breaks on lines of their own."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str) or node.tag in _SKIPPED:
            continue
        if event == "start":
            parts.append("\n" if node.tag == "br" or (node.tag in _BLOCKS and node is not element) else "")
            # In the source a line end is a blank; only the elements above end a line.
            parts.append((node.text or "").replace("\n", " "))
        else:
            parts.append("\n" if node.tag in _BLOCKS and node is not element else "")
            if node is not element:
                parts.append((node.tail or "").replace("\n", " "))
    return "".join(parts)

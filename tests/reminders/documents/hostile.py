"""Files that are broken or meant to do harm, each made on the spot."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Iterable
from typing import Final

import docx
import openpyxl
from reportlab.pdfgen.canvas import Canvas

BOMB_SIZE: Final = 100 * 1024 * 1024
CONTENT_TYPES: Final = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS: Final = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Target="word/document.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def word(document: str) -> bytes:
    """A docx package around the XML of its main part."""
    members = (("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", RELATIONS))
    return zipped([*members, ("word/document.xml", document.encode())])


def word_with_entity() -> bytes:
    """Wants /etc/passwd inside a paragraph."""
    doctype = '<!DOCTYPE w [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    return word(f"{doctype}<w:document {W}><w:body><w:p><w:r><w:t>&secret;</w:t></w:r></w:p></w:body></w:document>")


def laughs() -> str:
    """Entities of ten entities each: a million million times a word."""
    deeper = [f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12)]
    return "".join(['<!ENTITY l0 "ha">', *deeper])


def word_with_laughs() -> bytes:
    """Its only word is such an entity."""
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>"
    return word(f"<!DOCTYPE w [{laughs()}]>{body}")


def word_with_rows(count: int) -> bytes:
    row = "<w:tr><w:tc><w:p/></w:tc></w:tr>"
    return word(f"<w:document {W}><w:body><w:tbl>{row * count}</w:tbl></w:body></w:document>")


def word_with_wide_cells() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="9999"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
    return word(f"<w:document {W}><w:body><w:tbl><w:tr>{cell * 50}</w:tr></w:tbl></w:body></w:document>")


def saved_word() -> bytes:
    made, opened = io.BytesIO(), docx.Document()
    opened.add_paragraph("一、修订制度，起草并印发。（办公室落实）")
    opened.save(made)
    return made.getvalue()


def saved_book(rows: int = 3, last_row: int = 0) -> bytes:
    made, book = io.BytesIO(), openpyxl.Workbook()
    assert book.active is not None
    for number in range(rows):
        book.active.append([str(number), "修订制度", "3月底前", "办公室"])
    if last_row:
        book.active.cell(last_row, 1).value = "x"
    book.save(made)
    return made.getvalue()


def rebuilt(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zip container with its members changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped([(name, change(name, archive.read(name))) for name in archive.namelist()])


def book_with_laughs() -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        head, _, body = data.partition(b"<worksheet")
        return head + f"<!DOCTYPE w [{laughs()}]>".encode() + b"<worksheet" + body.replace(b"<v>0</v>", b"<v>&l11;</v>")

    return rebuilt(saved_book(), change)


def book_that_swells() -> bytes:
    """A few hundred kilobytes that unpack to one cell of 100 MB."""

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        cell = b'<c r="A9" t="inlineStr"><is><t>' + b"x" * BOMB_SIZE + b"</t></is></c>"
        return data.replace(b"</sheetData>", b'<row r="9">' + cell + b"</row></sheetData>")

    return rebuilt(saved_book(), change)


def book_in_many_parts() -> bytes:
    return zipped([("xl/workbook.xml", b"<workbook/>")] + [(f"xl/media/{n}.bin", b"x") for n in range(4000)])


def book_of_many_large_parts() -> bytes:
    part = b"".join(bytes([n % 251]) * 40 for n in range(100_000))  # packs well, but below the ratio
    return zipped([("xl/workbook.xml", b"<workbook/>")] + [(f"xl/media/{n}.bin", part) for n in range(40)])


def book_with_merged_sheet() -> bytes:
    made, book = io.BytesIO(), openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(1, 400):
        sheet.cell(number, 1).value = "x"

    book.save(made)
    ranges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % number for number in range(1, 400))
    merges = b"<mergeCells>" + ranges + b"</mergeCells>"

    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", b"</sheetData>" + merges) if name.endswith("sheet1.xml") else data

    return rebuilt(made.getvalue(), change)


def with_flag(data: bytes) -> bytes:
    """The same archive with the mark of encryption on its first member."""
    at = data.index(b"PK\x01\x02")
    local = data.index(b"PK\x03\x04")
    made = bytearray(data)
    made[at + 8] |= 1
    made[local + 6] |= 1
    return bytes(made)


def doubled() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", b"<a/>")
        archive.writestr("word/documenT.xml", b"<b/>")
    return made.getvalue().replace(b"documenT", b"document")


def ole(stream: str) -> bytes:
    """The head of an OLE container with one named stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + stream.encode("utf-16-le") + b"\x00" * 512


def pdf(draw: Callable[[Canvas], object], **options: object) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, **options)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def pdf_that_loops() -> bytes:
    """A tree of pages that holds itself."""
    parts = [
        b"%PDF-1.4\n",
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999>>endobj\n",
    ]
    offsets = [len(parts[0]), len(parts[0]) + len(parts[1])]
    body = b"".join(parts)
    table = b"".join(struct.pack("20s", b"%010d 00000 n \n" % offset) for offset in offsets)
    xref = b"xref\n0 3\n0000000000 65535 f \n" + table
    return body + xref + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


def packed_text() -> bytes:
    return gzip.compress("一、修订制度。（办公室落实）".encode())

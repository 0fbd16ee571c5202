"""What each format's adapter promises: paragraphs and cells with their spans and places."""

import copy
import io
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from reminders.documents import Cell, Document, read_document
from reminders.documents.word import W, chinese_number
from reminders.documents.workbook import read_calamine, shown
from reminders.exceptions import ConverterMissing, DocumentTooLarge
from tests.reminders.documents import hostile


def text(source: str, name: str = "plan.txt") -> Document:
    return read_document(source.encode(), name)


def grid(document: Document, at: int = 0) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in document.grids[at].rows()]


def saved(made: Any) -> bytes:
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


# Text


def test_lines_carry_their_number_and_tables_go_on_across_a_page_break() -> None:
    document = text("标题\n\n甲\t乙\n1\t2\n\n3\t4\n尾\n")
    assert [(line.text, line.place) for line in document.lines] == [("标题", "第1行"), ("尾", "第7行")]
    assert grid(document) == [["甲", "乙"], ["1", "2"], ["3", "4"]]
    assert document.grids[0].places == ("第3行", "第4行", "第6行")


def test_a_tab_that_only_indents_makes_no_table() -> None:
    assert text("\t\t一、修订制度。\n").grids == ()


def test_the_remains_of_markup_become_paragraphs() -> None:
    document = text("<p>1. 甲</p> <p>2. 乙</p>\t丙&amp;丁\n戊\t己\n")
    assert document.grids[0].cells[0].paragraphs == ("1. 甲", "2. 乙")
    assert document.grids[0].cells[1].text == "丙&丁"


def test_markdown_marks_are_taken_off() -> None:
    document = text(
        "# 标题\n\n**一、**修订[制度](http://example.com)\n\n| 甲 | 乙 |\n|---|:-:|\n| 1<br>2 | a\\|b |\n", "a.md"
    )
    assert [line.text for line in document.lines] == ["标题", "一、修订制度"]
    assert grid(document) == [["甲", "乙"], ["1\n2", "a|b"]]


def test_markdown_tables_may_lack_their_outer_strokes() -> None:
    document = text("甲 | 乙\n---|---\n1 | 2\n\n一句 | 话\n", "a.md")
    assert grid(document) == [["甲", "乙"], ["1", "2"]]
    assert [line.text for line in document.lines] == ["一句 | 话"]


def test_csv_knows_its_delimiter_and_keeps_line_ends_in_a_cell() -> None:
    for mark in ",;\t":
        document = text(f'甲{mark}乙{mark}丙\n"1\n2"{mark}3{mark}4\n', "a.csv")
        assert grid(document) == [["甲", "乙", "丙"], ["1\n2", "3", "4"]]


def test_lines_above_a_csv_table_are_its_heading_lines() -> None:
    document = text("2026年方案,,\n甲,乙,丙\n1,2,3\n", "a.csv")
    assert [line.text for line in document.lines] == ["2026年方案"]


# Web pages


def test_a_page_gives_paragraphs_and_spans() -> None:
    page = (
        "<html><head><title>不读</title><script>不读()</script></head><body><div>标题<br>第二行<p>段落</p>余文</div>"
        "<table><tr><th rowspan=2>甲<th>乙<tr><td>丙</table></body></html>"
    )
    document = text(page, "plan.html")
    assert [line.text for line in document.lines] == ["标题", "第二行", "段落", "余文"]
    assert document.grids[0].cells == (Cell("甲", 0, 0, 2, 1), Cell("乙", 0, 1), Cell("丙", 1, 1))


def test_a_table_for_layout_is_looked_through() -> None:
    page = "<table><tr><td><p>标题</p><table><tr><td>甲<td>乙</table></td></tr></table>"
    document = text(page, "plan.html")
    assert [line.text for line in document.lines] == ["标题"]
    assert grid(document) == [["甲", "乙"]]


def test_a_page_that_declares_its_encoding_is_read_in_it() -> None:
    page = "<html><meta charset=gb2312><p>修订制度</p></html>"
    assert [line.text for line in read_document(page.encode("gb18030"), "a.htm").lines] == ["修订制度"]


def test_a_web_page_called_xls_is_read_as_what_it_is() -> None:
    assert text("<html><table><tr><td>甲<td>乙</table></html>", "plan.xls").source_format == "html"


# Word


def test_word_gives_merged_cells_once_with_their_span() -> None:
    opened = docx.Document()
    table = opened.add_table(3, 3)
    table.cell(0, 0).text = "左"
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).text = "底"
    table.cell(2, 0).merge(table.cell(2, 2))
    cells = read_document(saved(opened), "plan.docx").grids[0].cells
    assert Cell("左", 0, 0, 2, 1) in cells
    assert Cell("底", 2, 0, 1, 3) in cells


def test_word_shows_automatic_numbers_of_a_style_and_of_a_paragraph() -> None:
    opened = docx.Document()
    for words in ("修订制度", "开展培训"):
        opened.add_paragraph(words, style="List Number")
    numbered = opened.add_paragraph("开展检查")
    numbered._p.get_or_add_pPr().append(copy.deepcopy(opened.styles["List Number"].element.find(f".//{W}numPr")))
    lines = [line.text for line in read_document(saved(opened), "plan.docx").lines]
    assert lines == ["1.修订制度", "2.开展培训", "3.开展检查"]


def test_links_are_read_and_boxes_are_not() -> None:
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    body = (
        "<w:p><w:r><w:t>修订</w:t></w:r><w:hyperlink><w:r><w:t>制度</w:t></w:r></w:hyperlink>"
        f"{box}<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom></w:p>"
    )
    data = hostile.word(f"<w:document {hostile.W}><w:body>{body}</w:body></w:document>")
    assert [line.text for line in read_document(data, "plan.docx").lines] == ["修订制度"]


def test_deleted_words_of_a_tracked_change_are_gone() -> None:
    body = (
        "<w:p><w:r><w:t>修订</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>新制度</w:t></w:r></w:ins></w:p>"
    )
    data = hostile.word(f"<w:document {hostile.W}><w:body>{body}</w:body></w:document>")
    assert [line.text for line in read_document(data, "plan.docx").lines] == ["修订新制度"]


@pytest.mark.parametrize(
    ("number", "written"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (38, "三十八"), (100, "100")]
)
def test_chinese_numbers_are_written_as_word_writes_them(number: int, written: str) -> None:
    assert chinese_number(number) == written


# Workbooks


def test_a_workbook_gives_merged_cells_and_skips_hidden_sheets() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["甲", "乙"], [None, "丙"], [None, "丁"]):
        sheet.append(row)
    sheet.merge_cells("A1:A3")
    book.create_sheet("藏").append(["不读", "不读"])
    book["藏"].sheet_state = "hidden"
    document = read_document(saved(book), "plan.xlsx")
    assert [one.name for one in document.grids] == ["工作表「Sheet」"]
    assert document.grids[0].cells[0] == Cell("甲", 0, 0, 3, 1)


@pytest.mark.parametrize(
    ("value", "number_format", "text_shown"),
    [
        (datetime(2026, 8, 31, tzinfo=UTC), "yyyy-mm-dd", "2026年8月31日"),
        (datetime(2026, 8, 1, tzinfo=UTC), "yyyy年m月", "2026年8月"),
        (date(2026, 8, 31), "", "2026年8月31日"),
        (datetime(2026, 12, 20, 17, 0, tzinfo=UTC), "yyyy-mm-dd hh:mm", "2026年12月20日17:00"),
        (3.0, "General", "3"),
        (None, "", ""),
    ],
)
def test_a_cell_is_read_as_a_person_sees_it(value: object, number_format: str, text_shown: str) -> None:
    assert shown(value, number_format) == text_shown


def test_an_old_workbook_is_read_by_the_other_library_alike() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["甲", "乙"], [None, "丙"], ["底", 3.0]):
        sheet.append(row)
    sheet.merge_cells("A1:A2")
    sheet["C1"] = datetime(2026, 8, 31)  # noqa: DTZ001 - a sheet knows no zone
    data = saved(book)
    assert read_calamine(data, "plan.xls", "xls").grids[0].cells == read_document(data, "plan.xlsx").grids[0].cells


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="任务">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def ods(rows: str) -> bytes:
    mimetype = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    return hostile.zipped([mimetype, ("content.xml", ODS.format(rows=rows).encode())])


def test_an_opendocument_sheet_keeps_its_spans_and_repetitions() -> None:
    rows = (
        '<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>甲</text:p><text:p>乙</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>丙</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="2"><table:covered-table-cell/>'
        '<table:table-cell table:number-columns-spanned="2"><text:p>丁</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )
    assert read_document(ods(rows), "plan.ods").grids[0].cells == (
        Cell("甲\n乙", 0, 0, 2, 1),
        Cell("丙", 0, 1),
        Cell("丙", 0, 2),
        Cell("丁", 1, 1, 1, 2),
        Cell("丁", 2, 1, 1, 2),
    )


def test_a_million_repeated_rows_are_refused() -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell><text:p>甲</text:p></table:table-cell>'
    )
    with pytest.raises(DocumentTooLarge):
        read_document(ods(f"{row}</table:table-row>"), "plan.ods")


# Old Word


def test_an_old_document_goes_through_the_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made.docx").write_bytes(hostile.saved_word())
    _program(tmp_path, f'for last; do :; done\ncp "{tmp_path}/made.docx" "${{last%.*}}.docx"\n')
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    document = read_document(hostile.ole("WordDocument"), "plan.wps")
    assert document.source_format == "wps"
    assert [line.text for line in document.lines] == ["一、修订制度，起草并印发。（办公室落实）"]


@pytest.mark.parametrize("script", ["exit 1\n", "exit 0\n"])
def test_a_converter_that_fails_is_told(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(ConverterMissing, match="转换失败"):
        read_document(hostile.ole("WordDocument"), "plan.doc")


def _program(folder: Path, script: str) -> None:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)

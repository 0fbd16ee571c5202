"""Broken and hostile files each end in one clear sentence, within their limits, with nothing of them read."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reminders.documents import read_document
from reminders.documents.limits import MAX_BYTES, PARSER_SECONDS
from reminders.exceptions import (
    ConverterMissing,
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    ParserStopped,
    UnknownFormat,
    UnreadableEncoding,
)
from reminders.plans import read_plan
from tests.reminders.documents import hostile

ROOT = Path(__file__).resolve().parents[3]
TOO_LONG = "工作任务\t完成时限\t责任单位\n" + "修订制度\t3月底前\t办公室\n" * 25_000
TITLE = "云溪市公共服务局2026年工作方案\n"
UNREADABLE: list[tuple[str, str, Callable[[], bytes], type[DocumentError], str]] = [
    ("nothing at all", "plan.txt", lambda: b"", EmptyDocument, "空的"),
    ("nothing but blanks", "plan.txt", lambda: "　 \n\n\t".encode(), EmptyDocument, "没有文字"),
    ("only the mark of an encoding", "plan.txt", lambda: b"\xef\xbb\xbf", EmptyDocument, "没有文字"),
    ("a program", "plan.txt", lambda: b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 9, UnknownFormat, "二进制"),
    ("control characters", "plan.txt", lambda: TITLE.encode() + b"\x1b[31m\x07", UnreadableEncoding, "第 2 行"),
    ("another encoding", "plan.txt", lambda: "工作計畫與責任單位清單".encode("big5") * 9, UnreadableEncoding, "编码"),
    ("half a character", "plan.txt", lambda: "方案".encode()[:-1] + b"\xff\xff", UnreadableEncoding, "编码"),
    ("too many lines", "plan.txt", lambda: TOO_LONG.encode(), DocumentTooLarge, "20000 行"),
    ("one endless line", "plan.txt", lambda: ("一、" + "长" * 300_000).encode(), DocumentTooLarge, "第1行"),
    ("more bytes than allowed", "plan.txt", lambda: b"a" * (MAX_BYTES + 1), DocumentTooLarge, "MB 的上限"),
    ("a packed text", "plan.txt.gz", hostile.packed_text, UnknownFormat, "二进制"),
    ("rich text", "plan.rtf", lambda: b"{\\rtf1 plan}", UnknownFormat, "RTF"),
    ("a workbook called text", "plan.txt", hostile.saved_book, UnknownFormat, "内容却是 xlsx"),
    ("an error page called docx", "plan.docx", lambda: "404 找不到".encode(), UnknownFormat, "没有下载完整"),
    ("half a docx", "plan.docx", lambda: hostile.saved_word()[:9000], DamagedDocument, "已损坏"),
    ("a zip of something else", "plan.zip", lambda: hostile.zipped([("a.txt", b"a")]), UnknownFormat, "压缩包"),
    ("a docx of wrong XML", "plan.docx", lambda: hostile.word("<w:document>"), DamagedDocument, "已损坏"),
    ("an entity of entities", "plan.docx", hostile.word_with_laughs, DamagedDocument, "已损坏"),
    ("too many rows of Word", "plan.docx", lambda: hostile.word_with_rows(25_000), DocumentTooLarge, "行的上限"),
    ("cells of ten thousand columns", "plan.docx", hostile.word_with_wide_cells, DocumentTooLarge, "列的上限"),
    ("a path out of the archive", "plan.docx", lambda: hostile.zipped([("../../x", b"")]), DamagedDocument, "文件之外"),
    ("an absolute path", "plan.docx", lambda: hostile.zipped([("/etc/x", b"")]), DamagedDocument, "文件之外"),
    ("a password on the archive", "a.docx", lambda: hostile.with_flag(hostile.saved_word()), DamagedDocument, "密码"),
    ("the same part twice", "plan.docx", hostile.doubled, DamagedDocument, "两个"),
    ("a cell that swells", "plan.xlsx", hostile.book_that_swells, DocumentTooLarge, "大小反常"),
    ("four thousand parts", "plan.xlsx", hostile.book_in_many_parts, DocumentTooLarge, "部件"),
    ("too much altogether", "plan.xlsx", hostile.book_of_many_large_parts, DocumentTooLarge, "解开后"),
    ("too many rows of Excel", "plan.xlsx", lambda: hostile.saved_book(21_000), DocumentTooLarge, "行的上限"),
    ("a cell in the last row", "a.xlsx", lambda: hostile.saved_book(3, 1_048_576), DocumentTooLarge, "行的上限"),
    ("entities in a sheet", "plan.xlsx", hostile.book_with_laughs, DamagedDocument, "已损坏"),
    ("a broken old workbook", "plan.xls", lambda: hostile.ole("Workbook"), DamagedDocument, "已损坏"),
    ("a password on the workbook", "a.xlsx", lambda: hostile.ole("EncryptedPackage"), DamagedDocument, "密码"),
    ("an OLE file of something else", "plan.msg", lambda: hostile.ole("__substg1"), UnknownFormat, "不是文字或表格"),
    ("a csv without its quote", "a.csv", lambda: ('a,b\n"' + "x," * 200_000).encode(), DamagedDocument, "引号"),
    ("half a pdf", "a.pdf", lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog", DamagedDocument, "已损坏"),
    ("pages inside themselves", "plan.pdf", hostile.pdf_that_loops, DocumentError, "「plan.pdf」"),
    ("a picture of a text", "a.pdf", lambda: hostile.pdf(lambda c: c.rect(9, 9, 9, 9)), EmptyDocument, "扫描件"),
    (
        "a password on the pdf",
        "plan.pdf",
        lambda: hostile.pdf(lambda c: c.drawString(9, 9, "plan"), encrypt="secret"),
        DamagedDocument,
        "密码",
    ),
    ("too many rows of a page", "a.html", lambda: b"<table>" + b"<tr><td>a" * 25_000, DocumentTooLarge, "行的上限"),
]


@pytest.mark.parametrize(
    ("name", "make", "kind", "said"), [case[1:] for case in UNREADABLE], ids=[c[0] for c in UNREADABLE]
)
def test_it_ends_in_one_sentence_within_the_limits(
    name: str, make: Callable[[], bytes], kind: type[DocumentError], said: str
) -> None:
    data = make()
    began = time.monotonic()
    with pytest.raises(kind) as refused:
        read_document(data, name)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began < PARSER_SECONDS + 2


def test_an_external_entity_brings_nothing_in() -> None:
    try:
        document = read_document(hostile.word_with_entity(), "plan.docx")
    except DamagedDocument:
        return
    assert "root:" not in repr(document)


def test_nested_boxes_of_a_page_end_in_a_document_or_a_sentence() -> None:
    page = b"<div>" * 50_000 + "一、修订制度。（办公室落实）".encode() + b"</div>" * 50_000
    with contextlib.suppress(DocumentError):
        assert read_document(page, "plan.html").source_format == "html"


def test_merged_cells_that_cover_everything_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"合并单元格|已停止"):
        read_document(hostile.book_with_merged_sheet(), "plan.xlsx")


def test_a_parser_gets_no_more_memory_than_its_limit() -> None:
    script = "from reminders.documents import child; child._limit(); bytearray(600 * 1024 * 1024)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "MemoryError" in done.stderr


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.run(['true'])",
        "open('stolen', 'w')",
        "import os; os.system('true')",
    ],
)
def test_a_parser_may_not_leave_its_process(act: str, tmp_path: Path) -> None:
    script = f"from reminders.documents import child; child._forbid(); {act}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert "PermissionError: a parser asked" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_old_format_asks_for_docx_where_no_converter_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("plan.doc", "plan.wps"):
        with pytest.raises(ConverterMissing, match="另存为 docx"):
            read_document(hostile.ole("WordDocument"), name)


def test_a_parser_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reminders.documents.reading.PARSER_SECONDS", 0.01)
    with pytest.raises(ParserStopped, match="已停止"):
        read_document(hostile.saved_book(2_000), "plan.xlsx")


@pytest.mark.parametrize(
    "text",
    [
        "一、修订" + "（（（（" * 9_000 + "（办公室落实）",
        "一、修订。（" + "新闻处、" * 90 + "办公室落实）",
        "一、按" + "职责分工" * 60 + "修订制度。（按" + "职责分工" * 60 + "落实）",
        "一、" + "每季度前每月底前" * 900,
        "一、" + "1" * 40_000,
        "任务\t完成时限\t责任单位\n修订制度\t3月底前\t" + "和" * 20_000,
        "任务\t完成时限\t责任单位\n修订制度\t" + "每" * 20_000 + "\t办公室",
        "任务\t完成时限\t责任单位\n修订制度\t3月底前\t" + "局和" * 9_000,
        "任务\t完成时限\t责任单位\n修订制度\t3月底前\t按" + "职责分工" * 5_000 + "落实",
    ],
    ids=["brackets", "names", "duties", "periods", "digits", "and", "every", "units", "verbs"],
)
def test_words_made_to_be_slow_are_read_in_seconds(text: str) -> None:
    began = time.monotonic()
    plan = read_plan((TITLE + text + "\n二、开展培训，授课。（培训中心落实）\n").encode(), "plan.txt")
    assert plan.tasks
    assert time.monotonic() - began < 10

"""Which format a file is, by its first bytes and its parts; the name only decides between kinds of text."""

from pathlib import PurePath
from typing import Final

from reminders.documents.archive import members
from reminders.exceptions import DamagedDocument, EmptyDocument, UnknownFormat

TEXT_FORMATS: Final = {"txt": "txt", "text": "txt", "md": "md", "markdown": "md", "csv": "csv", "tsv": "txt"}
HTML_SUFFIXES: Final = ("html", "htm", "xhtml")
ZIP_FORMATS: Final = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("content.xml", "ods"),
)
SUPPORTED: Final = "txt、md、html、docx、xlsx、xls、xlsb、ods、csv、pdf（装有 LibreOffice 时还有 doc、wps）"
# The names of streams in an OLE container are UTF-16; they tell Word, Excel and an encrypted file apart.
_OLE_STREAMS: Final = (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
_SAME: Final = {"xlsm": "xlsx", "xltx": "xlsx", "docm": "docx", "dotx": "docx", "et": "xls", "wps": "doc"}


def sniff(data: bytes, name: str) -> str:
    """The format: txt, md, html, csv, docx, xlsx, xlsb, ods, xls, doc, wps or pdf.

    EmptyDocument, UnknownFormat (nothing that is read, or content that belies the name), DamagedDocument.
    """
    if not data:
        raise EmptyDocument(f"文件「{name}」是空的：请检查是否选错了文件，或重新保存后再导入。")
    suffix = PurePath(name).suffix.lower().lstrip(".")
    found = _binary_format(data, name)
    if found is None:
        return _text_format(data, name, suffix)
    if suffix in TEXT_FORMATS or suffix in HTML_SUFFIXES:
        raise UnknownFormat(f"文件「{name}」的扩展名是 .{suffix}，内容却是 {found}：请把扩展名改成 .{found} 再导入。")
    return "wps" if found == "doc" and suffix == "wps" else found


def _binary_format(data: bytes, name: str) -> str | None:
    if data.startswith(b"PK"):
        return _zip_format(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_format(data, name)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"{\\rtf"):
        raise UnknownFormat(f"文件「{name}」是 RTF 格式，读不了：请用 Word 或 WPS 另存为 docx 再导入。")
    return None


def _zip_format(data: bytes, name: str) -> str:
    parts = members(data, name)
    for part, found in ZIP_FORMATS:
        if part in parts:
            return found
    raise UnknownFormat(f"文件「{name}」是压缩包或不认识的格式：请解压，导入里面的方案文件（支持 {SUPPORTED}）。")


def _ole_format(data: bytes, name: str) -> str:
    for stream, found in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            if found == "encrypted":
                raise DamagedDocument(f"文件「{name}」设有密码，打不开：请取消密码后再导入。")
            return found
    raise UnknownFormat(f"文件「{name}」不是文字或表格文档：请另存为 docx 或 xlsx 再导入（支持 {SUPPORTED}）。")


def _text_format(data: bytes, name: str, suffix: str) -> str:
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")) or suffix in HTML_SUFFIXES:
        return "html"
    if suffix in ("doc", "docx", "wps", "xls", "xlsx", "xlsb", "ods", "et", "pdf", "docm", "xlsm"):
        raise UnknownFormat(
            f"文件「{name}」的扩展名是 .{suffix}，内容却不是：文件可能没有下载完整，请重新取得或另存一份再导入。"
        )
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnknownFormat(f"文件「{name}」是二进制文件，读不出文字：请导入 {SUPPORTED} 格式的方案。")
    return TEXT_FORMATS.get(suffix, "txt")

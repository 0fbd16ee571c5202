"""Bytes as text: UTF-8, UTF-16 with its mark, and GB18030, the three that Chinese offices write."""

import re
from typing import Final

from reminders.exceptions import EmptyDocument, UnreadableEncoding

_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_COMMON_SHARE: Final = 0.6  # of the other characters, at least so many are of the everyday set where GB18030 is right


def decode(data: bytes, name: str) -> str:
    """The text of a file. EmptyDocument where there is none, UnreadableEncoding where no encoding fits."""
    if not data.strip():
        raise EmptyDocument(f"文件「{name}」是空的：请检查是否选错了文件，或重新保存后再导入。")
    text = _decoded(data, name)
    if not text.strip("\ufeff \t\r\n\u3000"):
        raise EmptyDocument(f"文件「{name}」里没有文字：请检查是否选错了文件。")
    control = _CONTROL.search(text)
    if control:
        raise UnreadableEncoding(
            f"文件「{name}」第 {text.count(chr(10), 0, control.start()) + 1} 行含有不可见的控制字符，不像是文本文件："
            "请用 Word、WPS 或记事本打开，另存为 docx 或 UTF-8 文本后再导入。"
        )
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _looks_chinese(text):
            return text
    raise UnreadableEncoding(
        f"文件「{name}」的文字编码认不出来（不是 UTF-8，也不是 GB18030）：请用记事本打开，另存为 UTF-8 后再导入。"
    )


def _looks_chinese(text: str) -> bool:
    """Whether bytes read as GB18030 gave everyday characters; Big5 or Latin-1 read so give rare ones."""
    other = [character for character in text if ord(character) > 0x7F]
    common = sum(1 for character in other if _is_common(character))
    return common >= _COMMON_SHARE * len(other)


def _is_common(character: str) -> bool:
    """Whether a character is punctuation or of the first level of GB 2312 (rows 16 to 55: the 3,755 used most)."""
    try:
        row = character.encode("gb2312")[0] - 0xA0
    except UnicodeEncodeError:
        return False
    return row < 10 or 16 <= row <= 55

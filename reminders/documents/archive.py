"""What a zip container claims to be, checked before anything in it is unpacked.

A file of 300 kB can unpack to 300 MB, and no spreadsheet library guards against it (measured: 932 MB resident), so
counts, sizes and ratios are read from the directory of the archive first. Nothing is ever written to disk from it.
"""

import io
import zipfile

from reminders.documents.limits import MAX_MEMBER, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, RATIO_FROM
from reminders.exceptions import DamagedDocument, DocumentTooLarge


def members(data: bytes, name: str) -> tuple[str, ...]:
    """The names inside a zip container, after every check. DamagedDocument, DocumentTooLarge."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise DamagedDocument(damaged(name)) from error
    _refuse_bomb(infos, name)
    _refuse_strange_members(infos, name)
    return tuple(info.filename for info in infos)


def damaged(name: str) -> str:
    """The sentence for a file that its own parser refuses."""
    return f"文件「{name}」已损坏或不完整，打不开：请重新取得文件，或用原来的程序打开后另存一份再导入。"


def _refuse_bomb(infos: list[zipfile.ZipInfo], name: str) -> None:
    if len(infos) > MAX_MEMBERS:
        raise DocumentTooLarge(
            f"文件「{name}」内含 {len(infos)} 个部件，超过 {MAX_MEMBERS} 个的上限，不像是一份方案：请另存一份再导入。"
        )
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        raise DocumentTooLarge(
            f"文件「{name}」解开后有 {total // 1024 // 1024} MB，超过 {MAX_UNPACKED // 1024 // 1024} MB 的上限："
            "请删去图片和多余的工作表后再导入。"
        )
    for info in infos:
        swollen = info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if swollen or info.file_size > MAX_MEMBER:
            raise DocumentTooLarge(
                f"文件「{name}」内的「{_shown(info.filename)}」解开后有 {info.file_size // 1024 // 1024} MB，"
                "大小反常，没有打开：请另存一份再导入。"
            )


def _refuse_strange_members(infos: list[zipfile.ZipInfo], name: str) -> None:
    seen: set[str] = set()
    for info in infos:
        member = info.filename
        parts = member.replace("\\", "/").split("/")
        if member.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise DamagedDocument(
                f"文件「{name}」内的「{_shown(member)}」指向文件之外的位置，没有打开：请向发文单位核实这份文件。"
            )
        if info.flag_bits & 0x1:
            raise DamagedDocument(f"文件「{name}」设有密码，打不开：请取消密码后再导入。")
        if member in seen:
            raise DamagedDocument(f"文件「{name}」内有两个「{_shown(member)}」，无法判断以哪个为准：请另存一份再导入。")
        seen.add(member)


def _shown(member: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in member)[:60]

"""doc and wps through LibreOffice, where it is installed: converted to docx in a process and profile of its own.

LibreOffice opens .wps because it is the binary Word format with extensions. It is optional: without it the sentence
says what to do instead. Macros are off in headless conversion of an unknown profile (security level high).
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from reminders.exceptions import ConverterMissing

_SECONDS: Final = 60  # a cold start of LibreOffice alone takes up to 10 s
_PROGRAMS: Final = ("soffice", "libreoffice")


def convert_to_docx(data: bytes, name: str, source_format: str) -> bytes:
    """The same document as docx. ConverterMissing where LibreOffice is absent, fails, or takes too long."""
    program = next((found for program in _PROGRAMS if (found := shutil.which(program))), None)
    if program is None:
        raise ConverterMissing(
            f"文件「{name}」是旧的 {source_format} 格式，本机没有安装 LibreOffice，打不开："
            "请用 Word 或 WPS 另存为 docx 再导入。"
        )
    with tempfile.TemporaryDirectory(prefix="cuiban-") as folder:
        source = Path(folder) / f"plan.{source_format}"
        source.write_bytes(data)
        _run(program, source, Path(folder), name)
        made = source.with_suffix(".docx")
        if not made.is_file():
            raise ConverterMissing(_refused(name))
        return made.read_bytes()


def _run(program: str, source: Path, folder: Path, name: str) -> None:
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "docx",
        "--outdir",
        str(folder),
        str(source),
    ]
    environment = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    try:
        # The program is the one found on PATH, the only argument from outside is a fixed file name in our own folder.
        subprocess.run(  # noqa: S603
            command, env=environment, cwd=folder, capture_output=True, timeout=_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ConverterMissing(_refused(name)) from error


def _refused(name: str) -> str:
    return f"文件「{name}」用 LibreOffice 转换失败：请用 Word 或 WPS 另存为 docx 再导入。"

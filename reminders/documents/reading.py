"""One file in, one Document out: checks first, then the parser of its format in a child process with limits.

The child has 512 MB and 20 seconds, may open no socket, start no program and write no file, and hands back plain JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from reminders import exceptions
from reminders.documents.grid import Document, document_from_json
from reminders.documents.limits import PARSER_MEMORY, PARSER_SECONDS, refuse_too_many_bytes
from reminders.documents.office import convert_to_docx
from reminders.documents.sniff import sniff
from reminders.exceptions import DocumentError, ParserStopped

_ROOT: Final = Path(__file__).resolve().parents[2]


def read_document(data: bytes, name: str) -> Document:
    """The blocks of the file `name` (its last part is shown to people) with content `data`. DocumentError."""
    refuse_too_many_bytes(len(data), name)
    source_format = sniff(data, name)
    if source_format in ("doc", "wps"):
        data, parser = convert_to_docx(data, name, source_format), "docx"
        sniff(data, "converted.docx")  # what a converter made is checked like everything else
    else:
        parser = source_format
    document = _in_child(data, name, parser)
    return Document(document.blocks, source_format)


def _in_child(data: bytes, name: str, parser: str) -> Document:
    request = json.dumps({"name": name, "format": parser}).encode() + b"\n"
    # An environment of its own: no proxy, no secret of the service reaches a parser.
    environment = {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]), "LANG": "C.UTF-8"}
    command = [sys.executable, "-X", "utf8", "-m", "reminders.documents.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the file goes in by standard input
            command, input=request + data, capture_output=True, timeout=PARSER_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ParserStopped(stopped(name)) from error
    if done.returncode != 0:
        raise ParserStopped(stopped(name))
    return _answer(done.stdout, name)


def _answer(output: bytes, name: str) -> Document:
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise ParserStopped(stopped(name)) from error
    if "error" in answer:
        kind = getattr(exceptions, str(answer["error"]), DocumentError)
        raise kind(str(answer["sentence"]))
    return document_from_json(answer)


def stopped(name: str) -> str:
    """The sentence for a file whose parser was stopped."""
    return (
        f"文件「{name}」读取超过 {PARSER_SECONDS} 秒或 {PARSER_MEMORY // 1024 // 1024} MB 内存，已停止："
        "请另存一份、只保留方案正文后再导入。"
    )

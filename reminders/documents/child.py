"""The child process in which a parser runs: limits first, then one document from standard input to standard output.

Run as `python -m reminders.documents.child`. The request is one line of JSON {"name", "format"} followed by the bytes
of the file; the answer is one JSON object, either the document or {"error", "sentence"}.
"""

import contextlib
import importlib
import json
import sys
from typing import Any, Final

from reminders.documents.archive import damaged
from reminders.documents.grid import Document, document_to_json
from reminders.documents.limits import PARSER_MEMORY, PARSER_SECONDS, refuse_oversized_text
from reminders.exceptions import DamagedDocument, DocumentError

# The adapters are imported one at a time, so that a text file never waits for a spreadsheet library.
_ADAPTERS: Final = {
    "txt": ("reminders.documents.text", "read_text"),
    "md": ("reminders.documents.markdown", "read_markdown"),
    "csv": ("reminders.documents.csv_table", "read_csv"),
    "html": ("reminders.documents.html_page", "read_html"),
    "docx": ("reminders.documents.word", "read_docx"),
    "xlsx": ("reminders.documents.workbook", "read_xlsx"),
    "ods": ("reminders.documents.opendocument", "read_ods"),
    "pdf": ("reminders.documents.pdf", "read_pdf"),
}
_CALAMINE: Final = ("xls", "xlsb")
_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.remove",
    "os.rename",
)


def main() -> int:
    """Read one document; 0 also where the file was refused, anything else where the process was stopped."""
    _limit()
    request, _, data = sys.stdin.buffer.read().partition(b"\n")
    asked = json.loads(request)
    try:
        answer = document_to_json(_read(data, str(asked["name"]), str(asked["format"])))
    except DocumentError as error:
        answer = {"error": type(error).__name__, "sentence": str(error)}
    except MemoryError:
        return 1
    except Exception as error:  # a parser raises whatever it likes on a damaged file; none of them documents what
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        answer = {"error": DamagedDocument.__name__, "sentence": damaged(str(asked["name"]))}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


def _read(data: bytes, name: str, source_format: str) -> Document:
    if source_format in _CALAMINE:
        from reminders.documents.workbook import read_calamine

        _forbid()
        document = read_calamine(data, name, source_format)
    else:
        module, function = _ADAPTERS[source_format]
        adapter = getattr(importlib.import_module(module), function)
        _forbid()
        document = adapter(data, name)
    refuse_oversized_text(document, name)
    return document


def _limit() -> None:
    """Memory and processor time of this process; a platform without `resource` relies on the parent's clock."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (PARSER_MEMORY, PARSER_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (PARSER_SECONDS, PARSER_SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _forbid() -> None:
    """From here on no socket, no program and no file to write: a parser needs none of them."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"a parser asked for {event}")
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            raise PermissionError("a parser asked to write a file")

    sys.addaudithook(hook)


if __name__ == "__main__":
    sys.exit(main())

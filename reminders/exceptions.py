"""The tree of causes: why the service refuses something.

CuibanError                 anything a person is told in one sentence
├── InputError              what was given cannot be used (exit status 2, nothing stored)
│   ├── DocumentError       the file itself: empty, binary, too large, damaged, not decodable
│   │   ├── EmptyDocument
│   │   ├── UnknownFormat
│   │   ├── UnreadableEncoding
│   │   ├── DocumentTooLarge
│   │   ├── DamagedDocument
│   │   ├── ParserStopped   the parser passed its limit of memory or time and was stopped
│   │   └── ConverterMissing
│   ├── PlanError           the file can be read, but there is no plan in it
│   │   ├── NoTasks
│   │   ├── NoYear
│   │   └── ReviewRejected  an edited review workbook does not stand for a plan any more
│   └── ContactsRejected    a list of contacts with rows that cannot be used
├── DatabaseUnreachable     the store does not answer, or its address is none
├── SettingsRejected        a setting that stops the start
├── NotFound                a plan, task, unit or person that is not on record
└── Refused                 an act that the rules do not allow now
    └── ActivationRefused   a plan with open questions: the list of what is open

The message of every one of them is the whole Chinese sentence that the user reads: what is wrong, where, and how to
mend it. It never holds a secret.
"""

from pathlib import Path


class CuibanError(Exception):
    """Anything that a person is told in one sentence; `str(error)` is that sentence."""


class InputError(CuibanError):
    """What was given from outside cannot be used; nothing was stored."""


class DocumentError(InputError):
    """The file itself cannot be read."""


class EmptyDocument(DocumentError):
    """The file holds no text at all."""


class UnknownFormat(DocumentError):
    """The file is none of the formats that are read, or its content belies its name."""


class UnreadableEncoding(DocumentError):
    """The bytes are neither UTF-8 nor GB18030 nor UTF-16."""


class DocumentTooLarge(DocumentError):
    """The file passes a limit that was checked before any parser ran."""


class DamagedDocument(DocumentError):
    """The parser of the format refused the file."""


class ParserStopped(DocumentError):
    """The parser passed its limit of memory or time and was stopped."""


class ConverterMissing(DocumentError):
    """The format needs LibreOffice, which is not installed or refused the file."""


class PlanError(InputError):
    """The file was read, but it does not give a plan."""


class NoTasks(PlanError):
    """No table row and no numbered item of the document is a task."""


class NoYear(PlanError):
    """The document does not name its year and none was given."""


class ReviewRejected(PlanError):
    """An edited review workbook no longer stands for a plan."""


class ContactsRejected(InputError):
    """A list of contacts with rows that cannot be used; the sentence names every one of them."""


class DatabaseUnreachable(CuibanError):
    """The store does not answer, or its address is none."""

    @classmethod
    def unreadable(cls) -> "DatabaseUnreachable":
        return cls(
            "数据库地址写法不对：CUIBAN_DATABASE_URL 应形如 sqlite:///路径 或 postgresql://用户:口令@主机/库名。"
        )

    @classmethod
    def unknown_kind(cls, kind: str) -> "DatabaseUnreachable":
        return cls(f"数据库地址的类型「{kind}」不支持：CUIBAN_DATABASE_URL 请用 sqlite 或 postgresql。")

    @classmethod
    def no_room(cls, path: Path, error: OSError) -> "DatabaseUnreachable":
        return cls(
            f"数据库文件 {path} 放不下（{error.strerror}）：请检查 CUIBAN_DATA_DIR 或 CUIBAN_DATABASE_URL 的目录。"
        )

    @classmethod
    def no_answer(cls, address: str) -> "DatabaseUnreachable":
        return cls(f"连不上数据库 {address}：请检查地址、口令和数据库服务是否已启动。")


class SettingsRejected(CuibanError):
    """A setting that stops the start."""


class NotFound(InputError):
    """A plan, task, unit or person that is not on record."""


class Refused(InputError):
    """An act that the rules do not allow now."""


class ActivationRefused(Refused):
    """A plan that cannot be activated yet; the sentence lists what is open."""

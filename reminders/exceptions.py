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
└── (other parts add their branches below)

The message of every one of them is the whole Chinese sentence that the user reads: what is wrong, where, and how to
mend it. It never holds a secret.
"""


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

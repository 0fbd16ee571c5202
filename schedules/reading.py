"""What is known while one text is read: plan year, date of issue, and what earlier parts carry on to later ones."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

from schedules.schedule import Phase

Form: TypeAlias = Literal["day", "end", "part", "period", "year", "past", "start"]
"""How a point was written: a named day, an end (底, 末), a part (旬, 初, week), a period (month, quarter, half), a bare
year, something past (去年), or a moment from which only a window can begin (即日)."""

Kind: TypeAlias = Literal["dated", "recurring", "triggered", "count", "span", "ongoing", "vague", "silent"]

DASHES: Final = "-—–―－~～〜至到"
CLAUSE_ENDS: Final = '，,。；;：:、（）()《》〈〉“”"\n!！?？ |'
SENTENCE_ENDS: Final = "。；;\n！？!?"


class UnreadableExpression(ValueError):
    """{reason}: the sentence for the person who imports, and the place of the character in the spelled text."""

    def __init__(self, reason: str, where: int) -> None:
        super().__init__(reason)
        self.reason, self.where = reason, where


class Point(NamedTuple):
    """A place in the calendar: its first and last day, how it was written, whether its year was named, its rule."""

    first: date
    last: date
    form: Form
    year_named: bool
    rule: str


@dataclass(slots=True)
class Piece:
    """What one rule read at one place of the text."""

    rule: str
    start: int
    end: int
    kind: Kind
    phases: list[Phase] = field(default_factory=list)
    point: Point | None = None
    suffix: str = ""
    n: int = 1
    """The count of a `count` piece."""
    strong: bool = False
    """Of a count: it says 至少; of an ongoing or vague word: it stands for itself and needs no deadline before it."""
    note: str = ""


@dataclass(slots=True)
class Reading:
    """One text while it is read, left to right."""

    text: str
    """The spelled text."""
    year: int
    """The plan year Y."""
    issued: date | None
    """The date of issue I."""
    whole: bool = True
    """The text is one expression (a cell, a sentence); False while prose is scanned."""
    carried_year: int = 0
    """The year that a month without one belongs to."""
    carried_month: tuple[int, int] | None = None
    """Year and month that a day without one belongs to."""
    event: str = ""
    """The event from which the last period of the sentence was counted, and where that period ended."""
    event_end: int = 0
    figures_year: int = 0
    """The latest year of the sentence that was written in figures; 次年 is never more than a year behind it."""
    in_year: bool = False
    """A year has been read and the point inside it is looked for; a second year is none."""
    linked: bool = False
    """The place read next continues a span or list, so that a bare number may be a day or month."""
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.carried_year = self.carried_year or self.year

    def char(self, at: int) -> str:
        """The character at a place, empty behind the end."""
        return self.text[at : at + 1]

    def new_sentence(self) -> None:
        """A new sentence begins: what was carried is forgotten."""
        self.carried_year, self.carried_month, self.event, self.figures_year = self.year, None, "", 0

    def carry(self, point: Point) -> None:
        """Later parts without a year or month take them from `point`."""
        if point.form in ("year", "start"):
            return
        self.carried_year = point.last.year if point.year_named else self.carried_year
        self.carried_month = (point.last.year, point.last.month)

    def note(self, sentence: str) -> None:
        """Remember what was ambiguous, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def need_issue(self, word: str, at: int) -> date:
        """The date of issue, from which `word` counts; refused where it is unknown."""
        if self.issued is None:
            raise UnreadableExpression(f"“{word}”要从发文日期推算，请补上发文日期，或写明年月日", at)
        return self.issued

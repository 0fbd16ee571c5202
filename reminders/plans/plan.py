"""The values that reading a document gives: a plan, its tasks, and what a person has to look at.

They are frozen and hold no identity of the database. `Plan.to_dict` is the JSON of `cuiban read --json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schedules.schedule import Phase


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the word of the design; nobody here raises the builtin
    """One thing in a document that a person has to look at before it is relied on."""

    kind: str  # a key of WARNING_KINDS in `warnings.py`
    sentence: str  # in Chinese, with the place and the offending text

    def to_dict(self) -> dict[str, str]:
        return {"kind": self.kind, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Mention:
    """An expression of the text that carries a date, a period, a count or an event: an offer, taken or left."""

    text: str  # as written
    phases: tuple[Phase, ...]
    place: str  # where a person finds it: 第12项 落实措施, or 第9行

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "phases": _phases(self.phases)}


@dataclass(frozen=True, slots=True)
class Task:
    """One numbered item of a plan."""

    number: str  # as written, without its punctuation: 12, 十二, 三（一）
    short: str  # a proposed short title, at most 20 characters
    section: str  # the heading above it, as written
    title: str  # 工作任务
    requirement: str  # 上级要求; in prose the whole text of the item
    measure: str  # 落实措施
    deadline_text: str | None  # the cell 完成时限 as written; None where there is no cell
    phases: tuple[Phase, ...]  # the schedule; empty where the cell cannot be read
    lead: tuple[str, ...]  # units as written; where none is marked 牵头, all of them lead
    support: tuple[str, ...]
    mentions: tuple[Mention, ...]
    warnings: tuple[Warning, ...]
    place: str  # where the task begins in the document
    no_duty: bool = False  # the unit cell denies the duty: proposed as 无此职责

    def to_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "short": self.short,
            "section": self.section,
            "title": self.title,
            "requirement": self.requirement,
            "measure": self.measure,
            "deadline_text": self.deadline_text,
            "phases": _phases(self.phases),
            "lead": list(self.lead),
            "support": list(self.support),
            "mentions": [mention.to_dict() for mention in self.mentions],
            "warnings": [warning.to_dict() for warning in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """One issued document, as read. Nothing in it is stored or decided yet."""

    title: str
    issuer: str
    number: str | None  # 发文字号, as written
    year: int  # the plan year: every expression is read against it
    issued: date | None  # 成文日期 where the text has one
    tasks: tuple[Task, ...]
    mentions: tuple[Mention, ...]  # dated expressions outside the tasks: in the covering letter, after the table
    source_format: str  # txt, md, html, docx, xlsx, xls, xlsb, ods, csv, pdf, doc, wps, review
    warnings: tuple[Warning, ...] = ()  # what concerns no single task
    places: tuple[tuple[str, str], ...] = ()  # (标题, 第19行): where each fact of the document was found

    def to_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "issuer": self.issuer,
            "number": self.number,
            "year": self.year,
            "issued": self.issued.isoformat() if self.issued else None,
            "mentions": [{**mention.to_dict(), "place": mention.place} for mention in self.mentions],
            "tasks": [task.to_dict() for task in self.tasks],
        }


def _phases(phases: Sequence[Phase]) -> list[dict[str, Any]]:
    return [phase.to_dict() for phase in phases]

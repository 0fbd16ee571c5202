"""Small plans of our own, as text tables, for one promise each."""

import io
from collections.abc import Sequence
from typing import Final

import openpyxl

from reminders.plans import Plan, read_plan

TITLE: Final = "云溪市公共服务局2026年重点工作任务分工方案\n\n"
HEAD: Final = ("工作任务", "工作要求", "落实措施", "完成时限", "责任单位")


def table(*rows: Sequence[str], head: Sequence[str] | None = HEAD) -> str:
    """A document with one table; paragraphs inside a cell are separated by a slash."""
    lines = [head] if head else []
    text = "\n".join("\t".join(cell.replace("/", "<br>") for cell in row) for row in [*lines, *rows])
    return TITLE + text + "\n"


def plan(*rows: Sequence[str], head: Sequence[str] | None = HEAD) -> Plan:
    """What such a document reads as."""
    return read(table(*rows, head=head))


def read(text: str, name: str = "plan.txt") -> Plan:
    return read_plan(text.encode(), name)


def workbook(rows: Sequence[Sequence[object]], *merged: str) -> Plan:
    """What a workbook with these rows and merged ranges reads as, in the year 2026."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(data)
    return read_plan(data.getvalue(), "plan.xlsx", year=2026)


def short(read_as: Plan) -> list[tuple[str, str, str, str | None, str]]:
    """number, title, measure, deadline, lead units of every task."""
    return [(task.number, task.title, task.measure, task.deadline_text, "、".join(task.lead)) for task in read_as.tasks]


def kinds(read_as: Plan) -> dict[str, set[str]]:
    """The kinds of warning of every task."""
    return {task.number: {warning.kind for warning in task.warnings} for task in read_as.tasks}

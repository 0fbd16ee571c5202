"""Items turned into rows: one shape per ask, and lists that stay readable however long they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from reminders.messages.letter import Group, Row
from reminders.messages.views import ItemView, MessageView, TaskView
from reminders.messages.words import (
    due_words,
    listing,
    number_order,
    numbers,
    original,
    plan_name,
    short_day,
    title_of,
)

MOST_ROWS = 16
DETAILED_UP_TO = 5

RowOf = Callable[[ItemView], Row]


def grouped(view: MessageView, items: Sequence[ItemView], row_of: RowOf, *, most: int = MOST_ROWS) -> tuple[Group, ...]:
    """Rows by task list; each list shows its first items and counts the rest."""
    plans: dict[tuple[int, str], list[ItemView]] = {}
    for item in items:
        plans.setdefault((item.plan_id, item.plan_title), []).append(item)
    share = max(3, most // len(plans)) if plans else most
    named = len(view.plan_titles) > 1 or len(plans) > 1
    return tuple(
        Group(
            title=f"《{plan_name(title, view.office.issuer)}》" if named else "",
            rows=tuple(_compact(row_of(item), len(items)) for item in members[:share]),
            rest=max(0, len(members) - share),
        )
        for (_, title), members in plans.items()
    )


def _compact(row: Row, among: int) -> Row:
    """In a long list a row keeps its first line only."""
    return row if among <= DETAILED_UP_TO else Row(row.head, row.when, row.colour)


def dated_row(item: ItemView, today: date) -> Row:
    """An occurrence as its unit sees it."""
    return Row(
        head=title_of(item),
        when=due_words(item, today),
        colour=item.colour,
        details=_said(item.promised, original(item), listing(item.marks, "，")),
    )


def unit_row(item: ItemView, view: MessageView) -> Row:
    """An item as the office sees it: whose it is comes with it."""
    plan = plan_name(item.plan_title, view.office.issuer)
    head = title_of(item) + (f"（{item.unit}）" if item.unit else "") if item.number else f"{item.unit}　{plan}"
    marks = listing(item.marks, "，")
    return Row(head, due_words(item, view.day), item.colour, _said(item.promised, marks))


def covered(item: ItemView, today: date) -> tuple[Row, ...]:
    """What a signature covers: led alone, led by everyone, supported."""
    leads = [task for task in item.tasks if task.duty == "lead"]
    own = [task for task in leads if not task.collective]
    every = [task for task in leads if task.collective]
    support = [task for task in item.tasks if task.duty != "lead"]
    rows = [Row("牵头", f"{len(own)}项" if own else "无单独牵头事项", details=_own(own, today))]
    if every:
        rows.append(Row("各单位均需落实", f"{len(every)}项（{numbers(task.number for task in every)}）"))
    if support:
        rows.append(Row("配合", f"{len(support)}项，由牵头单位报办结，不用单独报"))
    return tuple(rows)


def standing(view: MessageView, items: Sequence[ItemView]) -> tuple[Group, ...]:
    """The standing tasks that a return speaks of, by number; the page names them."""
    found = [item for item in items if item.tasks]
    rows = tuple(
        Row(
            f"《{plan_name(item.plan_title, view.office.issuer)}》",
            f"{len(item.tasks)}项（{numbers((task.number for task in item.tasks), 40)}）",
        )
        for item in found
    )
    return (Group("", rows),) if rows else ()


def _own(tasks: Sequence[TaskView], today: date, most: int = 8) -> tuple[str, ...]:
    ordered = sorted(tasks, key=lambda task: (min(task.due_dates, default=date.max), number_order(task.number)))
    lines = [f"第{task.number}项　{task.short}{_task_due(task, today)}" for task in ordered[:most]]
    return (*lines, f"其余{len(ordered) - most}项见页面") if len(ordered) > most else tuple(lines)


def _task_due(task: TaskView, today: date) -> str:
    if task.due_dates:
        days = "、".join(short_day(due, today) for due in sorted(task.due_dates)[:4])
        return f"，{days}{'等' if len(task.due_dates) > 4 else ''}到期"
    return "，贯穿全年" if task.continuous else (f"，{task.deadline_text}" if task.deadline_text else "")


def _said(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)

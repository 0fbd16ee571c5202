"""A link's page as its template needs it: one question per kind, the items under it, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reminders.answers import CHOICES, Choice
from reminders.forms import WANTED, Wanted, asked
from reminders.messages.rows import dated_row
from reminders.messages.views import ItemView, TaskView
from reminders.messages.words import by_day, item_order, number_order, plan_name, short_day
from reminders.web.backend import AnsweredView, LinkView
from reminders.web.pages import moment


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question."""

    value: str
    label: str
    wanted: Wanted
    ticks: bool = False  # offers the tasks to tick: 有事项不归本单位


@dataclass(frozen=True, slots=True)
class TaskList:
    """Tasks of one duty, folded under a summary."""

    title: str
    note: str
    tasks: tuple[tuple[str, str, str], ...]  # number, short title, when


@dataclass(frozen=True, slots=True)
class Card:
    """One item as it stands now."""

    obligation_id: int
    head: str
    when: str
    colour: str
    details: tuple[str, ...]
    lists: tuple[TaskList, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()  # what can be ticked


@dataclass(frozen=True, slots=True)
class Question:
    """One question for every item of a kind."""

    kind: str
    title: str
    until: str
    note: str
    options: tuple[Option, ...]
    cards: tuple[Card, ...]
    number: str = ""  # of the only task it is about

    @property
    def each(self) -> bool:
        """Whether single items may be answered differently."""
        return self.kind != "signature" and len(self.cards) > 1


_TITLES = {
    "signature": "请签收",
    "confirmation": "能否按期办结",
    "completion": "办结情况",
    "return": "填报落实情况",
}
_VERBS = {"signature": "签收", "confirmation": "答复", "completion": "答复", "return": "填报"}
_NOTES = {
    "signature": "签收只表示已知悉并明确经办人，不表示办结。",
    "confirmation": "",
    "completion": "还没有办结的，可以到期前再来报。",
    "return": "各项合写一段即可；没有涉及的不用写。",
}
_DONE = {
    Choice.SIGN: "已签收",
    Choice.ON_TIME: "已答复“能按期”",
    Choice.EXTEND: "已申请延期",
    Choice.SUBMIT: "已提交审核",
    Choice.NORMAL: "已填报“均正常推进”",
    Choice.UNTOUCHED: "已填报“部分本季度未涉及”",
    Choice.DIFFICULT: "已填报“有困难”",
}


def questions(view: LinkView, today: date) -> tuple[Question, ...]:
    """What is still open, the kind whose item comes first standing first."""
    found: dict[str, list[ItemView]] = {}
    for item in sorted(asked(view.items, group=view.group), key=item_order):
        found.setdefault(item.kind, []).append(item)
    return tuple(_question(view, kind, items, today) for kind, items in found.items())


def heading(view: LinkView, asked_now: Sequence[Question]) -> str:
    """What the page is about, in one line."""
    if not asked_now:
        return "这条通知已办理" if view.answered and not view.items else "这里目前没有要办的事项"
    if len(asked_now) > 1:
        return f"请办理{len(asked_now)}件事"
    only, plans = asked_now[0], "、".join(plan_name(title, view.office.issuer) for title in view.plan_titles[:2])
    if only.kind == "signature":
        return f"请签收：{plans}"
    if only.kind == "return":
        return f"请填报：{only.title.removeprefix('填报')}"
    return f"请答复：{name_of(only)}" if only.kind == "confirmation" else f"请报{name_of(only)}"


def _question(view: LinkView, kind: str, items: list[ItemView], today: date) -> Question:
    last = min((item.answer_by for item in items if item.answer_by), default=None)
    quarter = items[0].quarter if kind == "return" else ""
    total = sum(len(item.tasks) for item in items)
    late = kind == "completion" and any(item.due_on and item.due_on < today for item in items)
    return Question(
        kind=kind,
        title=f"填报{quarter}落实情况" if quarter else _TITLES[kind],
        until=f"{by_day(last, today)}{_VERBS[kind]}。" if last else "",
        note="到期日及以前已经办结的，请填实际办结日期，按按期计。" if late else _NOTES[kind],
        options=tuple(_option(kind, choice, total) for choice in CHOICES[kind]),
        cards=tuple(_card(view, item, today) for item in items),
        number=items[0].number if len(items) == 1 else "",
    )


def _option(kind: str, choice: Choice, total: int) -> Option:
    wanted = WANTED[kind, choice]
    label = f"{wanted.label}{total}项" if choice is Choice.SIGN and total else wanted.label
    return Option(choice.value, label, wanted, ticks=(kind, choice) == ("signature", Choice.NOT_OURS))


def _card(view: LinkView, item: ItemView, today: date) -> Card:
    if item.kind in ("signature", "return"):
        head = f"《{plan_name(item.plan_title, view.office.issuer)}》"
        ordered = sorted(item.tasks, key=lambda task: number_order(task.number))
        numbers = tuple((task.number, task.short) for task in ordered) if item.kind == "signature" else ()
        count = f"{view.unit}共{len(item.tasks)}项" if item.tasks else ""
        return Card(item.obligation_id, head, count, "", (), _lists(item, ordered, today), numbers)
    row = dated_row(item, today)
    return Card(item.obligation_id, row.head, row.when, row.colour.value, row.details)


def _lists(item: ItemView, tasks: Sequence[TaskView], today: date) -> tuple[TaskList, ...]:
    if item.kind == "return":
        return (_list("合填的事项", "", tasks, today),) if tasks else ()
    lead = [task for task in tasks if task.duty == "lead" and not task.collective]
    every = [task for task in tasks if task.duty == "lead" and task.collective]
    support = [task for task in tasks if task.duty != "lead"]
    standing = "平时不催，每季度末合填一次。" if all(task.continuous for task in every) else ""
    found = (
        _list("牵头", "到期前另行提醒。", lead, today),
        _list("各单位均需落实", standing, every, today),
        _list("配合", "由牵头单位报办结，不用单独报。", support, today),
    )
    return tuple(one for one in found if one.tasks)


def _list(title: str, note: str, tasks: Sequence[TaskView], today: date) -> TaskList:
    rows = tuple((task.number, task.short, _when(task, today)) for task in tasks)
    return TaskList(f"{title}　{len(tasks)}项", note, rows)


def _when(task: TaskView, today: date) -> str:
    by = f"{'、'.join(task.lead)}牵头，" if task.duty != "lead" and task.lead else ""
    if task.due_dates:
        return by + "、".join(short_day(due, today) for due in sorted(task.due_dates)[:4]) + "到期"
    return by + ("贯穿全年" if task.continuous else task.deadline_text or "时限待明确")


def said(answer: AnsweredView, unit: str) -> str:
    """One answered obligation as a sentence: what, when, who."""
    who = f"{moment(answer.at)}，{answer.by}"
    door = {"reply": "以邮件答复", "proxy": "由主管处室代登记"}.get(answer.door, "")
    return f"{_what(answer)}。{who}代表{unit}{door}。" if unit else f"{_what(answer)}。{who}{door}。"


def _what(answer: AnsweredView) -> str:
    which = f"第{answer.number}项{f'（{answer.short}）' if answer.short else ''}" if answer.number else ""
    if answer.choice is Choice.NOT_OURS and answer.kind == "signature":
        return f"已签收{answer.covers}项，其中有事项不归本单位，等主管处室答复"
    if answer.choice is Choice.NOT_OURS:
        return f"已提出{which}不归本单位，等主管处室答复"
    if answer.choice is Choice.EXTEND and answer.until:
        return f"已申请{which}延期到{short_day(answer.until)}，等主管处室决定"
    if answer.choice is Choice.SUBMIT:
        done = f"，办结日期{short_day(answer.done_on)}" if answer.done_on else ""
        return f"{which}已提交审核{done}，审核通过后销号"
    covers = f"{answer.covers}项" if answer.choice is Choice.SIGN and answer.covers > 1 else ""
    return f"{which}{_DONE[answer.choice]}{covers}"


def name_of(question: Question) -> str:
    """How a sentence names a question that is still open."""
    return f"第{question.number}项{question.title}" if question.number else question.title

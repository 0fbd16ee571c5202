"""The events that active plans wait for: by name, with the tasks and periods that count from each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.views.naming import named_leads
from reminders.exceptions import NotFound, Refused
from reminders.plans.wording import phrase
from reminders.store import external, plans
from reminders.store.plans import TaskRecord
from reminders.timetable import counting
from reminders.triggers import speaks_of_every_case
from schedules.schedule import Triggered
from schedules.spelling import spell

_QUOTES = "「」『』“”\"'《》 　"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Awaited:
    """One triggered phase of a task: what it counts from, and what was reported for it so far."""

    plan_id: int
    task: TaskRecord
    schedule_id: int
    phase: Triggered
    text: str
    is_note: bool  # a limit on every case: shown, never armed
    reports: tuple[Row[Any], ...] = ()

    @property
    def name(self) -> str:
        """The event's name."""
        return self.phase.event

    @property
    def words(self) -> str:
        """决策文件出台后10个工作日内."""
        return phrase(self.phase, 0)

    @property
    def units(self) -> str:
        """The lead units as the plan names them."""
        return named_leads(self.task)


def awaited(connection: Connection, plan_ids: Iterable[int]) -> list[Awaited]:
    """Every triggered phase of some plans, in the order of plan, task and text."""
    wanted = list(plan_ids)
    reports = external.reported_phases(connection, wanted)
    return [
        Awaited(
            plan_id,
            task,
            line.schedule_id,
            line.phase,
            texts[line.schedule_id],
            speaks_of_every_case(line.phase, texts[line.schedule_id]),
            tuple(reports.get(line.schedule_id, ())),
        )
        for plan_id in wanted
        for task in plans.tasks_of(connection, plan_id)
        if not task.no_duty
        for texts in [dict(zip((line.schedule_id for line in task.lines), task.texts, strict=True))]
        for line in counting(task.lines)
        if isinstance(line.phase, Triggered)
    ]


def plans_in_question(connection: Connection, plan_id: int | None) -> list[Row[Any]]:
    """The active plans, or the one that was named; Refused where that one is not active."""
    found = external.active_plans(connection, plan_id)
    if not found and plan_id is not None:
        raise Refused(f"方案 {plan_id} 没有登记、还没有启用或者已经关闭，不能报告事件；可用 cuiban plans 查看。")
    return found


def meant(found: Sequence[Awaited], name: str) -> list[Awaited]:
    """The phases that wait for an event of this name; NotFound or Refused with the names that would do."""
    wanted = spelled(name)
    mine = [one for one in found if spelled(one.name) == wanted]
    waiting = [one for one in mine if not one.is_note]
    if waiting:
        return waiting
    if mine:
        raise Refused(f"「{mine[0].name}」说的是每一件（{mine[0].words}），不是一次性的事件，不设节点、不用报告。")
    raise NotFound(_unknown(name, list(dict.fromkeys(one.name for one in found if not one.is_note))))


def spelled(name: str) -> str:
    """An event's name as it is compared: one spelling, without quotation marks and blanks."""
    return spell(name).translate(dict.fromkeys(map(ord, _QUOTES)))


def _unknown(name: str, names: Sequence[str]) -> str:
    if not names:
        return f"没有方案在等「{name}」：已启用的方案里没有从事件起算的时限。"
    near = difflib.get_close_matches(spelled(name), [spelled(known) for known in names], n=1, cutoff=0.4)
    guess = f"；最接近的是「{next(known for known in names if spelled(known) == near[0])}」" if near else ""
    listed = "、".join(f"「{known}」" for known in names[:_SHOWN])
    rest = f"等{len(names)}个（全部见 cuiban event --list）" if len(names) > _SHOWN else ""
    return f"没有方案在等「{name}」，在等的是{listed}{rest}{guess}。"


def waiting_lines(connection: Connection) -> list[str]:
    """`cuiban event --list`: each event with the tasks that wait for it, then the limits on every case."""
    found = awaited(connection, [row.id for row in external.active_plans(connection)])
    waiting = [one for one in found if not one.is_note]
    notes = [one for one in found if one.is_note]
    lines = [] if waiting else ["已启用的方案没有在等的事件。"]
    for name in dict.fromkeys(one.name for one in waiting):
        lines.append(name)
        lines += [_waiting_line(one) for one in waiting if one.name == name]
    if notes:
        lines.append("按件计的时限（不设节点，不用报告）：")
        lines += [f"  {_place(one)}　{one.words}" for one in notes]
    return lines


def _waiting_line(one: Awaited) -> str:
    reported = "；".join(report_words(row) for row in one.reports) or "还没有报告"
    return f"  {_place(one)}　{one.words}　{reported}"


def _place(one: Awaited) -> str:
    return f"{one.plan_id}/{one.task.number}　{one.task.short}　{one.units or '没有牵头单位'}"


def report_words(row: Row[Any]) -> str:
    """2022-09-01（文号）→ 2022-09-15到期."""
    ref = f"（{row.ref}）" if row.ref else ""
    return f"{row.happened_on}{ref} → {row.phase['due']}到期"

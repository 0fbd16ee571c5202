"""Obligations as messages and pages show them: the frozen views, filled from the store as things stand now."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from reminders.clock import SHANGHAI
from reminders.engine.service import Service
from reminders.engine.views.awaited import awaited
from reminders.engine.views.naming import ROLES, named_leads
from reminders.messages import Colour, ItemView, OfficeView, PersonView, TaskView
from reminders.messages.words import number_order
from reminders.obligations import ENDED, Kind, Obligation, State
from reminders.planner import rung_day, t_zero
from reminders.silence import waits
from reminders.store import events, plans
from reminders.store.directory import Directory, PlanRecord
from reminders.store.evidence import Coming, Told, coming, told
from reminders.store.plans import TaskRecord
from reminders.timetable import Quarter, counting, is_routine, is_undated
from schedules.schedule import Continuous

CHANNELS = {"smtp": "邮件", "wecom": "企业微信", "mailbox": "邮件"}
SHOWN_TOLD = 4
TOGETHER = "合并办结"
ANSWERS = {"on_time": "能按期", "extend": "申请延期", "submit": "已办结", "not_ours": "不归本单位", "sign": "签收"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An obligation with the step that brings it up; a page shows it without one."""

    obligation: Obligation
    step: str = ""
    level: int = 0
    item_id: int = 0


class Viewer:
    """Everything a batch of views needs, read once."""

    def __init__(self, service: Service, connection: Connection, obligations: Sequence[Obligation], day: date) -> None:
        self._slots = service.slots
        self._connection = connection
        self._day = day
        plan_ids = {o.plan_id for o in obligations}
        unit_ids = {o.unit_id for o in obligations}
        self.directory = Directory.load(connection, plan_ids, unit_ids)
        self._tasks = {plan_id: plans.tasks_of(connection, plan_id) for plan_id in plan_ids}
        self._by_id = {task.id: task for tasks in self._tasks.values() for task in tasks}
        self._dates = {plan_id: plans.open_dates(connection, plan_id) for plan_id in plan_ids}
        self._told = told(connection, {o.id for o in obligations})
        self._coming = coming(connection, plan_ids, unit_ids)

    def item(self, shown: Shown) -> ItemView:
        """One obligation as it stands now."""
        o = shown.obligation
        task = self._by_id.get(o.task_id or 0)
        plan = self.directory.plans[o.plan_id]
        return ItemView(
            item_id=shown.item_id,
            obligation_id=o.id,
            kind=o.kind.value,
            step=shown.step,
            level=shown.level,
            plan_id=o.plan_id,
            plan_title=plan.title,
            unit=self.directory.unit_name(o.unit_id),
            number=task.number if task else "",
            short=task.short if task else "",
            deadline_text=task.deadline_text if task else None,
            reading=_reading(o, task),
            start_on=o.start_on,
            due_on=o.due_on,
            due_time=o.due_time,
            answer_by=self._answer_by(o, shown),
            colour=self._colour(o),
            state=o.state.value,
            reports=o.reports,
            count=o.count,
            workdays_left=self._left(o),
            overdue_after=o.policy.overdue_level1,
            promised=self._promised(o),
            next_step=self._next(o, shown),
            phones=self._phones(o.unit_id),
            evidence=_evidence(self._told.get(o.id, [])),
            tasks=self._covered(o),
            quarter=Quarter.parse(o.subject).words if o.kind is Kind.RETURN else "",
            marks=(*o.marks, self._reason(o)) if shown.step == "attend" else o.marks,
        )

    def items(self, shown: Iterable[Shown]) -> tuple[ItemView, ...]:
        """Several as they stand now; what one act fulfils is one item with the numbers of its tasks."""
        together: dict[object, list[ItemView]] = {}
        for place, one in enumerate(shown):
            key = self.joint_key(one.obligation)
            together.setdefault((key, one.step) if key else place, []).append(self.item(one))
        return tuple(_as_one(members) for members in together.values())

    def joint_key(self, o: Obligation) -> object | None:
        """The same for what a unit owes of tasks that one act fulfils, while it stands alike."""
        task = self._by_id.get(o.task_id or 0)
        return (o.plan_id, task.joint, o.unit_id, o.kind, o.state, o.due_on) if task and task.joint else None

    def lines(self, plan_id: int, wanted: str) -> tuple[ItemView, ...]:
        """例行 or 待明确时限: what a plan asks for that has no obligation of its own."""
        asks = is_routine if wanted == "routine" else is_undated
        plan = self.directory.plans[plan_id]
        return tuple(
            _line(plan, task, named_leads(task), task.deadline_text)
            for task in self._tasks.get(plan_id, [])
            if not task.no_duty and any(asks(line.phase) for line in counting(task.lines))
        )

    def awaited(self, plan_id: int) -> tuple[ItemView, ...]:
        """等待事件: the phases whose event nobody reported yet; limits on every case wait for nothing."""
        plan = self.directory.plans[plan_id]
        return tuple(
            _line(plan, one.task, one.units, one.words)
            for one in awaited(self._connection, [plan_id])
            if not one.is_note and not one.reports
        )

    def office(self, plan_id: int) -> OfficeView:
        """Who sends for a plan: its lead office, the office's liaison and a telephone number."""
        plan = self.directory.plans[plan_id]
        people = self.directory.of_unit(plan.lead_office_id, "liaison")
        person = next(iter(people or self.directory.of_unit(plan.lead_office_id, "head")), None)
        return OfficeView(
            name=self.directory.unit_name(plan.lead_office_id),
            person=person.name if person else "",
            phone=person.telephone if person else "",
            issuer=plan.issuer,
        )

    def _reason(self, o: Obligation) -> str:
        """Why the lead office brings an item before the leaders."""
        return f"提请事由：{events.newest_reason(self._connection, o.id, 'obligation.shown')}"

    def _answer_by(self, o: Obligation, shown: Shown) -> date | None:
        wanted = self._wait_ends(o, shown)
        # Nobody is given until after the due day to say whether he will keep it.
        return min(wanted, o.due_on) if wanted and o.due_on and o.kind is Kind.CONFIRMATION else wanted

    def _wait_ends(self, o: Obligation, shown: Shown) -> date | None:
        if o.kind is Kind.RETURN:
            return o.due_on
        if o.kind is Kind.COMPLETION:
            return self._slots.workdays.add_workdays(o.due_at(), o.policy.overdue_level2) if o.level else None
        if o.wait_last_on is not None:
            return o.wait_last_on
        rule = waits(o)
        span = {0: rule.w0, 1: rule.w1}.get(shown.level)
        return self._slots.workdays.add_workdays(self._day, span) if span else None

    def _colour(self, o: Obligation) -> Colour:
        if o.kind is not Kind.COMPLETION and o.kind is not Kind.CONFIRMATION:
            return Colour.NONE
        if o.state in ENDED or o.state is State.SUBMITTED:
            return Colour.GREEN
        if self._day > o.due_at():
            return Colour.RED
        yellow = rung_day(o.due_at(), o.policy.yellow_from, self._slots.workdays)
        return Colour.YELLOW if self._day >= yellow else Colour.GREEN

    def _left(self, o: Obligation) -> int | None:
        if o.due_on is None:
            return None
        workdays = self._slots.workdays
        if self._day > o.due_on:
            return -workdays.count_between(o.due_on + timedelta(days=1), self._day)
        return max(workdays.count_between(self._day, t_zero(o.due_on, workdays)) - 1, 0)

    def _promised(self, o: Obligation) -> str:
        if o.answer is None or o.answered_on is None:
            return ""
        word = ANSWERS.get(o.answer, o.answer)
        return f"{o.answered_on.month}月{o.answered_on.day}日答复“{word}”"

    def _next(self, o: Obligation, shown: Shown) -> str:
        if shown.level or o.kind is Kind.COMPLETION:
            return ""
        return self.upcoming(o.plan_id, o.unit_id) if shown.step == "sign" else ""

    def upcoming(self, plan_id: int, unit_id: int) -> str:
        """The next thing a unit will be asked, in words; empty where nothing is planned."""
        found = self._coming.get((plan_id, unit_id))
        return _upcoming(found, self._by_id) if found else ""

    def _phones(self, unit_id: int) -> tuple[PersonView, ...]:
        people = self.directory.of_unit(unit_id, "liaison") + self.directory.of_unit(unit_id, "head")
        return tuple(PersonView(p.name, ROLES[p.role], p.telephone) for p in people)

    def _covered(self, o: Obligation) -> tuple[TaskView, ...]:
        """What a signature or a return covers."""
        if o.kind not in (Kind.SIGNATURE, Kind.RETURN):
            return ()
        quarter = Quarter.parse(o.subject) if o.kind is Kind.RETURN else None
        later = o.kind is Kind.SIGNATURE and o.subject
        only = events.covered(self._connection, o.id) if later else ()
        return tuple(self.tasks_of_unit(o.plan_id, o.unit_id, returned=quarter, only=only))

    def tasks_of_unit(
        self, plan_id: int, unit_id: int, *, returned: Quarter | None = None, only: Container[int] = ()
    ) -> list[TaskView]:
        """The tasks of a unit, or some of them; for a return the standing ones it leads in that quarter."""
        views = []
        for task in self._tasks[plan_id]:
            mine = [a for a in task.assignments if a.unit_id == unit_id]
            if not mine or task.no_duty or (only and task.id not in only):
                continue
            duty = "lead" if any(a.role == "lead" for a in mine) else "support"
            standing = [line.phase for line in counting(task.lines) if isinstance(line.phase, Continuous)]
            if returned is not None and not (duty == "lead" and any(_runs(p, returned) for p in standing)):
                continue
            views.append(self._task(plan_id, unit_id, task, duty, all(a.via for a in mine), bool(standing)))
        return views

    def _task(
        self, plan_id: int, unit_id: int, task: TaskRecord, duty: str, collective: bool, continuous: bool
    ) -> TaskView:
        dates = self._dates[plan_id].get(task.id, [])
        mine = {row.due_on for row in dates if duty == "support" or row.unit_id == unit_id}
        return TaskView(
            number=task.number,
            short=task.short,
            deadline_text=task.deadline_text,
            duty=duty,
            collective=collective,
            lead=tuple(a.named for a in task.assignments if a.role == "lead" and not a.via),
            due_dates=tuple(sorted(mine)),
            continuous=continuous,
        )


def _as_one(members: Sequence[ItemView]) -> ItemView:
    """The first of a joint completion, with the numbers of all."""
    if len(members) == 1:
        return members[0]
    numbers = "、".join(sorted((item.number for item in members), key=number_order))
    marks = dict.fromkeys(mark for item in members for mark in item.marks)
    evidence = dict.fromkeys(line for item in members for line in item.evidence)
    return replace(members[0], number=numbers, marks=(*marks, TOGETHER), evidence=tuple(evidence))


def _line(plan: PlanRecord, task: TaskRecord, unit: str, words: str | None) -> ItemView:
    """A task as a line of its own, without an obligation behind it."""
    return ItemView(
        item_id=0,
        obligation_id=0,
        kind="line",
        step="line",
        level=0,
        plan_id=plan.id,
        plan_title=plan.title,
        unit=unit,
        number=task.number,
        short=task.short,
        deadline_text=words,
    )


def _reading(o: Obligation, task: TaskRecord | None) -> str:
    if task is None or not task.deadline_text or o.due_on is None or o.version > 1:
        return ""
    return f"“{task.deadline_text}” → {o.due_on.month}月{o.due_on.day}日（含当日）"


def _evidence(lines: Sequence[Told]) -> tuple[str, ...]:
    """The first that was accepted, which says since when, and the last ones."""
    shown = lines if len(lines) <= SHOWN_TOLD else [lines[0], *lines[1 - SHOWN_TOLD :]]
    return tuple(dict.fromkeys(_told_line(line) for line in shown))


def _told_line(line: Told) -> str:
    day = line.accepted_at.astimezone(SHANGHAI).date()
    return f"{day.month}月{day.day}日{CHANNELS.get(line.channel, line.channel)}已送达{ROLES.get(line.role, '')}"


def _upcoming(found: Coming, tasks: dict[int, TaskRecord]) -> str:
    day = f"{found.on.month}月{found.on.day}日"
    if found.kind == "return":
        due = f"，{found.due_on.month}月{found.due_on.day}日前填报" if found.due_on else ""
        return f"{day}发{Quarter.parse(found.subject).words}填报通知{due}"
    number = tasks[found.task_id].number if found.task_id in tasks else ""
    return f"{day}请告知第{number}项能否按期" if found.kind == "confirmation" else f"{day}提醒第{number}项"


def _runs(phase: Continuous, quarter: Quarter) -> bool:
    return phase.start <= quarter.last and phase.end >= quarter.first

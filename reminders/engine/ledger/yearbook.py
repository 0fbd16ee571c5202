"""The year's ledger as rows: one for every dated thing that a lead unit owes, with its answers, dates and evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from reminders.clock import SHANGHAI
from reminders.engine.ledger.completeness import completeness
from reminders.engine.ledger.showing import STATES
from reminders.engine.ledger.spreadsheet import Cell
from reminders.engine.service import Service
from reminders.engine.views.awaited import Awaited, awaited
from reminders.engine.views.finding import plan_record
from reminders.engine.views.viewing import Shown, Viewer
from reminders.messages import Colour
from reminders.obligations import Kind, Obligation, State
from reminders.plans.wording import phrases
from reminders.store import obligations, plans
from reminders.store.plans import TaskRecord
from reminders.store.tables import contacts, occurrences, tasks, units
from reminders.store.tables import events as event_table
from reminders.timetable import Quarter, counting, is_routine, is_undated, quarters_of

COLUMNS = (
    *(("序号", 8), ("任务", 24), ("工作任务", 24), ("工作要求", 44), ("落实措施", 44), ("完成时限", 18), ("读作", 26)),
    *(("牵头单位", 18), ("配合单位", 24), ("责任单位", 16), ("到期日", 12), ("状态", 14), ("灯", 6), ("签收", 24)),
    *(("答复", 40), ("延期和改期", 40), ("办结日期", 12), ("办结情况", 44), ("整项", 24)),
)
LIGHTS = {Colour.RED: "红", Colour.YELLOW: "黄", Colour.GREEN: "绿", Colour.NONE: ""}
CHOICES = {
    "sign": "签收",
    "on_time": "能按期",
    "extend": "申请延期",
    "submit": "已办结，提交审核",
    "not_ours": "不归本单位",
    "normal": "均正常推进",
    "untouched": "部分本季度未涉及",
    "difficult": "有困难",
}
DOORS = {"link": "链接", "reply": "回信", "proxy": "代登记"}
ACTS = {"extend": "同意延期", "refuse": "不同意", "suspend": "挂账", "resume": "恢复", "return": "退回"}
LAPSED = "启用前已到期"


def people_by_id(connection: Connection) -> dict[int, str]:
    """Every contact's name, also of those who left."""
    return {row.id: row.name for row in connection.execute(select(contacts.c.id, contacts.c.name))}


def moment(at: datetime | None) -> str:
    """2022-09-16 09:01, as the office's clock showed it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


@dataclass(frozen=True)
class Yearbook:
    """Everything the rows of one plan are made of, read once."""

    tasks: list[TaskRecord]
    removed: list[TaskRecord]  # by a revised plan: what was done for them stays in the ledger
    year: int
    active: bool
    viewer: Viewer
    units: Mapping[int, str]
    people: Mapping[int, str]
    completions: Mapping[tuple[int, int], Obligation]  # by occurrence and unit
    by_task: Mapping[int, list[Obligation]]  # completions
    by_unit: Mapping[int, list[Obligation]]  # signatures and returns
    told: Mapping[int, list[Row[Any]]]  # the events of an obligation that a ledger shows
    questions: Mapping[int, list[int]]  # the obligations of an occurrence, also of a unit that handed it over
    nodes: Mapping[tuple[int, int], list[Row[Any]]]  # the occurrences of a task and unit
    awaited: Mapping[int, list[Awaited]]

    @classmethod
    def load(cls, service: Service, connection: Connection, plan_id: int) -> Yearbook:
        """Read a plan with all that happened to it."""
        owed = obligations.of_plans(connection, [plan_id])
        viewer = Viewer(service, connection, owed, service.now().date())
        waiting: dict[int, list[Awaited]] = defaultdict(list)
        for one in awaited(connection, [plan_id]):
            waiting[one.task.id].append(one)
        plan = plan_record(connection, plan_id)
        return cls(
            tasks=plans.tasks_of(connection, plan_id),
            removed=plans.tasks_of(connection, plan_id, removed=True),
            year=plan.year,
            active=plan.state != "imported",
            viewer=viewer,
            units={row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))},
            people=people_by_id(connection),
            completions={(o.occurrence_id or 0, o.unit_id): o for o in owed if o.kind is Kind.COMPLETION},
            by_task=_completions(owed),
            by_unit=_grouped(o for o in owed if o.kind in (Kind.SIGNATURE, Kind.RETURN)),
            told=_told(connection, plan_id),
            questions=_questions(owed),
            nodes=_nodes(connection, plan_id),
            awaited=waiting,
        )

    def rows(self) -> Iterator[list[Cell]]:
        """The tasks in their order; of each, its lead units in theirs, and their dated things by day."""
        for task in self.tasks:
            yield from ([*row, self._whole(task)] for row in self._kept(task))
        for task in self.removed:
            yield from ([*row, self._whole(task)] for row in self._removed(task))

    def _kept(self, task: TaskRecord) -> Iterator[list[Cell]]:
        leads = [a for a in task.assignments if a.role == "lead"]
        if not leads or task.no_duty:
            yield [*self._task(task), "", None, "无此职责" if task.no_duty else "没有牵头单位", *[None] * 6]
        owing = dict.fromkeys((a.unit_id, self._name(a)) for a in leads if not task.no_duty)
        for unit_id, name in {**owing, **self._before(task, {a.unit_id for a in leads})}:
            yield from self._unit(task, unit_id, name)

    def _removed(self, task: TaskRecord) -> Iterator[list[Cell]]:
        yield [*self._task(task), "", None, "已删去", *[None] * 6]
        for unit_id, name in self._before(task, set()):
            yield from self._unit(task, unit_id, name)

    def _whole(self, task: TaskRecord) -> str:
        """How far the task is as a whole, and with which others it is done."""
        done = completeness(self.by_task.get(task.id, ())).words
        others = [one.number for one in self.tasks if task.joint and one.joint == task.joint and one is not task]
        return "；".join(words for words in (done, f"与第{'、'.join(others)}项合并办结" if others else "") if words)

    def _before(self, task: TaskRecord, leads: set[int | None]) -> dict[tuple[int | None, str], None]:
        """Units that have handed the task over since: what they did stays theirs."""
        found = (unit_id for task_id, unit_id in self.nodes if task_id == task.id and unit_id not in leads)
        return {(unit_id, self.units[unit_id]): None for unit_id in found}

    def _unit(self, task: TaskRecord, unit_id: int | None, name: str) -> Iterator[list[Cell]]:
        nodes = self.nodes.get((task.id, unit_id or 0), [])
        for node in nodes:
            yield [*self._task(task), name, node.due_on, *self._node(node, unit_id or 0)]
        standing = self._standing(task)
        if standing or not nodes:
            signed, returned = self._signed(unit_id or 0), self._returned(task, unit_id or 0)
            yield [*self._task(task), name, None, standing or "未启用", "", signed, returned, None, None, None]

    def _name(self, assignment: Row[Any]) -> str:
        return self.units.get(assignment.unit_id or 0, "") or str(assignment.named)

    def _task(self, task: TaskRecord) -> list[Cell]:
        read = phrases(tuple(line.phase for line in counting(task.lines)), self.year)
        texts = (task.number, task.short, task.title, task.requirement, task.measure, task.deadline_text, read)
        return [*texts, self._named(task, "lead"), self._named(task, "support")]

    def _named(self, task: TaskRecord, role: str) -> str:
        return "、".join(dict.fromkeys(self._name(a) for a in task.assignments if a.role == role))

    def _node(self, node: Row[Any], unit_id: int) -> list[Cell]:
        owed = self.completions.get((node.id, unit_id))
        told = [row for one in self.questions.get(node.id, []) for row in self.told.get(one, [])]
        told.sort(key=lambda row: int(row.id))
        state, light = self._state(node, owed)
        return [
            state,
            light,
            self._signed(unit_id),
            _lines(self._answer(row) for row in told if row.type == "answer.given"),
            _lines(self._change(row) for row in told),
            owed.done_on if owed is not None and owed.state in (State.DONE, State.SUBMITTED) else node.done_on,
            _lines(self._evidence(row) for row in told),
        ]

    def _state(self, node: Row[Any], owed: Obligation | None) -> tuple[str, str]:
        if node.state == "lapsed":
            return LAPSED, "灰"
        if owed is None or node.state == "closed":
            return "已关闭" if node.state == "closed" else "已转出", ""
        late = owed.state is State.DONE and owed.done_on is not None and owed.done_on > owed.due_at()
        word = f"{STATES[owed.state]}{'（逾期）' if late else ''}"
        return word, LIGHTS[self.viewer.item(Shown(owed)).colour]

    def _standing(self, task: TaskRecord) -> str:
        """What a task owes besides its dates."""
        if not self.active:
            return ""
        phases = [line.phase for line in counting(task.lines)]
        waiting = self.awaited.get(task.id, [])
        words = {
            "按季填报": bool(quarters_of(phases)),
            "例行": any(map(is_routine, phases)),
            "待明确时限": any(map(is_undated, phases)),
            "等待事件": any(not one.is_note and not one.reports for one in waiting),
            "按件计": any(one.is_note for one in waiting),
        }
        return "、".join(word for word, holds in words.items() if holds)

    def _signed(self, unit_id: int) -> str:
        signatures = [o for o in self.by_unit.get(unit_id, []) if o.kind is Kind.SIGNATURE]
        return _lines(self._answer(r) for o in signatures for r in self.told.get(o.id, []) if r.type == "answer.given")

    def _returned(self, task: TaskRecord, unit_id: int) -> str:
        """What the unit said of the quarters in which this task runs."""
        mine = quarters_of([line.phase for line in counting(task.lines)])
        returns = [o for o in self.by_unit.get(unit_id, []) if o.kind is Kind.RETURN]
        asked = [(Quarter.parse(o.subject), o) for o in returns if Quarter.parse(o.subject) in mine]
        return _lines(
            f"{quarter.words}：{self._answer(row)}{_text(row)}"
            for quarter, o in asked
            for row in self.told.get(o.id, [])
            if row.type == "answer.given"
        )

    def _answer(self, row: Row[Any]) -> str:
        """2022-09-16 白岸 能按期（代登记）."""
        door = DOORS.get(row.body.get("door", ""), "")
        choice = CHOICES.get(row.body.get("choice", ""), str(row.body.get("choice", "")))
        return f"{_day(row)} {self._who(row)} {choice}{f'（{door}）' if door else ''}"

    def _who(self, row: Row[Any]) -> str:
        return self.people.get(row.contact_id or 0) or str(row.body.get("name") or "")

    def _change(self, row: Row[Any]) -> str:
        """What moved a due day, or would have."""
        body = row.body
        if row.type == "answer.given" and body.get("choice") == "extend":
            return f"{_day(row)} {self._who(row)} 申请延至 {body.get('until', '（未写日期）')}{_text(row)}"
        if row.type == "due.changed":
            return f"{_day(row)} 期限 {body.get('was')} → {body.get('until')}"
        if row.type == "decision.taken" and body.get("act") in ACTS:
            until = f"，至 {body['until']}" if body.get("until") else ""
            return f"{_day(row)} {body.get('by')} {ACTS[body['act']]}{until}：{body.get('reason')}"
        return ""

    def _evidence(self, row: Row[Any]) -> str:
        if row.type != "answer.given" or row.body.get("choice") != "submit":
            return ""
        done = f"办结于 {row.body['done_on']}" if row.body.get("done_on") else ""
        return f"{_day(row)} {done}{_text(row)}".strip() if done or row.body.get("text") else ""


def _day(row: Row[Any]) -> date:
    local: datetime = row.at.astimezone(SHANGHAI)
    return local.date()


def _text(row: Row[Any]) -> str:
    return f"：{row.body['text']}" if row.body.get("text") else ""


def _lines(found: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(line for line in found if line))


def _grouped(found: Iterable[Obligation]) -> dict[int, list[Obligation]]:
    by_unit: dict[int, list[Obligation]] = defaultdict(list)
    for obligation in found:
        by_unit[obligation.unit_id].append(obligation)
    return by_unit


def _completions(owed: Iterable[Obligation]) -> dict[int, list[Obligation]]:
    by_task: dict[int, list[Obligation]] = defaultdict(list)
    for obligation in owed:
        if obligation.kind is Kind.COMPLETION and obligation.task_id is not None:
            by_task[obligation.task_id].append(obligation)
    return by_task


def _questions(owed: Iterable[Obligation]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for obligation in owed:
        if obligation.occurrence_id is not None:
            found[obligation.occurrence_id].append(obligation.id)
    return found


def _told(connection: Connection, plan_id: int) -> dict[int, list[Row[Any]]]:
    shown = ("answer.given", "due.changed", "decision.taken")
    query = select(event_table).where(event_table.c.plan_id == plan_id, event_table.c.type.in_(shown))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.order_by(event_table.c.id)):
        found[row.obligation_id or 0].append(row)
    return found


def _nodes(connection: Connection, plan_id: int) -> dict[tuple[int, int], list[Row[Any]]]:
    mine = select(tasks.c.id).where(tasks.c.plan_id == plan_id)
    query = select(occurrences).where(occurrences.c.task_id.in_(mine))
    found: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.order_by(occurrences.c.due_on, occurrences.c.id)):
        found[row.task_id, row.unit_id].append(row)
    return found

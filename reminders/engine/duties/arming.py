"""Arming: the obligations a plan's tasks bring, each with its first step and slot.

Nothing is born overdue: an occurrence due before activation is lapsed and brings no message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from reminders import delay
from reminders.engine.duties.opening import Openings, Start, start_of
from reminders.engine.duties.supporting import Supporting, question_to_support
from reminders.engine.service import Service
from reminders.obligations import Kind, Obligation, State
from reminders.planner import asking_step
from reminders.policy import Ladder, Policy, Support
from reminders.slots import Slot
from reminders.store import events, plans
from reminders.store.directory import PlanRecord
from reminders.store.plans import TaskRecord
from reminders.timetable import Dated, Quarter, asks_return, counting, dated, quarters_of, return_days


@dataclass(frozen=True, slots=True)
class Starts:
    """How what is owed of one dated thing begins."""

    completion: Start
    confirmation: Start | None
    support: Start | None  # what each support unit is asked, where the policy wants it


@dataclass
class Arming:
    """Everything one activation opens, and what it counted."""

    service: Service
    connection: Connection
    plan: PlanRecord
    overdue_lapsed: bool  # arm what fell due before activation as overdue
    policy: Policy
    policy_id: int
    day: date
    earliest: Slot
    highest: int
    held: bool = False  # the plan's first send has not come: nothing gets a slot
    happened: list[events.Event] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    armed: int = 0
    lapsed: int = 0
    openings: Openings = field(default_factory=Openings)
    starts: dict[tuple[Any, ...], Starts] = field(default_factory=dict)  # what many owe alike
    supporting: Supporting | None = None

    def write(self) -> None:
        """Store what was opened."""
        self.happened += self.openings.write(self.connection)


def arming_of(
    service: Service, connection: Connection, plan: PlanRecord, *, overdue_lapsed: bool = False, held: bool = False
) -> Arming:
    """What opens obligations of a plan today, by the policy the plan has now."""
    assert plan.policy is not None, "an active plan has its policy"
    assert plan.policy_id is not None, "an active plan has its policy"
    return Arming(
        service,
        connection,
        plan,
        overdue_lapsed=overdue_lapsed,
        policy=plan.policy,
        policy_id=plan.policy_id,
        day=service.now().date(),
        earliest=service.earliest(),
        highest=2 if plan.leader_ids else 1,
        held=held,
    )


def open_everything(work: Arming, found: Sequence[TaskRecord]) -> None:
    """Everything a plan's tasks bring, at its activation."""
    live = [task for task in found if not task.no_duty]
    work.units = sorted({a.unit_id for task in live for a in task.assignments if a.unit_id is not None})
    opened = events.Event("plan.activated", plan_id=work.plan.id, body={"preset": work.policy.preset.value})
    work.happened.append(opened)
    signature = _signature(work)
    for unit_id in work.units:
        work.openings.add(signature, unit_id)
    owed: list[tuple[int, int, Dated]] = []
    standing: dict[int, set[Quarter]] = defaultdict(set)
    for task in live:
        lines = counting(task.lines)
        items, quarters = dated(lines, work.plan.year), quarters_of([line.phase for line in lines])
        for unit_id in (a.unit_id for a in task.assignments if a.role == "lead" and a.unit_id is not None):
            owed += [(task.id, unit_id, item) for item in items]
            standing[unit_id] |= quarters
    _open_occurrences(work, owed)
    for unit_id, of_unit in sorted(standing.items()):
        for quarter in sorted(of_unit, key=str):
            _add_return(work, unit_id, quarter)
    work.write()


def open_dated(work: Arming, task: TaskRecord, unit_id: int, item: Dated) -> None:
    """What one lead unit owes of one dated thing: an occurrence, its completion, its question where there is time."""
    _open_occurrences(work, [(task.id, unit_id, item)])
    work.write()


def arm_occurrence(work: Arming, task_id: int, unit_id: int, occurrence_id: int, item: Dated) -> None:
    """The obligations of an occurrence that has none yet."""
    _add_occurrence(work, task_id, unit_id, occurrence_id, item)
    work.write()


def open_return(work: Arming, unit_id: int, quarter: Quarter) -> None:
    """One unit's word on all its standing tasks of a quarter, where enough of the quarter is left to ask for it."""
    _add_return(work, unit_id, quarter)
    work.write()


def _open_occurrences(work: Arming, owed: Sequence[tuple[int, int, Dated]]) -> None:
    """The occurrences that tasks bring to units, and what each unit owes of them."""
    numbers = plans.add_occurrences(work.connection, [_occurrence(work, *one) for one in owed])
    for (task_id, unit_id, item), number in zip(owed, numbers, strict=True):
        if item.due_on >= work.day or work.overdue_lapsed:
            _add_occurrence(work, task_id, unit_id, number, item)
            continue
        work.lapsed += 1
        body = {"due_on": str(item.due_on), "occurrence": number}
        about = {"plan_id": work.plan.id, "task_id": task_id, "unit_id": unit_id}
        work.happened.append(events.Event("occurrence.lapsed", **about, body=body))


def _occurrence(work: Arming, task_id: int, unit_id: int, item: Dated) -> dict[str, Any]:
    return {
        "schedule_id": item.schedule_id,
        "task_id": task_id,
        "unit_id": unit_id,
        "start_on": item.start_on,
        "due_on": item.due_on,
        "due_time": item.due_time,
        "count": item.count,
        "ladder": item.ladder.value,
        "state": "lapsed" if item.due_on < work.day and not work.overdue_lapsed else "armed",
    }


def _add_occurrence(work: Arming, task_id: int, unit_id: int, occurrence_id: int, item: Dated) -> None:
    alike = (item.ladder, item.start_on, item.due_on, item.due_time, item.count)
    if alike not in work.starts:
        work.starts[alike] = _starts(work, item)
    starts = work.starts[alike]
    work.armed += 1
    work.openings.add(starts.completion, unit_id, task_id, occurrence_id)
    if starts.confirmation is not None:
        work.openings.add(starts.confirmation, unit_id, task_id, occurrence_id)
    if starts.support is not None:
        work.supporting = work.supporting or Supporting(work.connection)
        for helper in work.supporting.to_ask(task_id, item.due_on):
            work.openings.add(starts.support, helper, task_id, occurrence_id)


def _starts(work: Arming, item: Dated) -> Starts:
    """The completion of a dated thing, and its question where T-10 is not past."""
    base = _new(
        work,
        Kind.COMPLETION,
        state=State.ARMED,
        highest=work.policy.climbs.of(item.ladder),
        ladder=item.ladder,
        start_on=item.start_on,
        due_on=item.due_on,
        due_time=item.due_time,
        count=item.count,
    )
    asked = _confirmation(work, base)
    begun = _start(work, _first_step(work, base))
    if asked is None:
        return Starts(begun, None, None)
    wanted = work.policy.support is Support.CONFIRM
    return Starts(begun, _start(work, asked), _start(work, question_to_support(asked)) if wanted else None)


def _first_step(work: Arming, base: Obligation) -> Obligation:
    if base.due_at() >= work.day:
        return delay.armed(base, work.service.slots, work.earliest)
    step = f"T+{work.policy.overdue_level1}"
    return base.to(State.OVERDUE, next_step=step, next_slot=work.earliest)


def _confirmation(work: Arming, completion: Obligation) -> Obligation | None:
    """Where T-10 is past when the occurrence is armed, none is opened."""
    planned = asking_step(completion, work.service.slots)
    if planned is None or planned.slot < work.earliest:
        return None
    return completion.to(
        State.PLANNED,
        kind=Kind.CONFIRMATION,
        highest=min(completion.highest, work.policy.confirmation.highest),
        next_step=planned.step,
        next_slot=planned.slot,
        count=1,
    )


def _signature(work: Arming) -> Start:
    highest = work.policy.signature.highest
    owed = _new(work, Kind.SIGNATURE, state=State.PLANNED, highest=highest, next_step="sign", next_slot=work.earliest)
    return _start(work, owed)


def _add_return(work: Arming, unit_id: int, quarter: Quarter) -> None:
    rule, workdays = work.policy.ask_return, work.service.slots.workdays
    if not asks_return(quarter, work.day, rule, workdays):
        return
    days = return_days(quarter, rule, workdays)
    planned = max(work.service.slots.morning(days.opens_on), work.earliest)
    when = {"due_on": days.due_on, "next_step": "return", "next_slot": planned}
    owed = _new(work, Kind.RETURN, state=State.PLANNED, highest=1, subject=str(quarter), **when)
    work.openings.add(_start(work, owed), unit_id)


def _start(work: Arming, obligation: Obligation) -> Start:
    return start_of(obligation, work.policy_id, held=work.held)


def _new(work: Arming, kind: Kind, *, state: State, highest: int, **columns: object) -> Obligation:
    """An obligation that begins today, whoever will owe it."""
    values: dict[str, object] = {"subject": "", "ladder": Ladder.NONE, "next_step": None, "next_slot": None, **columns}
    return Obligation(
        id=0,
        kind=kind,
        plan_id=work.plan.id,
        unit_id=0,
        task_id=None,
        occurrence_id=None,
        version=1,
        policy=work.policy,
        highest=min(highest, work.highest),
        state=state,
        level=0,
        round=0,
        opened_on=work.day,
        **values,  # type: ignore[arg-type]  # the columns are checked by the dataclass's own callers above
    )

"""Arming: the obligations a plan's tasks bring, each with its first step and slot.

Nothing is born overdue: an occurrence due before activation is lapsed and brings no message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from reminders import delay
from reminders.engine.service import Service
from reminders.obligations import Change, Kind, Obligation, State, fact
from reminders.planner import asking_step
from reminders.policy import Ladder, Policy
from reminders.slots import Slot
from reminders.store import events, obligations, plans
from reminders.store.directory import PlanRecord
from reminders.store.plans import TaskRecord
from reminders.store.tables import obligations as table
from reminders.timetable import Dated, Quarter, asks_return, counting, dated, quarters_of, return_days


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
    happened: list[events.Event] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    armed: int = 0
    lapsed: int = 0


def rearmed_from(service: Service, obligation: Obligation, earliest: Slot) -> Obligation:
    """The next step of something armed, counted from a slot on."""
    if obligation.state is State.OVERDUE:
        return obligation.to(State.OVERDUE, next_slot=earliest)
    if obligation.kind is Kind.COMPLETION:
        return delay.armed(obligation, service.slots, earliest)
    if obligation.kind is Kind.SIGNATURE:
        return obligation.to(State.PLANNED, next_step="sign", next_slot=earliest)
    planned = _asked_on(service, obligation)
    if planned is None or planned < earliest:
        if obligation.kind is Kind.RETURN and planned is not None:
            return obligation.to(State.PLANNED, next_slot=earliest)
        return obligation.to(State.CLOSED, next_step=None, next_slot=None)
    return obligation.to(State.PLANNED, next_slot=planned)


def lapse(connection: Connection, plan_id: int, day: date) -> list[events.Event]:
    """What fell due between activation and the first send lapses too: nobody was told of it in time."""
    missed = obligations.select_where(
        connection,
        table.c.plan_id == plan_id,
        table.c.due_on < day,
        table.c.state.in_([State.ARMED.value, State.PLANNED.value]),
    )
    happened = []
    for obligation in missed:
        told = fact("obligation.closed", why="lapsed")
        if obligation.kind is Kind.COMPLETION and obligation.occurrence_id is not None:
            plans.set_occurrence(connection, obligation.occurrence_id, "lapsed")
            told = fact("occurrence.lapsed", due_on=str(obligation.due_on))
        shut = Change(obligation.to(State.CLOSED, next_step=None, next_slot=None), facts=(told,))
        obligations.save(connection, [shut.obligation])
        happened += events.of_change(obligation, shut)
    return happened


def _asked_on(service: Service, obligation: Obligation) -> Slot | None:
    if obligation.kind is Kind.CONFIRMATION:
        planned = asking_step(obligation, service.slots)
        return planned.slot if planned else None
    quarter = Quarter.parse(obligation.subject)
    days = return_days(quarter, obligation.policy.ask_return, service.slots.workdays)
    return service.slots.morning(days.opens_on)


def open_everything(work: Arming, found: Sequence[TaskRecord]) -> None:
    live = [task for task in found if not task.no_duty]
    units = sorted({a.unit_id for task in live for a in task.assignments if a.unit_id is not None})
    work.units = units
    opened = events.Event("plan.activated", plan_id=work.plan.id, body={"preset": work.policy.preset.value})
    work.happened.append(opened)
    for unit_id in units:
        _open(work, _signature(work, unit_id))
    standing: dict[int, set[Quarter]] = {}
    for task in live:
        lines = counting(task.lines)
        leads = [a.unit_id for a in task.assignments if a.role == "lead" and a.unit_id is not None]
        for unit_id in leads:
            for item in dated(lines, work.plan.year):
                open_dated(work, task, unit_id, item)
            standing.setdefault(unit_id, set()).update(quarters_of([line.phase for line in lines]))
    for unit_id, quarters in sorted(standing.items()):
        for quarter in sorted(quarters, key=str):
            open_return(work, unit_id, quarter)


def _signature(work: Arming, unit_id: int) -> Obligation:
    return _new(work, Kind.SIGNATURE, unit_id, state=State.PLANNED, highest=work.policy.signature.highest).to(
        State.PLANNED, next_step="sign", next_slot=work.earliest
    )


def open_dated(work: Arming, task: TaskRecord, unit_id: int, item: Dated) -> None:
    """What one lead unit owes of one dated thing: an occurrence, its completion, its question where there is time."""
    lapsed = item.due_on < work.day
    occurrence_id = plans.add_occurrence(
        work.connection,
        schedule_id=item.schedule_id,
        task_id=task.id,
        unit_id=unit_id,
        start_on=item.start_on,
        due_on=item.due_on,
        due_time=item.due_time,
        count=item.count,
        ladder=item.ladder.value,
        state="lapsed" if lapsed and not work.overdue_lapsed else "armed",
    )
    if lapsed and not work.overdue_lapsed:
        work.lapsed += 1
        body = {"due_on": str(item.due_on), "occurrence": occurrence_id}
        work.happened.append(
            events.Event("occurrence.lapsed", plan_id=work.plan.id, task_id=task.id, unit_id=unit_id, body=body)
        )
        return
    arm_occurrence(work, task.id, unit_id, occurrence_id, item)


def arm_occurrence(work: Arming, task_id: int, unit_id: int, occurrence_id: int, item: Dated) -> None:
    """The obligations of an occurrence that has none yet."""
    lapsed = item.due_on < work.day
    work.armed += 1
    base = _new(
        work,
        Kind.COMPLETION,
        unit_id,
        state=State.ARMED,
        highest=work.policy.climbs.of(item.ladder),
        task_id=task_id,
        occurrence_id=occurrence_id,
        ladder=item.ladder,
        start_on=item.start_on,
        due_on=item.due_on,
        due_time=item.due_time,
        count=item.count,
    )
    _open(work, _first_step(work, base, overdue=lapsed))
    _open_confirmation(work, base)


def _first_step(work: Arming, base: Obligation, *, overdue: bool) -> Obligation:
    if not overdue:
        return delay.armed(base, work.service.slots, work.earliest)
    step = f"T+{work.policy.overdue_level1}"
    return base.to(State.OVERDUE, next_step=step, next_slot=work.earliest)


def _open_confirmation(work: Arming, completion: Obligation) -> None:
    """Where T-10 is past when the occurrence is armed, none is opened."""
    planned = asking_step(completion, work.service.slots)
    if planned is None or planned.slot < work.earliest:
        return
    asked = completion.to(
        State.PLANNED,
        kind=Kind.CONFIRMATION,
        highest=min(completion.highest, work.policy.confirmation.highest),
        next_step=planned.step,
        next_slot=planned.slot,
        count=1,
    )
    _open(work, asked)


def open_return(work: Arming, unit_id: int, quarter: Quarter) -> None:
    """One unit's word on all its standing tasks of a quarter, where enough of the quarter is left to ask for it."""
    rule, workdays = work.policy.ask_return, work.service.slots.workdays
    if not asks_return(quarter, work.day, rule, workdays):
        return
    days = return_days(quarter, rule, workdays)
    planned = max(work.service.slots.morning(days.opens_on), work.earliest)
    _open(
        work,
        _new(work, Kind.RETURN, unit_id, state=State.PLANNED, highest=1, subject=str(quarter), due_on=days.due_on).to(
            State.PLANNED, next_step="return", next_slot=planned
        ),
    )


def _new(work: Arming, kind: Kind, unit_id: int, *, state: State, highest: int, **columns: object) -> Obligation:
    values: dict[str, object] = {
        "task_id": None,
        "occurrence_id": None,
        "subject": "",
        "ladder": Ladder.NONE,
        "next_step": None,
        "next_slot": None,
        **columns,
    }
    return Obligation(
        id=0,
        kind=kind,
        plan_id=work.plan.id,
        unit_id=unit_id,
        version=1,
        policy=work.policy,
        highest=min(highest, work.highest),
        state=state,
        level=0,
        round=0,
        opened_on=work.day,
        **values,  # type: ignore[arg-type]  # the columns are checked by the dataclass's own callers above
    )


def _open(work: Arming, obligation: Obligation) -> None:
    number = obligations.insert(work.connection, obligation, work.policy_id)
    body = {"kind": obligation.kind.value, "state": obligation.state.value, "due_on": str(obligation.due_on or "")}
    opened = obligation.to(obligation.state, id=number)
    work.happened.append(events.of_opening(opened, "obligation.opened", body))

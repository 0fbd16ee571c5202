"""What was armed before its plan's first send: it begins then, counted from a slot on, or has lapsed meanwhile."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from reminders import delay
from reminders.engine.service import Service
from reminders.obligations import Change, Kind, Obligation, State, fact
from reminders.planner import asking_step
from reminders.slots import Slot
from reminders.store import events, obligations, plans
from reminders.store.tables import obligations as table
from reminders.timetable import Quarter, return_days


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

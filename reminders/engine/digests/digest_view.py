"""What one reader's digest says: what he has to do next, and the week's figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from reminders.engine.service import Service
from reminders.engine.views.viewing import Shown, Viewer
from reminders.messages import DigestView, ItemView
from reminders.obligations import Kind, Obligation, State
from reminders.slots import week_of
from reminders.store.directory import Person

SILENT = (State.QUEUED, State.WAITING, State.HELD)
RUNNING = (State.ARMED, State.OVERDUE, State.HELD, State.EXHAUSTED, State.FROZEN)


def digest_view(
    service: Service, viewer: Viewer, scope: Sequence[Obligation], person: Person, row: Row[Any], unit: str
) -> DigestView:
    """The digest of a reader: a leader sees what stands at level 2 and figures, a unit its own, the office all."""
    day = service.now().date()
    week = row.week_on or week_of(day)
    offices = {plan.lead_office_id for plan in viewer.directory.plans.values()}
    everything = person.role == "leader" or person.unit_id in offices
    mine = [o for o in scope if everything or o.unit_id == person.unit_id]
    horizon = service.slots.workdays.add_workdays(day, max((o.policy.digest_horizon for o in mine), default=10))
    return DigestView(
        week=week,
        last=_last_workday(service, week),
        due=_shown(viewer, (o for o in mine if _is_due(o, day, horizon))),
        overdue=_shown(viewer, (o for o in mine if _is_red(o, day))),
        unanswered=_shown(viewer, (o for o in mine if o.kind is not Kind.COMPLETION and o.state in SILENT)),
        waiting_decision=_shown(viewer, (o for o in mine if o.state in (State.SUBMITTED, State.FROZEN, State.HELD))),
        escalated=_shown(viewer, (o for o in mine if o.level >= 2 and o.is_open)),
        undelivered=_shown(viewer, (o for o in mine if o.state is State.UNDELIVERABLE)),
        routine=_lines(viewer, "routine", unit, everything=everything),
        awaited=_awaited(viewer, unit, everything=person.unit_id in offices),
        undated=_lines(viewer, "undated", unit, everything=True) if person.unit_id in offices else (),
        figures=figures(mine, day),
    )


def figures(scope: Iterable[Obligation], day: date) -> tuple[tuple[str, int], ...]:
    """The numbers of the week, in the order they are read."""
    found = list(scope)
    dated = [o for o in found if o.kind is Kind.COMPLETION]
    signed = [o for o in found if o.kind is Kind.SIGNATURE]
    asked = [o for o in found if o.kind is Kind.RETURN and o.state is not State.PLANNED]
    return (
        ("有期限的事项", len(dated)),
        ("已办结", sum(o.state is State.DONE for o in dated)),
        ("超期", sum(_is_red(o, day) for o in dated)),
        ("应签收", len(signed)),
        ("已签收", sum(o.state is State.ACKNOWLEDGED for o in signed)),
        ("应填报", len(asked)),
        ("已填报", sum(o.state is State.DONE for o in asked)),
    )


def _is_due(o: Obligation, day: date, horizon: date) -> bool:
    return o.kind is Kind.COMPLETION and o.state in RUNNING and day <= o.due_at() <= horizon


def _is_red(o: Obligation, day: date) -> bool:
    return o.kind is Kind.COMPLETION and o.state in RUNNING and o.due_at() < day


def _shown(viewer: Viewer, found: Iterable[Obligation]) -> tuple[ItemView, ...]:
    return viewer.items(Shown(o, level=o.level) for o in found)


def _lines(viewer: Viewer, wanted: str, unit: str, *, everything: bool) -> tuple[ItemView, ...]:
    lines = [line for plan_id in viewer.directory.plans for line in viewer.lines(plan_id, wanted)]
    return tuple(line for line in lines if everything or unit in line.unit.split("、"))


def _awaited(viewer: Viewer, unit: str, *, everything: bool) -> tuple[ItemView, ...]:
    """Duties that wait for an event, and only where the reader can know that it happened."""
    lines = [line for plan_id in viewer.directory.plans for line in viewer.awaited(plan_id)]
    return tuple(line for line in lines if everything or unit in line.unit.split("、"))


def _last_workday(service: Service, week: date) -> date:
    sunday = week + timedelta(days=6)
    return service.slots.workdays.on_or_before(sunday)

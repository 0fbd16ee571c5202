"""What can be rehearsed: a plan's file, and a stored plan from its present state on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from reminders.contacts import Contact
from reminders.engine.ledger.sent import Line
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.intake import import_contacts, import_plan
from reminders.engine.service import Service
from reminders.exceptions import InputError
from reminders.plans.plan import Plan
from reminders.rehearsal.assumptions import default_choices, invented_contacts
from reminders.rehearsal.manners import Manners
from reminders.rehearsal.scratch import clock_of, copy_plans, scratch_of
from reminders.rehearsal.walking import Span, walk
from reminders.slots import Slot
from reminders.store.tables import plans, tasks


def rehearse_file(
    service: Service, plan: Plan, contacts: Sequence[Contact], choices: Choices | None, span: Span, manners: Manners
) -> Iterator[Line]:
    """A plan as if activated and released before the first slot on or after the first day."""
    scratch = scratch_of(service)
    start = scratch.slots.morning(span.first)
    clock_of(scratch).move(_before(scratch, start))
    chosen = choices or default_choices(plan, contacts)
    import_contacts(scratch, contacts or invented_contacts(plan, chosen))
    plan_id = import_plan(scratch, plan, b"", "rehearsal")
    _without_duty(scratch, plan_id, plan)
    activate(scratch, plan_id, replace(chosen, release=True))
    return walk(scratch, span, manners, start=start)


def rehearse_stored(
    service: Service, plan_id: int, choices: Choices | None, span: Span, manners: Manners
) -> Iterator[Line]:
    """A stored plan: activated in the scratch copy where it is not active yet, else carried on from where it is."""
    scratch = copied(service, [plan_id])
    start = prepare(scratch, plan_id, choices, span)
    return walk(scratch, span, manners, start=start)


def copied(service: Service, plan_ids: Collection[int], *, history: bool = False) -> Service:
    """A scratch copy that holds some plans as they are now, with `history` all that was sent for them."""
    scratch = scratch_of(service)
    with service.database.read() as source, scratch.database.write() as target:
        copy_plans(source, target, plan_ids, service.now().date(), history=history)
    return scratch


def prepare(scratch: Service, plan_id: int, choices: Choices | None, span: Span) -> Slot:
    """Activate and release a copied plan where nobody did yet; the slot at which its walk begins."""
    with scratch.database.read() as connection:
        found = connection.execute(select(plans.c.state, plans.c.released_at).where(plans.c.id == plan_id)).first()
    if found is None:
        raise InputError(f"没有编号为 {plan_id} 的方案，可用 cuiban plans 查看。")
    if found.released_at is not None:
        return _from_now(scratch)
    if choices is None and found.state == "imported":
        raise InputError("这个方案还没有启用，预演时请给出启用的选项（至少 --lead-office）。")
    start = scratch.slots.morning(span.first)
    clock_of(scratch).move(_before(scratch, start))
    activate(scratch, plan_id, replace(choices or Choices(""), release=True))
    return start


def _from_now(scratch: Service) -> Slot:
    """The slot that is open, or the next one that opens."""
    now = scratch.now()
    return scratch.slots.open_slot(now) or scratch.slots.next_opening(now)


def _before(scratch: Service, first: Slot) -> datetime:
    return scratch.slots.opens_at(first) - timedelta(minutes=30)


def _without_duty(scratch: Service, plan_id: int, plan: Plan) -> None:
    """A task without a unit is 无此职责."""
    idle = [task.number for task in plan.tasks if not task.lead]
    with scratch.database.write() as connection:
        wanted = (tasks.c.plan_id == plan_id, tasks.c.number.in_(idle))
        connection.execute(tasks.update().where(*wanted).values(no_duty=True))

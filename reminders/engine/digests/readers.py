"""Who reads a plan's digest this week, and in which slot."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, and_, false, or_, select

from reminders.engine.service import Service
from reminders.obligations import ENDED, Kind, State
from reminders.slots import PM, Slot
from reminders.store import plans
from reminders.store.directory import Directory, Person, PlanRecord
from reminders.store.tables import assignments, tasks
from reminders.store.tables import obligations as table
from schedules.workdays import WorkCalendar

STANDING = (State.SUSPENDED, State.SUBMITTED)  # nothing is waited for from the unit
SILENT = (State.QUEUED, State.WAITING, State.HELD, State.EXHAUSTED)


def slot_of(service: Service, reader: Person, slot: Slot) -> Slot:
    """The slot of a reader's digest: one that comes in an afternoon reaches a leader the next morning."""
    return service.slots.after(slot) if reader.role == "leader" and slot.half == PM else slot


def digest_readers(service: Service, connection: Connection, plan_id: int, day: date) -> list[int]:
    """Who gets a digest this week: the lead office always, the others by policy."""
    leading = _leading_units(connection, plan_id)
    directory = Directory.load(connection, [plan_id], leading)
    plan = directory.plans[plan_id]
    policy = plan.policy
    assert policy is not None, f"plan {plan_id} is active without a policy"
    office = directory.of_unit(plan.lead_office_id, "liaison") or directory.of_unit(plan.lead_office_id, "head")
    readers = list(office)
    wanted = leading if policy.digest_everyone else _concerned(service, connection, plan, day)
    for unit_id in sorted(wanted):
        readers += directory.of_unit(unit_id, "liaison") or directory.of_unit(unit_id, "head")
    if policy.digest_everyone:
        readers += [directory.people[i] for i in plan.leader_ids if i in directory.people]
    return list(dict.fromkeys(person.id for person in readers if service.routes(person)))


def _leading_units(connection: Connection, plan_id: int) -> set[int]:
    query = (
        select(assignments.c.unit_id)
        .join(tasks, tasks.c.id == assignments.c.task_id)
        .where(
            tasks.c.plan_id == plan_id,
            tasks.c.no_duty.is_(False),
            assignments.c.role == "lead",
            assignments.c.unit_id.is_not(None),
            assignments.c.ended_at.is_(None),
        )
    )
    return {row.unit_id for row in connection.execute(query)}


def _concerned(service: Service, connection: Connection, plan: PlanRecord, day: date) -> set[int]:
    """Units that lead something open within the horizon, unanswered or red."""
    workdays = service.slots.workdays
    # Every obligation has the policy it was armed with; there are few of them, and each reaches to a day.
    reach = [
        and_(table.c.policy_id == policy_id, table.c.due_on < beyond(day, policy.digest_horizon, workdays))
        for policy_id, policy in plans.policies_of(connection, plan.id).items()
    ]
    completion = table.c.kind == Kind.COMPLETION.value
    soon = and_(completion, table.c.state.not_in([*ENDED, *STANDING]), or_(false(), *reach))
    unanswered = and_(~completion, table.c.state.in_(SILENT))
    query = select(table.c.unit_id).where(table.c.plan_id == plan.id, or_(soon, unanswered)).distinct()
    return set(connection.scalars(query))


def beyond(day: date, horizon: int, workdays: WorkCalendar) -> date:
    """The first day that is more than `horizon` working days ahead: what has its T0 before it is due soon."""
    return workdays.add_workdays(day, horizon + (1 if workdays.is_workday(day) else 2))

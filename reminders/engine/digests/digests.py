"""The weekly digest: in the morning slot of the week's first working day, once per reader and week."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, false, or_, select

from reminders.engine.service import Service
from reminders.obligations import ENDED, Kind, State
from reminders.slots import PM, Slot, next_digest_slot, week_of
from reminders.store import events, messages, plans
from reminders.store.directory import Directory, Person, PlanRecord, people_by_id
from reminders.store.early import into_digests
from reminders.store.tables import assignments, tasks
from reminders.store.tables import obligations as table
from schedules.workdays import WorkCalendar

LATE = 3  # working days after which a digest is skipped, and said so
STANDING = (State.SUSPENDED, State.SUBMITTED)  # nothing is waited for from the unit
SILENT = (State.QUEUED, State.WAITING, State.HELD, State.EXHAUSTED)


def open_digests(service: Service, slot: Slot) -> None:
    """Begin the digests whose slot has come, before the slot's items are written: they go into the digest.

    After weeks of standing still each missed week is skipped and said so, and this week's begins all the same.
    """
    while due := _due(service, slot):
        for row in due:
            _open(service, row.id, Slot.parse(row.next_digest_slot), slot)


def _due(service: Service, slot: Slot) -> list[Row[Any]]:
    with service.database.read() as connection:
        return plans.due_digests(connection, str(slot))


def _open(service: Service, plan_id: int, planned: Slot, slot: Slot) -> None:
    following = next_digest_slot(planned.day, service.slots)
    with service.database.write() as connection:
        if not plans.move_digest(connection, plan_id, str(planned), str(following)):
            return
        late = service.slots.workdays.count_between(planned.day, slot.day) - 1
        skipped = late > LATE or following <= slot
        readers = [] if skipped else digest_readers(service, connection, plan_id, slot.day)
        week = week_of(planned.day)
        now = service.now()
        people = people_by_id(connection, readers)
        slots = {reader: slot_of(service, people[reader], slot) for reader in readers}
        opened = [r for r in readers if messages.open_digest(service.database, connection, r, slots[r], week, now)]
        for one in set(slots.values()):
            into_digests(connection, [reader for reader in opened if slots[reader] == one], one, now)
        kind = "digest.skipped" if skipped else "digest.opened"
        happened = events.Event(kind, plan_id=plan_id, body={"week": str(week), "readers": len(opened)})
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())


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

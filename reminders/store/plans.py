"""Plans with their tasks, assignments and schedules, and the units and contacts they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, false, func, select, update

from reminders.contacts import Contact
from reminders.exceptions import NotFound
from reminders.plans.plan import Plan, Task
from reminders.policy import Policy
from reminders.slots import Slot
from reminders.store.among import among
from reminders.store.bulk import reserve_ids
from reminders.store.database import Database, insert_many
from reminders.store.tables import (
    assignments,
    contacts,
    obligations,
    occurrences,
    plan_leaders,
    plans,
    policies,
    schedules,
    tasks,
    units,
)
from reminders.timetable import Line, is_offer
from schedules.schedule import Phase, phase_from_dict


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One stored task with what counts for its timetable."""

    id: int
    plan_id: int
    position: int
    number: str
    short: str
    section: str
    title: str
    requirement: str
    measure: str
    deadline_text: str | None
    no_duty: bool
    joint: str  # the same for tasks that one act fulfils; empty for a task by itself
    lines: tuple[Line, ...]
    texts: tuple[str, ...]  # of the lines, in their order
    assignments: tuple[Row[Any], ...]


def insert_plan(connection: Connection, plan: Plan, *, source: str, sha256: str, now: datetime) -> int:
    """Store a plan as it was read; its id."""
    made = connection.execute(
        plans.insert().returning(plans.c.id),
        {
            "title": plan.title,
            "issuer": plan.issuer,
            "number": plan.number or "",
            "year": plan.year,
            "issued_on": plan.issued,
            "source": source,
            "sha256": sha256,
            "imported_at": now,
            "state": "imported",
        },
    )
    plan_id = int(made.scalar_one())
    for position, task in enumerate(plan.tasks, 1):
        insert_task(connection, plan_id, position, task)
    return plan_id


def insert_task(connection: Connection, plan_id: int, position: int, task: Task) -> int:
    """Store one task with what it names and its schedule; its id."""
    row = {"plan_id": plan_id, "position": position, **task_columns(task)}
    task_id = int(connection.execute(tasks.insert().returning(tasks.c.id), row).scalar_one())
    named = [(name, "lead") for name in task.lead] + [(name, "support") for name in task.support]
    rows = [{"task_id": task_id, "named": name, "role": role} for name, role in named]
    insert_many(connection, assignments, rows)
    insert_many(connection, schedules, [{"task_id": task_id, **row} for row in schedule_rows(task)])
    return task_id


def task_columns(task: Task) -> dict[str, Any]:
    """What a task says, as its row holds it."""
    return {
        "number": task.number,
        "short": task.short,
        "section": task.section,
        "title": task.title,
        "requirement": task.requirement,
        "measure": task.measure,
        "deadline_text": task.deadline_text,
        "place": task.place,
        "no_duty": task.no_duty,
        "warnings": [warning.to_dict() for warning in task.warnings],
        "written": {"lead": list(task.lead), "support": list(task.support), "no_duty": task.no_duty},
    }


def schedule_rows(task: Task) -> list[dict[str, Any]]:
    """The phases that count, then the offers; mentions that made the schedule themselves are no offers."""
    own = "cell" if task.deadline_text else "mention"
    base = [(own, task.deadline_text or "", phase, "") for phase in task.phases]
    offers = [
        ("mention", mention.text, phase, "open")
        for mention in task.mentions
        for phase in mention.phases
        if task.deadline_text and is_offer(phase)
    ]
    return [
        {"position": position, "origin": origin, "text": text, "phase": phase.to_dict(), "offer": offer}
        for position, (origin, text, phase, offer) in enumerate([*base, *offers], 1)
    ]


def find_by_sha(connection: Connection, sha256: str) -> int | None:
    """The plan that came from exactly this file."""
    return connection.scalar(select(plans.c.id).where(plans.c.sha256 == sha256).order_by(plans.c.id).limit(1))


def listing(connection: Connection) -> list[Row[Any]]:
    """Every plan with the number of its tasks."""
    query = (
        select(plans, func.count(tasks.c.id).label("tasks"))
        .outerjoin(tasks, (tasks.c.plan_id == plans.c.id) & tasks.c.removed_at.is_(None))
        .group_by(plans.c.id)
        .order_by(plans.c.id)
    )
    return list(connection.execute(query))


def tasks_of(connection: Connection, plan_id: int, *, removed: bool = False) -> list[TaskRecord]:
    """The tasks of a plan in their order, with schedules and the assignments that still hold; or those removed."""
    lines: dict[int, list[Row[Any]]] = defaultdict(list)
    owed: dict[int, list[Row[Any]]] = defaultdict(list)
    mine = select(tasks.c.id).where(tasks.c.plan_id == plan_id)
    for row in connection.execute(
        select(schedules).where(schedules.c.task_id.in_(mine)).order_by(schedules.c.position)
    ):
        lines[row.task_id].append(row)
    query = select(assignments).where(assignments.c.task_id.in_(mine), assignments.c.ended_at.is_(None))
    for row in connection.execute(query.order_by(assignments.c.id)):
        owed[row.task_id].append(row)
    gone = tasks.c.removed_at.is_not(None)
    standing = select(tasks).where(tasks.c.plan_id == plan_id, gone if removed else ~gone)
    found = connection.execute(standing.order_by(tasks.c.position))
    return [_task(row, lines[row.id], owed[row.id]) for row in found]


def _task(row: Row[Any], lines: Sequence[Row[Any]], owed: Sequence[Row[Any]]) -> TaskRecord:
    return TaskRecord(
        id=row.id,
        plan_id=row.plan_id,
        position=row.position,
        number=row.number,
        short=row.short,
        section=row.section,
        title=row.title,
        requirement=row.requirement,
        measure=row.measure,
        deadline_text=row.deadline_text,
        no_duty=row.no_duty,
        joint=row.joint,
        lines=tuple(Line(line.id, phase_of(line), line.origin, line.offer) for line in lines),
        texts=tuple(line.text for line in lines),
        assignments=tuple(owed),
    )


def phase_of(line: Row[Any]) -> Phase:
    """The phase a schedule row holds."""
    return phase_from_dict(line.phase)


def decide_offers(connection: Connection, task_ids: Iterable[int], decision: str) -> None:
    """Take or leave the open offers of tasks."""
    connection.execute(
        update(schedules)
        .where(among(schedules.c.task_id, task_ids), schedules.c.offer == "open")
        .values(offer=decision)
    )


def unit_ids(connection: Connection) -> dict[str, int]:
    """Every unit on record by its name."""
    return {row.name: row.id for row in connection.execute(select(units.c.id, units.c.name))}


def unit_named(connection: Connection, name: str | None) -> int | None:
    """A unit by its name, None for no name; NotFound with one sentence for one that is not on record."""
    if name is None:
        return None
    unit_id = unit_ids(connection).get(name)
    if unit_id is None:
        raise NotFound(f"没有登记名为「{name}」的单位。")
    return unit_id


def ensure_units(database: Database, connection: Connection, names: Iterable[str], kind: str = "") -> dict[str, int]:
    """Units by name, made where they are not on record."""
    wanted = list(dict.fromkeys(names))
    if wanted:
        rows = [{"name": name, "kind": kind} for name in wanted]
        connection.execute(database.insert(units).on_conflict_do_nothing(), rows)
    known = unit_ids(connection)
    return {name: known[name] for name in wanted}


def keep_contacts(database: Database, connection: Connection, people: Sequence[Contact]) -> int:
    """Store contacts: one person is one row (role, unit and name), mended where he is on record; how many are new."""
    known = ensure_units(database, connection, (p.unit for p in people if p.unit))
    new = 0
    for person in people:
        unit_id = known.get(person.unit)
        if unit_id is not None and person.unit_kind:
            connection.execute(update(units).where(units.c.id == unit_id).values(kind=person.unit_kind))
        new += _keep_contact(connection, unit_id, person)
    return new


def reachable(connection: Connection) -> dict[int, tuple[str, ...]]:
    """By contact the ways in which he can be reached."""
    query = select(contacts.c.id, contacts.c.email, contacts.c.wecom_userid, contacts.c.mobile, contacts.c.webhook)
    return {row.id: tuple(row)[1:] for row in connection.execute(query.where(contacts.c.active.is_(True)))}


def _keep_contact(connection: Connection, unit_id: int | None, person: Contact) -> int:
    same_unit = contacts.c.unit_id == unit_id if unit_id is not None else contacts.c.unit_id.is_(None)
    same = (same_unit, contacts.c.role == person.role, contacts.c.name == person.name)
    values = {
        "email": person.email,
        "wecom_userid": person.wecom_userid,
        "mobile": person.mobile,
        "phone": person.phone,
        "webhook": person.webhook,
        "active": True,
    }
    if connection.execute(update(contacts).where(*same).values(**values)).rowcount:
        return 0
    connection.execute(contacts.insert(), {"unit_id": unit_id, "role": person.role, "name": person.name, **values})
    return 1


def ensure_policy(database: Database, connection: Connection, policy: Policy) -> int:
    """The id of exactly these figures."""
    statement = database.insert(policies).values(digest=policy.digest(), body=policy.to_json())
    connection.execute(statement.on_conflict_do_nothing(index_elements=["digest"]))
    return int(connection.scalar(select(policies.c.id).where(policies.c.digest == policy.digest())) or 0)


def policies_of(connection: Connection, plan_id: int) -> dict[int, Policy]:
    """The policies under which anything of a plan was armed."""
    armed = select(obligations.c.policy_id).where(obligations.c.plan_id == plan_id)
    query = select(policies.c.id, policies.c.body).where(policies.c.id.in_(armed))
    return {row.id: Policy.model_validate_json(row.body) for row in connection.execute(query)}


def add_occurrences(connection: Connection, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Store occurrences that name the same columns; their ids in the same order."""
    numbers = reserve_ids(connection, occurrences, len(rows)) if rows else []
    insert_many(connection, occurrences, [{"id": n, **row} for n, row in zip(numbers, rows, strict=True)])
    return numbers


def set_occurrence(connection: Connection, occurrence_id: int, state: str, **columns: Any) -> None:
    """What became of an occurrence."""
    connection.execute(update(occurrences).where(occurrences.c.id == occurrence_id).values(state=state, **columns))


def set_occurrences(connection: Connection, occurrence_ids: Sequence[int], state: str, **columns: Any) -> None:
    """What became of several occurrences alike."""
    mine = among(occurrences.c.id, occurrence_ids)
    connection.execute(update(occurrences).where(mine).values(state=state, **columns))


def update_plan(connection: Connection, plan_id: int, **columns: Any) -> None:
    """Change columns of a plan."""
    connection.execute(update(plans).where(plans.c.id == plan_id).values(**columns))


def due_digests(connection: Connection, slot: str) -> list[Row[Any]]:
    """Active plans whose digest slot has come."""
    query = select(plans.c.id, plans.c.next_digest_slot).where(
        plans.c.next_digest_slot.is_not(None), plans.c.next_digest_slot <= slot, plans.c.state == "active"
    )
    return list(connection.execute(query.order_by(plans.c.id)))


def coming_digests(connection: Connection) -> list[tuple[int, Slot]]:
    """Active plans with the slot of their next digest."""
    query = select(plans.c.id, plans.c.next_digest_slot).where(
        plans.c.next_digest_slot.is_not(None), plans.c.state == "active"
    )
    return [(row.id, Slot.parse(row.next_digest_slot)) for row in connection.execute(query.order_by(plans.c.id))]


def move_digest(connection: Connection, plan_id: int, old: str, new: str) -> bool:
    """Go on to the next week's digest; False where another tick did."""
    done = connection.execute(
        update(plans).where(plans.c.id == plan_id, plans.c.next_digest_slot == old).values(next_digest_slot=new)
    )
    return done.rowcount == 1


def open_dates(connection: Connection, plan_id: int) -> dict[int, list[Any]]:
    """The armed occurrences of a plan by task."""
    found: dict[int, list[Any]] = defaultdict(list)
    query = (
        select(occurrences.c.task_id, occurrences.c.unit_id, occurrences.c.due_on)
        .join(tasks, tasks.c.id == occurrences.c.task_id)
        .where(tasks.c.plan_id == plan_id, occurrences.c.state == "armed")
        .order_by(occurrences.c.due_on)
    )
    for row in connection.execute(query):
        found[row.task_id].append(row)
    return found


def of_reader(connection: Connection, contact_id: int, unit_id: int | None) -> set[int]:
    """The active plans a contact has to do with: as their leader, as their lead office, or as a unit they name."""
    led = select(plan_leaders.c.plan_id).where(plan_leaders.c.contact_id == contact_id)
    named = (
        select(tasks.c.plan_id)
        .join(assignments, assignments.c.task_id == tasks.c.id)
        .where(assignments.c.unit_id == unit_id, assignments.c.unit_id.is_not(None))
    )
    mine = plans.c.id.in_(led) | plans.c.id.in_(named) | ((plans.c.lead_office_id == unit_id) if unit_id else false())
    query = select(plans.c.id).where(plans.c.state == "active", mine)
    return {row.id for row in connection.execute(query)}


def close(connection: Connection, plan_id: int) -> None:
    """A plan is over: its open occurrences are closed, and it has no digest any more."""
    mine = select(tasks.c.id).where(tasks.c.plan_id == plan_id)
    open_ones = occurrences.c.task_id.in_(mine) & occurrences.c.state.in_(["armed", "routine"])
    connection.execute(update(occurrences).where(open_ones).values(state="closed"))
    connection.execute(update(plans).where(plans.c.id == plan_id).values(state="closed", next_digest_slot=None))

"""A revised plan in the store: the tasks as they were written, and what taking its differences writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from reminders.plans.plan import Mention, Plan, Task, Warning  # noqa: A004 - the word of the design
from reminders.store.among import among
from reminders.store.database import insert_many
from reminders.store.plans import insert_task, phase_of, schedule_rows, task_columns
from reminders.store.tables import assignments, external_phases, occurrences, plan_members, plans, schedules, tasks

Occurrence = Row[Any]
FORMER = "former"  # the offer of a schedule row that counted until a revised plan
_LONGEST = 24  # of a number that is given up: what marks it needs room too


@dataclass(frozen=True, slots=True)
class Stored:
    """A task as the plan has it, and its id."""

    id: int
    task: Task


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """What became of the schedule rows of a task; empty where nothing changed."""

    former: tuple[int, ...] = ()
    fresh: tuple[int, ...] = ()


def as_written(connection: Connection, plan_id: int) -> list[Stored]:
    """The tasks of a plan in their order, as its newest document has them: decisions since then do not show."""
    found = connection.execute(
        select(tasks).where(tasks.c.plan_id == plan_id, tasks.c.removed_at.is_(None)).order_by(tasks.c.position)
    ).all()
    mine = select(tasks.c.id).where(tasks.c.plan_id == plan_id)
    lines: dict[int, list[Row[Any]]] = defaultdict(list)
    counting = schedules.c.offer.not_in([FORMER, "event"])
    query = select(schedules).where(schedules.c.task_id.in_(mine), counting).order_by(schedules.c.position)
    for line in connection.execute(query):
        lines[line.task_id].append(line)
    named: dict[int, list[Row[Any]]] = defaultdict(list)
    standing = (assignments.c.task_id.in_(mine), assignments.c.ended_at.is_(None), assignments.c.via == "")
    for row in connection.execute(select(assignments).where(*standing).order_by(assignments.c.id)):
        named[row.task_id].append(row)
    return [Stored(row.id, _task(row, lines[row.id], named[row.id])) for row in found]


def _task(row: Row[Any], lines: Sequence[Row[Any]], named: Sequence[Row[Any]]) -> Task:
    written = row.written or {
        "lead": [one.named for one in named if one.role == "lead"],
        "support": [one.named for one in named if one.role == "support"],
        "no_duty": row.no_duty,
    }
    offers = [line for line in lines if line.offer]
    return Task(
        number=row.number,
        short=row.short,
        section=row.section,
        title=row.title,
        requirement=row.requirement,
        measure=row.measure,
        deadline_text=row.deadline_text,
        phases=tuple(phase_of(line) for line in lines if not line.offer),
        lead=tuple(written["lead"]),
        support=tuple(written["support"]),
        mentions=tuple(Mention(line.text, (phase_of(line),), row.place) for line in offers),
        warnings=tuple(Warning(one["kind"], one["sentence"]) for one in row.warnings),
        place=row.place,
        no_duty=bool(written["no_duty"]),
    )


def replace_tasks(connection: Connection, plan_id: int, found: Sequence[Task]) -> None:
    """The tasks of a plan that nobody activated give way to others."""
    mine = select(tasks.c.id).where(tasks.c.plan_id == plan_id)
    connection.execute(delete(assignments).where(assignments.c.task_id.in_(mine)))
    connection.execute(delete(schedules).where(schedules.c.task_id.in_(mine)))
    connection.execute(delete(tasks).where(tasks.c.plan_id == plan_id))
    for position, task in enumerate(found, 1):
        insert_task(connection, plan_id, position, task)


def update_facts(connection: Connection, plan_id: int, plan: Plan, *, source: str, sha256: str) -> None:
    """The plan's own columns, from its newest document."""
    columns = {"title": plan.title, "issuer": plan.issuer, "number": plan.number or "", "issued_on": plan.issued}
    connection.execute(update(plans).where(plans.c.id == plan_id).values(**columns, source=source, sha256=sha256))


def free_numbers(connection: Connection, task_ids: Iterable[int]) -> None:
    """Give numbers up before others take them: two tasks may change places."""
    for task_id in task_ids:
        connection.execute(update(tasks).where(tasks.c.id == task_id).values(number=f"…{task_id}"))


def place(connection: Connection, task_id: int, position: int, task: Task) -> None:
    """A task's place, number and section in the revised plan."""
    values = {"position": position, "number": task.number, "section": task.section}
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(**values))


def rewrite(connection: Connection, task_id: int, task: Task, *, no_duty: bool) -> None:
    """What a task says now; whether it is a duty may have been decided otherwise than it is written."""
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(**{**task_columns(task), "no_duty": no_duty}))


def remove(connection: Connection, task_id: int, number: str, now: datetime) -> None:
    """A task that the revised plan has no more: it stays in the ledger, its number is free."""
    values = {"number": f"{number[:_LONGEST]}（已删去{task_id}）", "no_duty": True, "removed_at": now}
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(**values))
    end_assignments(connection, task_id, now)


def end_assignments(connection: Connection, task_id: int, now: datetime) -> None:
    """Nobody has to do with the task any more, until others are named."""
    mine = (assignments.c.task_id == task_id, assignments.c.ended_at.is_(None))
    connection.execute(update(assignments).where(*mine).values(ended_at=now))


def name_units(connection: Connection, task_id: int, lead: Iterable[str], support: Iterable[str]) -> None:
    """The names of a task as written; they become units when the members are resolved."""
    named = [(name, "lead") for name in lead] + [(name, "support") for name in support]
    insert_many(connection, assignments, [{"task_id": task_id, "named": name, "role": role} for name, role in named])


def reschedule(connection: Connection, task_id: int, task: Task) -> Rescheduled:
    """Bring the schedule rows of a task to its new reading: what is the same keeps its row and what was decided."""
    query = select(schedules).where(schedules.c.task_id == task_id, schedules.c.offer.not_in([FORMER, "event"]))
    there = list(connection.execute(query.order_by(schedules.c.position)))
    fresh = []
    for row in schedule_rows(task):
        same = next((one for one in there if _same(one, row)), None)
        if same is None:
            made = connection.execute(schedules.insert().returning(schedules.c.id), {"task_id": task_id, **row})
            fresh.append(int(made.scalar_one()))
            continue
        there.remove(same)
        values = {"position": row["position"], "text": row["text"], "origin": row["origin"]}
        connection.execute(update(schedules).where(schedules.c.id == same.id).values(**values))
    former = [row.id for row in there]
    former += _brought_by(connection, former)
    connection.execute(update(schedules).where(schedules.c.id.in_(former)).values(offer=FORMER))
    return Rescheduled(tuple(former), tuple(fresh))


def _same(row: Row[Any], wanted: dict[str, Any]) -> bool:
    return bool(row.offer) == bool(wanted["offer"]) and row.phase == wanted["phase"]


def _brought_by(connection: Connection, schedule_ids: Sequence[int]) -> list[int]:
    """The dated rows that events gave to these triggered ones."""
    query = select(external_phases.c.dated_id).where(external_phases.c.schedule_id.in_(schedule_ids))
    return [row.dated_id for row in connection.execute(query)]


def occurrences_of(connection: Connection, task_id: int, schedule_ids: Iterable[int] | None = None) -> list[Occurrence]:
    """The occurrences of a task, or of some schedule rows of it, in the order of their due days."""
    query = select(occurrences).where(occurrences.c.task_id == task_id)
    if schedule_ids is not None:
        query = query.where(among(occurrences.c.schedule_id, schedule_ids))
    return list(connection.execute(query.order_by(occurrences.c.due_on, occurrences.c.id)))


def members_of(connection: Connection, plan_id: int) -> dict[str, list[int]]:
    """The members of each collective, as they were resolved at activation."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in connection.execute(select(plan_members).where(plan_members.c.plan_id == plan_id)):
        found[row.collective].append(row.unit_id)
    return found

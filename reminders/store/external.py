"""Events from outside in the store: what was reported for a plan, and the dated phases it brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.tables import external_events as table
from reminders.store.tables import external_phases, occurrences, plans, schedules, tasks
from reminders.triggers import Happening
from schedules.schedule import Deadline

ORIGIN = "event"  # a schedule row that an event brought: it belongs to no cell and is no offer


def active_plans(connection: Connection, plan_id: int | None = None) -> list[Row[Any]]:
    """The plans whose events can be reported, or the one of them that was named."""
    query = select(plans.c.id, plans.c.title, plans.c.released_at).where(plans.c.state == "active")
    if plan_id is not None:
        query = query.where(plans.c.id == plan_id)
    return list(connection.execute(query.order_by(plans.c.id)))


def keep(
    database: Database, connection: Connection, plan_id: int, name: str, happening: Happening, now: datetime
) -> int | None:
    """Store a report; None where the same name, day and reference stands already, whoever reports it again."""
    made = connection.execute(
        database.insert(table)
        .on_conflict_do_nothing()
        .values(
            plan_id=plan_id,
            name=name,
            happened_on=happening.on,
            happened_at=happening.at,
            ref=happening.ref,
            reported_at=now,
        )
        .returning(table.c.id)
    )
    return made.scalar_one_or_none()


def find(connection: Connection, plan_id: int, name: str, happening: Happening) -> int:
    """The report that stands for the same name, day and reference."""
    same = (table.c.plan_id == plan_id, table.c.name == name, table.c.happened_on == happening.on)
    query = select(table.c.id).where(*same, table.c.ref == happening.ref, table.c.withdrawn_at.is_(None))
    return int(connection.execute(query).scalar_one())


def live(connection: Connection, plan_ids: Iterable[int]) -> list[Row[Any]]:
    """The reports of some plans that nobody withdrew, in the order of their days."""
    query = select(table).where(among(table.c.plan_id, plan_ids), table.c.withdrawn_at.is_(None))
    return list(connection.execute(query.order_by(table.c.happened_on, table.c.id)))


def locked(database: Database, connection: Connection, ids: Iterable[int]) -> list[Row[Any]]:
    """Reports by id that still stand, held against other writers until the transaction ends."""
    query = select(table).where(among(table.c.id, ids), table.c.withdrawn_at.is_(None)).order_by(table.c.id)
    return list(connection.execute(database.locking(query)))


def change(connection: Connection, external_id: int, **columns: Any) -> None:
    """Correct or withdraw a report."""
    connection.execute(update(table).where(table.c.id == external_id).values(**columns))


def add_dated(
    connection: Connection, external_id: int, *, task_id: int, schedule_id: int, text: str, phase: Deadline
) -> int:
    """The dated phase that an event gives a triggered one: a schedule row of its own; its id."""
    last = select(func.coalesce(func.max(schedules.c.position), 0)).where(schedules.c.task_id == task_id)
    made = connection.execute(
        schedules.insert().returning(schedules.c.id),
        {
            "task_id": task_id,
            "position": int(connection.scalar(last) or 0) + 1,
            "origin": ORIGIN,
            "text": text,
            "phase": phase.to_dict(),
            "offer": ORIGIN,
        },
    )
    dated_id = int(made.scalar_one())
    row = {"external_id": external_id, "schedule_id": schedule_id, "dated_id": dated_id}
    connection.execute(external_phases.insert(), row)
    return dated_id


def set_dated(connection: Connection, dated_id: int, phase: Deadline) -> None:
    """Another due day for a phase that an event brought."""
    connection.execute(update(schedules).where(schedules.c.id == dated_id).values(phase=phase.to_dict()))


def phases_of(connection: Connection, external_id: int) -> list[Row[Any]]:
    """What a report brought and still counts: the triggered schedule row, the dated one, and the task."""
    dated = schedules.alias("dated")
    query = (
        select(
            external_phases.c.schedule_id,
            external_phases.c.dated_id,
            schedules.c.task_id,
            schedules.c.phase,
            tasks.c.number,
        )
        .join(schedules, schedules.c.id == external_phases.c.schedule_id)
        .join(dated, dated.c.id == external_phases.c.dated_id)
        .join(tasks, tasks.c.id == schedules.c.task_id)
        # A revised plan that drops the triggered phase marks the dated one as well.
        .where(external_phases.c.external_id == external_id, dated.c.offer == ORIGIN, tasks.c.removed_at.is_(None))
    )
    return list(connection.execute(query.order_by(external_phases.c.dated_id)))


def occurrences_of(connection: Connection, dated_id: int) -> list[Row[Any]]:
    """The occurrences of a dated phase."""
    query = select(occurrences).where(occurrences.c.schedule_id == dated_id)
    return list(connection.execute(query.order_by(occurrences.c.id)))


def reported_phases(connection: Connection, plan_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """By triggered schedule row the reports that stand for it, with the due day they gave."""
    query: Select[Any] = (
        select(
            external_phases.c.schedule_id,
            table.c.name,
            table.c.happened_on,
            table.c.ref,
            schedules.c.phase,
        )
        .join(table, table.c.id == external_phases.c.external_id)
        .join(schedules, schedules.c.id == external_phases.c.dated_id)
        .where(among(table.c.plan_id, plan_ids), table.c.withdrawn_at.is_(None))
        .order_by(table.c.happened_on, table.c.id)
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.schedule_id].append(row)
    return found

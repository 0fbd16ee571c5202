"""The units that have to do with a task: who leads it, who supports it, as it is assigned now."""

from __future__ import annotations

from sqlalchemy import Connection, select

from reminders.store.plans import TaskRecord
from reminders.store.tables import assignments


def units_of(connection: Connection, task_id: int) -> set[int]:
    """Every unit that leads or supports a task: supporting units sign for it too."""
    return set[int]().union(*_roles(connection, task_id).values())


def leads_of(connection: Connection, task_id: int) -> set[int]:
    """The units that lead a task."""
    return _roles(connection, task_id).get("lead", set())


def helpers_of(connection: Connection, task_id: int) -> list[int]:
    """The units that support a task and do not lead it."""
    roles = _roles(connection, task_id)
    return sorted(roles.get("support", set()) - roles.get("lead", set()))


def lead_units(task: TaskRecord) -> list[int]:
    """The units that lead a task; none where it is no duty."""
    if task.no_duty:
        return []
    return list(dict.fromkeys(a.unit_id for a in task.assignments if a.role == "lead" and a.unit_id is not None))


def involved(task: TaskRecord) -> set[int]:
    """Every unit that leads or supports a task."""
    return set() if task.no_duty else {a.unit_id for a in task.assignments if a.unit_id is not None}


def _roles(connection: Connection, task_id: int) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    query = select(assignments.c.role, assignments.c.unit_id).where(
        assignments.c.task_id == task_id, assignments.c.ended_at.is_(None), assignments.c.unit_id.is_not(None)
    )
    for row in connection.execute(query):
        found.setdefault(row.role, set()).add(row.unit_id)
    return found

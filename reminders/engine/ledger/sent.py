"""What was sent, or would be: one line per message, the same for the real store and a rehearsal's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from reminders.engine.views.naming import destination, named_leads
from reminders.messages import MessageKind
from reminders.obligations import Kind
from reminders.store import plans
from reminders.store.among import among
from reminders.store.directory import Directory, people_by_id
from reminders.store.plans import TaskRecord
from reminders.store.tables import items, messages, tasks
from reminders.store.tables import obligations as table
from reminders.timetable import counting, is_routine, is_undated

Line = dict[str, Any]
WHOLE_UNIT = (Kind.SIGNATURE.value, Kind.RETURN.value)


class DigestLines:
    """例行 and 待明确时限, which stand in a digest as lines of their own: what the tasks say, read once a reader."""

    def __init__(self) -> None:
        self._tasks: dict[int, tuple[list[TaskRecord], list[TaskRecord]]] = {}
        self._lines: dict[int, list[Line]] = {}

    def of(self, connection: Connection, contact_id: int, unit_id: int | None, unit: str) -> list[Line]:
        """The lines of one reader: in the lead office all, in a unit the routine ones it leads."""
        if contact_id not in self._lines:
            self._lines[contact_id] = self._of(connection, contact_id, unit_id, unit)
        return self._lines[contact_id]

    def _of(self, connection: Connection, contact_id: int, unit_id: int | None, unit: str) -> list[Line]:
        found = []
        plan_ids = plans.of_reader(connection, contact_id, unit_id)
        records = Directory.load(connection, plan_ids).plans
        for plan_id in sorted(plan_ids):
            routine, undated = self._of_plan(connection, plan_id)
            office = records[plan_id].lead_office_id == unit_id
            shown = [task for task in routine if office or unit in named_leads(task).split("、")]
            shown += undated if office else []
            found += [{"task": task.number, "step": "line", "due": None} for task in shown]
        return found

    def _of_plan(self, connection: Connection, plan_id: int) -> tuple[list[TaskRecord], list[TaskRecord]]:
        if plan_id not in self._tasks:
            owed = [task for task in plans.tasks_of(connection, plan_id) if not task.no_duty]
            phases = [(task, [line.phase for line in counting(task.lines)]) for task in owed]
            routine = [task for task, found in phases if any(map(is_routine, found))]
            self._tasks[plan_id] = routine, [task for task, found in phases if any(map(is_undated, found))]
        return self._tasks[plan_id]


def sent_lines(
    connection: Connection, message_ids: Collection[int] | None = None, digests: DigestLines | None = None
) -> list[Line]:
    """Some messages, or all that were accepted, in the order of slot, destination and kind."""
    wanted = messages.c.state == "accepted" if message_ids is None else among(messages.c.id, message_ids)
    query = select(messages.c.id, messages.c.slot, messages.c.kind, messages.c.contact_id).where(wanted)
    rows = connection.execute(query).all()
    people = people_by_id(connection, {row.contact_id for row in rows})
    directory = Directory.load(connection, [], {p.unit_id for p in people.values() if p.unit_id is not None})
    spoken, standing = _items(connection, message_ids), digests or DigestLines()
    lines = []
    for row in rows:
        person = people[row.contact_id]
        said = spoken.get(row.id, [])
        if row.kind == MessageKind.DIGEST:
            unit = directory.unit_name(person.unit_id)
            said = said + standing.of(connection, row.contact_id, person.unit_id, unit)
        lines.append(
            {
                "slot": row.slot,
                "kind": row.kind,
                "destination": destination(directory, person),
                "items": said,
            }
        )
    return sorted(lines, key=lambda line: (line["slot"], line["destination"], line["kind"]))


def _items(connection: Connection, message_ids: Collection[int] | None) -> dict[int, list[Line]]:
    query = (
        select(items.c.message_id, items.c.step, table.c.kind, table.c.due_on, tasks.c.number)
        .join(table, table.c.id == items.c.obligation_id)
        .outerjoin(tasks, tasks.c.id == table.c.task_id)
        .where(items.c.struck_at.is_(None))
        # What concerns a whole unit stands first; databases differ on where they sort an empty position.
        .order_by(items.c.message_id, func.coalesce(tasks.c.position, 0), items.c.step, table.c.unit_id)
    )
    if message_ids is not None:
        query = query.where(among(items.c.message_id, message_ids))
    found: dict[int, list[Line]] = defaultdict(list)
    for row in connection.execute(query):
        number = None if row.kind in WHOLE_UNIT else row.number
        found[row.message_id].append({"task": number, "step": row.step, "due": str(row.due_on) if row.due_on else None})
    return found

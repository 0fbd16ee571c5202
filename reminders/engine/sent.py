"""What was sent, or would be: one line per message, the same for the real store and a rehearsal's."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, func, select

from reminders.engine.service import Service
from reminders.engine.viewing import Viewer, destination
from reminders.messages import MessageKind
from reminders.obligations import Kind
from reminders.store import obligations, plans
from reminders.store.directory import Directory, people_by_id
from reminders.store.tables import items, messages, tasks
from reminders.store.tables import obligations as table

Line = dict[str, Any]
WHOLE_UNIT = (Kind.SIGNATURE.value, Kind.RETURN.value)


def sent_lines(service: Service, connection: Connection, *, states: tuple[str, ...] = ("accepted",)) -> list[Line]:
    """Every message in those states, in the order of slot, destination and kind."""
    rows = connection.execute(
        select(messages.c.id, messages.c.slot, messages.c.kind, messages.c.contact_id).where(
            messages.c.state.in_(states)
        )
    ).all()
    people = people_by_id(connection, {row.contact_id for row in rows})
    unit_ids = {p.unit_id for p in people.values() if p.unit_id is not None}
    directory = Directory.load(connection, [], unit_ids)
    spoken = _items(connection)
    lines = []
    for row in rows:
        person = people[row.contact_id]
        said = spoken.get(row.id, [])
        if row.kind == MessageKind.DIGEST:
            said = said + _digest_lines(service, connection, row.contact_id, person.unit_id)
        lines.append(
            {
                "slot": row.slot,
                "kind": row.kind,
                "destination": destination(person, directory.units, directory.by_unit.get(person.unit_id or 0, [])),
                "items": said,
            }
        )
    return sorted(lines, key=lambda line: (line["slot"], line["destination"], line["kind"]))


def _items(connection: Connection) -> dict[int, list[Line]]:
    query = (
        select(items.c.message_id, items.c.step, table.c.kind, table.c.due_on, tasks.c.number)
        .join(table, table.c.id == items.c.obligation_id)
        .outerjoin(tasks, tasks.c.id == table.c.task_id)
        .where(items.c.struck_at.is_(None))
        # What concerns a whole unit stands first; databases differ on where they sort an empty position.
        .order_by(items.c.message_id, func.coalesce(tasks.c.position, 0), items.c.step, table.c.unit_id)
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for row in connection.execute(query):
        number = None if row.kind in WHOLE_UNIT else row.number
        found[row.message_id].append({"task": number, "step": row.step, "due": str(row.due_on) if row.due_on else None})
    return found


def _digest_lines(service: Service, connection: Connection, contact_id: int, unit_id: int | None) -> list[Line]:
    """例行 and 待明确时限 stand in a digest as lines of their own."""
    plan_ids = plans.of_reader(connection, contact_id, unit_id)
    scope = obligations.of_plans(connection, plan_ids)
    viewer = Viewer(service, connection, scope, service.now().date())
    unit = viewer.directory.unit_name(unit_id)
    found = []
    for plan_id in sorted(viewer.directory.plans):
        office = viewer.directory.plans[plan_id].lead_office_id == unit_id
        shown = [line for line in viewer.lines(plan_id, "routine") if office or unit in line.unit.split("、")]
        shown += viewer.lines(plan_id, "undated") if office else ()
        found += [{"task": line.number, "step": "line", "due": None} for line in shown]
    return found

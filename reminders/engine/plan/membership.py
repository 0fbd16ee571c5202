"""The members of a plan's collectives, and every name of the plan turned into a unit on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from reminders.plans.names import is_collective, is_vague
from reminders.store import plans
from reminders.store.database import Database, insert_many
from reminders.store.plans import TaskRecord
from reminders.store.tables import assignments, contacts, plan_members, units

OFFICE, ATTACHED = "处室", "直属单位"
_ATTACHED_ENDINGS = ("中心", "支队", "大队", "总队", "救援队", "站", "院", "所", "学校", "馆", "队", "公司")
_ATTACHED_NAMES = ("直属", "下属", "所属", "事业单位", "企业")


def propose(collective: str, pool: Mapping[str, str]) -> tuple[str, ...]:
    """The units a collective may mean, out of a pool of names and kinds; none for 相关…, which a person decides.

    各处室 and 直属单位 propose all that are so marked, 各单位 everything.
    """
    if is_vague(collective):
        return ()
    wanted = kind_meant(collective)
    return tuple(name for name, kind in pool.items() if not wanted or (kind or kind_of_name(name)) == wanted)


def kind_meant(collective: str) -> str:
    """Which kind of unit a collective speaks of; empty for all of them."""
    if any(word in collective for word in _ATTACHED_NAMES):
        return ATTACHED
    return OFFICE if any(word in collective for word in ("处室", "科室", "股室", "内设")) else ""


def kind_of_name(name: str) -> str:
    """What kind a unit most likely is where nobody marked it."""
    return ATTACHED if name.endswith(_ATTACHED_ENDINGS) else OFFICE


def resolve(
    connection: Connection, found: Sequence[TaskRecord], given: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The members of every collective the plan names, as given or as proposed; what is open comes back as sentences."""
    named = list(dict.fromkeys(a.named for task in found for a in task.assignments))
    pool = _pool(connection, named)
    resolved = {name: given[name] for name in named if name in given}
    problems = [f"--members 中的「{name}」不是方案里的单位写法" for name in given if name not in named]
    for name in named:
        if name in given or not is_collective(name):
            continue
        resolved[name] = propose(name, pool)
        if not resolved[name]:
            problems.append(f"「{name}」指哪些单位（--members {name}=单位,单位；确无则写 --members {name}=）")
    return resolved, problems


def _pool(connection: Connection, named: Sequence[str]) -> dict[str, str]:
    """The plan's list: units it names by name, and units with contacts."""
    with_people = connection.execute(
        select(units.c.name)
        .join(contacts, contacts.c.unit_id == units.c.id)
        .where(contacts.c.active.is_(True), contacts.c.role.in_(["liaison", "head"]))
        .distinct()
        .order_by(units.c.name)
    )
    kinds = {row.name: row.kind for row in connection.execute(select(units.c.name, units.c.kind))}
    names = [name for name in named if not is_collective(name)] + [row.name for row in with_people]
    return {name: kinds.get(name, "") for name in dict.fromkeys(names)}


def store(
    database: Database,
    connection: Connection,
    plan_id: int,
    found: Sequence[TaskRecord],
    resolved: Mapping[str, tuple[str, ...]],
    assign_missing: str | None,
) -> None:
    """Write members and the assignments they bring; a collective's own row stays as what was written."""
    plain = [a.named for task in found for a in task.assignments if a.named not in resolved]
    members = [unit for names in resolved.values() for unit in names]
    known = plans.ensure_units(database, connection, [*plain, *members, *([assign_missing] if assign_missing else [])])
    pairs = [(name, known[unit]) for name, names in resolved.items() for unit in dict.fromkeys(names)]
    rows = [{"plan_id": plan_id, "collective": name, "unit_id": unit_id} for name, unit_id in pairs]
    if rows:  # what an earlier reading of the plan resolved stands already
        connection.execute(database.insert(plan_members).on_conflict_do_nothing(), rows)
    _name_units(connection, found, resolved)
    insert_many(connection, assignments, _brought(found, resolved, known, assign_missing))


def _name_units(connection: Connection, found: Sequence[TaskRecord], resolved: Mapping[str, Any]) -> None:
    """Every name of these tasks that is no collective becomes the unit of that name."""
    mine = assignments.c.task_id.in_([task.id for task in found])
    plain = (mine, assignments.c.ended_at.is_(None), assignments.c.named.not_in(resolved))
    named = select(units.c.id).where(units.c.name == assignments.c.named).scalar_subquery()
    connection.execute(update(assignments).where(*plain).values(unit_id=named))


def _brought(
    found: Sequence[TaskRecord],
    resolved: Mapping[str, tuple[str, ...]],
    known: Mapping[str, int],
    assign_missing: str | None,
) -> list[dict[str, object]]:
    """A row per member of a collective that the task does not name itself, and the unit given to a task without one."""
    rows: list[dict[str, object]] = []
    for task in found:
        taken = {a.named for a in task.assignments if a.named not in resolved}
        for unit, role, via in _members(task, resolved):
            if unit not in taken:
                taken.add(unit)
                rows.append(_row(task, unit, known[unit], role, via))
        if assign_missing and needs_lead(task):
            rows.append(_row(task, assign_missing, known[assign_missing], "lead", ""))
    return rows


def needs_lead(task: TaskRecord) -> bool:
    """Whether a task is owed but nobody leads it."""
    return not task.no_duty and not any(a.role == "lead" for a in task.assignments)


def _members(task: TaskRecord, resolved: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str, str]]:
    for assignment in task.assignments:
        for unit in resolved.get(assignment.named, ()):
            yield unit, assignment.role, assignment.named


def _row(task: TaskRecord, unit: str, unit_id: int, role: str, via: str) -> dict[str, object]:
    return {"task_id": task.id, "unit_id": unit_id, "named": unit, "role": role, "via": via}

"""Joint completion: what a unit owes of tasks that one act fulfils is answered and decided together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from reminders.obligations import Obligation
from reminders.store import obligations
from reminders.store.among import among
from reminders.store.tables import obligations as table
from reminders.store.tables import tasks

Key = tuple[object, ...]


def join(connection: Connection, task_ids: Sequence[int], key: str) -> None:
    """From now on one act fulfils these tasks."""
    connection.execute(update(tasks).where(among(tasks.c.id, task_ids)).values(joint=key))


def siblings(connection: Connection, owed: Iterable[Obligation]) -> list[Obligation]:
    """What the same unit owes of joint tasks, of the same kind and by the same day; without the given ones.

    A member whose day was moved by itself, or that went to another unit, is no sibling any more.
    """
    known = [o for o in owed if o.task_id is not None]
    keys = _keys(connection, {o.task_id or 0 for o in known})
    wanted = {_key(o, keys) for o in known if o.task_id in keys}
    if not wanted:
        return []
    plan_ids = {o.plan_id for o in known}
    together = select(tasks.c.id, tasks.c.joint).where(
        tasks.c.plan_id.in_(plan_ids), tasks.c.joint.in_(set(keys.values()))
    )
    keys = {row.id: row.joint for row in connection.execute(together)}
    found = obligations.select_where(
        connection, table.c.task_id.in_(keys), table.c.unit_id.in_({o.unit_id for o in known})
    )
    given = {o.id for o in known}
    return [o for o in found if o.id not in given and _key(o, keys) in wanted]


def _keys(connection: Connection, task_ids: Iterable[int]) -> dict[int, str]:
    """The joint tasks among some, each with its key."""
    query = select(tasks.c.id, tasks.c.joint).where(among(tasks.c.id, task_ids), tasks.c.joint != "")
    return {row.id: row.joint for row in connection.execute(query)}


def _key(o: Obligation, keys: dict[int, str]) -> Key:
    return (o.plan_id, keys.get(o.task_id or 0), o.unit_id, o.kind, o.due_on, o.due_time)

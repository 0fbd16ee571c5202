"""转办: a task's open duties go to another unit, which is asked to sign for what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reminders.engine.duties.assigned import leads_of
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.handing import hand_over, is_late
from reminders.engine.duties.signing import sign_for
from reminders.exceptions import Refused
from reminders.obligations import Obligation, State
from reminders.store import plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments


def reassign(
    batch: Batch, plan_id: int, task_id: int, owed: Sequence[Obligation], unit: str, until: date | None = None
) -> list[Obligation]:
    """Hand a task over; the obligations that were closed, or the new unit's signature where none was open.

    Refused where it is not clear from whom: of several lead units only those that said 不归本单位 hand over. Nothing is
    born overdue: what is late, or would be before the new unit could read of it, needs a new date (`until`).
    """
    unit_id = plans.ensure_units(batch.service.database, batch.connection, [unit])[unit]
    leads = leads_of(batch.connection, task_id)
    if unit_id in leads:
        raise Refused(f"「{unit}」已是这一项的牵头单位，不用转办。")
    giving = _giving(owed, leads)
    batch.directory = Directory.load(batch.connection, [plan_id], {*batch.directory.units, unit_id, *giving})
    moving = [o for o in owed if o.is_open and o.unit_id in giving]
    late = [o for o in moving if is_late(batch, o)]
    if late and until is None:
        days = "、".join(str(day) for day in sorted({o.due_at() for o in late}))
        raise Refused(f"这一项 {days} 的节点已过期限，转办请写明新单位的日期（--until 2022-10-21）。")
    hand_over(batch, moving, unit_id, until)
    _move_assignments(batch, task_id, giving, unit_id, unit)
    signature = sign_for(batch, plan_id, unit_id, "转办", [task_id])
    return moving or [signature]


def _giving(owed: Sequence[Obligation], leads: set[int]) -> set[int]:
    """The units that hand over: the one lead unit, or those that object."""
    objecting = {o.unit_id for o in owed if o.state is State.FROZEN and (o.before or {}).get("why") == "objection"}
    giving = objecting or leads
    if len(giving) > 1 and not objecting:
        raise Refused("这一项有几个牵头单位，没有单位提出“不归本单位”，无法判断由谁转出。")
    return giving


def _move_assignments(batch: Batch, task_id: int, giving: set[int], unit_id: int, unit: str) -> None:
    mine = (assignments.c.task_id == task_id, assignments.c.unit_id.in_(giving), assignments.c.role == "lead")
    batch.connection.execute(assignments.update().where(*mine).values(ended_at=batch.service.now()))
    row = {"task_id": task_id, "unit_id": unit_id, "named": unit, "role": "lead", "via": ""}
    batch.connection.execute(assignments.insert(), row)

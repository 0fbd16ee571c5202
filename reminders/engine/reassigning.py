"""转办: a task's open duties go to another unit, which is asked to sign for what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from reminders import delay, silence
from reminders.engine.asking import ask_again, policy_id_of
from reminders.engine.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Kind, Obligation, State
from reminders.policy import Ladder
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments, occurrences
from reminders.store.tables import obligations as table


def reassign(batch: Batch, plan_id: int, task_id: int, owed: Sequence[Obligation], unit: str) -> list[Obligation]:
    """Hand a task over; the obligations that were closed, or the new unit's signature where none was open.

    Refused where it is not clear from whom: of several lead units only those that said 不归本单位 hand over.
    """
    unit_id = plans.ensure_units(batch.service.database, batch.connection, [unit])[unit]
    leads = _leads(batch, task_id)
    if unit_id in leads:
        raise Refused(f"「{unit}」已是这一项的牵头单位，不用转办。")
    giving = _giving(owed, leads)
    batch.directory = Directory.load(batch.connection, [plan_id], {*batch.directory.units, unit_id, *giving})
    moving = [o for o in owed if o.is_open and o.unit_id in giving]
    hand_over(batch, moving, unit_id)
    _move_assignments(batch, task_id, giving, unit_id, unit)
    signature = sign_for(batch, plan_id, unit_id, "转办", [task_id])
    return moving or [signature]


def hand_over(batch: Batch, moving: Sequence[Obligation], unit_id: int) -> None:
    """What one unit owes is owed by another from now on; the first unit owes nothing of it any more."""
    for old in [o for o in moving if o.kind is Kind.COMPLETION]:
        _hand_over(batch, old, unit_id)
    for old in moving:
        batch.add(old, silence.closed(old, "reassigned"))


def _leads(batch: Batch, task_id: int) -> set[int]:
    query = select(assignments.c.unit_id).where(
        assignments.c.task_id == task_id,
        assignments.c.role == "lead",
        assignments.c.ended_at.is_(None),
        assignments.c.unit_id.is_not(None),
    )
    return {row.unit_id for row in batch.connection.execute(query)}


def _giving(owed: Sequence[Obligation], leads: set[int]) -> set[int]:
    """The units that hand over: the one lead unit, or those that object."""
    objecting = {o.unit_id for o in owed if o.state is State.FROZEN and (o.before or {}).get("why") == "objection"}
    giving = objecting or leads
    if len(giving) > 1 and not objecting:
        raise Refused("这一项有几个牵头单位，没有单位提出“不归本单位”，无法判断由谁转出。")
    return giving


def _hand_over(batch: Batch, old: Obligation, unit_id: int) -> None:
    service = batch.service
    plan = batch.directory.plans[old.plan_id]
    fresh = old.to(
        State.ARMED,
        id=0,
        unit_id=unit_id,
        version=_next_version(batch, old, unit_id),
        level=0,
        round=0,
        opened_on=service.now().date(),
        answer=None,
        answered_on=None,
        done_on=None,
        before=None,
        marks=(),
        reports=0,
        own_office=plan.lead_office_id == unit_id,
    )
    renewed = delay.armed(fresh, service.slots, service.earliest())
    number = obligations.insert(batch.connection, renewed, policy_id_of(batch, old.id))
    taken = renewed.to(State.ARMED, id=number)
    batch.connection.execute(occurrences.update().where(occurrences.c.id == old.occurrence_id).values(unit_id=unit_id))
    batch.happened.append(events.of_opening(taken, "obligation.handed-over", {"from": old.unit_id}))
    ask_again(batch, taken)


def _next_version(batch: Batch, old: Obligation, unit_id: int) -> int:
    """A unit that had it before and gets it back owes it as a new version."""
    mine = (table.c.occurrence_id == old.occurrence_id, table.c.unit_id == unit_id, table.c.kind == old.kind.value)
    return int(batch.connection.scalar(select(func.max(table.c.version)).where(*mine)) or 0) + 1


def _move_assignments(batch: Batch, task_id: int, giving: set[int], unit_id: int, unit: str) -> None:
    mine = (assignments.c.task_id == task_id, assignments.c.unit_id.in_(giving), assignments.c.role == "lead")
    batch.connection.execute(assignments.update().where(*mine).values(ended_at=batch.service.now()))
    row = {"task_id": task_id, "unit_id": unit_id, "named": unit, "role": "lead", "via": ""}
    batch.connection.execute(assignments.insert(), row)


def sign_for(batch: Batch, plan_id: int, unit_id: int, why: str, task_ids: Sequence[int]) -> Obligation:
    """A later signature, for some tasks only: what was handed over (转办) or changed (改版).

    One that was not asked for yet takes these tasks in.
    """
    service, plan = batch.service, batch.directory.plans[plan_id]
    assert plan.policy is not None, "an active plan has its policy"
    assert plan.policy_id is not None, "an active plan has its policy"
    waiting = select(table.c.id).where(
        table.c.plan_id == plan_id,
        table.c.unit_id == unit_id,
        table.c.kind == Kind.SIGNATURE.value,
        table.c.state == State.PLANNED.value,
    )
    for row in batch.connection.execute(waiting.limit(1)).all():
        planned = obligations.by_ids(batch.connection, [row.id])[0]
        batch.happened.append(events.of_obligation(planned, events.COVERS, {"tasks": list(task_ids)}))
        return planned
    signature = Obligation(
        id=0,
        kind=Kind.SIGNATURE,
        plan_id=plan_id,
        unit_id=unit_id,
        task_id=None,
        occurrence_id=None,
        subject=f"{why} {service.now():%Y-%m-%d %H:%M:%S}",
        version=1,
        policy=plan.policy,
        ladder=Ladder.NONE,
        highest=min(plan.policy.signature.highest, 2 if plan.leader_ids else 1),
        state=State.PLANNED,
        level=0,
        round=0,
        next_step="sign",
        next_slot=service.earliest(),
        opened_on=service.now().date(),
    )
    number = obligations.insert(batch.connection, signature, plan.policy_id)
    opened = replace(signature, id=number)
    batch.happened.append(
        events.of_opening(opened, "obligation.opened", {"kind": "signature", "tasks": list(task_ids)})
    )
    return opened

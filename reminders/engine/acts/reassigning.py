"""转办: a task's open duties go to another unit, which is asked to sign for what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, func, select

from reminders import delay, silence
from reminders.engine.duties.asking import ask_again, policy_id_of
from reminders.engine.duties.assigned import leads_of
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Kind, Obligation, State
from reminders.policy import Ladder
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments, occurrences
from reminders.store.tables import obligations as table


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
    late = [o for o in moving if _is_late(batch, o)]
    if late and until is None:
        days = "、".join(str(day) for day in sorted({o.due_at() for o in late}))
        raise Refused(f"这一项 {days} 的节点已过期限，转办请写明新单位的日期（--until 2022-10-21）。")
    hand_over(batch, moving, unit_id, until)
    _move_assignments(batch, task_id, giving, unit_id, unit)
    signature = sign_for(batch, plan_id, unit_id, "转办", [task_id])
    return moving or [signature]


def hand_over(batch: Batch, moving: Sequence[Obligation], unit_id: int, until: date | None = None) -> None:
    """What one unit owes is owed by another from now on; the first unit owes nothing of it any more.

    What is late gets a new date, one for each schedule, its last; without one it lapses and nobody is told of it.
    """
    completions = [o for o in moving if o.kind is Kind.COMPLETION]
    late = _newest_of_each(batch.connection, [o for o in completions if _is_late(batch, o)])
    for old in completions:
        if not _is_late(batch, old):
            _hand_over(batch, old, unit_id)
        elif until is not None and old in late:
            _hand_over(batch, old, unit_id, until)
        else:
            _lapse(batch, old, unit_id)
    for old in moving:
        batch.add(old, silence.closed(old, "reassigned"))


def _is_late(batch: Batch, obligation: Obligation) -> bool:
    """Its day is over before the new unit could be told of it."""
    return obligation.kind is Kind.COMPLETION and obligation.due_at() < batch.service.earliest().day


def _newest_of_each(connection: Connection, late: Sequence[Obligation]) -> list[Obligation]:
    """Of each schedule the last: two dated things of one schedule cannot have the same day."""
    found = select(occurrences.c.id, occurrences.c.schedule_id).where(
        occurrences.c.id.in_([o.occurrence_id for o in late])
    )
    schedules = {row.id: row.schedule_id for row in connection.execute(found)}
    newest = {schedules[o.occurrence_id or 0]: o for o in sorted(late, key=lambda o: o.due_at())}
    return list(newest.values())


def _lapse(batch: Batch, old: Obligation, unit_id: int) -> None:
    """The dated thing stays where it was, closed; the new unit never owed it."""
    plans.set_occurrence(batch.connection, old.occurrence_id or 0, "closed")
    body = {"due_on": str(old.due_on), "occurrence": old.occurrence_id, "from": old.unit_id}
    batch.happened.append(
        events.Event("occurrence.lapsed", plan_id=old.plan_id, task_id=old.task_id, unit_id=unit_id, body=body)
    )


def _giving(owed: Sequence[Obligation], leads: set[int]) -> set[int]:
    """The units that hand over: the one lead unit, or those that object."""
    objecting = {o.unit_id for o in owed if o.state is State.FROZEN and (o.before or {}).get("why") == "objection"}
    giving = objecting or leads
    if len(giving) > 1 and not objecting:
        raise Refused("这一项有几个牵头单位，没有单位提出“不归本单位”，无法判断由谁转出。")
    return giving


def _hand_over(batch: Batch, old: Obligation, unit_id: int, until: date | None = None) -> None:
    service = batch.service
    plan = batch.directory.plans[old.plan_id]
    due_on = until or old.due_at()
    home = _home(batch.connection, old, unit_id, due_on)
    fresh = old.to(
        State.ARMED,
        id=0,
        unit_id=unit_id,
        occurrence_id=home,
        due_on=due_on,
        due_time=old.due_time if until is None else None,
        version=_next_version(batch, home, old.kind, unit_id),
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
    if home != old.occurrence_id:
        plans.set_occurrence(batch.connection, old.occurrence_id or 0, "closed")
    columns = {"unit_id": unit_id, "due_on": due_on, "version": taken.version}
    plans.set_occurrence(batch.connection, home, "armed", **columns)
    body = {"from": old.unit_id, **({"until": str(until)} if until is not None else {})}
    batch.happened.append(events.of_opening(taken, "obligation.handed-over", body))
    ask_again(batch, taken)


def _home(connection: Connection, old: Obligation, unit_id: int, due_on: date) -> int:
    """The occurrence that goes over; a unit that had one of its own for that day gets its own back."""
    (mine,) = connection.execute(select(occurrences).where(occurrences.c.id == old.occurrence_id)).all()
    theirs = connection.execute(
        select(occurrences).where(
            occurrences.c.schedule_id == mine.schedule_id,
            occurrences.c.unit_id == unit_id,
            occurrences.c.due_on == due_on,
            occurrences.c.id != mine.id,
        )
    ).first()
    if theirs is None:
        return int(mine.id)
    if theirs.state not in ("closed", "lapsed"):
        raise Refused(f"这个单位 {due_on} 已有这一项的节点，不能再转给它；可以换一个日期（--until）。")
    return int(theirs.id)


def _next_version(batch: Batch, occurrence_id: int, kind: Kind, unit_id: int) -> int:
    """A unit that had it before and gets it back owes it as a new version."""
    mine = (table.c.occurrence_id == occurrence_id, table.c.unit_id == unit_id, table.c.kind == kind.value)
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

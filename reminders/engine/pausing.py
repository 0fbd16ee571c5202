"""暂停发送, for everything, a plan or a unit: nothing leaves, clocks stand, and the time lost is given back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Connection, select

from reminders.clock import SHANGHAI
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.obligations import Kind, Obligation, State
from reminders.slots import AM, Slot
from reminders.store import events, obligations, pauses, plans
from reminders.store.tables import obligations as table
from reminders.store.tables import pauses as pause_table

WAITS = [state.value for state in (State.WAITING, State.HELD, State.FROZEN)]


def pause(service: Service, *, plan_id: int | None, unit: str | None, reason: str, by: str) -> str:
    """Stop sending; the sentence that says so."""
    now = service.now()
    with service.database.write() as connection:
        unit_id = plans.unit_named(connection, unit)
        pauses.begin(connection, plan_id=plan_id, unit_id=unit_id, reason=reason, by=by, now=now)
        happened = events.Event("sending.paused", plan_id=plan_id, unit_id=unit_id, body={"reason": reason, "by": by})
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())
    return f"已暂停发送（{_scope(plan_id, unit)}），恢复用 cuiban resume。"


def resume(service: Service, *, plan_id: int | None, unit: str | None) -> str:
    """Send again; every open wait of the scope is longer by the working days that stood still."""
    now = service.now()
    with service.database.write() as connection:
        unit_id = plans.unit_named(connection, unit)
        since = _since(connection, plan_id, unit_id)
        if since is None:
            raise Refused(f"没有暂停（{_scope(plan_id, unit)}）。")
        pauses.end(connection, plan_id=plan_id, unit_id=unit_id, now=now)
        lost = max(service.slots.workdays.count_between(since, now.date()) - 1, 0)
        moved = lengthen(service, connection, lost, plan_id=plan_id, unit_id=unit_id)
        body = {"workdays": lost, "waits": moved}
        happened = events.Event("sending.resumed", plan_id=plan_id, unit_id=unit_id, body=body)
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())
    return f"已恢复发送（{_scope(plan_id, unit)}），{moved} 项等待顺延 {lost} 个工作日。"


def lengthen(
    service: Service, connection: Connection, days: int, *, plan_id: int | None = None, unit_id: int | None = None
) -> int:
    """Add working days to every open wait: for an answer, and for a decision; due dates stay."""
    if not days:
        return 0
    conditions: list[ColumnElement[bool]] = [table.c.state.in_(WAITS), table.c.next_slot.is_not(None)]
    conditions += [table.c.plan_id == plan_id] if plan_id is not None else []
    conditions += [table.c.unit_id == unit_id] if unit_id is not None else []
    found = obligations.select_where(connection, *conditions)
    # What hangs on a due date stays: the return's reminder and its end, and every rung.
    waiting = [o for o in found if o.kind is not Kind.RETURN or o.state is not State.WAITING]
    obligations.save(connection, [_later(service, o, days) for o in waiting])
    return len(waiting)


def _later(service: Service, obligation: Obligation, days: int) -> Obligation:
    workdays = service.slots.workdays
    slot, last = obligation.next_slot, obligation.wait_last_on
    return obligation.to(
        obligation.state,
        next_slot=Slot(workdays.add_workdays(slot.day, days), AM) if slot else None,
        wait_last_on=workdays.add_workdays(last, days) if last else None,
    )


def _since(connection: Connection, plan_id: int | None, unit_id: int | None) -> date | None:
    query = select(pause_table).where(pause_table.c.ended_at.is_(None)).order_by(pause_table.c.since)
    for row in connection.execute(query):
        if row.plan_id == plan_id and row.unit_id == unit_id:
            since: date = row.since.astimezone(SHANGHAI).date()
            return since
    return None


def _scope(plan_id: int | None, unit: str | None) -> str:
    parts = [f"方案 {plan_id}" if plan_id is not None else "", unit or ""]
    return "，".join(part for part in parts if part) or "全部"

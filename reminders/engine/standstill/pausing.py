"""暂停发送, for everything, a plan or a unit: nothing leaves, clocks stand, and the time lost is given back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from reminders.clock import SHANGHAI
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.forecast.outlook import lines as outlook_lines
from reminders.engine.forecast.outlook import outgoing
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.obligations import Kind, Obligation, State
from reminders.slots import AM, Slot
from reminders.store import events, liveness, obligations, pauses, plans
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
        forget(service, connection, service.slots.open_slot(now))
        body = {"workdays": lost, "waits": moved}
        happened = events.Event("sending.resumed", plan_id=plan_id, unit_id=unit_id, body=body)
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())
    return f"已恢复发送（{_scope(plan_id, unit)}），{moved} 项等待顺延 {lost} 个工作日。"


def would_send(service: Service, *, plan_id: int | None, unit: str | None) -> list[str]:
    """What the next slot would bring if sending went on now, a line a message; Refused where nothing is paused."""
    with service.database.read() as connection:
        unit_id = plans.unit_named(connection, unit)
        if _since(connection, plan_id, unit_id) is None:
            raise Refused(f"没有暂停（{_scope(plan_id, unit)}）。")
        slot = service.slots.open_slot(service.now()) or service.earliest()
        due = (table.c.next_slot.is_not(None), table.c.next_slot <= str(slot), *_in_scope(plan_id, unit_id))
        found = outgoing(service, connection, obligations.select_where(connection, *due), slot)
        reason = _reason(connection, plan_id, unit_id)
        queued = sum(liveness.depths(connection).values())
    said = [f"暂停原因：{reason}。", f"恢复后在时段 {slot} 写出 {len(found)} 件："]
    said += outlook_lines(found)
    return [*said, f"此外已写好、等着发出的有 {queued} 件。"] if queued else said


def lengthen(
    service: Service, connection: Connection, days: int, *, plan_id: int | None = None, unit_id: int | None = None
) -> int:
    """Add working days to every open wait: for an answer, and for a decision; due dates stay."""
    if not days:
        return 0
    waits = (table.c.state.in_(WAITS), table.c.next_slot.is_not(None))
    found = obligations.select_where(connection, *waits, *_in_scope(plan_id, unit_id))
    # What hangs on a due date stays: the return's reminder and its end, and every rung.
    waiting = [o for o in found if o.kind is not Kind.RETURN or o.state is not State.WAITING]
    obligations.save(connection, [_later(service, o, days) for o in waiting])
    return len(waiting)


def _in_scope(plan_id: int | None, unit_id: int | None) -> list[ColumnElement[bool]]:
    """The obligations of a plan, a unit, both, or all of them."""
    wanted = {table.c.plan_id: plan_id, table.c.unit_id: unit_id}
    return [column == number for column, number in wanted.items() if number is not None]


def _later(service: Service, obligation: Obligation, days: int) -> Obligation:
    workdays = service.slots.workdays
    slot, last = obligation.next_slot, obligation.wait_last_on
    return obligation.to(
        obligation.state,
        next_slot=Slot(workdays.add_workdays(slot.day, days), AM) if slot else None,
        wait_last_on=workdays.add_workdays(last, days) if last else None,
    )


def _since(connection: Connection, plan_id: int | None, unit_id: int | None) -> date | None:
    rows = _open(connection, plan_id, unit_id)
    return rows[0].since.astimezone(SHANGHAI).date() if rows else None


def _reason(connection: Connection, plan_id: int | None, unit_id: int | None) -> str:
    return "；".join(f"{row.reason}（{row.by}）" for row in _open(connection, plan_id, unit_id))


def _open(connection: Connection, plan_id: int | None, unit_id: int | None) -> list[Row[Any]]:
    """The pauses of exactly this scope that nobody ended, oldest first."""
    query = select(pause_table).where(pause_table.c.ended_at.is_(None)).order_by(pause_table.c.since)
    return [row for row in connection.execute(query) if row.plan_id == plan_id and row.unit_id == unit_id]


def _scope(plan_id: int | None, unit: str | None) -> str:
    parts = [f"方案 {plan_id}" if plan_id is not None else "", unit or ""]
    return "，".join(part for part in parts if part) or "全部"

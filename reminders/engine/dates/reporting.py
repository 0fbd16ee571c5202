"""Events from outside: reporting 「决策文件出台」 on a date gives the phases that wait for it their due dates.

The same name, day and reference is one event however often it is reported. Nothing is born overdue: what fell due
before the report is lapsed and brings no message.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from reminders.engine.dates.happening import (
    Reported,
    check,
    completions_of,
    due_in_calendar,
    given_day,
    tell_at_once,
    when,
)
from reminders.engine.duties.arming import Arming, arming_of, open_dated
from reminders.engine.duties.assigned import lead_units
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.engine.views.awaited import Awaited, awaited, meant, plans_in_question
from reminders.engine.views.finding import plan_record
from reminders.store import events, external
from reminders.store.tables import obligations as table
from reminders.store.tables import occurrences
from reminders.triggers import Due, Happening, is_by_the_clock
from schedules.schedule import Triggered


def report(service: Service, name: str, happening: Happening, *, plan_id: int | None = None, by: str = "") -> Reported:
    """Take one event for every active plan that waits for it, or for one of them."""
    check(service, happening)
    with service.database.write() as connection:
        found = [row.id for row in plans_in_question(connection, plan_id)]
        mine = meant(awaited(connection, found), name)
        said: list[str] = []
        changed = False
        for one_plan in dict.fromkeys(one.plan_id for one in mine):
            phases = [one for one in mine if one.plan_id == one_plan]
            name = phases[0].name
            external_id = external.keep(service.database, connection, one_plan, name, happening, service.now())
            fresh = phases if external_id else _left(service, connection, one_plan, phases, happening)
            if not fresh:
                said.append(f"方案 {one_plan}：「{name}」{when(happening)}已经报告过，没有重复设节点。")
                continue
            changed = True
            known = external_id or external.find(connection, one_plan, name, happening)
            said += _take(service, connection, one_plan, known, fresh, happening, by)
        return Reported(tuple(said), changed)


def _left(
    service: Service, connection: Connection, plan_id: int, phases: Sequence[Awaited], happening: Happening
) -> list[Awaited]:
    """Of an event that was reported before: the phases that a revised plan has brought since."""
    (row,) = external.locked(
        service.database, connection, [external.find(connection, plan_id, phases[0].name, happening)]
    )
    answered = {link.schedule_id for link in external.phases_of(connection, row.id)}
    return [one for one in phases if one.schedule_id not in answered]


def _settle(service: Service, connection: Connection, arming: Arming, phases: Sequence[tuple[int, Triggered]]) -> None:
    """After arming: the ledger, what waits for the plan's first send, and what is told at once."""
    events.append(connection, arming.happened, at=service.now(), recorded_at=service.machine_now())
    forget(service, connection)
    if arming.plan.released_at is None:
        _hold(connection, [dated_id for dated_id, _ in phases])
        return
    by_the_clock = [dated_id for dated_id, phase in phases if is_by_the_clock(phase)]
    if by_the_clock:
        tell_at_once(service, connection, arming.plan.id, completions_of(connection, by_the_clock))


def _take(
    service: Service,
    connection: Connection,
    plan_id: int,
    external_id: int,
    phases: Sequence[Awaited],
    happening: Happening,
    by: str,
) -> list[str]:
    arming = arming_of(service, connection, plan_record(connection, plan_id))
    body = {"event": external_id, "name": phases[0].name, "on": str(happening.on), "ref": happening.ref, "by": by}
    told = {key: value for key, value in body.items() if value}
    arming.happened.append(events.Event("event.reported", plan_id=plan_id, body=told))
    said = [f"方案 {plan_id}「{arming.plan.title}」：已记录「{phases[0].name}」{when(happening)}。"]
    dated: list[tuple[int, Triggered]] = []
    for one in phases:
        due = due_in_calendar(service, one.phase, happening)
        item = given_day(connection, external_id, one.task, one.schedule_id, one.phase, due)
        for unit_id in lead_units(one.task):
            open_dated(arming, one.task, unit_id, item)
        dated.append((item.schedule_id, one.phase))
        said.append(_sentence(one, due, lapsed=due.on < arming.day))
    _settle(service, connection, arming, dated)
    return said


def _sentence(one: Awaited, due: Due, *, lapsed: bool) -> str:
    task = f"第{one.task.number}项　{one.task.short}（{one.units or '没有牵头单位'}）"
    if lapsed:
        return f"  {task}：{one.words}，{due.on} 已过；报告前已到期，不提醒、不算超期。"
    return f"  {task}：{one.words}，{due.on}{f' {due.time}' if due.time else ''} 到期。"


def _hold(connection: Connection, dated_ids: Sequence[int]) -> None:
    """The plan's first send has not come: its obligations get their slots then."""
    mine = select(occurrences.c.id).where(occurrences.c.schedule_id.in_(dated_ids))
    connection.execute(update(table).where(table.c.occurrence_id.in_(mine)).values(next_slot=None))

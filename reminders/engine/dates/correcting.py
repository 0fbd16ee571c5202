"""An event that was reported wrongly: corrected to another day (rule 10), or withdrawn with what it opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.dates.happening import (
    Reported,
    by_whom,
    check,
    completions_of,
    dated_item,
    due_in_calendar,
    tell_at_once,
    when,
)
from reminders.engine.dates.shifting import Shifting
from reminders.engine.duties.arming import arming_of
from reminders.engine.duties.changes import Batch
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.engine.views.awaited import plans_in_question, spelled
from reminders.engine.views.finding import plan_record
from reminders.exceptions import NotFound, Refused
from reminders.obligations import State
from reminders.store import events, external, obligations
from reminders.store.directory import Directory
from reminders.store.tables import obligations as table
from reminders.triggers import Due, Happening, is_by_the_clock
from schedules.schedule import Deadline, Triggered, phase_from_dict

_SHOWN = 8


def correct(
    service: Service, name: str, was: date, happening: Happening, *, plan_id: int | None = None, by: str = ""
) -> Reported:
    """The event was on another day: what hangs on it is re-armed, what was not handed over is struck."""
    check(service, happening)
    with service.database.write() as connection:
        found = _standing(service, connection, name, plan_id)
        mine = [row for row in found if row.happened_on == was and row.ref == happening.ref]
        there = {row.plan_id for row in found if row.happened_on == happening.on and row.ref == happening.ref}
        if not mine and there:
            return Reported((f"「{name}」记的已是 {when(happening)}，不用再更正。",), False)
        if not mine:
            raise NotFound(_no_such(name, replace(happening, on=was, at=None), found))
        if was != happening.on and any(row.plan_id in there for row in mine):
            raise Refused(f"「{name}」{when(happening)} 已另有一次报告；请撤回 {was} 的那次（--withdraw）。")
        if was == happening.on and all(row.happened_at == happening.at for row in mine):
            return Reported((f"「{name}」记的已是 {when(happening)}，不用再更正。",), False)
        said = [sentence for row in mine for sentence in _correct(service, connection, row, happening, by)]
        return Reported(tuple(said), True)


def withdraw(
    service: Service, name: str, happening: Happening, *, plan_id: int | None = None, by: str = ""
) -> Reported:
    """The event never was: the occurrences it opened are closed, except those that are done."""
    with service.database.write() as connection:
        found = _standing(service, connection, name, plan_id)
        mine = [row for row in found if row.happened_on == happening.on and row.ref == happening.ref]
        if not mine:
            raise NotFound(_no_such(name, happening, found))
        said = [_withdraw(service, connection, row, by) for row in mine]
        return Reported(tuple(said), True)


def _standing(service: Service, connection: Connection, name: str, plan_id: int | None) -> list[Row[Any]]:
    """The reports of that name that nobody withdrew, held until the transaction ends."""
    plan_ids = [row.id for row in plans_in_question(connection, plan_id)]
    named = [row.id for row in external.live(connection, plan_ids) if spelled(row.name) == spelled(name)]
    return external.locked(service.database, connection, named)


def _no_such(name: str, happening: Happening, found: Sequence[Row[Any]]) -> str:
    if not found:
        return f"没有报告过「{name}」；在等的事件见 cuiban event --list。"
    listed = "、".join(dict.fromkeys(when(Happening(row.happened_on, None, row.ref)) for row in found[:_SHOWN]))
    return f"没有报告过「{name}」{when(happening)}；报告过的是 {listed}。"


def _correct(service: Service, connection: Connection, row: Row[Any], happening: Happening, by: str) -> list[str]:
    external.change(connection, row.id, happened_on=happening.on, happened_at=happening.at)
    moving = _shifting(service, connection, row.plan_id, "event corrected")
    body = {"event": row.id, "name": row.name, "was": str(row.happened_on), "on": str(happening.on)}
    body |= by_whom(by)
    moving.arming.happened.append(events.Event("event.corrected", plan_id=row.plan_id, body=body))
    said = [f"方案 {row.plan_id}：「{row.name}」由 {row.happened_on} 更正为 {when(happening)}。"]
    clocked = []
    for link in external.phases_of(connection, row.id):
        phase = phase_from_dict(link.phase)
        assert isinstance(phase, Triggered), "only triggered phases hang on an event"
        due = due_in_calendar(service, phase, happening)
        external.set_dated(connection, link.dated_id, Deadline(None, due.on, time=due.time))
        for occurrence in external.occurrences_of(connection, link.dated_id):
            _move(moving, occurrence, phase, due)
        clocked += [link.dated_id] if is_by_the_clock(phase) else []
        lapsed = "（已过，不提醒、不算超期）" if due.on < moving.arming.day else ""
        said.append(f"  第{link.number}项：{due.on} 到期{lapsed}。")
    moving.batch.happened[:0] = moving.arming.happened
    moving.batch.write()
    _after(service, moving, clocked)
    return said


def _after(service: Service, moving: Shifting, clocked: Sequence[int]) -> None:
    """What is told at once is told anew; before the plan's first send nothing has a slot."""
    connection, plan = moving.connection, moving.arming.plan
    forget(service, connection)
    if plan.released_at is None:
        connection.execute(table.update().where(table.c.plan_id == plan.id).values(next_slot=None))
        return
    running = [o for o in completions_of(connection, clocked) if o.state is State.ARMED] if clocked else []
    if running:
        tell_at_once(service, connection, plan.id, running)


def _shifting(service: Service, connection: Connection, plan_id: int, why: str) -> Shifting:
    units = {o.unit_id for o in obligations.of_plans(connection, [plan_id])}
    directory = Directory.load(connection, [plan_id], units)
    batch = Batch(service, connection, directory, service.earliest())
    arming = arming_of(service, connection, plan_record(connection, plan_id))
    # What was reported done stays: the lead office has the result to look at, whatever day it was due.
    return Shifting(arming, batch, why, kept=(State.SUBMITTED,))


def _move(moving: Shifting, occurrence: Row[Any], phase: Triggered, due: Due) -> None:
    """One unit's occurrence goes to its new day; what is done, or closed with its unit's duty, stays."""
    same = (occurrence.due_on, occurrence.due_time) == (due.on, due.time)
    if occurrence.state in ("armed", "lapsed") and not same:
        moving.shift(occurrence, dated_item(occurrence.schedule_id, phase, due))


def _withdraw(service: Service, connection: Connection, row: Row[Any], by: str) -> str:
    moving = _shifting(service, connection, row.plan_id, "event withdrawn")
    body = {"event": row.id, "name": row.name, "on": str(row.happened_on), **by_whom(by)}
    moving.batch.happened.append(events.Event("event.withdrawn", plan_id=row.plan_id, body=body))
    dated_ids = [link.dated_id for link in external.phases_of(connection, row.id)]
    closed = sum(moving.close(one) for number in dated_ids for one in external.occurrences_of(connection, number))
    external.change(connection, row.id, withdrawn_at=service.now())
    moving.batch.write()
    told = when(Happening(row.happened_on, None, row.ref))
    return f"方案 {row.plan_id}：已撤回「{row.name}」{told}，关闭 {closed} 个节点；已办结的不变。"

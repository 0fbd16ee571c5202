"""Events from outside: reporting 「决策文件出台」 on a date gives the phases that wait for it their due dates.

The same name, day and reference is one event however often it is reported. Nothing is born overdue: what fell due
before the report is lapsed and brings no message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from reminders.engine.duties.arming import Arming, open_dated
from reminders.engine.duties.changes import Batch
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.engine.views.awaited import Awaited, awaited, meant, plans_in_question
from reminders.engine.views.finding import plan_record
from reminders.exceptions import InputError
from reminders.obligations import Audience, Change, Draft, Kind, Obligation, fact
from reminders.store import events, external, obligations
from reminders.store.directory import Directory
from reminders.store.tables import obligations as table
from reminders.store.tables import occurrences
from reminders.timetable import Dated
from reminders.triggers import Due, Happening, due_of, is_by_the_clock, ladder_of
from schedules.schedule import Deadline, Triggered

AT_ONCE = "start"
MOST_DAYS_AWAY = 366
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report, a correction or a withdrawal changed, in words; nothing where it had all been done before."""

    sentences: tuple[str, ...]
    changed: bool


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


def by_whom(by: str) -> dict[str, str]:
    """Who said so, as the ledger keeps it; nothing where nobody was named."""
    return {"by": by} if by else {}


def check(service: Service, happening: Happening) -> None:
    """InputError for a day no office would mean, or a reference that is none."""
    today = service.now().date()
    if abs((happening.on - today).days) > MOST_DAYS_AWAY:
        raise InputError(f"日期 {happening.on} 离今天（{today}）超过一年，请核对后再报告。")
    if len(happening.ref) > MOST_LETTERS or not happening.ref.isprintable():
        raise InputError(f"--ref 应是一行文字，不超过{MOST_LETTERS}个字，例如文号。")


def when(happening: Happening) -> str:
    """2022-09-01 15:30（文号）."""
    clock = f" {happening.at}" if happening.at else ""
    ref = f"（{happening.ref}）" if happening.ref else ""
    return f"{happening.on}{clock}{ref}"


def due_in_calendar(service: Service, phase: Triggered, happening: Happening) -> Due:
    """The due day by the service's own working calendar; InputError where no calendar has it."""
    try:
        return due_of(phase, happening, service.slots.workdays)
    except (ValueError, OverflowError):
        raise InputError(f"「{phase.event}」从 {happening.on} 起算的日子超出了日历，请核对日期和时限。") from None


def arming_of(service: Service, connection: Connection, plan_id: int) -> Arming:
    """What opens obligations of an active plan today, by the policy the plan has now."""
    plan = plan_record(connection, plan_id)
    assert plan.policy is not None, "an active plan has its policy"
    assert plan.policy_id is not None, "an active plan has its policy"
    return Arming(
        service,
        connection,
        plan,
        overdue_lapsed=False,
        policy=plan.policy,
        policy_id=plan.policy_id,
        day=service.now().date(),
        earliest=service.earliest(),
        highest=2 if plan.leader_ids else 1,
    )


def dated_item(dated_id: int, phase: Triggered, due: Due) -> Dated:
    """What each lead unit owes by a due day: one completion without a window."""
    return Dated(dated_id, ladder_of(phase), None, due.on, due.time, 1)


def tell_at_once(service: Service, connection: Connection, plan_id: int, owed: Sequence[Obligation]) -> None:
    """A limit in hours has no rungs: its units get one message in the next slot that opens."""
    directory = Directory.load(connection, [plan_id], {o.unit_id for o in owed})
    batch = Batch(service, connection, directory, service.earliest())
    for obligation in owed:
        taken = fact("step.taken", step=AT_ONCE, level=0)
        batch.add(obligation, Change(obligation, (Draft(AT_ONCE, Audience.UNIT),), (taken,)))
    batch.write()


def settle(service: Service, connection: Connection, arming: Arming, phases: Sequence[tuple[int, Triggered]]) -> None:
    """After arming: the ledger, what waits for the plan's first send, and what is told at once."""
    events.append(connection, arming.happened, at=service.now(), recorded_at=service.machine_now())
    forget(service, connection)
    if arming.plan.released_at is None:
        _hold(connection, [dated_id for dated_id, _ in phases])
        return
    by_the_clock = [dated_id for dated_id, phase in phases if is_by_the_clock(phase)]
    if by_the_clock:
        tell_at_once(service, connection, arming.plan.id, completions_of(connection, by_the_clock))


def completions_of(connection: Connection, dated_ids: Sequence[int]) -> list[Obligation]:
    """The open completions of dated phases."""
    mine = select(occurrences.c.id).where(occurrences.c.schedule_id.in_(dated_ids), occurrences.c.state == "armed")
    return obligations.select_where(connection, table.c.kind == Kind.COMPLETION.value, table.c.occurrence_id.in_(mine))


def _take(
    service: Service,
    connection: Connection,
    plan_id: int,
    external_id: int,
    phases: Sequence[Awaited],
    happening: Happening,
    by: str,
) -> list[str]:
    arming = arming_of(service, connection, plan_id)
    body = {"event": external_id, "name": phases[0].name, "on": str(happening.on), "ref": happening.ref, "by": by}
    told = {key: value for key, value in body.items() if value}
    arming.happened.append(events.Event("event.reported", plan_id=plan_id, body=told))
    said = [f"方案 {plan_id}「{arming.plan.title}」：已记录「{phases[0].name}」{when(happening)}。"]
    dated: list[tuple[int, Triggered]] = []
    for one in phases:
        due = due_in_calendar(service, one.phase, happening)
        dated_id = external.add_dated(
            connection,
            external_id,
            task_id=one.task.id,
            schedule_id=one.schedule_id,
            text=one.words,
            phase=Deadline(None, due.on, time=due.time),
        )
        dated.append((dated_id, one.phase))
        leads = [a.unit_id for a in one.task.assignments if a.role == "lead" and a.unit_id is not None]
        for unit_id in dict.fromkeys(leads):
            open_dated(arming, one.task, unit_id, dated_item(dated_id, one.phase, due))
        said.append(_sentence(one, due, lapsed=due.on < arming.day))
    settle(service, connection, arming, dated)
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

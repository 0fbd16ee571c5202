"""Decisions of the lead office: accept, return, extend, refuse, reassign, suspend, resume, release, hold, confirm.

The command line and the pages call the same functions; none is ever taken through a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, select

from reminders import delay, silence
from reminders.answers import Choice
from reminders.engine.acts.answers import sibling_confirmations
from reminders.engine.acts.attending import bring_before_leaders
from reminders.engine.acts.proxy import confirm
from reminders.engine.acts.reassigning import reassign
from reminders.engine.duties.asking import ask_again
from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.obligations import ENDED, Kind, Obligation, State
from reminders.store import events, joint, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments, occurrences, tasks
from reminders.store.tables import contacts as contact_table
from reminders.store.tables import events as event_table
from reminders.store.tables import obligations as table
from reminders.store.tables import plans as plan_table


class Act(StrEnum):
    """What the lead office may decide about a task."""

    ACCEPT = "accept"
    RETURN = "return"
    EXTEND = "extend"
    REFUSE = "refuse"
    REASSIGN = "reassign"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"
    HOLD = "hold"
    CONFIRM = "confirm"


# A task that goes to another unit leaves its joint completion; what a unit said of one is spread where it is taken.
ALONE = (Act.REASSIGN, Act.CONFIRM)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, by whom and why."""

    act: Act
    by: str
    reason: str
    until: date | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision changed, in words."""

    sentences: tuple[str, ...]


def decide(service: Service, task_id: int, decision: Decision) -> Decided:
    """Take a decision about a task (and one unit of it); Refused with one sentence where nothing fits it."""
    with service.database.write() as connection:
        plan_id = _active_plan(connection, task_id)
        owed = obligations.select_where(connection, table.c.task_id == task_id)
        if decision.act not in ALONE:
            owed += joint.siblings(connection, [o for o in owed if o.is_open])
        directory = Directory.load(connection, [plan_id], _units_of(connection, task_id) | {o.unit_id for o in owed})
        batch = Batch(service, connection, directory, service.earliest())
        done = _take(batch, plan_id, task_id, owed, decision)
        if not done:
            raise Refused(f"{_NOTHING[decision.act]}请用 cuiban show 查看这一项现在的状态。")
        body = {"act": decision.act.value, "by": decision.by, "reason": decision.reason}
        if decision.until:
            body["until"] = str(decision.until)
        batch.happened += [events.of_obligation(o, "decision.taken", body) for o in done]
        batch.write()
        names = "、".join(dict.fromkeys(directory.unit_name(o.unit_id) for o in done))
        return Decided((f"{names}：{_WORDS[decision.act]}。",))


def _take(
    batch: Batch, plan_id: int, task_id: int, owed: Sequence[Obligation], decision: Decision
) -> Sequence[Obligation]:
    if decision.act is Act.REASSIGN:
        if not decision.unit:
            raise Refused("转办请写明新的单位（--unit 单位）。")
        if decision.until is not None:
            _future(batch, decision)
        return reassign(batch, plan_id, task_id, owed, decision.unit, decision.until)
    unit_id = plans.unit_named(batch.connection, decision.unit)
    if decision.act is Act.CONFIRM:
        return confirm(batch, plan_id, task_id, unit_id, decision.by, decision.reason)
    mine = [o for o in owed if unit_id in (None, o.unit_id)]
    if not mine:
        raise Refused("这一项没有在办的节点。")
    return _ACTS[decision.act](batch, mine, decision)


def _active_plan(connection: Connection, task_id: int) -> int:
    query = select(plan_table.c.id, plan_table.c.state).join(tasks).where(tasks.c.id == task_id)
    plan = connection.execute(query).one()
    if plan.state != "active":
        raise Refused(f"方案 {plan.id} 还没有启用或已经关闭，不能作决定。")
    return int(plan.id)


def _units_of(connection: Connection, task_id: int) -> set[int]:
    query = select(assignments.c.unit_id).where(assignments.c.task_id == task_id, assignments.c.unit_id.is_not(None))
    return {row.unit_id for row in connection.execute(query)}


def _completions(owed: Sequence[Obligation]) -> list[Obligation]:
    return [o for o in owed if o.kind is Kind.COMPLETION and o.state not in ENDED]


def _accept(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """销号: by another person than the one who reported it; where there is nobody else, 单人 stands in the ledger."""
    done = []
    for obligation in _completions(owed):
        if obligation.state is not State.SUBMITTED:
            continue
        alone = _reported_by(batch.connection, obligation) == decision.by
        if alone and _has_others(batch, obligation, decision.by):
            raise Refused(f"「{decision.by}」就是报办结的人，请由主管处室另一位同志销号。")
        if batch.add(obligation, delay.done(obligation, alone=alone)):
            plans.set_occurrence(batch.connection, obligation.occurrence_id or 0, "done", done_on=obligation.done_on)
            _close_confirmations(batch, obligation, "done")
            done.append(obligation)
    return done


def _return(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    today, earliest = batch.service.now().date(), batch.service.earliest()
    done = []
    for obligation in _completions(owed):
        if obligation.state is not State.SUBMITTED:
            continue
        if obligation.due_at() < today and decision.until is None:
            raise Refused("已过期限，退回时请写明新的日期（--until 2022-10-21）。")
        change = delay.returned(obligation, decision.until, earliest, batch.service.slots, decision.reason)
        if batch.add(obligation, change):
            _moved(batch, obligation, change.obligation)
            done.append(obligation)
    return done


def _extend(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """Rule 10: a changed due date re-arms the occurrence as a new version."""
    until = _future(batch, decision)
    done = []
    for obligation in _meant(_completions(owed)):
        change = delay.extended(obligation, until, batch.service.earliest(), batch.service.slots)
        if change is not None and batch.add(obligation, change):
            _moved(batch, obligation, change.obligation)
            done.append(obligation)
    return done


def _meant(completions: Sequence[Obligation]) -> list[Obligation]:
    """Per unit what an extension is about: what it asked for, else what falls due first, with what is joint with it."""
    found: dict[int, list[Obligation]] = {}
    for obligation in sorted(completions, key=lambda o: (o.state is not State.FROZEN, o.due_at(), o.id)):
        first = found.setdefault(obligation.unit_id, [obligation])
        joint_with = first[0].due_at() == obligation.due_at() and first[0].task_id != obligation.task_id
        if obligation not in first and (obligation.state is State.FROZEN or joint_with):
            first.append(obligation)
    return [obligation for one_unit in found.values() for obligation in one_unit]


def _moved(batch: Batch, before: Obligation, after: Obligation) -> None:
    """Rule 10: the occurrence has its new due date, and its question is asked anew where there is time."""
    if after.version == before.version:
        return
    mine = select(occurrences).where(occurrences.c.id == before.occurrence_id)
    occurrence = batch.connection.execute(mine).one()
    taken = select(occurrences.c.id).where(
        occurrences.c.schedule_id == occurrence.schedule_id,
        occurrences.c.unit_id == occurrence.unit_id,
        occurrences.c.due_on == after.due_on,
        occurrences.c.id != occurrence.id,
    )
    if batch.connection.execute(taken).first() is not None:
        raise Refused(f"{after.due_on} 已有这一项的另一个节点，请换一天。")
    plans.set_occurrence(batch.connection, occurrence.id, "armed", due_on=after.due_on, version=after.version)
    ask_again(batch, after)


def _refuse(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """An extension or an objection is refused; or a held item is kept from the leading group."""
    earliest, slots = batch.service.earliest(), batch.service.slots
    done = []
    for obligation in owed:
        if obligation.state is State.FROZEN:
            change = delay.thawed(obligation, decision.reason, earliest, slots)
        elif obligation.kind is Kind.COMPLETION:
            change = delay.refused(obligation, decision.reason)
        else:
            change = silence.refused(obligation, decision.reason)
        if batch.add(obligation, change):
            done.append(obligation)
    return done


def _suspend(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    review_on = _future(batch, decision)
    done = []
    for obligation in _completions(owed):
        change = delay.suspended(obligation, review_on, decision.reason, batch.service.slots)
        if batch.add(obligation, change):
            _close_confirmations(batch, obligation, "suspended")
            done.append(obligation)
    return done


def _resume(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    done = []
    for obligation in _completions(owed):
        if obligation.state is not State.SUSPENDED:
            continue
        change = delay.thawed(obligation, decision.reason, batch.service.earliest(), batch.service.slots)
        if batch.add(obligation, change):
            done.append(obligation)
    return done


def _release(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """Held items go on to the leading group; where none is held, what is on its way there; else what is due first."""
    earliest, slots = batch.service.earliest(), batch.service.slots
    held = [o for o in owed if o.state is State.HELD]
    done = []
    for obligation in held or owed:
        module = delay if obligation.kind is Kind.COMPLETION else silence
        if batch.add(obligation, module.released(obligation, slots, earliest)):
            done.append(obligation)
    return done or bring_before_leaders(batch, _meant(_completions(owed)), decision.reason)


def _hold(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    found = [o for o in _completions(owed) if o.state is State.OVERDUE]
    return [o for o in found if batch.add(o, delay.held(o, batch.service.earliest(), batch.service.slots))]


def _future(batch: Batch, decision: Decision) -> date:
    if decision.until is None:
        raise Refused("请写明日期（--until 2022-10-21）。")
    if decision.until <= batch.service.now().date():
        raise Refused(f"日期 {decision.until} 应在今天之后。")
    return decision.until


def _close_confirmations(batch: Batch, completion: Obligation, why: str) -> None:
    for confirmation in sibling_confirmations(batch.connection, completion):
        batch.add(confirmation, silence.closed(confirmation, why))


def _reported_by(connection: Connection, obligation: Obligation) -> str:
    """Who reported the result last, also in answer to 能否按期: a contact's name, or the name another person gave."""
    same = select(table.c.id).where(
        table.c.occurrence_id == obligation.occurrence_id, table.c.unit_id == obligation.unit_id
    )
    query = (
        select(event_table.c.contact_id, event_table.c.body, contact_table.c.name)
        .outerjoin(contact_table, contact_table.c.id == event_table.c.contact_id)
        .where(event_table.c.obligation_id.in_(same), event_table.c.type == "answer.given")
        .order_by(event_table.c.id.desc())
    )
    for row in connection.execute(query):
        if row.body.get("choice") == Choice.SUBMIT.value:
            return str(row.name or row.body.get("name", ""))
    return ""


def _has_others(batch: Batch, obligation: Obligation, by: str) -> bool:
    plan = batch.directory.plans[obligation.plan_id]
    people = batch.directory.of_unit(plan.lead_office_id, "liaison") + batch.directory.of_unit(
        plan.lead_office_id, "head"
    )
    return any(person.name != by for person in people)


_ACTS: dict[Act, Callable[[Batch, Sequence[Obligation], Decision], list[Obligation]]] = {
    Act.ACCEPT: _accept,
    Act.RETURN: _return,
    Act.EXTEND: _extend,
    Act.REFUSE: _refuse,
    Act.SUSPEND: _suspend,
    Act.RESUME: _resume,
    Act.RELEASE: _release,
    Act.HOLD: _hold,
}

_WORDS = {
    Act.ACCEPT: "已销号",
    Act.RETURN: "已退回",
    Act.EXTEND: "已延期",
    Act.REFUSE: "已不同意",
    Act.REASSIGN: "已转办",
    Act.SUSPEND: "已挂账",
    Act.RESUME: "已恢复",
    Act.RELEASE: "已核发，列入领导小组的下一次通知",
    Act.HOLD: "已暂缓上报",
    Act.CONFIRM: "已代登记",
}

_NOTHING = {
    Act.ACCEPT: "这一项没有待审核的办结。",
    Act.RETURN: "这一项没有待审核的办结。",
    Act.EXTEND: "这一项没有可以延期的节点。",
    Act.REFUSE: "这一项没有待决定的延期、异议或上报。",
    Act.REASSIGN: "这一项没有可以转办的节点。",
    Act.SUSPEND: "这一项没有可以挂账的节点。",
    Act.RESUME: "这一项没有挂账。",
    Act.RELEASE: "这一项没有可以报领导小组的节点。",
    Act.HOLD: "这一项没有将要上报的超期。",
    Act.CONFIRM: "这一项没有等待签收或答复的事。",
}

"""Decisions of the lead office: accept, return, extend, refuse, reassign, suspend, resume, release, hold, confirm.

The command line and the pages call the same functions; none is ever taken through a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, select

from reminders import delay, silence
from reminders.answers import Answer, Assurance, Choice, Door, Giver
from reminders.engine.answers import give_in, sibling_confirmations
from reminders.engine.changes import Batch
from reminders.engine.service import Service
from reminders.exceptions import NotFound, Refused
from reminders.obligations import ENDED, OPEN_SILENCE, Change, Kind, Obligation, State
from reminders.planner import asking_step
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments, occurrences, tasks
from reminders.store.tables import contacts as contact_table
from reminders.store.tables import events as event_table
from reminders.store.tables import obligations as table


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
        owed = _owed(connection, task_id, decision)
        directory = Directory.load(connection, {o.plan_id for o in owed}, {o.unit_id for o in owed})
        batch = Batch(service, connection, directory, service.earliest())
        done = _ACTS[decision.act](batch, owed, decision)
        if not done:
            raise Refused(f"{_NOTHING[decision.act]}请用 cuiban show 查看这一项现在的状态。")
        body = {"act": decision.act.value, "by": decision.by, "reason": decision.reason}
        if decision.until:
            body["until"] = str(decision.until)
        batch.happened += [events.of_obligation(o, "decision.taken", body) for o in done]
        batch.write()
        names = "、".join(dict.fromkeys(directory.unit_name(o.unit_id) for o in done))
        return Decided((f"{names}：{_WORDS[decision.act]}。",))


def _owed(connection: Connection, task_id: int, decision: Decision) -> list[Obligation]:
    found = obligations.select_where(connection, table.c.task_id == task_id)
    if decision.unit and decision.act is not Act.REASSIGN:
        unit_id = plans.unit_ids(connection).get(decision.unit)
        if unit_id is None:
            raise NotFound(f"没有登记名为「{decision.unit}」的单位。")
        found = [o for o in found if o.unit_id == unit_id]
    if not found:
        raise Refused("这一项没有在办的节点。")
    return found


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
            done.append(obligation)
    return done


def _extend(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """Rule 10: a changed due date re-arms the occurrence as a new version."""
    until = _future(batch, decision)
    done = []
    for obligation in _completions(owed):
        change = delay.extended(obligation, until, batch.service.earliest(), batch.service.slots)
        if not batch.add(obligation, change):
            continue
        assert change is not None
        version = change.obligation.version
        plans.set_occurrence(batch.connection, obligation.occurrence_id or 0, "armed", due_on=until, version=version)
        _ask_again(batch, change.obligation)
        done.append(obligation)
    return done


def _ask_again(batch: Batch, completion: Obligation) -> None:
    """The confirmation of a moved due date: asked anew where its T-10 is still to come, closed where it is not."""
    asked = asking_step(completion, batch.service.slots)
    ahead = asked is not None and asked.slot >= batch.service.earliest()
    found = obligations.select_where(
        batch.connection,
        table.c.kind == Kind.CONFIRMATION.value,
        table.c.occurrence_id == completion.occurrence_id,
        table.c.unit_id == completion.unit_id,
    )
    for confirmation in found:
        if not ahead or asked is None:
            batch.add(confirmation, silence.closed(confirmation, "due moved"))
            continue
        renewed = confirmation.to(
            State.PLANNED,
            version=completion.version,
            due_on=completion.due_on,
            level=0,
            round=0,
            answer=None,
            answered_on=None,
            accepted_on=None,
            wait_last_on=None,
            next_step=asked.step,
            next_slot=asked.slot,
        )
        batch.add(confirmation, Change(renewed, strike=True))


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
    earliest, slots = batch.service.earliest(), batch.service.slots
    done = []
    for obligation in owed:
        module = delay if obligation.kind is Kind.COMPLETION else silence
        if batch.add(obligation, module.released(obligation, slots, earliest)):
            done.append(obligation)
    return done


def _hold(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    found = [o for o in _completions(owed) if o.state is State.OVERDUE]
    return [o for o in found if batch.add(o, delay.held(o, batch.service.earliest(), batch.service.slots))]


def _confirm(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """代登记: the lead office records what a unit said by telephone or on paper; also the unit's signature."""
    giver = Giver(contact_id=None, name=decision.by, door=Door.PROXY, assurance=Assurance.A0)
    units = {o.unit_id for o in owed}
    signatures = obligations.select_where(
        batch.connection,
        table.c.kind == Kind.SIGNATURE.value,
        table.c.plan_id.in_({o.plan_id for o in owed}),
        table.c.unit_id.in_(units),
    )
    waiting = [o for o in (*signatures, *owed) if o.kind in (Kind.SIGNATURE, Kind.CONFIRMATION) and _asked(o)]
    choices = {Kind.SIGNATURE: Choice.SIGN, Kind.CONFIRMATION: Choice.ON_TIME}
    answers = [Answer(o.id, choices[o.kind], text=decision.reason) for o in waiting]
    given = give_in(batch.service, batch.connection, answers, giver)
    accepted = {g.obligation_id for g in given if g.accepted}
    return [o for o in waiting if o.id in accepted]


def _asked(obligation: Obligation) -> bool:
    return obligation.state in OPEN_SILENCE and obligation.state is not State.PLANNED


def _reassign(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """转办: the task's open duties go to another unit, which is asked to sign for what was handed over."""
    if not decision.unit:
        raise Refused("转办请写明新的单位（--unit 单位）。")
    connection, service = batch.connection, batch.service
    unit_id = plans.ensure_units(service.database, connection, [decision.unit])[decision.unit]
    moving = [o for o in owed if o.is_open and o.unit_id != unit_id]
    if not moving:
        return []
    policy_id = _policy_id(connection, moving[0])
    _extend_directory(batch, moving[0].plan_id, unit_id)
    for old in [o for o in moving if o.kind is Kind.COMPLETION]:
        _hand_over(batch, old, unit_id, policy_id)
    for old in moving:
        shut = replace(old, state=State.CLOSED, next_step=None, next_slot=None)
        facts = silence.closed(old, "reassigned")
        batch.add(old, replace(facts, obligation=shut) if facts else None)
    _hand_over_assignments(connection, moving, unit_id, decision.unit, batch)
    _sign_for(batch, moving[0], unit_id, policy_id)
    return moving


def _hand_over(batch: Batch, old: Obligation, unit_id: int, policy_id: int) -> None:
    slots, earliest = batch.service.slots, batch.service.earliest()
    plan = batch.directory.plans[old.plan_id]
    day = batch.service.now().date()
    fresh = old.to(
        State.ARMED,
        id=0,
        unit_id=unit_id,
        version=1,
        level=0,
        round=0,
        opened_on=day,
        answer=None,
        answered_on=None,
        before=None,
        marks=(),
        reports=0,
        own_office=plan.lead_office_id == unit_id,
    )
    renewed = delay.armed(fresh, slots, earliest)
    number = obligations.insert(batch.connection, renewed, policy_id)
    batch.happened.append(
        events.of_obligation(replace(renewed, id=number), "obligation.handed-over", {"from": old.unit_id})
    )


def _hand_over_assignments(
    connection: Connection, moving: Sequence[Obligation], unit_id: int, unit: str, batch: Batch
) -> None:
    task_ids = sorted({o.task_id for o in moving if o.task_id is not None})
    old_units = {o.unit_id for o in moving}
    connection.execute(
        assignments.update()
        .where(assignments.c.task_id.in_(task_ids), assignments.c.unit_id.in_(old_units), assignments.c.role == "lead")
        .values(ended_at=batch.service.now())
    )
    for task_id in task_ids:
        connection.execute(
            assignments.insert(), {"task_id": task_id, "unit_id": unit_id, "named": unit, "role": "lead", "via": ""}
        )
    connection.execute(
        occurrences.update()
        .where(occurrences.c.task_id.in_(task_ids), occurrences.c.unit_id.in_(old_units))
        .values(unit_id=unit_id)
    )


def _sign_for(batch: Batch, like: Obligation, unit_id: int, policy_id: int) -> None:
    """A later signature, for what was handed over."""
    plan = batch.directory.plans[like.plan_id]
    signature = replace(
        like,
        id=0,
        kind=Kind.SIGNATURE,
        unit_id=unit_id,
        task_id=None,
        occurrence_id=None,
        subject=f"转办 {batch.service.now():%Y-%m-%d %H:%M:%S}",
        version=1,
        state=State.PLANNED,
        level=0,
        round=0,
        highest=min(like.policy.signature.highest, 2 if plan.leader_ids else 1),
        next_step="sign",
        next_slot=batch.service.earliest(),
        opened_on=batch.service.now().date(),
        start_on=None,
        due_on=None,
        due_time=None,
        count=1,
        answer=None,
        answered_on=None,
        before=None,
        marks=(),
    )
    obligations.insert(batch.connection, signature, policy_id)


def _policy_id(connection: Connection, obligation: Obligation) -> int:
    return int(connection.scalar(select(table.c.policy_id).where(table.c.id == obligation.id)) or 0)


def _extend_directory(batch: Batch, plan_id: int, unit_id: int) -> None:
    wanted = {*batch.directory.units, unit_id}
    batch.directory = Directory.load(batch.connection, [plan_id], wanted)


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
    """Who reported the result last: a contact's name, or the name another person gave."""
    query = (
        select(event_table.c.contact_id, event_table.c.body, contact_table.c.name)
        .outerjoin(contact_table, contact_table.c.id == event_table.c.contact_id)
        .where(event_table.c.obligation_id == obligation.id, event_table.c.type == "answer.given")
        .order_by(event_table.c.id.desc())
    )
    row = connection.execute(query).first()
    return "" if row is None else str(row.name or row.body.get("name", ""))


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
    Act.REASSIGN: _reassign,
    Act.SUSPEND: _suspend,
    Act.RESUME: _resume,
    Act.RELEASE: _release,
    Act.HOLD: _hold,
    Act.CONFIRM: _confirm,
}

_WORDS = {
    Act.ACCEPT: "已销号",
    Act.RETURN: "已退回",
    Act.EXTEND: "已延期",
    Act.REFUSE: "已不同意",
    Act.REASSIGN: "已转办",
    Act.SUSPEND: "已挂账",
    Act.RESUME: "已恢复",
    Act.RELEASE: "已核发给领导小组",
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
    Act.RELEASE: "这一项没有等待核发的上报。",
    Act.HOLD: "这一项没有将要上报的超期。",
    Act.CONFIRM: "这一项没有等待签收或答复的事。",
}


def find_task(connection: Connection, text: str) -> int:
    """A task by PLAN/NUMBER, or by NUMBER where one plan alone has it; NotFound or Refused with one sentence."""
    plan, _, number = text.rpartition("/")
    query = select(tasks.c.id, tasks.c.plan_id).where(tasks.c.number == number)
    if plan:
        if not plan.isdigit():
            raise NotFound(f"「{text}」应写作 方案编号/事项序号，例如 1/12。")
        query = query.where(tasks.c.plan_id == int(plan))
    found = connection.execute(query).all()
    if not found:
        raise NotFound(f"没有找到事项「{text}」，应写作 方案编号/事项序号，例如 1/12。")
    if len(found) > 1:
        choices = "、".join(f"{row.plan_id}/{number}" for row in found)
        raise Refused(f"有几个方案都有第{number}项，请写明：{choices}。")
    return int(found[0].id)

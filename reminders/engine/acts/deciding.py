"""Decisions of the lead office: accept, return, extend, refuse, reassign, suspend, resume, release, hold, confirm.

The command line and the pages call the same functions; none is ever taken through a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from reminders.engine.acts.accepting import accept, give_back
from reminders.engine.acts.decision import Act, Decided, Decision, future
from reminders.engine.acts.extending import extend
from reminders.engine.acts.proxy import confirm
from reminders.engine.acts.reassigning import reassign
from reminders.engine.acts.stopping import hold, refuse, release, resume, suspend
from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.obligations import Obligation
from reminders.store import events, joint, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import assignments, tasks
from reminders.store.tables import obligations as table
from reminders.store.tables import plans as plan_table

# A task that goes to another unit leaves its joint completion; what a unit said of one is spread where it is taken.
ALONE = (Act.REASSIGN, Act.CONFIRM)


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
            future(batch, decision)
        return reassign(batch, plan_id, task_id, owed, decision.unit, decision.until)
    unit_id = plans.unit_named(batch.connection, decision.unit)
    if decision.act is Act.CONFIRM:
        return confirm(batch, plan_id, task_id, unit_id, decision.by, decision.reason)
    mine = [o for o in owed if unit_id in (None, o.unit_id)]
    if not mine:
        raise Refused("这一项没有在办的节点。")
    return _ACTS[decision.act](batch, mine, decision)


def _active_plan(connection: Connection, task_id: int) -> int:
    query = select(plan_table.c.id, plan_table.c.state, plan_table.c.released_at).join(tasks)
    plan = connection.execute(query.where(tasks.c.id == task_id)).one()
    if plan.state != "active":
        raise Refused(f"方案 {plan.id} 还没有启用或已经关闭，不能作决定。")
    if plan.released_at is None:  # what a decision moves or tells would leave before the first send
        raise Refused(f"方案 {plan.id} 还没有开始发送，先用 cuiban activate {plan.id} --release 放行，再作决定。")
    return int(plan.id)


def _units_of(connection: Connection, task_id: int) -> set[int]:
    query = select(assignments.c.unit_id).where(assignments.c.task_id == task_id, assignments.c.unit_id.is_not(None))
    return {row.unit_id for row in connection.execute(query)}


_ACTS: dict[Act, Callable[[Batch, Sequence[Obligation], Decision], list[Obligation]]] = {
    Act.ACCEPT: accept,
    Act.RETURN: give_back,
    Act.EXTEND: extend,
    Act.REFUSE: refuse,
    Act.SUSPEND: suspend,
    Act.RESUME: resume,
    Act.RELEASE: release,
    Act.HOLD: hold,
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

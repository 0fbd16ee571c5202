"""Plans and tasks as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from reminders.clock import SHANGHAI
from reminders.engine.ledger.completeness import completeness
from reminders.engine.service import Service
from reminders.engine.views.awaited import awaited, report_words
from reminders.engine.views.viewing import Shown, Viewer
from reminders.obligations import Kind, Obligation, State
from reminders.store import obligations, plans
from reminders.store.mailbox import messages_about
from reminders.store.tables import events as event_table
from reminders.store.tables import obligations as table
from reminders.store.tables import tasks

KINDS = {Kind.SIGNATURE: "签收", Kind.CONFIRMATION: "确认", Kind.COMPLETION: "办结", Kind.RETURN: "填报"}
STATES = {
    State.PLANNED: "未到时候",
    State.QUEUED: "待发",
    State.WAITING: "等待答复",
    State.UNDELIVERABLE: "未送达",
    State.ACKNOWLEDGED: "已答复",
    State.ARMED: "在办",
    State.OVERDUE: "超期",
    State.SUBMITTED: "待审核",
    State.FROZEN: "待决定",
    State.SUSPENDED: "挂账",
    State.DONE: "已办结",
    State.HELD: "待核发",
    State.EXHAUSTED: "已报告",
    State.CLOSED: "已关闭",
}
MESSAGE_STATES = {
    "open": "收集中",
    "sealed": "待发送",
    "accepted": "已送达",
    "failed": "未送达",
    "unknown": "结果不明",
    "empty": "已撤下",
}
SHOWN_MESSAGES = 10
PLAN_STATES = {"imported": "未启用", "active": "执行中", "closed": "已关闭"}


def plan_lines(connection: Connection) -> list[str]:
    """One line per plan."""
    found = plans.listing(connection)
    if not found:
        return ["还没有导入方案（cuiban import 文件）。"]
    return [
        f"{row.id}\t{PLAN_STATES[row.state]}\t{row.year}年\t{row.tasks}项\t{row.title}"
        + ("" if row.released_at or row.state != "active" else "（未开始发送）")
        for row in found
    ]


def task_lines(service: Service, connection: Connection, task_id: int) -> list[str]:
    """A task, what each unit owes of it, and its newest events."""
    task = connection.execute(select(tasks).where(tasks.c.id == task_id)).one()
    owed = obligations.select_where(connection, table.c.task_id == task_id)
    lines = [f"第{task.number}项　{task.short}", f"要求：{task.requirement}", f"措施：{task.measure}"]
    lines.append(f"时限：{task.deadline_text or '未写明'}" + ("（无此职责）" if task.no_duty else ""))
    lines += _joint_lines(connection, task)
    lines += [f"办结：{words}" for words in [completeness(owed).words] if words]
    lines += _event_lines(connection, task.plan_id, task_id)
    viewer = Viewer(service, connection, owed, service.now().date())
    lines += [_owed_line(viewer, obligation) for obligation in owed]
    lines += _sent_lines(connection, [o.id for o in owed])
    query = select(event_table).where(event_table.c.task_id == task_id).order_by(event_table.c.id.desc()).limit(20)
    lines.append("最近的记录：" if owed else "还没有启用。")
    lines += [
        f"  {row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}　{row.type}"
        for row in reversed(connection.execute(query).all())
    ]
    return lines


def _joint_lines(connection: Connection, task: Row[Any]) -> list[str]:
    """The other tasks that the same act fulfils."""
    if not task.joint:
        return []
    same = (tasks.c.plan_id == task.plan_id, tasks.c.joint == task.joint, tasks.c.id != task.id)
    standing = select(tasks.c.number).where(*same, tasks.c.removed_at.is_(None))
    numbers = connection.scalars(standing.order_by(tasks.c.position)).all()
    return [f"合并办结：与第{'、'.join(numbers)}项一次答复、一次销号"] if numbers else []


def _sent_lines(connection: Connection, obligation_ids: Sequence[int]) -> list[str]:
    """Was it sent? The newest messages that spoke of a task, and what became of each."""
    found = messages_about(connection, obligation_ids, limit=SHOWN_MESSAGES)
    lines = [
        f"  {row.slot}　{row.name}　{row.subject or '（还没有发出）'}　{MESSAGE_STATES.get(row.state, row.state)}"
        for row in found
    ]
    return ["发出的通知：", *lines] if lines else []


def _event_lines(connection: Connection, plan_id: int, task_id: int) -> list[str]:
    """What of a task counts from an event: waited for, reported, or a limit on every case."""
    lines = []
    for one in awaited(connection, [plan_id]):
        if one.task.id != task_id:
            continue
        if one.is_note:
            lines.append(f"按件计：{one.words}（不设节点）")
        elif one.reports:
            lines += [f"事件：{one.words}，已报告 {report_words(row)}" for row in one.reports]
        else:
            lines.append(f"等待事件：{one.words}，还没有报告")
    return lines


def _owed_line(viewer: Viewer, obligation: Obligation) -> str:
    item = viewer.item(Shown(obligation))
    due = f"，{obligation.due_on}到期" if obligation.due_on else ""
    following = f"，下一步 {obligation.next_step}（{obligation.next_slot}）" if obligation.next_slot else ""
    level = f"，第{obligation.level}级" if obligation.level else ""
    return f"  {item.unit}　{KINDS[obligation.kind]}：{STATES[obligation.state]}{level}{due}{following}"

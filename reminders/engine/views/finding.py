"""What a person names by its number: a plan, a task."""

from __future__ import annotations

from sqlalchemy import Connection, select

from reminders.exceptions import NotFound, Refused
from reminders.store.directory import Directory, PlanRecord
from reminders.store.tables import tasks


def plan_record(connection: Connection, plan_id: int) -> PlanRecord:
    """A plan by id; NotFound with one sentence."""
    found = Directory.load(connection, [plan_id]).plans.get(plan_id)
    if found is None:
        raise NotFound(f"没有编号为 {plan_id} 的方案，可用 cuiban plans 查看。")
    return found


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

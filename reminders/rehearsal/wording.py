"""The lines of a rehearsal in words, for people."""

from __future__ import annotations

from collections.abc import Iterable

from reminders.engine.ledger.sent import Line
from reminders.engine.views.naming import ROLES
from reminders.messages.words import WEEKDAYS
from reminders.slots import AM, Slot

KINDS = {
    "unit": "通知",
    "office": "待办",
    "leaders": "呈报",
    "workgroup": "工作群",
    "digest": "周报",
    "answer": "答复",
}
STEPS: dict[str, str] = {
    "sign": "签收",
    "level2": "未确认",
    "level2b": "再报未确认",
    "held": "拟报领导",
    "undelivered": "未送达",
    "extension": "延期申请",
    "objection": "异议",
    "undecided": "逾期未决定",
    "start": "启动",
    "middle": "中期",
    "return": "填报",
    "return-remind": "填报提醒",
    "review": "待审核",
    "line": "例行",
}


def slot_words(text: str) -> str:
    """2022-09-30/am as 2022-09-30 周五上午."""
    slot = Slot.parse(text)
    half = "上午" if slot.half == AM else "下午"
    return f"{slot.day} 周{WEEKDAYS[slot.day.weekday()]}{half}"


def destination_words(destination: str) -> str:
    """法规处/liaison as 法规处 联络员, leader/江临 as 领导 江临, plan/group as 工作群."""
    first, _, second = destination.rpartition("/")
    if first == "leader":
        return "领导" if second == "领导" else f"领导 {second}"
    if destination == "plan/group":
        return "工作群"
    role, _, rank = second.partition("-")
    return f"{first} {ROLES.get(role, role)}{rank}"


def items_words(items: Iterable[Line]) -> str:
    """签收，第12、13项 T-3，第9项 进度1: what is said of several tasks alike stands together."""
    told: dict[str, list[str]] = {}
    for item in items:
        told.setdefault(_step(item), []).extend([item["task"]] if item["task"] else [])
    return "，".join(f"第{'、'.join(tasks)}项 {step}" if tasks else step for step, tasks in told.items())


def _step(item: Line) -> str:
    """What an item is called; only a return has a due day without a task."""
    step = str(item["step"])
    if step == "remind":
        return "确认提醒" if item["task"] else "签收提醒"
    if step == "level1":
        return "未填报" if item["due"] and not item["task"] else "未确认"
    if step.startswith("count-"):
        return f"进度{step.removeprefix('count-')}"
    return STEPS.get(step, step)

"""How things are named in messages and lists: destinations, roles, kinds of messages, the lead units of a task."""

from __future__ import annotations

from reminders.messages import MessageKind
from reminders.store.directory import Directory, Person
from reminders.store.plans import TaskRecord

ROLES = {"liaison": "联络员", "head": "负责人", "leader": "领导", "group": "群"}
KINDS = {
    MessageKind.UNIT: "通知",
    MessageKind.OFFICE: "待办",
    MessageKind.LEADERS: "报领导",
    MessageKind.WORKGROUP: "工作群",
    MessageKind.DIGEST: "周报",
    MessageKind.ANSWER: "回复",
}


def destination(directory: Directory, person: Person) -> str:
    """How a destination is written: 法规处/liaison, 法规处/head, 法规处/group, leader/NAME, plan/group.

    The directory has loaded the person's unit. A second liaison is 法规处/liaison-2.
    """
    if person.role == "leader":
        return f"leader/{person.name}"
    if person.unit_id is None:
        return "plan/group"
    same = sorted(p.id for p in directory.by_unit.get(person.unit_id, []) if p.role == person.role)
    rank = same.index(person.id) + 1 if person.id in same else 1
    return f"{directory.units.get(person.unit_id, '')}/{person.role}" + (f"-{rank}" if rank > 1 else "")


def named_leads(task: TaskRecord) -> str:
    """The lead units that the task names itself."""
    return "、".join(a.named for a in task.assignments if a.role == "lead" and not a.via)

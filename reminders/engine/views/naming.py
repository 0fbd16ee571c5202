"""How things are named in messages and lists: destinations, roles, kinds of messages, the lead units of a task."""

from __future__ import annotations

from collections.abc import Iterable

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


def destination(person: Person, directory_units: dict[int, str], siblings: Iterable[Person] = ()) -> str:
    """How a destination is written: 法规处/liaison, 法规处/head, 法规处/group, leader/NAME, plan/group."""
    if person.role == "leader":
        return f"leader/{person.name}"
    if person.unit_id is None:
        return "plan/group"
    same = sorted(p.id for p in siblings if p.role == person.role and p.unit_id == person.unit_id)
    rank = same.index(person.id) + 1 if person.id in same else 1
    return f"{directory_units.get(person.unit_id, '')}/{person.role}" + (f"-{rank}" if rank > 1 else "")


def destination_in(directory: Directory, person: Person) -> str:
    """How the destination of somebody whose unit was loaded is written."""
    return destination(person, directory.units, directory.by_unit.get(person.unit_id or 0, []))


def named_leads(task: TaskRecord) -> str:
    """The lead units that the task names itself."""
    return "、".join(a.named for a in task.assignments if a.role == "lead" and not a.via)

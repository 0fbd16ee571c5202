"""What the next slot would bring somebody, before anything of it is written: for whoever has to let it go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from reminders.engine.foreseeing import items_of
from reminders.engine.service import Service
from reminders.engine.surprises import KINDS
from reminders.engine.viewing import destination
from reminders.messages import MessageKind
from reminders.obligations import Obligation
from reminders.slots import Slot
from reminders.store.directory import Directory, people_by_id
from reminders.store.messages import ItemRow
from reminders.store.tables import tasks

STEPS = {
    "sign": "签收",
    "remind": "催答",
    "level1": "未确认",
    "held": "待核发",
    "return": "填报",
    "return-remind": "催报",
    "start": "启动",
    "middle": "过半",
    "review": "待审核",
    "undecided": "待决定",
    "undelivered": "未送达",
    "attend": "提请研究",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that would leave: whom it is for, in which slot, of what kind, and its items."""

    destination: str  # 法规处/liaison
    name: str
    slot: str
    kind: MessageKind
    items: tuple[tuple[str, str], ...]  # task number (empty: the whole plan), step

    @property
    def line(self) -> str:
        """法规处/liaison 何文　2022-09-30/am　单位　签收、第12项 T-10."""
        who = " ".join(dict.fromkeys((self.destination, self.name)))
        return f"  {who}　{self.slot}　{KINDS[self.kind]}　{'、'.join(_words(*item) for item in self.items)}"


def outgoing(service: Service, connection: Connection, found: Sequence[Obligation], slot: Slot) -> list[Outgoing]:
    """The messages that obligations would bring in one slot, by destination."""
    rows = items_of(service, connection, found, slot, slot).get(slot, [])
    grouped: dict[tuple[int, MessageKind], list[ItemRow]] = defaultdict(list)
    for row in rows:
        grouped[row.contact_id, row.kind].append(row)
    people = people_by_id(connection, {contact_id for contact_id, _ in grouped})
    directory = Directory.load(connection, [], {p.unit_id for p in people.values() if p.unit_id is not None})
    spoken = _spoken(connection, found)
    made = []
    for (contact_id, kind), mine in grouped.items():
        person = people[contact_id]
        named = destination(person, directory.units, directory.by_unit.get(person.unit_id or 0, []))
        said = tuple(dict.fromkeys((spoken.get(row.obligation_id, ""), row.step) for row in mine))
        made.append(Outgoing(named, person.name, str(slot), kind, said))
    return sorted(made, key=lambda one: (one.destination, one.kind))


def lines(found: Iterable[Outgoing]) -> list[str]:
    """A line per message."""
    return [one.line for one in found]


def _spoken(connection: Connection, found: Sequence[Obligation]) -> dict[int, str]:
    """The number of the task that each obligation is about."""
    numbers = {
        row.id: row.number
        for row in connection.execute(
            select(tasks.c.id, tasks.c.number).where(tasks.c.plan_id.in_({o.plan_id for o in found}))
        )
    }
    return {o.id: numbers.get(o.task_id or 0, "") for o in found}


def _words(number: str, step: str) -> str:
    said = STEPS.get(step, "领导小组" if step.startswith("level2") else step)
    return f"第{number}项 {said}" if number else said

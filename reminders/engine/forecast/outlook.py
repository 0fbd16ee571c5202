"""What the next slot would bring somebody, before anything of it is written: for whoever has to let it go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from reminders.engine.duties.first_send import rearmed_from
from reminders.engine.forecast.foreseeing import items_of
from reminders.engine.service import Service
from reminders.engine.views.naming import KINDS, destination
from reminders.messages import MessageKind
from reminders.messages.words import step_word
from reminders.obligations import Obligation, State
from reminders.slots import Slot
from reminders.store import obligations
from reminders.store.directory import Directory, people_by_id
from reminders.store.messages import ItemRow
from reminders.store.tables import obligations as table
from reminders.store.tables import tasks

BEGINNING = [state.value for state in (State.PLANNED, State.ARMED, State.OVERDUE)]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that would leave: whom it is for, in which slot, of what kind, and its items."""

    destination: str  # 法规处/liaison
    name: str
    slot: str
    kind: MessageKind
    items: tuple[str, ...]  # 签收, 第12项 确认 …

    @property
    def line(self) -> str:
        """法规处/liaison 何文　2022-09-30/am　单位　签收、第12项 到期提醒."""
        who = " ".join(dict.fromkeys((self.destination, self.name)))
        return f"  {who}　{self.slot}　{KINDS[self.kind]}　{'、'.join(self.items)}"


def first_send(service: Service, plan_id: int) -> list[Outgoing]:
    """The messages with which a plan begins: released now, or just released, in the next slot that opens."""
    slot, today = service.earliest(), service.now().date()
    with service.database.read() as connection:
        released = Directory.load(connection, [plan_id]).plans[plan_id].released_at is not None
        mine = (table.c.plan_id == plan_id, table.c.state.in_(BEGINNING))
        found = obligations.select_where(connection, *mine)
        if not released:
            due = [o for o in found if o.due_on is None or o.due_on >= today or o.state is State.OVERDUE]
            found = [rearmed_from(service, o, slot) for o in due]
        return outgoing(
            service, connection, [o for o in found if o.next_slot is not None and o.next_slot <= slot], slot
        )


def outgoing(service: Service, connection: Connection, found: Sequence[Obligation], slot: Slot) -> list[Outgoing]:
    """The messages that obligations would bring in one slot, by destination."""
    rows = items_of(service, connection, found, slot, slot).get(slot, [])
    grouped: dict[tuple[int, MessageKind], list[ItemRow]] = defaultdict(list)
    for row in rows:
        grouped[row.contact_id, row.kind].append(row)
    people = people_by_id(connection, {contact_id for contact_id, _ in grouped})
    directory = Directory.load(connection, [], {p.unit_id for p in people.values() if p.unit_id is not None})
    owed, numbers = {o.id: o for o in found}, _numbers(connection, found)
    made = []
    for (contact_id, kind), mine in grouped.items():
        person = people[contact_id]
        named = destination(directory, person)
        said = dict.fromkeys(_words(owed[row.obligation_id], row.step, kind, numbers) for row in mine)
        made.append(Outgoing(named, person.name, str(slot), kind, tuple(said)))
    return sorted(made, key=lambda one: (one.destination, one.kind))


def lines(found: Iterable[Outgoing]) -> list[str]:
    """A line per message."""
    return [one.line for one in found]


def _numbers(connection: Connection, found: Sequence[Obligation]) -> dict[int, str]:
    """The numbers of the tasks, by id."""
    query = select(tasks.c.id, tasks.c.number).where(tasks.c.plan_id.in_({o.plan_id for o in found}))
    return {row.id: row.number for row in connection.execute(query)}


def _words(owed: Obligation, step: str, kind: MessageKind, numbers: Mapping[int, str]) -> str:
    word, number = step_word(owed.kind.value, step, kind), numbers.get(owed.task_id or 0, "")
    return f"第{number}项 {word}" if number else word

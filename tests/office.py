"""The same few people and one plan in every story: an invented water office of four units and one leader.

story = Story(database)
story.activate(task("12", "9月底前", "供水处"), on="2022-09-15 16:00", preset=Preset.STRICT)
story.until("2022-09-30/am")
assert story.told("供水处/liaison") == [...]
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select

from channels.mailbox import MailboxChannel
from channels.message import Message, Payload
from channels.outcome import Outcome, Verdict
from channels.rate_limit import InProcessLimiter
from reminders.acknowledgement import LinkKeys
from reminders.answers import Answer, Choice, Door, Given, Giver
from reminders.clock import SHANGHAI
from reminders.contacts import Contact, Role
from reminders.engine.acts.answers import give
from reminders.engine.acts.deciding import decide
from reminders.engine.acts.decision import Act, Decided, Decision
from reminders.engine.ledger.sent import Line, sent_lines
from reminders.engine.plan.activation import Activated, Choices, activate
from reminders.engine.plan.intake import ContactsKept, import_contacts, import_plan
from reminders.engine.round.tick import Ticked, tick
from reminders.engine.sending.dispatch import dispatch
from reminders.engine.service import MAILBOX, Service
from reminders.obligations import Kind, Obligation
from reminders.plans.plan import Plan, Task
from reminders.policy import Preset
from reminders.settings import Settings
from reminders.slots import AM, PM, Slot, SlotCalendar
from reminders.store import obligations
from reminders.store.database import Database
from reminders.store.tables import contacts, events, messages, plans, tasks, units
from reminders.store.tables import obligations as table
from schedules import normalise
from schedules.workdays import china

OFFICE, WATER, RIVER, PUMPS = "综合处", "供水处", "河湖处", "泵站中心"
LEADER = "江临"
YEAR = 2022
SLOTS = SlotCalendar(china())
T = TypeVar("T")


def person(unit: str, role: Role, name: str, email: str | None = None, phone: str = "0755-5550100") -> Contact:
    """A contact whose address is made of the unit and the role."""
    place = {OFFICE: "office", WATER: "water", RIVER: "river", PUMPS: "pumps", "": "bureau"}.get(unit, "other")
    kind = "直属单位" if unit == PUMPS else "处室" if unit else ""
    return Contact(unit, kind, name, role, f"{role}.{place}@water.example" if email is None else email, phone=phone)


OFFICE_CLERK = person(OFFICE, "liaison", "何文")
OFFICE_HEAD = person(OFFICE, "head", "任远")
WATER_CLERK = person(WATER, "liaison", "白岸")
WATER_HEAD = person(WATER, "head", "方渠")
RIVER_CLERK = person(RIVER, "liaison", "柳汀")
RIVER_HEAD = person(RIVER, "head", "沈桥")
PUMP_CLERK = person(PUMPS, "liaison", "石闸")
CHIEF = person("", "leader", LEADER)
EVERYBODY = (OFFICE_CLERK, OFFICE_HEAD, WATER_CLERK, WATER_HEAD, RIVER_CLERK, RIVER_HEAD, PUMP_CLERK, CHIEF)


def task(number: str, deadline: str, *lead: str, support: Iterable[str] = ()) -> Task:
    """One task of the plan; its phases are what the deadline's words mean in 2022."""
    return Task(
        number=number,
        short=f"节水事项{number}",
        section="",
        title=f"节水事项{number}",
        requirement="",
        measure=f"按方案落实第{number}项",
        deadline_text=deadline,
        phases=normalise(deadline, year=YEAR).phases,
        lead=lead or (WATER,),
        support=tuple(support),
        mentions=(),
        warnings=(),
        place=f"第{number}行",
    )


def plan_of(*found: Task, title: str = "河岸市水务局2022年节水工作要点") -> Plan:
    """A plan with these tasks."""
    return Plan(title, "河岸市水务局", None, YEAR, date(YEAR, 1, 4), tuple(found), (), "txt")


NEVER = 10**9  # stories go from slot to slot, which is no outage unless one says so


class StoryClock:
    """Business time where the story puts it; machine time goes along, and may be hurried by itself."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.ahead = timedelta(0)

    def business(self) -> datetime:
        return self.moment

    def machine(self) -> datetime:
        return self.moment + self.ahead


class RecordingMailbox(MailboxChannel):
    """Keeps what was handed over; an address may be given outcomes to come to before it accepts."""

    def __init__(self) -> None:
        self.kept: list[Message] = []
        self.payloads: list[Payload] = []
        self.outcomes: dict[str, list[Outcome]] = {}
        super().__init__(self.kept.append)

    def send(self, payload: Payload) -> Outcome:
        self.payloads.append(payload)
        waiting = self.outcomes.get(payload.address, [])
        return waiting.pop(0) if waiting else super().send(payload)


def outcome(verdict: Verdict, code: str = "550", times: int = 1) -> list[Outcome]:
    """The same outcome so many times over."""
    return [Outcome(verdict, code, "对方服务器的答复。")] * times


class Story:
    """A service over one database, told slot by slot."""

    def __init__(self, database: Database, **settings: Any) -> None:
        self.clock = StoryClock(_moment("2022-08-22 08:00"))
        self.mailbox = RecordingMailbox()
        numbers = itertools.count(1)
        self.service = Service(
            database=database,
            settings=Settings(_env_file=None, **{"outage_after_missed": NEVER, **settings}),  # type: ignore[call-arg]  # pydantic-settings' own argument
            clock=self.clock,
            slots=SLOTS,
            channels={MAILBOX: self.mailbox},
            limiter=InProcessLimiter(),
            keys=LinkKeys(("a key that only these stories know",)),
            random=lambda size: next(numbers).to_bytes(size, "big"),
        )
        self.plan_id = 0

    def at(self, moment: str) -> Story:
        """Put the time, e.g. 2022-09-30 09:01."""
        self.clock.moment = _moment(moment)
        return self

    def imported(self, *found: Task, people: Sequence[Contact] = EVERYBODY) -> int:
        """Store people and a plan that nobody activated yet."""
        import_contacts(self.service, people)
        plan = plan_of(*(found or (task("12", "9月底前"),)))
        self.plan_id = import_plan(self.service, plan, repr(plan).encode(), "plan.txt")
        return self.plan_id

    def activate(
        self,
        *found: Task,
        on: str = "2022-08-22 08:00",
        preset: Preset = Preset.GENTLE,
        people: Sequence[Contact] = EVERYBODY,
        **choices: Any,
    ) -> Activated:
        """Store people and a plan and activate it: 综合处 runs it, 江临 is told last."""
        self.at(on)
        self.imported(*found, people=people)
        leaders = tuple(p.name for p in people if p.role == "leader")
        chosen = {"lead_office": OFFICE, "leading_group": leaders, "release": True, "preset": preset, **choices}
        return activate(self.service, self.plan_id, Choices(**chosen))

    def tick(self) -> Ticked:
        """One round up to the outbox."""
        return tick(self.service)

    def round(self) -> int:
        """Ticks and dispatches until nothing waits; how many messages were handed over."""
        handed_over = 0
        while (done := tick(self.service)).waiting:
            sent = dispatch(self.service, done.waiting)
            if not sent:
                break
            handed_over += sent
        return handed_over

    def pass_slot(self) -> list[str]:
        """Go to the next slot that opens and do everything it brings; what was sent in it."""
        slot = SLOTS.next_opening(self.clock.moment)
        self._open(slot)
        return self.sent(str(slot))

    def _open(self, slot: Slot) -> None:
        self.clock.moment = SLOTS.opens_at(slot) + timedelta(minutes=1)
        self.round()

    def _next_busy(self) -> Slot:
        """The next slot that opens in which a step, a digest or a message waits; far away where none does."""
        opening = SLOTS.next_opening(self.clock.moment)
        waiting = [select(func.min(column)) for column in (table.c.next_slot, plans.c.next_digest_slot)]
        waiting.append(select(func.min(messages.c.slot)).where(messages.c.sealed_at.is_(None)))
        with self.service.database.read() as connection:
            found = [connection.scalar(query) for query in waiting]
        slots = [max(opening, Slot.parse(text)) for text in found if text]
        return min(slots, default=Slot(date.max, PM))

    def until(self, slot: str) -> list[str]:
        """Pass every slot that has something to do, up to this one, and this one; what was sent in the last."""
        last = Slot.parse(slot)
        while (busy := self._next_busy()) < last:
            self._open(busy)
        self._open(last)
        return self.sent(slot)

    def lines(self) -> list[Line]:
        """Every accepted message as a rehearsal lists it."""
        with self.service.database.read() as connection:
            return sent_lines(connection)

    def sent(self, slot: str = "") -> list[str]:
        """Accepted messages as «供水处/liaison unit 12:T-3», of one slot or with the slot before them."""
        if slot:
            return [_said(line) for line in self.lines() if line["slot"] == slot]
        return [f"{line['slot']} {_said(line)}" for line in self.lines()]

    def told(self, destination: str) -> list[str]:
        """What one destination was told, slot by slot: «2022-09-30/am 12:T0»."""
        mine = [line for line in self.lines() if line["destination"] == destination]
        return [f"{line['slot']} {_items(line)}" for line in mine]

    def all(self, kind: Kind | None = None, unit: str | None = None) -> list[Obligation]:
        """Obligations of a kind and unit."""
        with self.service.database.read() as connection:
            wanted = [table.c.kind == kind.value] if kind else []
            if unit:
                wanted.append(table.c.unit_id.in_(select(units.c.id).where(units.c.name == unit)))
            return obligations.select_where(connection, *wanted)

    def owed(self, kind: Kind, unit: str = WATER) -> Obligation:
        """The one obligation of a kind that a unit has."""
        (found,) = self.all(kind, unit)
        return found

    def standing(self, kind: Kind, unit: str = WATER) -> tuple[str, int]:
        """Its state and level."""
        found = self.owed(kind, unit)
        return found.state.value, found.level

    def giver(self, who: Contact, door: Door = Door.LINK) -> Giver:
        """A registered person at a door."""
        with self.service.database.read() as connection:
            query = select(contacts.c.id).where(contacts.c.name == who.name, contacts.c.role == who.role)
            return Giver(connection.execute(query).scalar_one(), who.name, door=door)

    def answer(self, kind: Kind, choice: Choice, who: Contact = WATER_CLERK, **more: Any) -> Given:
        """One person's answer to what his unit owes of a kind."""
        found = self.owed(kind, who.unit)
        (given,) = give(self.service, [Answer(found.id, choice, **more)], self.giver(who))
        return given

    def decide(self, act: Act, number: str = "12", by: str = OFFICE_HEAD.name, **more: Any) -> Decided:
        """A decision of the lead office about a task."""
        with self.service.database.read() as connection:
            query = select(tasks.c.id).where(tasks.c.number == number, tasks.c.plan_id == self.plan_id)
            task_id = connection.execute(query).scalar_one()
        return decide(self.service, task_id, Decision(act, by, more.pop("reason", "会议议定"), **more))

    def mend(self, *people: Contact) -> ContactsKept:
        """Import contacts again."""
        return import_contacts(self.service, people)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the events of one type, oldest first."""
        with self.service.database.read() as connection:
            query = select(events.c.body).where(events.c.type == kind).order_by(events.c.id)
            return [row.body for row in connection.execute(query)]

    def count(self, found: Any) -> int:
        """How many rows a table holds."""
        with self.service.database.read() as connection:
            return len(connection.execute(select(found)).all())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _said(line: Line) -> str:
    return f"{line['destination']} {line['kind']} {_items(line)}".rstrip()


def _items(line: Line) -> str:
    return " ".join(f"{item['task']}:{item['step']}" if item["task"] else item["step"] for item in line["items"])


def morning(day: str) -> Slot:
    """2022-09-30 as its morning slot."""
    return Slot(date.fromisoformat(day), AM)


def afternoon(day: str) -> Slot:
    """2022-09-30 as its afternoon slot."""
    return Slot(date.fromisoformat(day), PM)


def at_once(act: Callable[[], T], times: int) -> list[T]:
    """The same act in so many threads that begin together; what each came to."""
    begin = threading.Barrier(times)

    def together() -> T:
        begin.wait(10)
        return act()

    with ThreadPoolExecutor(times) as pool:
        return [future.result(60) for future in [pool.submit(together) for _ in range(times)]]

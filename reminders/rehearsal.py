"""Rehearsal: every message some months would bring, nothing sent and no row left behind.

It drives the same engine over a scratch database with a clock of its own and answers given as a person would; so what
it lists is what the real thing sends under the same answers.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from channels.mailbox import MailboxChannel
from channels.rate_limit import InProcessLimiter
from reminders.answers import Answer, Choice, Door, Giver
from reminders.clock import SHANGHAI, FixedClock
from reminders.contacts import Contact
from reminders.engine.activation import Choices, activate
from reminders.engine.answers import give
from reminders.engine.decisions import Act, Decision, decide
from reminders.engine.dispatch import dispatch
from reminders.engine.intake import import_contacts, import_plan
from reminders.engine.membership import propose
from reminders.engine.sent import Line, sent_lines
from reminders.engine.service import MAILBOX, Service
from reminders.engine.tick import tick
from reminders.exceptions import InputError
from reminders.obligations import OPEN_DELAY, Kind, Obligation, State
from reminders.plans.names import is_collective
from reminders.plans.plan import Plan
from reminders.slots import Slot
from reminders.store import obligations
from reminders.store.database import Database, insert_many
from reminders.store.directory import people_by_id
from reminders.store.tables import items, messages, metadata, pauses, plans, tasks, units
from reminders.store.tables import obligations as table

ANSWERED = {
    Kind.SIGNATURE: Choice.SIGN,
    Kind.CONFIRMATION: Choice.ON_TIME,
    Kind.RETURN: Choice.NORMAL,
}
ASKED = (State.QUEUED, State.WAITING)
AFTER_OPENING = timedelta(minutes=1)
READING = timedelta(minutes=30)
END_OF_DAY = time(18, 0)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one unit answers, for everything or for one task."""

    unit: str
    task: str | None
    prompt: bool


@dataclass(frozen=True, slots=True)
class Manners:
    """Who answers promptly and who is silent; the narrowest rule wins, prompt where none fits."""

    rules: tuple[Manner, ...] = ()
    default: bool = True

    def prompt(self, unit: str, task: str | None) -> bool:
        """Whether a unit answers what is asked about a task (None: about the unit as a whole)."""
        fitting = [rule for rule in self.rules if rule.unit == unit and rule.task in (None, task)]
        return max(fitting, key=lambda rule: rule.task is not None).prompt if fitting else self.default

    @classmethod
    def read(cls, text: str) -> Manners:
        """`prompt`, `silent`, or JSON lines {"unit","task"?,"answers"}; InputError with the line that is wrong."""
        if text in ("prompt", "silent"):
            return cls(default=text == "prompt")
        rules = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                rules.append(_manner(line, number))
        return cls(tuple(rules))


def _manner(line: str, number: int) -> Manner:
    try:
        record = json.loads(line)
        prompt = {"prompt": True, "silent": False}[record["answers"]]
        task = record.get("task")
        return Manner(str(record["unit"]), None if task is None else str(task), prompt)
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'答复文件第{number}行应写作 {{"unit":"法规处","task":"12","answers":"silent"}}，'
            "answers 为 prompt 或 silent。"
        ) from None


@dataclass(frozen=True, slots=True)
class Span:
    """The days a rehearsal covers, both included."""

    first: date
    last: date


def rehearse_file(
    service: Service, plan: Plan, contacts: Sequence[Contact], choices: Choices | None, span: Span, manners: Manners
) -> list[Line]:
    """A plan as if activated and released before the first slot on or after the first day."""
    scratch = _scratch(service)
    clock = _clock(scratch)
    clock.move(_before_first_slot(scratch, span))
    chosen = choices or default_choices(plan, contacts)
    import_contacts(scratch, contacts or invented_contacts(plan, chosen))
    plan_id = import_plan(scratch, plan, b"", "rehearsal")
    _without_duty(scratch, plan_id, plan)
    activate(scratch, plan_id, replace(chosen, release=True))
    return _run(scratch, span, manners)


def rehearse_stored(
    service: Service, plan_id: int, choices: Choices | None, span: Span, manners: Manners
) -> list[Line]:
    """A stored plan: activated in the scratch copy where it is not active yet, else carried on from where it is."""
    scratch = _scratch(service)
    with service.database.read() as source, scratch.database.write() as target:
        _copy(source, target)
    with scratch.database.write() as connection:
        others = plans.c.id != plan_id
        connection.execute(plans.update().where(others).values(state="closed", next_digest_slot=None))
        connection.execute(table.update().where(table.c.plan_id != plan_id).values(next_slot=None))
        connection.execute(pauses.delete())  # whoever stopped it wants to see what going on would send
    clock = _clock(scratch)
    clock.move(_before_first_slot(scratch, span))
    with scratch.database.read() as connection:
        found = connection.execute(select(plans.c.state, plans.c.released_at).where(plans.c.id == plan_id)).first()
    if found is None:
        raise InputError(f"没有编号为 {plan_id} 的方案，可用 cuiban plans 查看。")
    if found.state == "imported" or found.released_at is None:
        if choices is None and found.state == "imported":
            raise InputError("这个方案还没有启用，预演时请给出启用的选项（至少 --lead-office）。")
        activate(scratch, plan_id, replace(choices or Choices(""), release=True))
    return _run(scratch, span, manners)


def default_choices(plan: Plan, contacts: Sequence[Contact]) -> Choices:
    """The lead office is the unit that leads most tasks; one leader; collectives as proposed; mentions taken."""
    led = [unit for task in plan.tasks for unit in task.lead if not is_collective(unit)]
    if not led:
        raise InputError("方案里没有写明牵头单位，预演时请用 --lead-office 指定主管处室。")
    office = max(dict.fromkeys(led), key=led.count)
    named = {name for task in plan.tasks for name in (*task.lead, *task.support) if is_collective(name)}
    leaders = tuple(person.name for person in contacts if person.role == "leader") or ("领导",)
    vague = {name: () for name in named if _means_nobody(name, plan)}
    return Choices(office, leading_group=leaders, members=vague, mentions="take")


def invented_contacts(plan: Plan, choices: Choices) -> list[Contact]:
    """Each unit with one reachable liaison and head, and the leaders the choices name."""
    named = [name for task in plan.tasks for name in (*task.lead, *task.support) if not is_collective(name)]
    members = [unit for names in choices.members.values() for unit in names]
    everyone = dict.fromkeys([choices.lead_office, *named, *members])
    people = []
    for number, unit in enumerate(everyone, 1):
        people.append(Contact(unit, "", f"{unit}联络员", "liaison", email=f"liaison{number}@example.invalid"))
        people.append(Contact(unit, "", f"{unit}负责人", "head", email=f"head{number}@example.invalid"))
    leaders = [Contact("", "", name, "leader", email="leader@example.invalid") for name in choices.leading_group]
    return [*people, *leaders]


def _means_nobody(name: str, plan: Plan) -> bool:
    pool = {unit: "" for task in plan.tasks for unit in (*task.lead, *task.support) if not is_collective(unit)}
    return not propose(name, pool)


def _without_duty(scratch: Service, plan_id: int, plan: Plan) -> None:
    """A task without a unit is 无此职责."""
    idle = [task.number for task in plan.tasks if not task.lead]
    with scratch.database.write() as connection:
        wanted = (tasks.c.plan_id == plan_id, tasks.c.number.in_(idle))
        connection.execute(tasks.update().where(*wanted).values(no_duty=True))


def _scratch(service: Service) -> Service:
    return replace(
        service,
        database=Database.in_memory(),
        clock=FixedClock(service.now()),
        channels={MAILBOX: MailboxChannel(lambda _message: None)},
        limiter=InProcessLimiter(),
        random=_counter(),
    )


def _counter() -> Callable[[int], bytes]:
    """Bytes that differ from call to call and are the same in every rehearsal."""
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def _clock(scratch: Service) -> FixedClock:
    assert isinstance(scratch.clock, FixedClock)
    return scratch.clock


def _copy(source: Connection, target: Connection) -> None:
    for copied in metadata.sorted_tables:
        insert_many(target, copied, [dict(row._mapping) for row in source.execute(select(copied))])


def _before_first_slot(scratch: Service, span: Span) -> datetime:
    first = scratch.slots.morning(span.first)
    return scratch.slots.opens_at(first) - timedelta(minutes=30)


def _run(scratch: Service, span: Span, manners: Manners) -> list[Line]:
    clock = _clock(scratch)
    slot = scratch.slots.morning(span.first)
    while slot.day <= span.last:
        complete_until(scratch, clock.move, slot.day, manners)
        clock.move(scratch.slots.opens_at(slot) + AFTER_OPENING)
        seen = _pass(scratch)
        if seen:
            clock.move(scratch.slots.opens_at(slot) + READING)
            _answer(scratch, seen, manners)
        slot = scratch.slots.after(slot)
    with scratch.database.read() as connection:
        return [line for line in sent_lines(scratch, connection) if Slot.parse(line["slot"]).day >= span.first]


def _pass(scratch: Service) -> list[int]:
    """One slot: everything due is written, sealed and handed over; the messages that were."""
    done = tick(scratch)
    while done.waiting:
        dispatch(scratch, done.waiting)
        done = tick(scratch)
    with scratch.database.read() as connection:
        now = scratch.now()
        query = select(messages.c.id).where(messages.c.accepted_at == now, messages.c.state == "accepted")
        return [row.id for row in connection.execute(query)]


def _answer(scratch: Service, message_ids: Sequence[int], manners: Manners) -> None:
    """Each question is answered in the slot in which it arrives, by the one who got it."""
    with scratch.database.read() as connection:
        rows = connection.execute(
            select(items.c.obligation_id, items.c.contact_id, messages.c.id, units.c.name, tasks.c.number)
            .join(messages, messages.c.id == items.c.message_id)
            .join(table, table.c.id == items.c.obligation_id)
            .join(units, units.c.id == table.c.unit_id)
            .outerjoin(tasks, tasks.c.id == table.c.task_id)
            .where(messages.c.id.in_(list(message_ids)), messages.c.kind.in_(["unit", "digest"]))
            .order_by(items.c.id)
        ).all()
        people = people_by_id(connection, {row.contact_id for row in rows})
        owed = {o.id: o for o in obligations.by_ids(connection, sorted({row.obligation_id for row in rows}))}
    for row in rows:
        obligation, person = owed[row.obligation_id], people[row.contact_id]
        if person.unit_id != obligation.unit_id or person.role == "group" or obligation.state not in ASKED:
            continue
        if obligation.kind in ANSWERED and manners.prompt(row.name, row.number):
            answer = Answer(obligation.id, ANSWERED[obligation.kind])
            give(scratch, [answer], Giver(person.id, person.name, door=Door.LINK), message_id=row.id)


def complete_until(service: Service, move: Callable[[datetime], None], day: date, manners: Manners) -> None:
    """Each occurrence is submitted and accepted together at the end of its due day, so no 待审核 message comes.

    `move` puts business time to the end of each due day.
    """
    with service.database.read() as connection:
        owed = obligations.select_where(
            connection,
            table.c.kind == Kind.COMPLETION.value,
            table.c.due_on < day,
            table.c.state.in_([state.value for state in OPEN_DELAY]),
        )
        names = {row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))}
        numbers = {row.id: row.number for row in connection.execute(select(tasks.c.id, tasks.c.number))}
    for obligation in sorted(owed, key=lambda o: (o.due_at(), o.id)):
        if manners.prompt(names[obligation.unit_id], numbers[obligation.task_id or 0]):
            move(datetime.combine(obligation.due_at(), END_OF_DAY, SHANGHAI))
            complete(service, obligation, names)


def complete(service: Service, obligation: Obligation, names: Mapping[int, str]) -> None:
    """Report and accept one completion, as often as it owes reports."""
    unit = names[obligation.unit_id]
    giver = Giver(None, f"{unit}联络员", phone="-", door=Door.LINK)
    done_on = service.now().date()
    for _ in range(obligation.reports, obligation.count):
        give(service, [Answer(obligation.id, Choice.SUBMIT, done_on=done_on)], giver)
    decision = Decision(Act.ACCEPT, by="主管处室", reason="预演", unit=unit)
    decide(service, obligation.task_id or 0, decision)

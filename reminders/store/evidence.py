"""What was told to whom about an obligation: the evidence an escalation carries, and what is still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from reminders.obligations import State
from reminders.slots import Slot
from reminders.store.among import among
from reminders.store.tables import contacts, deliveries, events, items, messages, obligations


@dataclass(frozen=True, slots=True)
class Told:
    """One message about an obligation that was accepted."""

    step: str
    accepted_at: datetime
    channel: str
    role: str


def told(connection: Connection, obligation_ids: Iterable[int]) -> dict[int, list[Told]]:
    """Per obligation what was accepted by a channel, oldest first."""
    query = (
        select(items.c.obligation_id, items.c.step, messages.c.accepted_at, deliveries.c.channel, contacts.c.role)
        .join(messages, messages.c.id == items.c.message_id)
        .join(deliveries, deliveries.c.message_id == messages.c.id)
        .join(contacts, contacts.c.id == items.c.contact_id)
        .where(
            among(items.c.obligation_id, obligation_ids),
            messages.c.accepted_at.is_not(None),
            deliveries.c.state == "sent",
            deliveries.c.part == 1,
            items.c.struck_at.is_(None),
        )
        .order_by(messages.c.accepted_at, items.c.id)
    )
    found: dict[int, list[Told]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.obligation_id].append(Told(row.step, row.accepted_at, row.channel, row.role))
    return found


@dataclass(frozen=True, slots=True)
class Coming:
    """The next thing a unit will be asked."""

    kind: str
    task_id: int | None
    subject: str
    on: date
    due_on: date | None


def coming(connection: Connection, plan_ids: Iterable[int], unit_ids: Iterable[int]) -> dict[tuple[int, int], Coming]:
    """Per plan and unit the earliest question or rung that is planned and not yet asked."""
    query = (
        select(
            obligations.c.plan_id,
            obligations.c.unit_id,
            obligations.c.kind,
            obligations.c.task_id,
            obligations.c.subject,
            obligations.c.next_slot,
            obligations.c.due_on,
        )
        .where(
            among(obligations.c.plan_id, plan_ids),
            among(obligations.c.unit_id, unit_ids),
            obligations.c.next_slot.is_not(None),
            obligations.c.state.in_([State.PLANNED, State.ARMED]),
            obligations.c.kind != "signature",
        )
        .order_by(obligations.c.next_slot, obligations.c.id)
    )
    found: dict[tuple[int, int], Coming] = {}
    for row in connection.execute(query):
        day = Slot.parse(row.next_slot).day
        found.setdefault((row.plan_id, row.unit_id), Coming(row.kind, row.task_id, row.subject, day, row.due_on))
    return found


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer somebody gave."""

    name: str
    choice: str
    at: datetime


def units_that_answered(connection: Connection, unit_ids: Iterable[int]) -> set[int]:
    """The units of which anybody gave an answer."""
    query = select(events.c.unit_id).where(events.c.type == "answer.given", among(events.c.unit_id, unit_ids))
    return {row.unit_id for row in connection.execute(query.distinct())}


def answers_of_others(connection: Connection, contact_id: int, unit_id: int, message_id: int) -> list[Answered]:
    """Answers by other contacts of a unit after the last message this contact got before a given one."""
    before = (
        select(func.max(messages.c.rendered_at))
        .where(messages.c.contact_id == contact_id, messages.c.id < message_id)
        .scalar_subquery()
    )
    query = (
        select(contacts.c.name, events.c.body, events.c.at)
        .join(contacts, contacts.c.id == events.c.contact_id)
        .where(
            events.c.type == "answer.given",
            events.c.unit_id == unit_id,
            contacts.c.unit_id == unit_id,
            events.c.contact_id != contact_id,
            events.c.at > before,
        )
        .order_by(events.c.id)
    )
    rows = connection.execute(query)
    return [Answered(row.name, str(row.body.get("choice", "")), row.at) for row in rows]


def liaisons_told(connection: Connection, message_id: int, unit_id: int, slot: str) -> tuple[str, ...]:
    """The liaisons whose message of the same slot speaks of the same obligations."""
    mine = select(items.c.obligation_id).where(items.c.message_id == message_id)
    query = (
        select(contacts.c.name)
        .join(messages, messages.c.contact_id == contacts.c.id)
        .join(items, items.c.message_id == messages.c.id)
        .where(
            contacts.c.unit_id == unit_id,
            contacts.c.role == "liaison",
            messages.c.slot == slot,
            items.c.obligation_id.in_(mine),
        )
        .order_by(contacts.c.id)
    )
    return tuple(dict.fromkeys(row.name for row in connection.execute(query)))

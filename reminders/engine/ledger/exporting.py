"""The ledger (台账) of a plan as a workbook: its tasks as they stand, its messages, and everything that happened.

People stand in it by name. Addresses, webhooks, links and what a mail server answered do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select

from reminders.engine.ledger.spreadsheet import Cell, Sheet, write_book
from reminders.engine.ledger.yearbook import COLUMNS, Yearbook, moment, people_by_id
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.engine.views.naming import KINDS, ROLES
from reminders.messages import MessageKind
from reminders.store.tables import (
    assignments,
    attempts,
    contacts,
    deliveries,
    items,
    messages,
    obligations,
    plan_leaders,
    tasks,
)
from reminders.store.tables import events as event_table
from reminders.store.tables import plans as plan_table
from reminders.store.tables import units as unit_table

BATCH = 2000
MESSAGE_COLUMNS = (
    *(("时段", 16), ("类别", 10), ("单位", 16), ("收件人", 12), ("身份", 8), ("标题", 60), ("通道", 12)),
    *(("投递", 12), ("次数", 6), ("最后一次", 18), ("送达时间", 18), ("编号", 16)),
)
EVENT_COLUMNS = (("时间", 18), ("事项", 8), ("单位", 16), ("记录", 22), ("由", 12), ("内容", 80), ("类型", 24))


@dataclass(frozen=True, slots=True)
class Words:
    """What events, deliveries, channels and tries are called: as on the pages."""

    events: Mapping[str, str]
    states: Mapping[str, str]
    channels: Mapping[str, str]
    tries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows each sheet has."""

    tasks: int
    messages: int
    events: int


def export(service: Service, plan_id: int, target: Path, words: Words) -> Exported:
    """Write a plan's ledger; NotFound for an unknown plan, InputError where the file cannot be written."""
    with service.database.read() as connection:
        plan_record(connection, plan_id)
        book = Yearbook.load(service, connection, plan_id)
        sheets = (
            Sheet("任务", COLUMNS, book.rows()),
            Sheet("通知", MESSAGE_COLUMNS, _message_rows(connection, plan_id, words)),
            Sheet("记录", EVENT_COLUMNS, _event_rows(connection, plan_id, words)),
        )
        return Exported(*write_book(target, sheets))


def _mine(plan_id: int) -> Select[Any]:
    """The messages that speak of a plan: by an item, or as the digest of somebody who has to do with it."""
    spoken = (
        select(items.c.message_id)
        .join(obligations, obligations.c.id == items.c.obligation_id)
        .where(obligations.c.plan_id == plan_id)
    )
    led = (
        select(assignments.c.unit_id)
        .join(tasks, tasks.c.id == assignments.c.task_id)
        .where(tasks.c.plan_id == plan_id, assignments.c.unit_id.is_not(None), assignments.c.role == "lead")
    )
    office = select(plan_table.c.lead_office_id).where(plan_table.c.id == plan_id)
    leaders = select(plan_leaders.c.contact_id).where(plan_leaders.c.plan_id == plan_id)
    readers = select(contacts.c.id).where(
        contacts.c.unit_id.in_(led) | contacts.c.unit_id.in_(office) | contacts.c.id.in_(leaders)
    )
    since = select(plan_table.c.activated_at).where(plan_table.c.id == plan_id).scalar_subquery()
    digest = (
        (messages.c.kind == MessageKind.DIGEST.value)
        & messages.c.contact_id.in_(readers)
        & (messages.c.created_at >= since)
    )
    return select(messages.c.id).where(messages.c.id.in_(spoken) | digest)


def _message_rows(connection: Connection, plan_id: int, words: Words) -> Iterator[list[Cell]]:
    tried = (
        select(attempts.c.delivery_id, func.max(attempts.c.number).label("last"))
        .group_by(attempts.c.delivery_id)
        .subquery()
    )
    query = (
        select(
            messages.c.slot,
            messages.c.kind,
            unit_table.c.name.label("unit"),
            contacts.c.name,
            contacts.c.role,
            messages.c.subject,
            deliveries.c.channel,
            func.coalesce(deliveries.c.state, messages.c.state).label("state"),
            deliveries.c.attempts,
            attempts.c.verdict,
            attempts.c.code,
            messages.c.accepted_at,
            messages.c.short_number,
        )
        .outerjoin(contacts, contacts.c.id == messages.c.contact_id)
        .outerjoin(unit_table, unit_table.c.id == contacts.c.unit_id)
        .outerjoin(deliveries, deliveries.c.message_id == messages.c.id)
        .outerjoin(tried, tried.c.delivery_id == deliveries.c.id)
        .outerjoin(attempts, (attempts.c.delivery_id == tried.c.delivery_id) & (attempts.c.number == tried.c.last))
        .where(messages.c.id.in_(_mine(plan_id)), messages.c.state != "empty")
        .order_by(messages.c.slot, messages.c.id, deliveries.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        verdict = words.tries.get(row.verdict or "", row.verdict or "")
        yield [
            row.slot,
            KINDS.get(row.kind, row.kind),
            row.unit,
            row.name,
            ROLES.get(row.role or "", row.role),
            row.subject,
            words.channels.get(row.channel or "", row.channel),
            words.states.get(row.state, row.state),
            row.attempts,
            f"{verdict} {row.code or ''}".strip(),
            moment(row.accepted_at),
            row.short_number,
        ]


def _event_rows(connection: Connection, plan_id: int, words: Words) -> Iterator[list[Cell]]:
    people = people_by_id(connection)
    query = (
        select(event_table, tasks.c.number.label("task"), unit_table.c.name.label("unit"))
        .outerjoin(tasks, tasks.c.id == event_table.c.task_id)
        .outerjoin(unit_table, unit_table.c.id == event_table.c.unit_id)
        .where((event_table.c.plan_id == plan_id) | event_table.c.message_id.in_(_mine(plan_id)))
        .order_by(event_table.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        yield [
            moment(row.at),
            row.task,
            row.unit,
            words.events.get(row.type, row.type),
            people.get(row.contact_id or 0) or str(row.body.get("by") or row.body.get("name") or ""),
            _told(row.body),
            row.type,
        ]


def _told(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True) if body else ""

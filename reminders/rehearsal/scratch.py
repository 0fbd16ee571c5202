"""The scratch copy a rehearsal runs in: a database in memory, a clock of its own, channels that hand nothing over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, delete, not_, or_, select, text, true

from channels.mailbox import MailboxChannel
from channels.rate_limit import InProcessLimiter
from reminders.clock import FixedClock
from reminders.engine.service import Service
from reminders.slots import AM, Slot, week_of
from reminders.store import tables
from reminders.store.database import Database, insert_many
from reminders.store.tables import deliveries, items, messages

Condition = ColumnElement[bool]
BATCH = 2_000
# A rehearsal reads no ledger, and in a year it would grow far beyond everything else.
NO_LEDGER = "CREATE TRIGGER events_not_kept BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"
UNSENT = ("pending", "retry", "claimed")


def scratch_of(service: Service) -> Service:
    """A service like this one that keeps everything in memory and sends nothing, by the same ways to be reached."""
    database = Database.in_memory()
    with database.write() as connection:
        connection.execute(text(NO_LEDGER))
    return replace(
        service,
        database=database,
        clock=FixedClock(service.now()),
        channels={name: MailboxChannel(_hand_nothing_over) for name in service.channels},
        limiter=InProcessLimiter(),
    )


def clock_of(scratch: Service) -> FixedClock:
    """The clock that the rehearsal moves."""
    assert isinstance(scratch.clock, FixedClock)
    return scratch.clock


def copy_plans(
    source: Connection, target: Connection, plan_ids: Collection[int], today: date, *, history: bool = False
) -> None:
    """Copy what some plans need to go on from where they are; of the other plans only that they exist, closed.

    Of messages only those that still count: not handed over yet, of this week, or holding what is told once and no
    more; with `history` all, since a change of plan repeats nothing that was sent. Their words stay behind, and so do
    the ledger, links, attempts and pauses.
    """
    wanted = list(plan_ids)
    mine = select(tables.tasks.c.id).where(tables.tasks.c.plan_id.in_(wanted))
    owed = select(tables.obligations.c.id).where(tables.obligations.c.plan_id.in_(wanted))
    for table in (tables.units, tables.contacts, tables.policies):
        _copy(source, target, table, select(table))
    _copy(source, target, tables.plans, select(tables.plans))
    others = tables.plans.c.id.not_in(wanted)
    target.execute(tables.plans.update().where(others).values(state="closed", next_digest_slot=None))
    for table in (tables.plan_leaders, tables.plan_members, tables.tasks, tables.external_events):
        _copy(source, target, table, select(table).where(table.c.plan_id.in_(wanted)))
    for table in (tables.assignments, tables.schedules, tables.occurrences):
        _copy(source, target, table, select(table).where(table.c.task_id.in_(mine)))
    reported = select(tables.external_events.c.id).where(tables.external_events.c.plan_id.in_(wanted))
    phases = tables.external_phases
    _copy(source, target, phases, select(phases).where(phases.c.external_id.in_(reported)))
    _copy(source, target, tables.obligations, select(tables.obligations).where(tables.obligations.c.id.in_(owed)))
    _copy_messages(source, target, owed, true() if history else _alive(today))


def _alive(today: date) -> Condition:
    once = select(items.c.message_id).where(items.c.slot == "")
    unsent = messages.c.state.in_(["open", "sealed"])
    return or_(unsent, messages.c.slot >= str(_monday(today)), messages.c.id.in_(once))


def _copy_messages(source: Connection, target: Connection, owed: Select[Any], which: Condition) -> None:
    words = ("subject", "text", "html", "markdown")
    kept = [column for column in messages.c if column.name not in words]
    _copy(source, target, messages, select(*kept).where(which))
    _copy_known(source, target, items, select(items).where(items.c.obligation_id.in_(owed)))
    waiting = select(deliveries.c.message_id, deliveries.c.channel, deliveries.c.part, deliveries.c.lane)
    _copy_known(source, target, deliveries, waiting.where(deliveries.c.state.in_(UNSENT)))


def _copy(source: Connection, target: Connection, table: Table, query: Select[Any]) -> None:
    for rows in _batches(source, query):
        insert_many(target, table, [dict(row._mapping) for row in rows])


def _copy_known(source: Connection, target: Connection, table: Table, query: Select[Any]) -> None:
    """Only the rows whose message was copied."""
    known = {row.id for row in target.execute(select(messages.c.id))}
    for rows in _batches(source, query):
        insert_many(target, table, [dict(row._mapping) for row in rows if row.message_id in known])


def _batches(source: Connection, query: Select[Any]) -> Iterable[Sequence[Row[Any]]]:
    return source.execution_options(yield_per=BATCH).execute(query).partitions()


def forget(connection: Connection, day: date) -> None:
    """Drop the messages and items of the weeks before a day's, but for what is told once and no more."""
    past = messages.c.slot < str(_monday(day))
    settled = and_(past, messages.c.state.not_in(["open", "sealed"]))
    connection.execute(
        delete(items).where(items.c.slot != "", items.c.message_id.in_(select(messages.c.id).where(settled)))
    )
    kept = select(items.c.message_id).where(items.c.message_id == messages.c.id).exists()
    connection.execute(delete(messages).where(settled, not_(kept)))


def _monday(day: date) -> Slot:
    return Slot(week_of(day), AM)


def _hand_nothing_over(_message: object) -> None:
    """A rehearsal only counts as handed over what would be."""

"""Obligations in the store: the claim of what is due, and writing back what a transition made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from reminders.obligations import SUPPORT, Kind, Obligation, State
from reminders.policy import Ladder, Policy
from reminders.slots import Slot
from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.tables import contacts, items, messages, obligations, plans, policies

_CHANGING = (
    "version",
    "highest",
    "state",
    "level",
    "round",
    "next_step",
    "next_slot",
    "start_on",
    "due_on",
    "due_time",
    "count",
    "reports",
    "accepted_on",
    "wait_last_on",
    "answer",
    "answered_on",
    "done_on",
    "before",
    "marks",
)


def _query() -> Select[Any]:
    head = (
        select(contacts.c.id)
        .where(contacts.c.unit_id == plans.c.lead_office_id, contacts.c.role == "head", contacts.c.active.is_(True))
        .exists()
    )
    return (
        select(
            obligations,
            policies.c.body.label("policy_body"),
            plans.c.lead_office_id.label("lead_office_id"),
            head.label("office_head"),
        )
        .join(policies, policies.c.id == obligations.c.policy_id)
        .join(plans, plans.c.id == obligations.c.plan_id)
    )


def claim(
    database: Database, connection: Connection, slot: Slot, limit: int, *, paused: tuple[set[int], set[int]]
) -> list[Obligation]:
    """Lock up to `limit` obligations whose slot has come, in the order of their slots.

    Rows that another tick holds are skipped (PostgreSQL); on SQLite the transaction holds the whole database anyway.
    """
    due = (
        select(obligations.c.id)
        .where(obligations.c.next_slot.is_not(None), obligations.c.next_slot <= str(slot))
        .order_by(obligations.c.next_slot, obligations.c.id)
        .limit(limit)
    )
    plan_ids, unit_ids = paused
    if plan_ids:
        due = due.where(obligations.c.plan_id.not_in(plan_ids))
    if unit_ids:
        due = due.where(obligations.c.unit_id.not_in(unit_ids))
    ids = [row.id for row in connection.execute(database.locking(due, skip_locked=True))]
    return by_ids(connection, ids)


def any_due(connection: Connection, slot: Slot) -> bool:
    """Whether a plain read, which skips nothing, still sees a step whose slot has come."""
    query = (
        select(obligations.c.id)
        .where(obligations.c.next_slot.is_not(None), obligations.c.next_slot <= str(slot))
        .limit(1)
    )
    return connection.execute(query).first() is not None


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Obligation]:
    """Obligations by id, in the order of the ids."""
    if not ids:
        return []
    rows = connection.execute(_query().where(among(obligations.c.id, ids)))
    found = {row.id: value(row) for row in rows}
    return [found[i] for i in ids if i in found]


def locked(database: Database, connection: Connection, ids: Sequence[int]) -> list[Obligation]:
    """Obligations by id, held against other writers until the transaction ends."""
    if not ids:
        return []
    query = _query().where(among(obligations.c.id, ids)).order_by(obligations.c.id)
    found = {row.id: value(row) for row in connection.execute(database.locking(query, of=obligations))}
    return [found[i] for i in ids if i in found]


def select_where(connection: Connection, *conditions: Any) -> list[Obligation]:
    """Obligations that meet conditions on the table, in the order of their ids."""
    rows = connection.execute(_query().where(*conditions).order_by(obligations.c.id))
    return [value(row) for row in rows]


def of_plans(connection: Connection, plan_ids: Iterable[int]) -> list[Obligation]:
    """Every obligation of some plans."""
    return select_where(connection, among(obligations.c.plan_id, plan_ids))


def save(connection: Connection, changed: Iterable[Obligation]) -> None:
    """Write obligations back, all columns that a transition may change, in one round trip."""
    rows = [{"b_id": obligation.id, **columns(obligation)} for obligation in changed]
    if rows:
        connection.execute(_SAVE, rows)


def insert(connection: Connection, obligation: Obligation, policy_id: int) -> int:
    """Store a new obligation; its id."""
    made = connection.execute(
        obligations.insert().returning(obligations.c.id),
        {**identity(obligation), **columns(obligation), "policy_id": policy_id},
    )
    return int(made.scalar_one())


def strike(connection: Connection, obligation_ids: Sequence[int], at: datetime) -> None:
    """Strike the items of obligations out of messages that were not yet handed over."""
    if not obligation_ids:
        return
    unsent = select(messages.c.id).where(messages.c.rendered_at.is_(None))
    connection.execute(
        update(items)
        .where(among(items.c.obligation_id, obligation_ids))
        .where(items.c.struck_at.is_(None), items.c.message_id.in_(unsent))
        .values(struck_at=at)
    )


def identity(obligation: Obligation) -> dict[str, Any]:
    """The columns that say which obligation this is."""
    return {
        "kind": obligation.kind.value,
        "plan_id": obligation.plan_id,
        "unit_id": obligation.unit_id,
        "task_id": obligation.task_id,
        "occurrence_id": obligation.occurrence_id,
        "subject": obligation.subject,
        "ladder": obligation.ladder.value,
        "opened_on": obligation.opened_on,
    }


def columns(obligation: Obligation) -> dict[str, Any]:
    """The columns a transition may change."""
    return {
        "version": obligation.version,
        "highest": obligation.highest,
        "state": obligation.state.value,
        "level": obligation.level,
        "round": obligation.round,
        "next_step": obligation.next_step,
        "next_slot": str(obligation.next_slot) if obligation.next_slot else None,
        "start_on": obligation.start_on,
        "due_on": obligation.due_on,
        "due_time": obligation.due_time,
        "count": obligation.count,
        "reports": obligation.reports,
        "accepted_on": obligation.accepted_on,
        "wait_last_on": obligation.wait_last_on,
        "answer": obligation.answer,
        "answered_on": obligation.answered_on,
        "done_on": obligation.done_on,
        "before": obligation.before,
        "marks": list(obligation.marks),
    }


def value(row: Row[Any]) -> Obligation:
    """A row of `_query` as the frozen value the transitions read."""
    own = row.unit_id == row.lead_office_id and row.subject != SUPPORT
    return Obligation(
        id=row.id,
        kind=Kind(row.kind),
        plan_id=row.plan_id,
        unit_id=row.unit_id,
        task_id=row.task_id,
        occurrence_id=row.occurrence_id,
        subject=row.subject,
        version=row.version,
        policy=_policy(row.policy_body),
        ladder=Ladder(row.ladder),
        highest=row.highest,
        state=State(row.state),
        level=row.level,
        round=row.round,
        next_step=row.next_step,
        next_slot=Slot.parse(row.next_slot) if row.next_slot else None,
        opened_on=row.opened_on,
        start_on=row.start_on,
        due_on=row.due_on,
        due_time=row.due_time,
        count=row._mapping["count"],
        reports=row.reports,
        accepted_on=row.accepted_on,
        wait_last_on=row.wait_last_on,
        answer=row.answer,
        answered_on=row.answered_on,
        done_on=row.done_on,
        before=row.before,
        marks=tuple(row.marks or ()),
        own_office=own,
        office_head=bool(row.office_head),
    )


@lru_cache(maxsize=64)
def _policy(body: str) -> Policy:
    return Policy.model_validate_json(body)


_SAVE = (
    update(obligations)
    .where(obligations.c.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in _CHANGING})
)

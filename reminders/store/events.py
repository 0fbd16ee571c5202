"""The ledger's rows: append-only, written in the transaction of the change they record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from reminders.obligations import Change, Obligation
from reminders.store.among import among
from reminders.store.database import insert_many
from reminders.store.tables import events

COVERS = "signature.covers"  # a later signature that was not asked for yet takes further tasks in


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to what, and by whom (contact id only, so that a person can be erased)."""

    type: str
    plan_id: int | None = None
    task_id: int | None = None
    unit_id: int | None = None
    obligation_id: int | None = None
    message_id: int | None = None
    contact_id: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


def append(connection: Connection, happened: Iterable[Event], *, at: datetime, recorded_at: datetime) -> None:
    """Write events in their order."""
    rows = [
        {
            "type": event.type,
            "at": at,
            "recorded_at": recorded_at,
            "plan_id": event.plan_id,
            "task_id": event.task_id,
            "unit_id": event.unit_id,
            "obligation_id": event.obligation_id,
            "message_id": event.message_id,
            "contact_id": event.contact_id,
            "body": event.body if isinstance(event.body, dict) else dict(event.body),
        }
        for event in happened
    ]
    insert_many(connection, events, rows)


def of_change(before: Obligation, change: Change, contact_id: int | None = None) -> list[Event]:
    """The facts of a transition as events; the last one carries where they led."""
    after = change.obligation
    facts = [(fact.type, dict(fact.body)) for fact in change.facts]
    if not facts:
        if standing(before) == standing(after):
            return []
        facts = [("obligation.moved", {})]
    facts[-1][1]["to"] = standing(after)
    return [of_obligation(after, kind, body, contact_id) for kind, body in facts]


def of_opening(opened: Obligation, kind: str, body: Mapping[str, Any]) -> Event:
    """The event with which an obligation begins; like that of a transition it carries where the obligation stands."""
    return of_obligation(opened, kind, {**body, "to": standing(opened)})


def of_obligation(obligation: Obligation, kind: str, body: Mapping[str, Any], contact_id: int | None = None) -> Event:
    """An event about one obligation."""
    return Event(
        kind,
        plan_id=obligation.plan_id,
        task_id=obligation.task_id,
        unit_id=obligation.unit_id,
        obligation_id=obligation.id,
        contact_id=contact_id,
        body=body,
    )


def covered(connection: Connection, obligation_id: int) -> set[int]:
    """The tasks a later signature is for; empty for the first one, which is for all of the unit's."""
    wanted = (events.c.obligation_id == obligation_id, events.c.type.in_(["obligation.opened", COVERS]))
    found = [row.body.get("tasks") for row in connection.execute(select(events.c.body).where(*wanted))]
    return {task_id for tasks in found if tasks for task_id in tasks}


def newest_reason(connection: Connection, obligation_id: int, kind: str) -> str:
    """The reason that the newest event of a type gives; empty for none."""
    wanted = (events.c.obligation_id == obligation_id, events.c.type == kind)
    body = connection.scalar(select(events.c.body).where(*wanted).order_by(events.c.id.desc()).limit(1))
    return str((body or {}).get("reason", ""))


def of_message(connection: Connection, message_id: int, obligation_ids: Iterable[int]) -> list[Row[Any]]:
    """The ledger behind one message: what names it, and what happened to the obligations of its items."""
    wanted = (events.c.message_id == message_id) | among(events.c.obligation_id, obligation_ids)
    return list(connection.execute(select(events).where(wanted).order_by(events.c.id)))


def standing(obligation: Obligation) -> dict[str, Any]:
    """What the ledger says of an obligation after each change, and what a replay of it has to come to."""
    return {
        "state": obligation.state.value,
        "level": obligation.level,
        "round": obligation.round,
        "answer": obligation.answer,
        "version": obligation.version,
    }

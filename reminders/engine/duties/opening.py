"""Obligations as they begin: worked out once for all who owe alike, and written together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from reminders.obligations import Obligation
from reminders.store import events, obligations
from reminders.store.bulk import reserve_ids
from reminders.store.database import insert_many
from reminders.store.tables import obligations as table


@dataclass(frozen=True, slots=True)
class Start:
    """How an obligation begins, whoever owes it: its row, and what the ledger says of it."""

    row: Mapping[str, Any]
    told: Mapping[str, Any]


def start_of(obligation: Obligation, policy_id: int, *, held: bool = False) -> Start:
    """What begins like this obligation; before a plan's first send nothing has a slot."""
    row = {**obligations.identity(obligation), **obligations.columns(obligation), "policy_id": policy_id}
    body = {"kind": obligation.kind.value, "state": obligation.state.value, "due_on": str(obligation.due_on or "")}
    told = events.of_opening(obligation, "obligation.opened", body).body
    return Start({**row, "next_slot": None} if held else row, told)


@dataclass
class Openings:
    """Obligations that are opened together."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    told: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, start: Start, unit_id: int, task_id: int | None = None, occurrence_id: int | None = None) -> None:
        """One more that begins so."""
        self.rows.append({**start.row, "unit_id": unit_id, "task_id": task_id, "occurrence_id": occurrence_id})
        self.told.append(start.told)

    def write(self, connection: Connection) -> list[events.Event]:
        """Store what was added since the last time; its events."""
        rows, told = self.rows, self.told
        self.rows, self.told = [], []
        for row, number in zip(rows, reserve_ids(connection, table, len(rows)) if rows else (), strict=True):
            row["id"] = number
        insert_many(connection, table, rows)
        return [_event(row, body) for row, body in zip(rows, told, strict=True)]


def _event(row: Mapping[str, Any], body: Mapping[str, Any]) -> events.Event:
    return events.Event(
        "obligation.opened",
        plan_id=row["plan_id"],
        task_id=row["task_id"],
        unit_id=row["unit_id"],
        obligation_id=row["id"],
        body=body,
    )

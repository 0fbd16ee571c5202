"""暂停发送: for everything, a plan or a unit, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from reminders.store.tables import pauses

CLOCK = "时钟保护"  # who stops everything where the system clock leapt


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stands still now."""

    everything: bool
    plan_ids: set[int]
    unit_ids: set[int]


def active(connection: Connection) -> Stopped:
    """The pauses that nobody ended."""
    rows = connection.execute(select(pauses).where(pauses.c.ended_at.is_(None))).all()
    return Stopped(
        everything=any(row.plan_id is None and row.unit_id is None for row in rows),
        plan_ids={row.plan_id for row in rows if row.plan_id is not None},
        unit_ids={row.unit_id for row in rows if row.unit_id is not None and row.plan_id is None},
    )


def begin(
    connection: Connection, *, plan_id: int | None, unit_id: int | None, reason: str, by: str, now: datetime
) -> None:
    """Stop sending."""
    connection.execute(
        pauses.insert(), {"plan_id": plan_id, "unit_id": unit_id, "reason": reason, "by": by, "since": now}
    )


def end(connection: Connection, *, plan_id: int | None, unit_id: int | None, now: datetime) -> int:
    """Send again; how many pauses ended."""
    query = update(pauses).where(pauses.c.ended_at.is_(None))
    query = query.where(pauses.c.plan_id == plan_id if plan_id is not None else pauses.c.plan_id.is_(None))
    query = query.where(pauses.c.unit_id == unit_id if unit_id is not None else pauses.c.unit_id.is_(None))
    return connection.execute(query.values(ended_at=now)).rowcount


def by_clock(connection: Connection) -> Row[Any] | None:
    """The pause that a leap of the clock began and nobody ended."""
    return connection.execute(select(pauses).where(pauses.c.ended_at.is_(None), pauses.c.by == CLOCK)).first()

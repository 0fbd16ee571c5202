"""Every try of a delivery, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from channels.outcome import Outcome
from reminders.store.among import among
from reminders.store.database import insert_many
from reminders.store.tables import attempts


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery."""

    delivery_id: int
    number: int
    outcome: Outcome
    tried_at: datetime  # machine time
    business_at: datetime


def note(connection: Connection, tried: Iterable[Attempt]) -> None:
    """Write tries and their outcomes."""
    rows = [
        {
            "delivery_id": one.delivery_id,
            "number": one.number,
            "verdict": one.outcome.verdict.value,
            "code": one.outcome.code,
            "detail": one.outcome.detail,
            "tried_at": one.tried_at,
            "business_at": one.business_at,
        }
        for one in tried
    ]
    insert_many(connection, attempts, rows)


def of_deliveries(connection: Connection, delivery_ids: Iterable[int]) -> list[Row[Any]]:
    """The attempts of deliveries, in order."""
    query = select(attempts).where(among(attempts.c.delivery_id, delivery_ids)).order_by(attempts.c.id)
    return list(connection.execute(query))

"""The ledger replayed: where each obligation stands by its events, beside where its row says it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from reminders.store.tables import events, obligations

TOLD = ("state", "level", "round", "answer", "version")


@dataclass(frozen=True, slots=True)
class Difference:
    """One obligation whose row is not what its events lead to."""

    obligation_id: int
    stored: Mapping[str, Any] | None  # None: its events speak of it, but the row is gone
    replayed: Mapping[str, Any] | None  # None: no event says where it stands
    last_event_id: int | None  # the event that says so


def differences(connection: Connection) -> Iterator[Difference]:
    """Every obligation whose ledger and row do not agree, by id."""
    replayed = _replayed(connection)
    rows = connection.execute(select(obligations.c.id, *(obligations.c[name] for name in TOLD)))
    stored = {row.id: {name: row._mapping[name] for name in TOLD} for row in rows}
    for obligation_id in sorted(stored.keys() | replayed.keys()):
        event_id, standing = replayed.get(obligation_id, (None, None))
        if standing != stored.get(obligation_id):
            yield Difference(obligation_id, stored.get(obligation_id), standing, event_id)


def _replayed(connection: Connection) -> dict[int, tuple[int, dict[str, Any]]]:
    """What the last event that says so says of each obligation, with the event's id."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    query = (
        select(events.c.id, events.c.obligation_id, events.c.body)
        .where(events.c.obligation_id.is_not(None))
        .order_by(events.c.id)
        .execution_options(yield_per=1000)
    )
    for row in connection.execute(query):
        standing = row.body.get("to")
        if isinstance(standing, dict):
            found[row.obligation_id] = row.id, {name: standing.get(name) for name in TOLD}
    return found

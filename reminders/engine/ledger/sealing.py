"""Sealing the ledger: events that nobody can precede any more get a seal, batch by batch, and no writer waits.

Ids of events are given before their transaction commits, so on PostgreSQL a slow transaction may bring an event whose
id is lower than one that is visible already. The bound behind which nothing can come in is found from the locks of the
writers: what is visible now is safe as soon as everybody who was writing now has ended. Where somebody is, the bound
and his transaction are kept in a mark, and a later round seals up to it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from reminders.engine.service import Service
from reminders.store import marks, seals

SEAL = "seal"
BATCH = 1000  # events under one seal
MOST = 20  # seals in one round; the next goes on
EVERY = timedelta(minutes=5)


def seal_when_due(service: Service) -> int:
    """Seal, unless it was done less than five minutes ago; how many events."""
    with service.database.read() as connection:
        last = marks.mark(connection, SEAL)
    # A machine clock that was set back would otherwise stop the sealing for as long.
    if last is not None and timedelta(0) <= service.machine_now() - last.machine_at < EVERY:
        return 0
    return seal(service)


def seal(service: Service) -> int:
    """Seal every event that is safe to seal; how many."""
    bound = _bound(service)
    sealed = 0
    for _ in range(MOST):
        count = _one(service, bound)
        sealed += count
        if count < BATCH:
            break
    return sealed


def _bound(service: Service) -> int:
    """The highest id up to which every event there will ever be is visible."""
    with service.database.write() as connection:
        kept = marks.mark(connection, SEAL)
        newest = seals.newest_event(connection)
        # The order matters: who began to write after `newest` was read takes a higher id.
        busy = seals.writers(service.database, connection)
        safe, body = _judge(dict(kept.body) if kept else {}, newest, busy)
        marks.set_mark(service.database, connection, SEAL, service.now(), service.machine_now(), body)
    return safe


def _judge(body: dict[str, object], newest: int, busy: frozenset[str]) -> tuple[int, dict[str, object]]:
    """What is safe now, and what to remember for the next round."""
    if not busy:
        return newest, {}
    awaited, bound = body.get("awaited"), body.get("bound")
    if isinstance(awaited, list) and isinstance(bound, int) and bound <= newest:
        left = sorted(busy.intersection(awaited))
        if left:
            return 0, {"bound": bound, "awaited": left}
        return bound, {"bound": newest, "awaited": sorted(busy)}
    return 0, {"bound": newest, "awaited": sorted(busy)}


def _one(service: Service, bound: int) -> int:
    """One more seal up to the bound; how many events it covers."""
    with service.database.write() as connection:
        before = seals.last(connection)
        found = seals.events_between(connection, (before.last_id if before else 0) + 1, bound, BATCH)
        if not found:
            return 0
        written = seals.add(service.database, connection, seals.over(found, before), service.machine_now())
        return len(found) if written else 0


def waiting(connection: Connection) -> int:
    """How many events have no seal yet."""
    before = seals.last(connection)
    return seals.count_after(connection, before.last_id if before else 0)

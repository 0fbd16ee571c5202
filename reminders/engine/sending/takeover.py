"""Takeover: what a dead sender held is settled by what it left behind.

Its journal says which rows it handed over and what came of them: those outcomes are written down, the row that was
begun and has none is in doubt, the others go back. Without its journal (another machine, a power cut) every row that
was marked as begun is in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from reminders.engine.sending import outcomes, poison
from reminders.engine.sending.done import Done
from reminders.engine.sending.leasing import span
from reminders.engine.service import Service
from reminders.store import leases, messages
from reminders.store.journals import Left
from reminders.store.leases import Claimed

MOST_DEATHS = 8  # of senders that held a row alone and had not begun it


def recover(service: Service) -> int:
    """Take over what belongs to nobody any more; how many rows. A living owner keeps its rows while its lease runs."""
    with service.database.read() as connection:
        found = leases.leases(connection)
    taken = 0
    for lease, until in found.items():
        left = service.journals.left(lease)
        if left.gone or until + _grace(service, left) < service.machine_now():
            taken += _take(service, lease, left)
    return taken


def _take(service: Service, lease: str, left: Left) -> int:
    with service.database.write() as connection:
        rows = leases.held(service.database, connection, lease)
        if not left.gone and any(row.lease_until + _grace(service, left) >= service.machine_now() for row in rows):
            return 0  # renewed meanwhile
        heads = messages.heads(connection, {row.message_id for row in rows})
        ended = {entry.delivery_id: entry for entry in left.entries}
        done = [
            Done(row, heads[row.message_id], ended[row.id].outcome, ended[row.id].at, ended[row.id].machine_at)
            for row in rows
            if row.id in ended
        ]
        outcomes.record(service, connection, done, lease)
        doubtful = [row for row in rows if row.id not in ended and _begun(row, left)]
        never_begun = [row for row in rows if row.id not in ended and row not in doubtful]
        _give_back(service, connection, never_begun, lease, left)
        for row in doubtful:
            outcomes.settle_unknown(service, connection, row, heads[row.message_id])
    service.journals.forget(lease)
    return len(rows)


def _grace(service: Service, left: Left) -> timedelta:
    """A slow owner that is seen to live is waited for twice as long: what it holds would be sent a second time."""
    return span(service) if left.alive else timedelta(0)


def _begun(row: Claimed, left: Left) -> bool:
    return row.id in left.begun if left.whole else row.begun_at is not None


def _give_back(service: Service, connection: Connection, rows: Sequence[Claimed], lease: str, left: Left) -> None:
    """Rows that were never handed over. Where the round ended before it began a row, each may be what ended it."""
    ids = [row.id for row in rows]
    if left.prepared or not left.gone:
        leases.release(connection, ids, lease)
    elif len(rows) == 1 and rows[0].stumbles + 1 >= MOST_DEATHS:
        poison.set_aside(service, connection, rows[0], lease, "killed")
    else:
        leases.stumble(connection, ids, lease)

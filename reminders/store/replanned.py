"""What planning anew reads and writes: the open obligations in their batches, what was sent of each, their policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, select, update

from reminders.obligations import ENDED, Obligation
from reminders.store import obligations
from reminders.store.among import among
from reminders.store.database import Database
from reminders.store.tables import items, plans
from reminders.store.tables import obligations as table

BATCH = 500
_ENDED = [state.value for state in ENDED]


def open_ones(
    database: Database, connection: Connection, *conditions: ColumnElement[bool], hold: bool
) -> Iterator[list[Obligation]]:
    """Every open obligation, in batches by id; with `hold` kept from other writers until the transaction ends."""
    last = 0
    wanted = (table.c.state.not_in(_ENDED), *conditions)
    while True:
        query = select(table.c.id).where(table.c.id > last, *wanted).order_by(table.c.id).limit(BATCH)
        ids = [row.id for row in connection.execute(query)]
        if not ids:
            return
        last = ids[-1]
        found = obligations.locked(database, connection, ids) if hold else obligations.by_ids(connection, ids)
        yield [obligation for obligation in found if obligation.is_open]


def steps_taken(connection: Connection, obligation_ids: Sequence[int]) -> dict[int, set[str]]:
    """By obligation the steps of its present version that stand in a message."""
    found: dict[int, set[str]] = defaultdict(set)
    query = (
        select(items.c.obligation_id, items.c.step)
        .join(table, (table.c.id == items.c.obligation_id) & (table.c.version == items.c.version))
        .where(among(items.c.obligation_id, obligation_ids), items.c.struck_at.is_(None))
        .distinct()
    )
    for row in connection.execute(query):
        found[row.obligation_id].add(row.step)
    return found


def adopt(connection: Connection, plan_id: int, policy_id: int) -> None:
    """What is open of a plan, and what it opens later, is run by this policy."""
    mine = (table.c.plan_id == plan_id, table.c.state.not_in(_ENDED))
    connection.execute(update(table).where(*mine).values(policy_id=policy_id))
    connection.execute(update(plans).where(plans.c.id == plan_id).values(policy_id=policy_id))

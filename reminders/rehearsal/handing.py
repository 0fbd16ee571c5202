"""Handing over in a rehearsal: every message that waits is accepted at once, and the waits of its items begin.

Nothing is worded and nothing leaves. What is still wanted, and what acceptance leads to, is decided by the same
tables of transitions as in earnest; whole slots are written together, since a year has many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from reminders import delay, silence
from reminders.engine.duties.changes import Batch
from reminders.engine.sending.acceptance import UNDELIVERED
from reminders.engine.service import Service
from reminders.messages import MessageKind
from reminders.obligations import ENDED, Change, Kind, Obligation
from reminders.store import obligations
from reminders.store.among import among
from reminders.store.directory import Directory
from reminders.store.messages import by_ids, living_items
from reminders.store.tables import deliveries, messages

ALWAYS = (MessageKind.DIGEST, MessageKind.ANSWER)  # they say something though no item of theirs lives


def hand_over(scratch: Service, delivery_ids: Sequence[int]) -> list[int]:
    """Accept the messages of some deliveries; their ids, in the order in which they would leave."""
    with scratch.database.write() as connection:
        waiting = select(deliveries.c.message_id).where(among(deliveries.c.id, delivery_ids))
        ids = dict.fromkeys(connection.scalars(waiting.order_by(deliveries.c.lane, deliveries.c.id)))
        rows = by_ids(connection, ids)
        living: dict[int, list[Row[Any]]] = defaultdict(list)
        for item in living_items(connection, ids):
            living[item.message_id].append(item)
        wanted = [message_id for message_id in ids if _wanted(rows[message_id], living[message_id])]
        _settle(connection, list(ids), wanted, scratch.now())
        _accept(scratch, connection, [(rows[i], living[i]) for i in wanted])
        return wanted


def _wanted(message: Row[Any], living: Iterable[Row[Any]]) -> bool:
    """Whether a message still has something to say."""
    if message.rendered_at is not None or message.kind in ALWAYS:
        return True
    return any(item.version == item.current_version and item.state not in ENDED for item in living)


def _settle(connection: Connection, ids: list[int], wanted: list[int], now: datetime) -> None:
    connection.execute(delete(deliveries).where(among(deliveries.c.message_id, ids)))
    handed = {"state": "accepted", "accepted_at": now, "rendered_at": func.coalesce(messages.c.rendered_at, now)}
    connection.execute(update(messages).where(among(messages.c.id, wanted)).values(handed))
    unwanted = sorted(set(ids) - set(wanted))
    connection.execute(update(messages).where(among(messages.c.id, unwanted)).values(state="empty"))


def _accept(scratch: Service, connection: Connection, taken: Sequence[tuple[Row[Any], list[Row[Any]]]]) -> None:
    spoken = [levels for message, living in taken if (levels := _levels(message, living))]
    owed = {o.id: o for o in obligations.by_ids(connection, sorted({i for levels in spoken for i in levels}))}
    directory = Directory.load(connection, {o.plan_id for o in owed.values()}, {o.unit_id for o in owed.values()})
    batch = Batch(scratch, connection, directory, scratch.current_slot())
    for levels in spoken:
        for number, level in levels.items():
            change = _accepted(scratch, owed[number], level)
            if change is not None and batch.add(owed[number], change):
                owed[number] = change.obligation
    batch.write()


def _levels(message: Row[Any], living: Iterable[Row[Any]]) -> Mapping[int, int]:
    """The obligations of which a message tells somebody what he owes, each with the highest level at which it does."""
    found: dict[int, int] = {}
    if message.kind == MessageKind.WORKGROUP:
        return found
    for item in living:
        if item.version == item.current_version and item.step != UNDELIVERED:
            found[item.obligation_id] = max(item.level, found.get(item.obligation_id, 0))
    return found


def _accepted(scratch: Service, obligation: Obligation, level: int) -> Change | None:
    if obligation.kind is Kind.COMPLETION:
        return delay.accepted(obligation, level)
    return silence.accepted(obligation, level, scratch.now().date(), scratch.slots)

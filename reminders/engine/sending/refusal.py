"""Refusal: no channel of a contact takes a message. Another is tried, or the lead office is told 未送达."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from reminders import silence
from reminders.engine.duties.changes import Batch
from reminders.engine.sending.acceptance import UNDELIVERED, speaking
from reminders.engine.service import Service
from reminders.obligations import Kind, Obligation, State
from reminders.store import messages, obligations, outbox
from reminders.store.directory import Directory, people_by_id
from reminders.store.outbox import Wanted


def failed(service: Service, connection: Connection, message: Row[Any]) -> None:
    """Refused for good: the contact's next channel, or 未送达 where no other copy can arrive."""
    if _next_route(service, connection, message):
        return
    messages.mark(connection, message.id, "failed")
    items_of = speaking(connection, {message.id: message}).get(message.id, [])
    found = obligations.locked(service.database, connection, sorted({item.obligation_id for item in items_of}))
    batch = _batch(service, connection, found)
    for obligation in found:
        mine = [item for item in items_of if item.obligation_id == obligation.id]
        if any(_reached_nobody(connection, obligation, item, message.id) for item in mine):
            _undeliverable(batch, obligation)
    batch.write()


def _undeliverable(batch: Batch, obligation: Obligation) -> None:
    if obligation.kind is Kind.COMPLETION:
        batch.undelivered(obligation)
    else:
        batch.add(obligation, silence.undeliverable(obligation))


def _reached_nobody(connection: Connection, obligation: Obligation, item: Row[Any], message_id: int) -> bool:
    """Whether an item that was refused was the last hope of its step.

    A copy at another level decides nothing: a head who cannot be reached does not undo what the lead office was told.
    While a wait runs, its message was taken, and a refused reminder takes nothing back.
    """
    if obligation.kind is not Kind.COMPLETION and item.level != obligation.level:
        return False
    any_step = obligation.state is State.WAITING
    step = None if any_step else str(item.step)
    return not messages.other_copy(connection, item, message_id, step=step, but_not=UNDELIVERED)


def _batch(service: Service, connection: Connection, found: Sequence[Obligation]) -> Batch:
    directory = Directory.load(connection, {o.plan_id for o in found}, {o.unit_id for o in found})
    return Batch(service, connection, directory, service.current_slot())


def _next_route(service: Service, connection: Connection, message: Row[Any]) -> bool:
    person = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    tried = {row.channel for row in outbox.of_messages(connection, [message.id])}
    left = [route for route in (service.routes(person) if person else ()) if route not in tried]
    outbox.add(service.database, connection, [Wanted(message.id, route) for route in left[:1]])
    return bool(left)

"""One look at everything a tick may have to do, in one statement: most ticks find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select

from reminders.messages import MessageKind
from reminders.slots import Slot
from reminders.store.tables import deliveries, messages, obligations, pauses, plans


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to do now."""

    due: bool  # a step whose slot has come
    digest: bool  # a plan whose digest slot has come
    unsealed: bool  # a message of this slot or an older one that still takes items
    held: bool  # a delivery that somebody works on, or worked on when he died
    waiting: bool  # a delivery that may be sent
    stopped: bool  # everything is paused


def look(connection: Connection, slot: Slot | None, machine_now: datetime, *, above: Slot | None) -> Look:
    """Look; `above` is a slot up to which nothing can be due, as an earlier look found.

    Without that lower bound the index is walked over every row that was ever due: with a snapshot held open by a
    backup or a report their dead entries cannot be cleaned away, and the look costs many times as much.
    """
    row = connection.execute(
        select(
            _due(slot, above).label("due"),
            _digest(slot).label("digest"),
            _unsealed(slot).label("unsealed"),
            _held().label("held"),
            _waiting(slot, machine_now).label("waiting"),
            exists().where(pauses.c.ended_at.is_(None), pauses.c.plan_id.is_(None), pauses.c.unit_id.is_(None)),
        )
    ).one()
    return Look(*(bool(found) for found in row))


def first_work(connection: Connection) -> str | None:
    """The first slot for which anything waits: a step, a digest, a message that is open or was not handed over."""
    undelivered = select(messages.c.slot).join(deliveries, deliveries.c.message_id == messages.c.id)
    found = connection.execute(
        select(
            select(func.min(obligations.c.next_slot)).scalar_subquery(),
            select(func.min(plans.c.next_digest_slot)).where(plans.c.state == "active").scalar_subquery(),
            select(func.min(messages.c.slot)).where(messages.c.sealed_at.is_(None)).scalar_subquery(),
            undelivered.where(deliveries.c.state.in_(["pending", "retry", "claimed"])).limit(1).scalar_subquery(),
        )
    ).one()
    return min((slot for slot in found if slot), default=None)


def _due(slot: Slot | None, above: Slot | None) -> ColumnElement[bool]:
    if slot is None:
        return false()
    query = exists().where(obligations.c.next_slot.is_not(None), obligations.c.next_slot <= str(slot))
    return query.where(obligations.c.next_slot > str(above)) if above is not None else query


def _digest(slot: Slot | None) -> ColumnElement[bool]:
    if slot is None:
        return false()
    return exists().where(plans.c.next_digest_slot.is_not(None), plans.c.next_digest_slot <= str(slot))


def _unsealed(slot: Slot | None) -> ColumnElement[bool]:
    return exists().where(messages.c.sealed_at.is_(None), messages.c.slot <= str(slot)) if slot else false()


def _held() -> ColumnElement[bool]:
    return exists().where(deliveries.c.state == "claimed")


def _waiting(slot: Slot | None, machine_now: datetime) -> ColumnElement[bool]:
    ready = or_(
        deliveries.c.state == "pending", and_(deliveries.c.state == "retry", deliveries.c.retry_at <= machine_now)
    )
    query = exists().where(deliveries.c.state.in_(["pending", "retry", "claimed"]), ready)
    if slot is None:
        query = query.where(messages.c.id == deliveries.c.message_id, messages.c.kind == MessageKind.ANSWER.value)
    return query

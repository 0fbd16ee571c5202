"""Dispatch: claim deliveries, hand them over one by one, journal each outcome before the next.

Intent is written before sending (the bytes are stored, the row is claimed) and the outcome after. After a kill exactly
the first row of the lease without an outcome is unknown; the next tick settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.message import Payload, UnsendableMessage
from channels.outcome import Outcome, Verdict
from channels.secrets import destination_key
from reminders.engine import outcomes
from reminders.engine.rendering import channel_message, render
from reminders.engine.service import WECOM, Service
from reminders.messages import MessageKind
from reminders.obligations import ENDED
from reminders.store import messages, outbox, pauses
from reminders.store.directory import Person, people_by_id
from reminders.store.messages import living_items


@dataclass(frozen=True, slots=True)
class Prepared:
    """One delivery ready to be handed over."""

    row: Row[Any]
    message: Row[Any]
    payload: Payload


def dispatch(service: Service, ids: Sequence[int]) -> int:
    """Send what is still free of some deliveries; how many were handed over."""
    lease = service.random(16).hex()
    span = timedelta(seconds=service.settings.lease_seconds)
    renewed_at = service.machine_now()
    with service.database.write() as connection:
        rows = outbox.claim(service.database, connection, ids, lease, renewed_at, span)
    sent = 0
    for row in rows:
        if service.machine_now() - renewed_at > span / 3:
            renewed_at = service.machine_now()
            if not _renew(service, lease, renewed_at + span):
                break
        sent += _hand_over(service, row, lease)
    for channel in {row.channel for row in rows} & set(service.channels):
        service.channels[channel].close()  # an idle connection behind a firewall would cost the next round a timeout
    return sent


def _hand_over(service: Service, row: Row[Any], lease: str) -> int:
    with service.database.write() as connection:
        prepared = _prepare(service, connection, row, lease)
    if prepared is None:
        return 0
    outcome = service.channels[row.channel].send(prepared.payload)
    with service.database.write() as connection:
        outcomes.record(service, connection, row, prepared.message, outcome, lease)
    return 1


def _prepare(service: Service, connection: Connection, row: Row[Any], lease: str) -> Prepared | None:
    """Everything that is checked and written before a hand-over; None where it does not take place now."""
    if not outbox.holds(connection, row.id, lease):
        return None
    message = messages.by_ids(connection, [row.message_id])[row.message_id]
    if not _wanted(connection, message):
        outbox.settle(connection, row.id, lease, state="struck")
        messages.mark(connection, message.id, "empty")
        return None
    wait = _must_wait(service, connection, row, message)
    if wait is not None:
        outbox.release(connection, [row.id], lease, wait)
        return None
    try:
        payload, message = _payload(service, connection, row, message)
    except UnsendableMessage as error:
        refused = Outcome(Verdict.DEAD_RECIPIENT, "unsendable", str(error))
        outcomes.record(service, connection, row, message, refused, lease)
        return None
    seconds = _pace(service, row, payload)
    if seconds > 0:
        outbox.release(connection, [row.id], lease, service.machine_now() + timedelta(seconds=seconds))
        return None
    return Prepared(row, message, payload)


def _wanted(connection: Connection, message: Row[Any]) -> bool:
    """Whether a message that was never handed over still has something to say."""
    if message.rendered_at is not None or message.kind in (MessageKind.DIGEST, MessageKind.ANSWER):
        return True
    living = living_items(connection, [message.id])
    return any(item.version == item.current_version and item.state not in ENDED for item in living)


def _must_wait(service: Service, connection: Connection, row: Row[Any], message: Row[Any]) -> datetime | None:
    """When to look again, where nothing may leave now: outside the window, paused, parked, channel not configured."""
    machine_now = service.machine_now()
    if message.kind != MessageKind.ANSWER and service.slots.open_slot(service.now()) is None:
        return machine_now
    if _paused(connection, message):
        return machine_now + timedelta(minutes=1)
    parked = outbox.parked_now(connection, machine_now).get(outcomes.park_key(row.channel, message.contact_id))
    if parked is not None:
        return parked.until or machine_now + timedelta(minutes=15)
    return None if row.channel in service.channels else machine_now + timedelta(minutes=15)


def _paused(connection: Connection, message: Row[Any]) -> bool:
    """Whether somebody stopped everything, or a plan or unit that the message speaks of."""
    stopped = pauses.active(connection)
    if stopped.everything or not (stopped.plan_ids or stopped.unit_ids):
        return stopped.everything
    about = living_items(connection, [message.id])
    return any(item.plan_id in stopped.plan_ids or item.unit_id in stopped.unit_ids for item in about)


def _payload(service: Service, connection: Connection, row: Row[Any], message: Row[Any]) -> tuple[Payload, Row[Any]]:
    """The bytes of a part: made at the first hand-over, the same ever after."""
    person = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    if row.payload is not None:
        address = _address_now(service, connection, row, message, person)
        return Payload(row.part, address, bytes(row.payload)), message
    if person is None:
        raise UnsendableMessage("收件人已不在登记名单里。")
    message = render(service, connection, message)
    parts = service.channels[row.channel].render(channel_message(service, connection, message, person, row.channel))
    day = service.now().date()
    extra = [outbox.Wanted(message.id, row.channel, row.lane, part.part) for part in parts[1:]]
    outbox.add(service.database, connection, extra)
    for part in parts[1:]:
        outbox.keep_part(connection, message.id, row.channel, part.part, part.address, part.body, day)
    outbox.keep_payload(connection, row.id, parts[0].address, parts[0].body, day)
    return parts[0], message


def _address_now(
    service: Service, connection: Connection, row: Row[Any], message: Row[Any], person: Person | None
) -> str:
    """A robot's address stands in no byte of what it is sent: a mended one is used at the next try."""
    if person is None or row.channel != WECOM:
        return str(row.address)
    again = channel_message(service, connection, message, person, row.channel)
    return service.channels[row.channel].render(again)[0].address


def _pace(service: Service, row: Row[Any], payload: Payload) -> float:
    """Seconds a destination has to wait, by its channel's own limit; two contacts behind one robot share it."""
    if not service.channels[row.channel].limits.per_minute:
        return 0.0
    key = destination_key(row.channel, payload.address)
    return service.limiter.wait(key, service.machine_now().timestamp())


def _renew(service: Service, lease: str, until: datetime) -> bool:
    with service.database.write() as connection:
        return outbox.renew(connection, lease, until) > 0

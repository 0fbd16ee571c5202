"""What an outcome leads to: the delivery settled, another try, a message accepted, refused for good, or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.channel import PlainTextChannel
from channels.outcome import Verdict
from channels.retry import Decision, DeliveryState, next_state
from reminders.engine.sending import poison
from reminders.engine.sending.acceptance import accepted
from reminders.engine.sending.done import Done
from reminders.engine.sending.parking import IN_A_ROW, park, park_failing
from reminders.engine.sending.refusal import failed
from reminders.engine.sending.rendering import channel_message
from reminders.engine.service import SMTP, Service
from reminders.messages import MessageKind
from reminders.store import attempts, events, leases, liveness, messages, payloads
from reminders.store.attempts import Attempt
from reminders.store.directory import people_by_id

GIVE_UP_WORKDAYS = 2


def write_down(service: Service, done: Sequence[Done], lease: str) -> None:
    """Write outcomes in one transaction. One that breaks it is settled alone, without what it would lead to."""
    if not done:
        return
    try:
        with service.database.write() as connection:
            record(service, connection, done, lease)
    except poison.NOBODYS:
        raise  # the journal keeps them until the database answers again
    except Exception as error:
        if len(done) > 1:
            for one in done:
                write_down(service, [one], lease)
            return
        _only_settle(service, done[0], lease, error)


def record(service: Service, connection: Connection, done: Sequence[Done], lease: str) -> None:
    """Journal tries and settle their deliveries, each once, whoever holds them now."""
    if not done:
        return
    attempts.note(
        connection,
        [Attempt(one.row.id, one.row.attempts + 1, one.outcome, one.machine_at, one.at) for one in done],
    )
    # What was taken over is not ours any more: somebody else decides.
    held = _taken(service, connection, [one for one in done if _was_taken(one)], lease)
    others = [one for one in done if not _was_taken(one)]
    held |= leases.mine(service.database, connection, lease, [one.row.id for one in others]) if others else set()
    for one in others:
        if one.row.id in held:
            _settle(service, connection, one, _decide(service, connection, one), lease)
    park_failing(service, connection, [one for one in done if one.row.id in held])


def _was_taken(one: Done) -> bool:
    return one.outcome.verdict is Verdict.ACCEPTED


def _taken(service: Service, connection: Connection, done: Sequence[Done], lease: str) -> set[int]:
    """Channels took rows; which of them are ours."""
    if not done:
        return set()
    now = max(one.at for one in done)
    held = leases.sent(connection, [one.row.id for one in done], lease, now)
    mine = [one for one in done if one.row.id in held]
    happened = [_event("delivery.accepted", one) for one in mine]
    happened += accepted(service, connection, {one.message.id: one.message for one in mine}, now)
    events.append(connection, happened, at=service.now(), recorded_at=service.machine_now())
    return held


def _settle(service: Service, connection: Connection, one: Done, decision: Decision, lease: str) -> None:
    """What a try leads to that was not taken."""
    row, message = one.row, one.message
    retry_at = None
    if decision.state is DeliveryState.RETRY:
        retry_at = service.machine_now() + (decision.after or timedelta(0))
    done_at = one.at if decision.state is DeliveryState.FAILED else None
    number = row.attempts + 1
    state = decision.state.value
    leases.settle(connection, row.id, lease, state=state, attempts=number, retry_at=retry_at, done_at=done_at)
    if decision.plain:
        _shorten(service, connection, row, message)
    if decision.park:
        park(service, connection, one, decision)
    if decision.state is DeliveryState.FAILED:
        happened = [_event("delivery.failed", one)]
        events.append(connection, happened, at=service.now(), recorded_at=service.machine_now())
        failed(service, connection, message)
    elif decision.state is DeliveryState.UNKNOWN:
        settle_unknown(service, connection, row, message, after=decision.after)


def _only_settle(service: Service, one: Done, lease: str, error: Exception) -> None:
    """An outcome whose consequences break the program: the row is not sent again, and a person looks at it."""
    poison.note(one.row, error)
    with service.database.write() as connection:
        tried = Attempt(one.row.id, one.row.attempts + 1, one.outcome, one.machine_at, one.at)
        attempts.note(connection, [tried])
        poison.set_aside(service, connection, one.row, lease, type(error).__name__)


def settle_unknown(
    service: Service,
    connection: Connection,
    row: Row[Any],
    message: Row[Any],
    after: timedelta | None = None,
) -> None:
    """Unit and office messages are repeated once with the same bytes; what goes to leaders waits for a person."""
    repeated = row.repeats == 0 and _repeatable(connection, message)
    machine_now = service.machine_now()
    leases.settle(
        connection,
        row.id,
        None,
        state="retry" if repeated else "unknown",
        retry_at=machine_now + (after or timedelta(0)) if repeated else None,
        repeats=row.repeats + (1 if repeated else 0),
    )
    if not repeated:
        messages.mark(connection, message.id, "unknown")
    body = {"delivery": row.id, "repeated": repeated}
    happened = events.Event("delivery.unknown", message_id=message.id, contact_id=message.contact_id, body=body)
    events.append(connection, [happened], at=service.now(), recorded_at=machine_now)


def _decide(service: Service, connection: Connection, one: Done) -> Decision:
    """A channel that fails for everybody only waits; a recipient, or one robot, is given up after two days."""
    decision = next_state(one.outcome, one.row.attempts + 1)
    for_everybody = one.outcome.everybody or (decision.park and one.row.channel == SMTP)
    if decision.state is not DeliveryState.RETRY or for_everybody or one.row.first_tried_on is None:
        return decision
    until = service.slots.workdays.add_workdays(one.row.first_tried_on, GIVE_UP_WORKDAYS)
    if one.at.date() <= until or not liveness.reached_since(connection, one.row.channel, one.row.id, IN_A_ROW):
        return decision
    return Decision(DeliveryState.FAILED)


def _repeatable(connection: Connection, message: Row[Any]) -> bool:
    if message.kind != MessageKind.DIGEST:
        return bool(message.kind != MessageKind.LEADERS)
    reader = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    return reader is None or reader.role != "leader"


def _event(kind: str, one: Done) -> events.Event:
    body = {"code": one.outcome.code, "verdict": one.outcome.verdict.value}
    return events.Event(kind, message_id=one.message.id, contact_id=one.message.contact_id, body=body)


def _shorten(service: Service, connection: Connection, row: Row[Any], message: Row[Any]) -> None:
    """The far end refused the words: its next try is a short plain text with the link, where the channel has one."""
    channel = service.channels[row.channel]
    person = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    if person is None or not isinstance(channel, PlainTextChannel):
        return
    worded = messages.by_ids(connection, [message.id])[message.id]
    plain = channel.render_plain(channel_message(service, connection, worded, person, row.channel))[0]
    payloads.replace(connection, row.id, plain.body)

"""What an outcome leads to: the delivery settled, the waits begun, another channel tried, or 未送达 told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from channels.channel import PlainTextChannel
from channels.outcome import Outcome, Verdict
from channels.retry import Decision, DeliveryState, next_state
from reminders import delay, silence
from reminders.engine.changes import Batch
from reminders.engine.rendering import channel_message
from reminders.engine.service import SMTP, Service
from reminders.messages import MessageKind
from reminders.obligations import Kind, Obligation, State
from reminders.slots import Slot
from reminders.store import events, messages, obligations, outbox
from reminders.store.directory import Directory, people_by_id
from reminders.store.outbox import Wanted
from reminders.store.tables import deliveries, items
from reminders.store.tables import messages as message_table

GIVE_UP_WORKDAYS = 2
UNDELIVERED = "undelivered"


def record(
    service: Service, connection: Connection, row: Row[Any], message: Row[Any], outcome: Outcome, lease: str
) -> None:
    """Journal one try and settle its delivery; `row` is the claimed delivery."""
    number = row.attempts + 1
    now, machine_now = service.now(), service.machine_now()
    decision = _decide(service, row, outcome, number)
    state = decision.state.value
    retry_at = machine_now + (decision.after or timedelta(0)) if decision.state is DeliveryState.RETRY else None
    done_at = now if decision.state in (DeliveryState.SENT, DeliveryState.FAILED) else None
    mine = outbox.settle(connection, row.id, lease, state=state, attempts=number, retry_at=retry_at, done_at=done_at)
    outbox.journal(
        connection,
        row.id,
        number,
        outcome.verdict.value,
        outcome.code,
        outcome.detail,
        machine_now=machine_now,
        now=now,
    )
    if not mine:
        return  # somebody took the row over meanwhile and decides; the journal still tells what happened
    _events(service, connection, message, outcome, decision)
    if decision.plain:
        _shorten(service, connection, row, message)
    if decision.park:
        _park(service, connection, row, message, outcome, decision)
    if decision.state is DeliveryState.SENT:
        accepted(service, connection, message)
    elif decision.state is DeliveryState.FAILED:
        failed(service, connection, message)
    elif decision.state is DeliveryState.UNKNOWN:
        settle_unknown(service, connection, row, message, after=decision.after)


def accepted(service: Service, connection: Connection, message: Row[Any]) -> None:
    """A channel took the message: the waits of its items begin, once every part of it was taken."""
    waiting = select(deliveries.c.id).where(
        deliveries.c.message_id == message.id, deliveries.c.state.in_(["pending", "claimed", "retry"])
    )
    if connection.execute(waiting).first() is not None:
        return
    now = service.now()
    messages.mark(connection, message.id, "accepted", now)
    levels = _levels(connection, message)
    batch = _batch(service, connection, levels)
    for obligation in obligations.locked(service.database, connection, sorted(levels)):
        batch.add(obligation, _accept(service, obligation, levels[obligation.id]))
    batch.write()


def failed(service: Service, connection: Connection, message: Row[Any]) -> None:
    """Refused for good: the contact's next channel, or 未送达 where no other copy can arrive."""
    if _next_route(service, connection, message):
        return
    messages.mark(connection, message.id, "failed")
    items_of = _speaking(connection, message)
    batch = _batch(service, connection, {item.obligation_id for item in items_of})
    found = obligations.locked(service.database, connection, sorted({item.obligation_id for item in items_of}))
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
    return not _other_copy(connection, item, message_id, any_step=any_step)


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
    outbox.settle(
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


def _decide(service: Service, row: Row[Any], outcome: Outcome, number: int) -> Decision:
    """A mail server that fails for everybody only waits; a recipient, or one robot, is given up after two days."""
    decision = next_state(outcome, number)
    for_everybody = decision.park and row.channel == SMTP
    if decision.state is not DeliveryState.RETRY or for_everybody or row.first_tried_on is None:
        return decision
    until = service.slots.workdays.add_workdays(row.first_tried_on, GIVE_UP_WORKDAYS)
    return Decision(DeliveryState.FAILED) if service.now().date() > until else decision


def _accept(service: Service, obligation: Obligation, level: int) -> Any:
    if obligation.kind is Kind.COMPLETION:
        return delay.accepted(obligation, level)
    return silence.accepted(obligation, level, service.now().date(), service.slots)


def _levels(connection: Connection, message: Row[Any]) -> dict[int, int]:
    """The obligations of a message and the highest level at which it speaks of each."""
    found: dict[int, int] = {}
    for item in _speaking(connection, message):
        found[item.obligation_id] = max(item.level, found.get(item.obligation_id, 0))
    return found


def _speaking(connection: Connection, message: Row[Any]) -> list[Row[Any]]:
    """The items of a message that tell somebody what he owes.

    The work group's message names nobody, and 未送达 is no asking: neither begins a wait nor proves anything.
    """
    if message.kind == MessageKind.WORKGROUP:
        return []
    living = messages.living_items(connection, [message.id])
    return [item for item in living if item.version == item.current_version and item.step != UNDELIVERED]


def _batch(service: Service, connection: Connection, obligation_ids: Iterable[int]) -> Batch:
    found = obligations.by_ids(connection, sorted(obligation_ids))
    directory = Directory.load(connection, {o.plan_id for o in found}, {o.unit_id for o in found})
    return Batch(service, connection, directory, current(service))


def _next_route(service: Service, connection: Connection, message: Row[Any]) -> bool:
    person = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    tried = {row.channel for row in outbox.of_messages(connection, [message.id])}
    left = [route for route in (service.routes(person) if person else ()) if route not in tried]
    outbox.add(service.database, connection, [Wanted(message.id, route) for route in left[:1]])
    return bool(left)


def _other_copy(connection: Connection, item: Row[Any], message_id: int, *, any_step: bool) -> bool:
    """Whether another message of the same step (or level) was taken, or still may be."""
    wanted = items.c.step != UNDELIVERED if any_step else items.c.step == item.step
    query = (
        select(items.c.id)
        .join(message_table, message_table.c.id == items.c.message_id)
        .where(
            items.c.obligation_id == item.obligation_id,
            items.c.version == item.version,
            items.c.level == item.level,
            wanted,
            message_table.c.kind != MessageKind.WORKGROUP.value,
            items.c.message_id != message_id,
            items.c.struck_at.is_(None),
            message_table.c.state.in_(["open", "sealed", "accepted", "unknown"]),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def _repeatable(connection: Connection, message: Row[Any]) -> bool:
    if message.kind != MessageKind.DIGEST:
        return bool(message.kind != MessageKind.LEADERS)
    reader = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    return reader is None or reader.role != "leader"


def _events(service: Service, connection: Connection, message: Row[Any], outcome: Outcome, decision: Decision) -> None:
    kinds = {DeliveryState.SENT: "delivery.accepted", DeliveryState.FAILED: "delivery.failed"}
    kind = kinds.get(decision.state)
    if kind is None:
        return
    body = {"code": outcome.code, "verdict": outcome.verdict.value}
    happened = events.Event(kind, message_id=message.id, contact_id=message.contact_id, body=body)
    events.append(connection, [happened], at=service.now(), recorded_at=service.machine_now())


def _park(
    service: Service, connection: Connection, row: Row[Any], message: Row[Any], outcome: Outcome, decision: Decision
) -> None:
    """A robot is parked by itself, a mail server for everybody."""
    channel = park_key(row.channel, message.contact_id)
    machine_now = service.machine_now()
    until = machine_now + (decision.after or timedelta(minutes=1))
    outbox.park(service.database, connection, channel, until, outcome.detail, machine_now)
    kind = "channel.dead" if outcome.verdict is Verdict.DEAD_CHANNEL else "channel.parked"
    happened = events.Event(kind, message_id=message.id, body={"channel": channel, "code": outcome.code})
    events.append(connection, [happened], at=service.now(), recorded_at=machine_now)


def _shorten(service: Service, connection: Connection, row: Row[Any], message: Row[Any]) -> None:
    """The far end refused the words: its next try is a short plain text with the link, where the channel has one."""
    channel = service.channels[row.channel]
    person = people_by_id(connection, [message.contact_id]).get(message.contact_id)
    if person is None or not isinstance(channel, PlainTextChannel):
        return
    worded = messages.by_ids(connection, [message.id])[message.id]
    plain = channel.render_plain(channel_message(service, connection, worded, person, row.channel))[0]
    outbox.replace_payload(connection, row.id, plain.body)


def park_key(channel: str, contact_id: int) -> str:
    """What is parked together: every mail, or one robot."""
    return channel if channel == "smtp" else f"{channel}:{contact_id}"


def current(service: Service) -> Slot:
    """The open slot, or the next one that opens."""
    now = service.now()
    return service.slots.open_slot(now) or service.slots.next_opening(now)

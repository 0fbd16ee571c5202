"""What an outcome leads to: the delivery settled, the waits begun, another channel tried, or 未送达 told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import OperationalError

from channels.channel import PlainTextChannel
from channels.outcome import Outcome, Verdict
from channels.retry import Decision, DeliveryState, next_state
from reminders import delay, silence
from reminders.engine import poison
from reminders.engine.changes import Batch
from reminders.engine.rendering import channel_message
from reminders.engine.service import SMTP, Service
from reminders.exceptions import DatabaseUnreachable
from reminders.messages import MessageKind
from reminders.obligations import Change, Kind, Obligation, State
from reminders.slots import Slot
from reminders.store import events, liveness, messages, obligations, outbox
from reminders.store.directory import Directory, people_by_id
from reminders.store.outbox import Claimed, Wanted
from reminders.store.tables import items
from reminders.store.tables import messages as message_table

GIVE_UP_WORKDAYS = 2
IN_A_ROW = 3  # recipients that fail one after the other for a cause not theirs: the channel fails for everybody
PARKED = timedelta(minutes=1)
NOT_THEIRS = (Verdict.RETRY_LATER, Verdict.PARK_CHANNEL, Verdict.DEAD_CHANNEL, Verdict.IN_DOUBT)
UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Done:
    """One try: the claimed delivery, its message, and what came of it."""

    row: Claimed
    message: Row[Any]
    outcome: Outcome
    at: datetime  # business time
    machine_at: datetime


def write_down(service: Service, done: Sequence[Done], lease: str) -> None:
    """Write outcomes in one transaction. One that breaks it is settled alone, without what it would lead to."""
    if not done:
        return
    try:
        with service.database.write() as connection:
            record(service, connection, done, lease)
    except (DatabaseUnreachable, OperationalError):
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
    outbox.note_attempts(
        connection,
        [outbox.Attempt(one.row.id, one.row.attempts + 1, one.outcome, one.machine_at, one.at) for one in done],
    )
    held = outbox.mine(service.database, connection, lease, [one.row.id for one in done])
    mine = [one for one in done if one.row.id in held]  # the others were taken over: somebody else decides
    decided = [(one, _decide(service, connection, one)) for one in mine]
    taken = [one for one, decision in decided if decision.state is DeliveryState.SENT]
    if taken:
        now = max(one.at for one in taken)
        outbox.sent(connection, [one.row.id for one in taken], lease, now)
        happened = [_event("delivery.accepted", one) for one in taken]
        happened += accepted(service, connection, {one.message.id: one.message for one in taken}, now)
        events.append(connection, happened, at=service.now(), recorded_at=service.machine_now())
    for one, decision in decided:
        if decision.state is not DeliveryState.SENT:
            _settle(service, connection, one, decision, lease)
    _park_failing(service, connection, mine)


def _settle(service: Service, connection: Connection, one: Done, decision: Decision, lease: str) -> None:
    """What a try leads to that was not taken."""
    row, message = one.row, one.message
    retry_at = None
    if decision.state is DeliveryState.RETRY:
        retry_at = service.machine_now() + (decision.after or timedelta(0))
    done_at = one.at if decision.state is DeliveryState.FAILED else None
    number = row.attempts + 1
    state = decision.state.value
    outbox.settle(connection, row.id, lease, state=state, attempts=number, retry_at=retry_at, done_at=done_at)
    if decision.plain:
        _shorten(service, connection, row, message)
    if decision.park:
        _park(service, connection, one, decision)
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
        tried = outbox.Attempt(one.row.id, one.row.attempts + 1, one.outcome, one.machine_at, one.at)
        outbox.note_attempts(connection, [tried])
        poison.set_aside(service, connection, one.row, lease, type(error).__name__)


def accepted(
    service: Service, connection: Connection, found: Mapping[int, Row[Any]], now: datetime
) -> list[events.Event]:
    """Channels took messages: the waits of their items begin, once every part was taken. What the ledger says of it."""
    unfinished = outbox.unfinished(connection, found)
    whole = {key: row for key, row in found.items() if key not in unfinished}
    messages.mark_accepted(connection, whole, now)
    speaking = _speaking(connection, whole)
    levels = [_levels(item for item in speaking[key] if _may_wait(item)) for key in sorted(speaking)]
    ids = sorted({key for one in levels for key in one})
    standing = {o.id: o for o in obligations.locked(service.database, connection, ids)}
    changed: dict[int, Obligation] = {}
    happened: list[events.Event] = []
    for key, level in ((key, level) for one in levels for key, level in sorted(one.items()) if key in standing):
        before = changed.get(key, standing[key])
        change = _accept(service, before, level, now)
        if change is not None:
            happened += events.of_change(before, change)
            changed[key] = change.obligation
    obligations.save(connection, changed.values())
    return happened


def _may_wait(item: Row[Any]) -> bool:
    """Whether acceptance can mean anything to an obligation; most rungs change nothing, and need not be read."""
    return item.state in (State.QUEUED, State.OVERDUE)


def failed(service: Service, connection: Connection, message: Row[Any]) -> None:
    """Refused for good: the contact's next channel, or 未送达 where no other copy can arrive."""
    if _next_route(service, connection, message):
        return
    messages.mark(connection, message.id, "failed")
    items_of = _speaking(connection, {message.id: message}).get(message.id, [])
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


def _accept(service: Service, obligation: Obligation, level: int, now: datetime) -> Change | None:
    if obligation.kind is Kind.COMPLETION:
        return delay.accepted(obligation, level)
    return silence.accepted(obligation, level, now.date(), service.slots)


def _levels(items_of: Iterable[Row[Any]]) -> dict[int, int]:
    """The obligations of a message and the highest level at which it speaks of each."""
    found: dict[int, int] = {}
    for item in items_of:
        found[item.obligation_id] = max(item.level, found.get(item.obligation_id, 0))
    return found


def _speaking(connection: Connection, found: Mapping[int, Row[Any]]) -> dict[int, list[Row[Any]]]:
    """The items of messages that tell somebody what he owes.

    The work group's message names nobody, and 未送达 is no asking: neither begins a wait nor proves anything.
    """
    personal = [key for key, message in found.items() if message.kind != MessageKind.WORKGROUP]
    living = messages.living_by_message(connection, personal)
    return {
        key: [item for item in items_of if item.version == item.current_version and item.step != UNDELIVERED]
        for key, items_of in living.items()
    }


def _batch(service: Service, connection: Connection, found: Sequence[Obligation]) -> Batch:
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


def _event(kind: str, one: Done) -> events.Event:
    body = {"code": one.outcome.code, "verdict": one.outcome.verdict.value}
    return events.Event(kind, message_id=one.message.id, contact_id=one.message.contact_id, body=body)


def _park(service: Service, connection: Connection, one: Done, decision: Decision) -> None:
    """A robot is parked by itself, a mail server for everybody."""
    channel = park_key(one.row.channel, one.message.contact_id)
    kind = "channel.dead" if one.outcome.verdict is Verdict.DEAD_CHANNEL else "channel.parked"
    _leave_alone(service, connection, channel, decision.after or PARKED, one, kind)


def _park_failing(service: Service, connection: Connection, done: Sequence[Done]) -> None:
    """Three recipients in a row failed for a cause not theirs: the whole channel is left alone for a while."""
    for channel in {one.row.channel for one in done}:
        mine = [one for one in done if one.row.channel == channel]
        failing = list(takewhile(lambda one: one.outcome.verdict in NOT_THEIRS, reversed(mine)))
        if len({one.message.contact_id for one in failing}) >= IN_A_ROW:
            _leave_alone(service, connection, channel, PARKED, failing[0], "channel.parked")


def _leave_alone(service: Service, connection: Connection, channel: str, span: timedelta, one: Done, kind: str) -> None:
    machine_now = service.machine_now()
    outbox.park(service.database, connection, channel, machine_now + span, one.outcome.detail, machine_now)
    happened = events.Event(kind, message_id=one.message.id, body={"channel": channel, "code": one.outcome.code})
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

"""What is checked and written before a hand-over, for some rows at once: may each leave now, and with what bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row

from channels.message import Payload, UnsendableMessage
from channels.outcome import Outcome, Verdict
from reminders.engine.sending import outcomes
from reminders.engine.sending.done import Done
from reminders.engine.sending.parking import park_key
from reminders.engine.sending.rendering import Desk, channel_message
from reminders.engine.sending.worth import still_says
from reminders.engine.service import WECOM, Service
from reminders.messages import MessageKind
from reminders.slots import AM
from reminders.store import leases, messages, outbox, parking, pauses, payloads
from reminders.store.directory import Person, people_by_id
from reminders.store.leases import Claimed
from reminders.store.pauses import Stopped

PAUSED_FOR = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=15)  # at a channel that is parked without an end, or not configured


@dataclass(frozen=True, slots=True)
class Prepared:
    """One delivery ready to be handed over."""

    row: Claimed
    message: Row[Any]
    payload: Payload


def prepare(service: Service, connection: Connection, rows: Sequence[Claimed], lease: str) -> list[Prepared]:
    """The rows that may be handed over now, with their bytes; what becomes of the others is written down."""
    return _Preparing(service, connection, rows, lease).run()


class _Preparing:
    """Everything that some rows are judged by, read once."""

    def __init__(self, service: Service, connection: Connection, rows: Sequence[Claimed], lease: str) -> None:
        self._service, self._connection, self._lease = service, connection, lease
        now, self._machine_now = service.now(), service.machine_now()
        self._day, self._slot = now.date(), service.slots.open_slot(now)
        begun = leases.begin(connection, [row.id for row in rows], lease, self._machine_now)
        self._rows = [row for row in rows if row.id in begun]
        self._payloads = payloads.of_deliveries(connection, {row.id: row.part for row in self._rows})
        self._messages = messages.heads(connection, {row.message_id for row in self._rows})
        self._stopped: Stopped = pauses.active(connection)
        self._parked = parking.parked_now(connection, self._machine_now)
        self._fresh: dict[int, Payload] = {}

    @cached_property
    def _living(self) -> dict[int, list[Row[Any]]]:
        return messages.living_by_message(self._connection, self._messages)

    @cached_property
    def _people(self) -> dict[int, Person]:
        return people_by_id(self._connection, {head.contact_id for head in self._messages.values()})

    @cached_property
    def _desk(self) -> Desk:
        """Where what was never handed over is worded; a message that has its bytes needs nothing of it."""
        return Desk(self._service, self._connection, self._messages.values(), self._living, self._people)

    def run(self) -> list[Prepared]:
        """Judge each row, word what is new, keep the bytes."""
        ready: list[Prepared] = []
        refused: list[Done] = []
        for row in self._rows:
            message = self._messages[row.message_id]
            if not self._wanted(message):
                leases.settle(self._connection, row.id, self._lease, state="struck")
                messages.mark(self._connection, message.id, "empty")
                continue
            wait = self._must_wait(row, message)
            if wait is not None:
                leases.release(self._connection, [row.id], self._lease, wait)
                continue
            try:
                ready.append(Prepared(row, message, self._payload(row, message)))
            except UnsendableMessage as error:
                reason = Outcome(Verdict.DEAD_RECIPIENT, "unsendable", str(error))
                refused.append(Done(row, message, reason, self._service.now(), self._service.machine_now()))
        if "_desk" in self.__dict__:
            self._desk.write()
        payloads.keep(self._connection, self._fresh, self._day)
        outcomes.record(self._service, self._connection, refused, self._lease)
        return ready

    def _wanted(self, message: Row[Any]) -> bool:
        """Whether a message that was never handed over still has something to say."""
        return message.rendered_at is not None or still_says(message.kind, self._living.get(message.id, ()))

    def _must_wait(self, row: Claimed, message: Row[Any]) -> datetime | None:
        """When to look again, where nothing may leave now: out of hours, paused, parked, channel not configured."""
        service, machine_now = self._service, self._machine_now
        if message.kind != MessageKind.ANSWER and self._slot is None:
            return machine_now
        if self._slot is not None and self._slot.half != AM and self._to_leader(message):
            return machine_now + LOOK_AGAIN
        if self._paused(message):
            return machine_now + PAUSED_FOR
        if self._parked and (keys := {row.channel, park_key(row.channel, message.contact_id)} & self._parked.keys()):
            until = [self._parked[key].until for key in keys]
            return max((moment for moment in until if moment is not None), default=machine_now + LOOK_AGAIN)
        return None if row.channel in service.channels else machine_now + LOOK_AGAIN

    def _to_leader(self, message: Row[Any]) -> bool:
        """Leaders are written to in the morning alone, also where the morning's try failed."""
        if message.kind != MessageKind.DIGEST:
            return bool(message.kind == MessageKind.LEADERS)
        reader = self._people.get(message.contact_id)
        return reader is not None and reader.role == "leader"

    def _paused(self, message: Row[Any]) -> bool:
        """Whether somebody stopped everything, or a plan or unit that the message speaks of."""
        stopped = self._stopped
        if stopped.everything or not (stopped.plan_ids or stopped.unit_ids):
            return stopped.everything
        about = self._living.get(message.id, [])
        return any(item.plan_id in stopped.plan_ids or item.unit_id in stopped.unit_ids for item in about)

    def _payload(self, row: Claimed, message: Row[Any]) -> Payload:
        """The bytes of a part: made at the first hand-over, the same ever after."""
        kept = self._payloads.get(row.id)
        if kept is not None:
            address = self._address_now(row, message)
            return replace(kept, address=address) if address else kept
        person = self._people.get(message.contact_id)
        if person is None:
            raise UnsendableMessage("收件人已不在登记名单里。")
        channel = self._service.channels[row.channel]
        first, *more = channel.render(self._desk.as_message(message, person, row.channel))
        extra = [outbox.Wanted(message.id, row.channel, row.lane, part.part) for part in more]
        outbox.add(self._service.database, self._connection, extra)
        for part in more:
            payloads.keep_part(self._service.database, self._connection, message.id, row.channel, part, self._day)
        self._fresh[row.id] = first
        return first

    def _address_now(self, row: Claimed, message: Row[Any]) -> str:
        """A robot's address stands in no byte of what it is sent: a mended one is used at the next try."""
        person = self._people.get(message.contact_id) if row.channel == WECOM else None
        if person is None:
            return ""
        worded = messages.by_ids(self._connection, [message.id])[message.id]
        again = channel_message(self._service, self._connection, worded, person, row.channel)
        return self._service.channels[row.channel].render(again)[0].address

"""Dispatch: claim deliveries, hand them over one by one, journal each outcome before the next.

Intent is written before sending (the bytes are stored, the row is claimed) and the outcome after. Rows go in chunks of
about a second: one transaction checks and words them, the journal says before and after each hand-over what became of
it, and one transaction writes the outcomes. After a kill exactly the row that was begun and has no outcome is unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from channels.channel import Channel, ExactChannel
from channels.outcome import Outcome, Verdict
from channels.secrets import destination_key
from reminders.engine.sending import outcomes, parking, poison
from reminders.engine.sending.done import Done
from reminders.engine.sending.leasing import Lease
from reminders.engine.sending.preparing import Prepared, prepare
from reminders.engine.service import Service
from reminders.store.journals import Entry, Journal
from reminders.store.leases import Claimed
from reminders.store.outbox import URGENT

log = logging.getLogger("cuiban.dispatch")

CHUNK = 100  # rows that are prepared together at most
A_CHUNK = timedelta(seconds=1)  # what is decided meanwhile (a pause, an answer) comes too late for so long
STOP_AFTER = timedelta(seconds=60)  # a job gives back what it has not begun long before its time limit


def dispatch(service: Service, ids: Sequence[int]) -> int:
    """Send what is still free of some deliveries, and what is urgent before it; how many were handed over."""
    name = service.random(16).hex()
    with service.journals.open(name) as journal:
        sender = _Sender(service, Lease(service, name), journal)
        try:
            return sender.send(ids)
        finally:
            sender.hang_up()


@dataclass
class _Sender:
    """One job's work under one lease."""

    service: Service
    lease: Lease
    journal: Journal
    size: int = 25  # of the next chunk
    sent: int = 0
    lost: bool = False  # somebody took the lease over
    used: set[str] = field(default_factory=set)
    failing: dict[str, set[int]] = field(default_factory=dict)  # per channel the recipients that failed in a row

    def send(self, ids: Sequence[int]) -> int:
        """Chunk by chunk; a backlog never delays an escalation, not even the one that is being sent."""
        began = self.service.machine_now()
        rows = self.lease.claim([*ids, *self.lease.urgent()])
        while rows and not self.lost:
            if self.service.machine_now() - began > STOP_AFTER:
                self.lease.give_back([row.id for row in rows])
                break
            # What is urgent goes one by one: should nobody find the journal, not a chunk of leaders' mail is in doubt.
            size = self.size if self.journal.lasting and rows[0].lane != URGENT else 1
            rows = self._chunk(rows[:size]) + rows[size:]
            if rows:
                rows = sorted([*self.lease.claim(self.lease.urgent()), *rows], key=_order)
        self.journal.done()
        return self.sent

    def hang_up(self) -> None:
        """An idle connection behind a firewall would cost the next round a timeout."""
        for channel in self.used:
            self.service.channels[channel].close()

    def _chunk(self, rows: Sequence[Claimed]) -> list[Claimed]:
        """From checking to the outcomes, for about a second; the rows that were not reached."""
        ready = poison.isolating(self.service, self.lease.name, rows, self._prepare)
        self.journal.prepared()
        began, done = self.service.machine_now(), list[Done]()
        reached = 0
        while reached < len(ready) and not (done and self.service.machine_now() - began > A_CHUNK):
            if not self.lease.kept():
                self.lost = True
                break
            self._one(ready[reached], done)
            reached += 1
        outcomes.write_down(self.service, done, self.lease.name)
        self.size = min(CHUNK, len(rows) * 4) if reached == len(ready) else max(1, reached)
        return [prepared.row for prepared in ready[reached:]]

    def _one(self, prepared: Prepared, done: list[Done]) -> None:
        """Hand one row over, unless it has to wait; its outcome stands in the journal before the next is begun."""
        until = self._wait(prepared)
        if until is not None:
            self.lease.give_back([prepared.row.id], until)
            return
        found = self._hand_over(prepared)
        self.sent += 1
        if self.journal.end(Entry(found.row.id, found.outcome, found.at, found.machine_at)):
            done.append(found)
        else:
            outcomes.write_down(self.service, [found], self.lease.name)

    def _prepare(self, rows: Sequence[Claimed]) -> list[Prepared]:
        with self.service.database.write() as connection:
            return prepare(self.service, connection, rows, self.lease.name)

    def _hand_over(self, prepared: Prepared) -> Done:
        channel = prepared.row.channel
        self.used.add(channel)
        try:
            outcome = self._send(self.service.channels[channel], prepared)
        except Exception as error:  # a channel never raises; one that does anyway must not send the row for ever
            log.exception("channel %s broke while it held delivery %d", channel, prepared.row.id)
            outcome = Outcome(Verdict.IN_DOUBT, "error", f"发送程序出错（{type(error).__name__}），可能已经送达。")
        self._note(prepared, outcome)
        return Done(prepared.row, prepared.message, outcome, self.service.now(), self.service.machine_now())

    def _send(self, channel: Channel, prepared: Prepared) -> Outcome:
        """The journal says that a row is begun at the last moment at which that is not yet so."""
        begin = partial(self.journal.begin, prepared.row.id)
        if isinstance(channel, ExactChannel):
            return channel.send_noting(prepared.payload, begin)
        begin()
        return channel.send(prepared.payload)

    def _note(self, prepared: Prepared, outcome: Outcome) -> None:
        failing = self.failing.setdefault(prepared.row.channel, set())
        if outcome.verdict in parking.NOT_THEIRS:
            failing.add(prepared.message.contact_id)
        else:
            failing.clear()

    def _wait(self, prepared: Prepared) -> datetime | None:
        """When to look again at a row that may not go now: its channel fails for everybody, or by its own limit."""
        row, now = prepared.row, self.service.machine_now()
        if len(self.failing.get(row.channel, ())) >= parking.IN_A_ROW:
            return now + parking.PARKED
        if not self.service.channels[row.channel].limits.per_minute:
            return None
        # Two contacts behind one robot share its limit.
        seconds = self.service.limiter.wait(destination_key(row.channel, prepared.payload.address), now.timestamp())
        return now + timedelta(seconds=seconds) if seconds > 0 else None


def _order(row: Claimed) -> tuple[int, int]:
    return row.lane, row.id

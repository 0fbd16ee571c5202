"""Dispatch: claim deliveries, hand them over one by one, journal each outcome before the next.

Intent is written before sending (the bytes are stored, the row is claimed) and the outcome after. Rows go in chunks of
about a second: the journal says before and after each hand-over what became of it, and one transaction writes the
outcomes of a chunk, checks the next and words it. After a kill exactly the row that was begun and has no outcome is
unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from channels.message import Payload
from reminders.engine.sending import outcomes, poison
from reminders.engine.sending.done import Done
from reminders.engine.sending.hand_over import HandOver, following
from reminders.engine.sending.leasing import Lease
from reminders.engine.sending.preparing import Prepared, prepare
from reminders.engine.service import Service
from reminders.store.journals import Entry, Journal
from reminders.store.leases import Claimed, order
from reminders.store.outbox import URGENT

CHUNK = 200  # rows that are prepared together at most
A_CHUNK = timedelta(seconds=1)  # what is decided meanwhile (a pause, an answer) comes too late for so long
STOP_AFTER = timedelta(seconds=60)  # a job gives back what it has not begun long before its time limit


def dispatch(service: Service, ids: Sequence[int]) -> int:
    """Send what is still free of some deliveries, and what is urgent before it; how many were handed over."""
    name = service.random(16).hex()
    with service.journals.open(name) as journal:
        sender = _Sender(service, Lease(service, name), journal, HandOver(service, journal))
        try:
            return sender.send(ids)
        finally:
            sender.hand_over.hang_up()


@dataclass
class _Sender:
    """One job's work under one lease."""

    service: Service
    lease: Lease
    journal: Journal
    hand_over: HandOver
    size: int = 50  # of the next chunk
    sent: int = 0
    lost: bool = False  # somebody took the lease over
    done: list[Done] = field(default_factory=list)  # what the journal has and the database has not yet

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
                rows = sorted([*self.lease.claim(self.lease.urgent()), *rows], key=order)
        self._write_down()
        self.journal.done()
        return self.sent

    def _chunk(self, rows: Sequence[Claimed]) -> list[Claimed]:
        """Check and hand over, for about a second; the rows that were not reached."""
        ready = self._ready(rows)
        self.journal.prepared()
        began = self.service.machine_now()
        reached = 0
        while reached < len(ready) and not (self.done and self.service.machine_now() - began > A_CHUNK):
            if not self.lease.kept():
                self.lost = True
                break
            self._one(ready[reached], following(ready, reached))
            reached += 1
        self.size = min(CHUNK, len(rows) * 4) if reached == len(ready) else max(1, reached)
        return [prepared.row for prepared in ready[reached:]]

    def _ready(self, rows: Sequence[Claimed]) -> list[Prepared]:
        """Write down what became of the last chunk and prepare the next: where all is well, in one transaction."""
        if self.done:
            try:
                return self._turn(rows)
            except poison.NOBODYS:
                raise
            except Exception:  # one of the rows breaks the program: each half finds its own, by itself
                self._write_down()
        return poison.isolating(self.service, self.lease.name, rows, self._prepare)

    def _turn(self, rows: Sequence[Claimed]) -> list[Prepared]:
        with self.service.database.write() as connection:
            outcomes.record(self.service, connection, self.done, self.lease.name)
            ready = prepare(self.service, connection, rows, self.lease.name)
        self.done = []
        return ready

    def _write_down(self) -> None:
        done, self.done = self.done, []
        outcomes.write_down(self.service, done, self.lease.name)

    def _one(self, prepared: Prepared, after: Payload | None) -> None:
        """Hand one row over, unless it has to wait; its outcome stands in the journal before the next is begun."""
        until = self.hand_over.wait(prepared)
        if until is not None:
            self.lease.give_back([prepared.row.id], until)
            return
        found = self.hand_over.one(prepared, after)
        self.sent += 1
        if self.journal.end(Entry(found.row.id, found.outcome, found.at, found.machine_at)):
            self.done.append(found)
        else:
            outcomes.write_down(self.service, [found], self.lease.name)

    def _prepare(self, rows: Sequence[Claimed]) -> list[Prepared]:
        with self.service.database.write() as connection:
            return prepare(self.service, connection, rows, self.lease.name)

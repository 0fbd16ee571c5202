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

from channels.outcome import Outcome, Verdict
from channels.secrets import destination_key
from reminders.engine import outcomes, poison
from reminders.engine.outcomes import Done
from reminders.engine.preparing import Prepared, prepare
from reminders.engine.service import Service
from reminders.store import outbox
from reminders.store.journals import Entry, Journal
from reminders.store.outbox import Claimed

log = logging.getLogger("cuiban.dispatch")

FIRST_CHUNK, LARGEST_CHUNK = 25, 100
A_CHUNK = timedelta(seconds=1)  # what is decided meanwhile (a pause, an answer) comes too late for so long
STOP_AFTER = timedelta(seconds=60)  # a job gives back what it has not begun long before its time limit


def dispatch(service: Service, ids: Sequence[int]) -> int:
    """Send what is still free of some deliveries, and what is urgent before it; how many were handed over."""
    lease = service.random(16).hex()
    with service.journals.open(lease) as journal:
        sender = _Sender(service, lease, journal)
        try:
            return sender.send(ids)
        finally:
            sender.hang_up()


@dataclass
class _Sender:
    """One job's work under one lease."""

    service: Service
    lease: str
    journal: Journal
    used: set[str] = field(default_factory=set)
    failing: dict[str, set[int]] = field(default_factory=dict)  # per channel the recipients that failed in a row

    def send(self, ids: Sequence[int]) -> int:
        began = renewed = self.service.machine_now()
        rows, sent, size = self._claim(ids), 0, FIRST_CHUNK if self.journal.lasting else 1
        while rows:
            at = self.service.machine_now()
            chunk, rows = rows[:size], rows[size:]
            sent += self._chunk(chunk)
            now = self.service.machine_now()
            size = self._next_size(size, now - at)
            if rows and now - began > STOP_AFTER:
                self._give_back([row.id for row in rows])
                break
            if rows and now - renewed > self._span() / 3:
                renewed = now
                if not self._renew(now):
                    break
            rows = sorted([*self._claim(()), *rows], key=_order) if rows else []
        self.journal.done()
        return sent

    def hang_up(self) -> None:
        """An idle connection behind a firewall would cost the next round a timeout."""
        for channel in self.used:
            self.service.channels[channel].close()

    def _chunk(self, rows: Sequence[Claimed]) -> int:
        """One chunk from checking to its outcomes; how many rows were handed over."""
        ready = poison.isolating(self.service, self.lease, rows, self._prepare)
        done: list[Done] = []
        deferred: dict[int, datetime | None] = {}
        for prepared in ready:
            wait = self._wait(prepared)
            if wait is not None:
                deferred[prepared.row.id] = wait
                continue
            self.journal.begin(prepared.row.id)
            found = self._hand_over(prepared)
            done.append(found)
            kept = self.journal.end(Entry(found.row.id, found.outcome, found.at, found.machine_at))
            if not kept:
                outcomes.write_down(self.service, [found], self.lease)
                done.pop()
        self._settle(done, deferred)
        return len(done)

    def _prepare(self, rows: Sequence[Claimed]) -> list[Prepared]:
        with self.service.database.write() as connection:
            return prepare(self.service, connection, rows, self.lease)

    def _settle(self, done: list[Done], deferred: dict[int, datetime | None]) -> None:
        if deferred:
            with self.service.database.write() as connection:
                for row_id, until in deferred.items():
                    outbox.release(connection, [row_id], self.lease, until)
        outcomes.write_down(self.service, done, self.lease)

    def _hand_over(self, prepared: Prepared) -> Done:
        channel = prepared.row.channel
        self.used.add(channel)
        try:
            outcome = self.service.channels[channel].send(prepared.payload)
        except Exception as error:  # a channel never raises; one that does anyway must not send the row for ever
            log.exception("channel %s broke while it held delivery %d", channel, prepared.row.id)
            outcome = Outcome(Verdict.IN_DOUBT, "error", f"发送程序出错（{type(error).__name__}），可能已经送达。")
        self._note(prepared, outcome)
        return Done(prepared.row, prepared.message, outcome, self.service.now(), self.service.machine_now())

    def _note(self, prepared: Prepared, outcome: Outcome) -> None:
        failing = self.failing.setdefault(prepared.row.channel, set())
        if outcome.verdict in outcomes.NOT_THEIRS:
            failing.add(prepared.message.contact_id)
        else:
            failing.clear()

    def _wait(self, prepared: Prepared) -> datetime | None:
        """When to look again at a row that may not go now: its channel fails for everybody, or by its own limit."""
        row, now = prepared.row, self.service.machine_now()
        if len(self.failing.get(row.channel, ())) >= outcomes.IN_A_ROW:
            return now + outcomes.PARKED
        if not self.service.channels[row.channel].limits.per_minute:
            return None
        # Two contacts behind one robot share its limit.
        seconds = self.service.limiter.wait(destination_key(row.channel, prepared.payload.address), now.timestamp())
        return now + timedelta(seconds=seconds) if seconds > 0 else None

    def _claim(self, ids: Sequence[int]) -> list[Claimed]:
        """What is free of some rows, and of the urgent ones in any case: a backlog never delays an escalation."""
        service, now = self.service, self.service.machine_now()
        most = service.settings.batch
        with service.database.write() as connection:
            return outbox.claim(service.database, connection, ids, self.lease, now, self._span(), most)

    def _renew(self, now: datetime) -> bool:
        with self.service.database.write() as connection:
            return outbox.renew(connection, self.lease, now + self._span()) > 0

    def _give_back(self, ids: Sequence[int]) -> None:
        with self.service.database.write() as connection:
            outbox.release(connection, ids, self.lease)

    def _span(self) -> timedelta:
        return timedelta(seconds=self.service.settings.lease_seconds)

    def _next_size(self, size: int, took: timedelta) -> int:
        if not self.journal.lasting:
            return 1
        if took > A_CHUNK:
            return max(1, size // 2)
        return min(LARGEST_CHUNK, size * 4) if took < A_CHUNK / 2 else size


def _order(row: Claimed) -> tuple[int, int]:
    return row.lane, row.id

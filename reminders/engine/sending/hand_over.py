"""The hand-over itself: one prepared row to its channel, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from channels.channel import Channel, ExactChannel
from channels.message import Payload
from channels.outcome import Outcome, Verdict
from channels.secrets import destination_key
from reminders.engine.sending import parking
from reminders.engine.sending.done import Done
from reminders.engine.sending.preparing import Prepared
from reminders.engine.service import Service
from reminders.store.journals import Journal

log = logging.getLogger("cuiban.dispatch")

Begin = Callable[[], object]
Way = Callable[[Payload, Begin, Payload | None], Outcome]  # how a channel sends a payload before the following one


@dataclass
class HandOver:
    """What one job knows of the channels it hands rows to."""

    service: Service
    journal: Journal
    _ways: dict[str, Way] = field(default_factory=dict)
    _failing: dict[str, set[int]] = field(default_factory=dict)  # per channel the recipients that failed in a row

    def wait(self, prepared: Prepared) -> datetime | None:
        """When to look again at a row that may not go now: its channel fails for everybody, or by its own limit."""
        channel = prepared.row.channel
        if len(self._failing.get(channel, ())) >= parking.IN_A_ROW:
            return self.service.machine_now() + parking.PARKED
        if not self.service.channels[channel].limits.per_minute:
            return None
        now = self.service.machine_now()
        # Two contacts behind one robot share its limit.
        seconds = self.service.limiter.wait(destination_key(channel, prepared.payload.address), now.timestamp())
        return now + timedelta(seconds=seconds) if seconds > 0 else None

    def one(self, prepared: Prepared, following: Payload | None) -> Done:
        """One try of one row; the journal says that it is begun at the last moment at which that is not yet so."""
        row = prepared.row
        try:
            outcome = self._way(row.channel)(prepared.payload, partial(self.journal.begin, row.id), following)
        except Exception as error:  # a channel never raises; one that does anyway must not send the row for ever
            log.exception("channel %s broke while it held delivery %d", row.channel, row.id)
            outcome = Outcome(Verdict.IN_DOUBT, "error", f"发送程序出错（{type(error).__name__}），可能已经送达。")
        self._note(prepared, outcome)
        return Done(row, prepared.message, outcome, self.service.now(), self.service.machine_now())

    def hang_up(self) -> None:
        """An idle connection behind a firewall would cost the next round a timeout."""
        for channel in self._ways:
            self.service.channels[channel].close()

    def _way(self, name: str) -> Way:
        if name not in self._ways:  # asked once: what a protocol says of a value takes longer to find out than a write
            self._ways[name] = _way_of(self.service.channels[name])
        return self._ways[name]

    def _note(self, prepared: Prepared, outcome: Outcome) -> None:
        channel = prepared.row.channel
        if outcome.verdict in parking.NOT_THEIRS:
            self._failing.setdefault(channel, set()).add(prepared.message.contact_id)
        else:
            self._failing.pop(channel, None)


def following(ready: Sequence[Prepared], at: int) -> Payload | None:
    """What goes over the same channel right after a row, as far as is known now."""
    after = ready[at + 1] if at + 1 < len(ready) else None
    return after.payload if after is not None and after.row.channel == ready[at].row.channel else None


def _way_of(channel: Channel) -> Way:
    if isinstance(channel, ExactChannel):
        return channel.send_noting

    def send(payload: Payload, begin: Begin, _following: Payload | None) -> Outcome:
        begin()
        return channel.send(payload)

    return send

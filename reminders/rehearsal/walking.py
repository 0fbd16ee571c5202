"""The walk of a rehearsal: slot by slot through the same engine, the messages of each slot as it passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reminders.engine.ledger.sent import DigestLines, Line, sent_lines
from reminders.engine.round.tick import tick
from reminders.engine.service import Service
from reminders.rehearsal.handing import hand_over
from reminders.rehearsal.manners import Manners
from reminders.rehearsal.scratch import clock_of, forget
from reminders.rehearsal.units import Units
from reminders.slots import AM, Slot, week_of
from reminders.store.probing import first_work

AFTER_OPENING = timedelta(minutes=1)
READING = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a rehearsal covers, both included."""

    first: date
    last: date


def walk(scratch: Service, span: Span, manners: Manners, *, start: Slot) -> Iterator[Line]:
    """Every message of some days, in the order of slot, destination and kind; what is before them is walked unseen.

    The lines of a slot are given as it passes and then forgotten, so that a year needs no more room than a month.
    """
    units, digests = Units.of(scratch, manners), DigestLines()
    done_before = date.min
    while (slot := _next_busy(scratch, start)).day <= span.last:
        if week_of(slot.day) > week_of(done_before):
            with scratch.database.write() as connection:
                forget(connection, slot.day)
        units.finish(done_before, slot.day)
        done_before, start = slot.day, scratch.slots.after(slot)
        clock_of(scratch).move(scratch.slots.opens_at(slot) + AFTER_OPENING)
        if seen := _pass(scratch):
            yield from _lines(scratch, seen, digests, span)
            clock_of(scratch).move(scratch.slots.opens_at(slot) + READING)
            units.answer(seen)


def _next_busy(scratch: Service, earliest: Slot) -> Slot:
    """The next slot that has something to do; what is late is done in the earliest."""
    with scratch.database.read() as connection:
        found = first_work(connection)
    return max(earliest, Slot.parse(found)) if found else Slot(date.max, AM)


def _pass(scratch: Service) -> list[int]:
    """One slot: everything due is written, sealed and handed over; the messages that were."""
    seen: list[int] = []
    while (done := tick(scratch)).waiting:
        seen += hand_over(scratch, done.waiting)
    return seen


def _lines(scratch: Service, message_ids: list[int], digests: DigestLines, span: Span) -> list[Line]:
    with scratch.database.read() as connection:
        lines = sent_lines(connection, message_ids, digests)
    return [line for line in lines if Slot.parse(line["slot"]).day >= span.first]

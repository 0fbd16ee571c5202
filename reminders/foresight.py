"""Foresight: the steps an obligation takes by itself when everything is accepted in its slot and nobody answers.

What a slot will send can be told before it opens, by the same transitions that the engine takes then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reminders import delay, silence
from reminders.obligations import Change, Kind, Obligation, State
from reminders.slots import Slot, SlotCalendar

LEADERS_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One step that will be taken in a slot, with what it leads to."""

    slot: Slot
    change: Change


def unanswered(obligation: Obligation, slots: SlotCalendar, *, first: Slot, last: Slot) -> Iterator[Step]:
    """The steps of an obligation in the slots from `first` to `last`; what is late is taken in the first."""
    now = obligation
    while now.next_slot is not None and now.next_slot <= last:
        slot = max(now.next_slot, first)
        change = advance(now, slot, slots)
        yield Step(slot, change)
        after = _accepted(change.obligation, slot, slots)
        if after.next_slot is not None and after.next_slot <= slot:
            return  # what comes round in its own slot is the engine's to sort out
        now = after


def advance(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """The transition that the opening of its slot brings, whatever its kind."""
    if obligation.kind is Kind.COMPLETION:
        return delay.advance(obligation, slot, slots)
    return silence.advance(obligation, slot, slots)


def _accepted(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Obligation:
    """The obligation once its message was taken, on the day of the slot."""
    if obligation.kind is Kind.COMPLETION:
        change = delay.accepted(obligation, LEADERS_LEVEL)
    elif obligation.state is State.QUEUED:
        change = silence.accepted(obligation, obligation.level, slot.day, slots)
    else:
        change = None
    return change.obligation if change is not None else obligation

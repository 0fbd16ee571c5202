"""What a planning anew moves: the steps an obligation would take if nobody answered, before and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from reminders import silence
from reminders.foresight import unanswered
from reminders.obligations import Obligation, State
from reminders.planner import Planned
from reminders.slots import PM, Slot, SlotCalendar

AHEAD = timedelta(days=1200)
MOST = 60
COMES_ROUND = (State.SUBMITTED, State.SUSPENDED)  # asked again and again until somebody decides: the first is enough


@dataclass(frozen=True, slots=True)
class Moved:
    """One step that takes place in another slot (`was` None: it is new; `now` None: it is dropped)."""

    obligation: Obligation
    step: str
    was: Slot | None
    now: Slot | None


def differences(
    before: Obligation | None, was: SlotCalendar, after: Obligation | None, now: SlotCalendar, first: Slot
) -> Iterator[Moved]:
    """The steps from `first` on that move when an obligation is planned anew; None where it is not there."""
    old, new = (_ahead(one, slots, first) for one, slots in ((before, was), (after, now)))
    about = after or before
    assert about is not None, "one of them is there"
    for step in [*new, *(step for step in old if step not in new)]:
        slots = (old.get(step, []), new.get(step, []))
        for place in range(max(map(len, slots))):
            pair = [found[place] if place < len(found) else None for found in slots]
            if pair[0] != pair[1]:
                yield Moved(about, step, pair[0], pair[1])


def steps_ahead(obligation: Obligation, slots: SlotCalendar, first: Slot) -> list[Planned]:
    """What an obligation would do from `first` on if nobody answered, each message accepted in its slot."""
    now = obligation
    if now.state is State.QUEUED:
        change = silence.accepted(now, now.level, first.day, slots)
        now = change.obligation if change is not None else now
    found: list[Planned] = []
    last = Slot(first.day + AHEAD, PM)
    for taken in islice(unanswered(now, slots, first=first, last=last), MOST):
        found += [Planned(taken.slot, step) for step in dict.fromkeys(draft.step for draft in taken.change.items)]
        if taken.change.obligation.state in COMES_ROUND:
            break
    return found


def _ahead(obligation: Obligation | None, slots: SlotCalendar, first: Slot) -> dict[str, list[Slot]]:
    found: dict[str, list[Slot]] = defaultdict(list)
    if obligation is not None and obligation.is_open:
        for planned in steps_ahead(obligation, slots, first):
            found[planned.step].append(planned.slot)
    return found

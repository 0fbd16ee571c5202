"""The one reminder of a quarterly return, which follows the quarter's last working day and not its own wait."""

from __future__ import annotations

from reminders import silence
from reminders.obligations import Obligation
from reminders.replanning.moment import Moment
from reminders.slots import AM, Slot, SlotCalendar


def reminded_by(obligation: Obligation, slots: SlotCalendar, moment: Moment, *, made_up: bool) -> Obligation:
    """The one reminder of a return by its rule; past it comes in the first slot, or not at all."""
    end = silence.return_quarter_end(obligation, slots)
    reminds = Slot(slots.workdays.add_workdays(end, -obligation.policy.ask_return.reminds), AM)
    if made_up:
        reminds = max(reminds, moment.earliest)
    if moment.earliest <= reminds and reminds.day <= obligation.due_at():
        return obligation.to(obligation.state, next_slot=reminds)
    late = Slot(slots.workdays.add_workdays(obligation.due_at(), 1), AM)
    return obligation.to(obligation.state, next_step="level1", next_slot=max(late, moment.earliest))

"""When something is planned anew, and what moves with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from reminders.slots import AM, PM, Slot, SlotCalendar


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is planned anew: the day, and the first slot that opens from now on."""

    day: date
    earliest: Slot


def slot_before(slot: Slot, slots: SlotCalendar) -> Slot:
    """The slot before, so that «after» it means «on or after» the given one."""
    return Slot(slot.day, AM) if slot.half != AM else Slot(slots.workdays.add_workdays(slot.day, -1), PM)


@dataclass(frozen=True, slots=True)
class Shift:
    """Two calendars and the moment at which the second takes the place of the first."""

    was: SlotCalendar
    now: SlotCalendar
    moment: Moment

    def day(self, day: date) -> date:
        """The day that leaves as many working days to come as before."""
        left = self.was.workdays.count_between(self.moment.day + timedelta(days=1), day)
        if day <= self.moment.day or not left:
            return self.now.workdays.on_or_after(day)
        return self.now.workdays.add_workdays(self.moment.day, left)

    def slot(self, slot: Slot) -> Slot:
        """The slot that leaves as many working days to come as before."""
        return max(Slot(self.day(slot.day), slot.half), self.moment.earliest)

    def on(self, slot: Slot) -> Slot:
        """The same slot, or the next morning that is worked."""
        return slot if self.now.workdays.is_workday(slot.day) else self.now.morning(slot.day)

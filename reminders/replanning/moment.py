"""When something is planned anew, and what moves with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminders.clock import SHANGHAI
from reminders.slots import AM, PM, Slot, SlotCalendar


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is planned anew."""

    day: date
    earliest: Slot  # the first slot that opens from now on
    coming: Slot  # the first half day from now on, worked or not: what stands before it is due already

    @classmethod
    def of(cls, now: datetime, slots: SlotCalendar) -> Moment:
        """The moment of a time of day, by the calendar that counts from now on."""
        local = now.astimezone(SHANGHAI)
        halves = (Slot(local.date(), AM), Slot(local.date(), PM), Slot(local.date() + timedelta(days=1), AM))
        coming = next(slot for slot in halves if slots.opens_at(slot) > local)
        return cls(local.date(), slots.next_opening(now), coming)


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

"""The slots of a working day: every step has one, never a bare moment.

A slot is the morning or the afternoon of a working day, written 2022-09-30/am. The text sorts in the order of time,
so it is also what the store keeps and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.clock import SHANGHAI
from schedules.workdays import WorkCalendar

AM, PM = "am", "pm"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The morning or the afternoon of one day."""

    day: date
    half: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.half}"

    @classmethod
    def parse(cls, text: str) -> Slot:
        """Read 2022-09-30/am; ValueError where it is anything else."""
        day, _, half = text.partition("/")
        if half not in (AM, PM):
            raise ValueError(f"时段应写作 2022-09-30/am 或 2022-09-30/pm，读到的是「{text}」。")
        return cls(date.fromisoformat(day), half)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When messages may leave, Asia/Shanghai, on working days."""

    am_opens: time = time(9, 0)
    am_closes: time = time(11, 30)
    pm_opens: time = time(14, 0)
    pm_closes: time = time(17, 0)


@dataclass(frozen=True, slots=True)
class SlotCalendar:
    """The slots that China's working days and the send window make."""

    workdays: WorkCalendar
    window: SendWindow = SendWindow()

    def opens_at(self, slot: Slot) -> datetime:
        """The moment a slot opens."""
        opening = self.window.am_opens if slot.half == AM else self.window.pm_opens
        return datetime.combine(slot.day, opening, SHANGHAI)

    def closes_at(self, slot: Slot) -> datetime:
        """The moment a slot closes; nothing leaves at or after it."""
        closing = self.window.am_closes if slot.half == AM else self.window.pm_closes
        return datetime.combine(slot.day, closing, SHANGHAI)

    def open_slot(self, now: datetime) -> Slot | None:
        """The slot whose window holds `now`, or None outside the send window."""
        local = now.astimezone(SHANGHAI)
        if not self.workdays.is_workday(local.date()):
            return None
        for half in (AM, PM):
            slot = Slot(local.date(), half)
            if self.opens_at(slot) <= local < self.closes_at(slot):
                return slot
        return None

    def next_opening(self, now: datetime) -> Slot:
        """The first slot that opens after `now`: what falls due inside a slot goes there."""
        local = now.astimezone(SHANGHAI)
        day = self.workdays.on_or_after(local.date())
        for half in (AM, PM):
            slot = Slot(day, half)
            if self.opens_at(slot) > local:
                return slot
        return Slot(self.workdays.add_workdays(day, 1), AM)

    def after(self, slot: Slot) -> Slot:
        """The slot that follows."""
        if slot.half == AM and self.workdays.is_workday(slot.day):
            return Slot(slot.day, PM)
        return Slot(self.workdays.add_workdays(slot.day, 1), AM)

    def morning(self, day: date) -> Slot:
        """The first morning on or after `day`."""
        return Slot(self.workdays.on_or_after(day), AM)

    def morning_after(self, day: date, working_days: int) -> Slot:
        """The morning that follows the n-th working day after `day`, which is not counted."""
        last = self.workdays.add_workdays(day, working_days)
        return Slot(self.workdays.add_workdays(last, 1), AM)


def week_of(day: date) -> date:
    """The Monday of the week `day` lies in (Monday to Sunday)."""
    return day - timedelta(days=day.weekday())


def digest_slot(monday: date, slots: SlotCalendar) -> Slot | None:
    """The morning of the week's first working day.

    None for a week that begins on a worked weekend day or has no working day: such a week has no digest of its own.
    """
    days = [monday + timedelta(days=n) for n in range(7)]
    first = next((day for day in days if slots.workdays.is_workday(day)), None)
    if first is None or first.weekday() >= 5:
        return None
    return Slot(first, AM)


def next_digest_slot(after: date, slots: SlotCalendar) -> Slot:
    """The digest slot of the first week after the one `after` lies in."""
    monday = week_of(after) + timedelta(days=7)
    while (slot := digest_slot(monday, slots)) is None:
        monday += timedelta(days=7)
    return slot

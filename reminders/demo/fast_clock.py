"""A fast clock: a working day takes some seconds, nights and days off none, and it stands still on request."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta

from reminders.clock import SHANGHAI, MachineClock
from schedules.workdays import WorkCalendar

DAY_BEGINS, DAY_ENDS = time(8, 50), time(17, 10)
DAY = timedelta(hours=8, minutes=20)
LONGEST_HOLD = timedelta(minutes=2)


class FastClock(MachineClock):
    """Business time that runs through working hours only.

    It begins on `start` at ten to nine. A link page that is open holds it until its POST, two minutes at most.
    """

    def __init__(self, start: datetime, day_seconds: float, workdays: WorkCalendar, *, held: bool = False) -> None:
        self._start = start
        self._rate = DAY.total_seconds() / day_seconds
        self._workdays = workdays
        self._always_held = held
        self._elapsed = timedelta(0)  # working time since the start
        self._seen = self.machine()
        self._held_until: datetime | None = None
        self._lock = threading.Lock()

    def business(self) -> datetime:
        with self._lock:
            self._advance()
            days, rest = divmod(self._elapsed, DAY)
            day = self._workdays.add_workdays(self._start.date(), days) if days else self._start.date()
            return datetime.combine(day, DAY_BEGINS, SHANGHAI) + rest

    def hold(self) -> None:
        """Stand still: somebody reads a link page."""
        with self._lock:
            self._advance()
            self._held_until = self._seen + LONGEST_HOLD

    def go_on(self) -> None:
        """Run again."""
        with self._lock:
            self._advance()
            self._held_until = None

    def _advance(self) -> None:
        now = self.machine()
        since = self._seen
        if self._held_until is not None:
            since = min(max(since, self._held_until), now)
            if now >= self._held_until:
                self._held_until = None
        if not self._always_held:
            self._elapsed += (now - since) * self._rate
        self._seen = now

"""What happens to a plan as a whole: its first send is released, its calendar changes, a person closes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.closing import close_plan
from reminders.engine.round.tick import tick
from schedules.workdays import Exceptions, WorkCalendar
from tests.model.core import NO, Core
from tests.office import OFFICE

EARLY = 270  # days of the year before which nobody closes a plan: what comes after would prove little


class PlanActs(Core):
    """The acts that concern a whole plan."""

    def the_first_send_is_released(self) -> str:
        """Activated before, and nothing left so far; a second time it is refused."""
        chosen = Choices(OFFICE, release=True)
        done = self._try(lambda: activate(self.service, self.story.plan_id, chosen))
        if isinstance(done, NO):
            return str(done)
        assert self.watcher.held, "released twice"
        self.watcher.held = False
        return "released"

    def the_calendar_is_republished(self, ahead: int) -> str:
        """A day to come is off that was worked, or the other way round; a day that was moved once stays so."""
        day = self.service.now().date() + timedelta(days=ahead)
        while day in self.republished:
            day += timedelta(days=1)
        self.republished.add(day)
        self._round()  # so that the store knows by which calendar it planned
        known, moved = self.slots.workdays.exceptions, frozenset([day.toordinal()])
        if off := self.slots.workdays.is_workday(day):
            found = Exceptions(known.off | moved, known.worked - moved, known.years)
        else:
            found = Exceptions(known.off - moved, known.worked | moved, known.years)
        self.service = replace(self.service, slots=replace(self.slots, workdays=WorkCalendar(found)))
        self.story.service = self.service
        self.watcher.plan_anew(self.service)
        tick(self.service)
        return f"{day} is {'off' if off else 'worked'}"

    def the_plan_is_closed(self) -> str:
        """By a person, late in the year."""
        if self.service.now().timetuple().tm_yday < EARLY:
            return ""
        done = self._try(lambda: close_plan(self.service, self.story.plan_id, by="何文", reason="年度工作结束"))
        if isinstance(done, NO):
            return str(done)
        self.watcher.close()
        return f"closed: {done}"

"""One history: an office, its clock, and the onlookers who hold everything that happens against the rules.

Every act is told in plain values (which one of those there are, how many days), so that a history can be written down,
shrunk, and told again to another engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from reminders.clock import SHANGHAI, Clock, Witness
from reminders.engine.round.tick import tick
from reminders.engine.sending.dispatch import dispatch
from reminders.engine.service import MAILBOX, Service
from reminders.engine.watching.presence import note_page
from reminders.exceptions import InputError, NotFound, Refused
from reminders.slots import Slot, SlotCalendar
from reminders.store.database import Database
from reminders.store.journals import Journals
from tests.model.far_end import FarEnd, Killed
from tests.model.offices import Beginning
from tests.model.post import PostRoom
from tests.model.reading import Reader
from tests.model.watching import Known, Watcher
from tests.office import Story

LAST = datetime.fromisoformat("2023-01-13T17:30+08:00")
NO = (Refused, NotFound, InputError)
_WAITING = (
    "select (select min(next_slot) from obligations where next_slot is not null),"
    " (select min(slot) from messages where sealed_at is null),"
    " (select count(*) from deliveries where state in ('pending', 'retry', 'claimed')),"
    " (select min(next_digest_slot) from plans),"
    " (select count(*) from pauses where ended_at is null)"
)
_EVERYTHING_STOPPED = "select count(*) from pauses where plan_id is null and unit_id is null and ended_at is null"
_RETRY_AT = (
    "select min(case when state = 'claimed' then lease_until else retry_at end) from deliveries"
    " where state in ('retry', 'claimed')"
)
T = TypeVar("T")


@dataclass(frozen=True)
class Witnessed:
    """A clock beside which something else counted no time at all."""

    clock: Clock
    seconds: float

    def business(self) -> datetime:
        """As the clock has it."""
        return self.clock.business()

    def machine(self) -> datetime:
        """As the clock has it."""
        return self.clock.machine()

    def witness(self) -> Witness:
        """It stands."""
        return Witness("witness", self.seconds)


class Core:
    """An office in the middle of its year, and time."""

    def __init__(
        self, database: Database, beginning: Beginning, journals: Journals, *, begun: bool, digests: bool = True
    ) -> None:
        """`begun` where the database holds the beginning already; without `digests` nobody goes to a slot for one."""
        self.beginning, self.digests = beginning, digests
        self.story = Story(database)
        self.far_end = FarEnd()
        self.service = replace(self.story.service, channels={MAILBOX: self.far_end}, journals=journals)
        self.story.service = self.service
        if begun:
            self.story.plan_id = 1
            self.story.at(beginning.day)
        else:
            beginning.tell(self.story)
        self.tasks = {one.number: one for one in beginning.tasks}
        self.people = {(who.unit, who.role, who.name): who for who in beginning.people}
        self.watcher = Watcher(self.service, held=beginning.held)
        self.post = PostRoom(self.watcher)
        self.asleep = 0  # rounds in which nothing is handed over
        self.republished: set[date] = set()  # days whose working calendar was changed
        self.page = False  # whether a link page was ever seen
        self.acts: list[tuple[str, dict[str, Any]]] = []
        self.told: list[str] = []
        self.read = Reader(database)

    def do(self, act: str, /, **choices: Any) -> None:
        """One act, written down, and what it led to looked at."""
        self.acts.append((act, choices))
        said = getattr(self, act)(**choices)
        self.told.append(f"{self.service.now():%Y-%m-%d %H:%M} {act}: {said or '—'}")
        self._look()

    # time

    def time_passes(self, days: int) -> str:
        """Every slot up to a later morning in which something waits."""
        until = min(self.service.now() + timedelta(days=days), LAST)
        while (slot := self._next_busy()) is not None and self.slots.opens_at(slot) <= until:
            self._open(slot)
        self.story.clock.moment = max(until, self.service.now())
        return f"{days} days"

    def next_slot(self) -> str:
        """The next slot in which something waits."""
        slot = self._next_busy()
        if slot is not None and self.slots.opens_at(slot) < LAST:
            self._open(slot)
        return str(slot)

    def hours_pass(self, hours: int) -> str:
        """Some hours later, in the window or not."""
        self.story.clock.moment = min(self.service.now() + timedelta(hours=hours), LAST)
        self._round()
        return f"{hours} hours"

    def we_are_away(self, days: int) -> str:
        """Nothing ticks for some days: an outage of ours, judged by the missed wake-ups."""
        if self.page:
            note_page(self.service)
        self._round()
        self.story.clock.moment = min(self.service.now() + timedelta(days=days), LAST)
        tick(self._counting())
        self._look()
        self._round()
        return f"{days} days without a tick"

    def the_page_is_away(self, days: int) -> str:
        """Ticks go on, and for some days nobody can answer by a link: who had to answer is not reported meanwhile."""
        self.page = True
        note_page(self.service)
        self._round()
        since, until = self.service.now(), min(self.service.now() + timedelta(days=days), LAST)
        opening = self.slots.next_opening(since)
        self.watcher.spare(opening.day)
        while self.slots.opens_at(opening) < until:
            self.story.clock.moment = self.slots.opens_at(opening) - timedelta(minutes=1)
            tick(self.service)  # ticks are no outage: the last one is two minutes old
            self.story.clock.moment += timedelta(minutes=2)
            self._round(self._counting())
            opening = self.slots.after(opening)
        self.watcher.spared = frozenset()
        self.story.clock.moment = until
        note_page(self.service)
        return f"{days} days without a page"

    def the_clock_leaps(self, days: int) -> str:
        """Business time is days ahead at once, and a witness knows that no such time passed: everything is paused."""
        leapt = self.service.now() + timedelta(days=days)
        if leapt > LAST:
            return ""
        steady = self.service.with_clock(Witnessed(self.story.clock, self.service.now().timestamp()))
        self._round(steady)
        self.story.clock.moment = leapt
        self._round(steady)
        assert self.read.one(_EVERYTHING_STOPPED), f"the clock leapt {days} days, and sending goes on"
        return f"{days} days ahead"

    # how

    @property
    def slots(self) -> SlotCalendar:
        """The working calendar, as it was published last."""
        return self.service.slots

    def _rows(self) -> list[Known]:
        return list(self.watcher.rows.values())

    def _look(self) -> None:
        self.watcher.look()
        self.post.look()

    def _open(self, slot: Slot) -> None:
        self.story.clock.moment = self.slots.opens_at(slot) + timedelta(minutes=1)
        self._round()
        while (again := self._retry_at()) is not None:
            # What a pause holds is looked at every minute; where a round tried nothing, half an hour may go at once.
            soonest = timedelta(seconds=1) if self.post.tried_anything else timedelta(minutes=30)
            moment = max(again + timedelta(seconds=1), self.service.now() + soonest)
            if moment >= self.slots.closes_at(slot):
                break
            self.story.clock.moment = moment
            self._round()

    def _counting(self) -> Service:
        """The service that takes a gap for an outage; elsewhere time goes in leaps that are none."""
        return replace(self.service, settings=self.service.settings.model_copy(update={"outage_after_missed": 10}))

    def _round(self, service: Service | None = None) -> None:
        """A tick and what it says waits, looked at; then nothing may be left that was due."""
        done = tick(service or self.service)
        try:
            if self.asleep:
                self.asleep -= 1
            elif done.waiting:
                dispatch(self.service, done.waiting)
        except Killed:
            self.told.append("  the sender died")
        self._look()
        self.post.at_rest(done.slot)

    def _next_busy(self) -> Slot | None:
        """The next slot that opens in which anything waits; while sending is paused, half a week may go at once."""
        ((step, message, unsent, week, paused),) = self.read.rows(_WAITING)
        opening = self.slots.next_opening(self.service.now())
        if paused:
            opening = self.slots.next_opening(self.service.now() + timedelta(days=3))
        known = [slot for slot in (step, message, week if self.digests else None) if slot]
        waiting = [max(opening, Slot.parse(slot)) for slot in known] + ([opening] if unsent else [])
        return min(waiting, default=None)

    def _retry_at(self) -> datetime | None:
        found = self.read.one(_RETRY_AT)
        if isinstance(found, str):
            found = datetime.fromisoformat(f"{found}+00:00")
        return found.astimezone(SHANGHAI) if found else None

    def _try(self, act: Callable[[], T]) -> T | Exception:
        """What it came to; a refusal changes nothing."""
        try:
            return act()
        except NO as refusal:
            return refusal


def one_of(found: Sequence[T], which: int) -> T | None:
    """One of those there are, whatever their number."""
    return found[which % len(found)] if found else None


def day_of(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value

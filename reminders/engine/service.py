"""What every use case is given: the store, the clocks, the calendar, the channels and the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from channels.channel import Channel
from channels.rate_limit import RateLimiter
from reminders.acknowledgement import LinkKeys
from reminders.clock import SHANGHAI, Clock, SteadyClock
from reminders.settings import Settings
from reminders.slots import Slot, SlotCalendar
from reminders.store.database import Database
from reminders.store.directory import Person
from reminders.store.journals import Journals, NoJournals

MAILBOX, SMTP, WECOM = "mailbox", "smtp", "wecom"


@dataclass(frozen=True)
class Service:
    """The collaborators of every use case; tests, demo and rehearsal put others in their place."""

    database: Database
    settings: Settings
    clock: Clock
    slots: SlotCalendar
    channels: Mapping[str, Channel]
    limiter: RateLimiter
    keys: LinkKeys
    random: Callable[[int], bytes] = field(repr=False)
    journals: Journals = field(default_factory=NoJournals)

    def now(self) -> datetime:
        """Business time."""
        return self.clock.business().astimezone(SHANGHAI)

    def machine_now(self) -> datetime:
        """Machine time."""
        return self.clock.machine()

    def guarded(self) -> bool:
        """Whether surprises and leaps of the clock are looked for: not where somebody moves business time on purpose.

        A demo, a rehearsal and a test go from slot to slot as they like.
        """
        return isinstance(self.clock, SteadyClock)

    def current_slot(self) -> Slot:
        """The open slot, or the next one that opens."""
        now = self.now()
        return self.slots.open_slot(now) or self.slots.next_opening(now)

    def earliest(self) -> Slot:
        """The first slot that opens after now: what falls due inside a slot goes there."""
        return self.slots.next_opening(self.now())

    def routes(self, person: Person) -> tuple[str, ...]:
        """The channels by which a contact can be reached, in their order; the first that accepts is enough."""
        if MAILBOX in self.channels:
            return (MAILBOX,)
        if person.role == "group":
            return (WECOM,) if WECOM in self.channels and person.webhook else ()
        return (SMTP,) if SMTP in self.channels and person.email else ()

    def with_clock(self, clock: Clock) -> Service:
        """The same service at another time."""
        return replace(self, clock=clock)

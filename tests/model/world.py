"""Everything that may happen to an office: time, units, the lead office, the far end, and the end of the year."""

from __future__ import annotations

from dataclasses import replace

from channels.outcome import Outcome, Verdict
from reminders.contacts import Contact
from reminders.engine.ledger.auditing import verify
from reminders.engine.ledger.sealing import seal
from reminders.engine.plan.intake import import_contacts
from reminders.engine.sending.doubts import doubts, settle
from tests.model.core import NO, one_of
from tests.model.office_acts import OfficeActs
from tests.model.plan_acts import PlanActs
from tests.model.unit_acts import UnitActs

VERDICTS = (
    Verdict.DEAD_RECIPIENT, Verdict.RETRY_LATER, Verdict.IN_DOUBT, Verdict.DEAD_CHANNEL, Verdict.PARK_CHANNEL,
    Verdict.REFUSED_CONTENT,
)  # fmt: skip


class World(UnitActs, OfficeActs, PlanActs):
    """An office, its people and what lies beyond."""

    def the_far_end_fails(self, who: int, verdict: int, times: int) -> str:
        """Some tries at one address fail alike."""
        person = one_of(sorted(self.people.values(), key=lambda p: p.email or p.webhook), who)
        assert person is not None
        kind = VERDICTS[verdict % len(VERDICTS)]
        self.far_end.outcomes[self._address(person)] = [Outcome(kind, "550", "对方服务器的答复。")] * times
        return f"{times} times {kind} at {person.unit}{person.name}"

    def a_contact_is_mended(self, who: int) -> str:
        """Another address, at which everything arrives."""
        key = sorted(self.people)[who % len(self.people)]
        person = self.people[key]
        if not person.email:
            return ""
        self.far_end.outcomes.pop(person.email, None)
        again = replace(person, email=f"{len(self.acts)}.{person.email.split('.', 1)[-1]}")
        self.people[key] = again
        return str(self._try(lambda: import_contacts(self.service, [again])))

    def the_workers_sleep(self, rounds: int) -> str:
        """Ticks go on, but for some rounds nobody hands anything over."""
        self.asleep = rounds
        return f"{rounds} rounds"

    def the_sender_dies(self) -> str:
        """In the middle of its next hand-over; what it held is taken over when its lease is over."""
        self.far_end.kills = 1
        return ""

    def a_doubt_is_settled(self, which: int, arrived: bool) -> str:
        """`cuiban outbox`: a person found out whether a message in doubt arrived."""
        doubt = one_of(doubts(self.service), which)
        if doubt is None:
            return ""
        done = self._try(lambda: settle(self.service, doubt.delivery_id, arrived=arrived, by="何文"))
        if not arrived and not isinstance(done, NO):
            self.post.once_more(doubt.delivery_id)
        return f"{doubt.delivery_id} {'arrived' if arrived else 'did not arrive'} → {done}"

    def finish(self, *, whole: bool = True) -> None:
        """The rest of the year, where it is wanted; then everything that can only be said at the end."""
        if whole:
            if self.watcher.held:
                self.do("the_first_send_is_released")
            for scope in range(4):
                self.do("sending_is_resumed", scope=scope)
            self.do("time_passes", days=400)
        seal(self.service)
        audit = verify(self.service.database)
        assert audit.problems == ()
        self.post.in_measure()
        self.post.arrived(self.far_end.taken)
        keys = [(r.kind, r.plan_id, r.unit_id, r.occurrence_id, r.subject, r.standing.version) for r in self._rows()]
        assert len(keys) == len(set(keys)), "two obligations with one key"

    def _address(self, person: Contact) -> str:
        if person.email:
            return person.email
        return "plan/group" if not person.unit else f"{person.unit}/group"

"""Random lives of obligations: whatever happens in whatever order, what the tables promise holds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reminders import delay, silence
from reminders.obligations import ENDED, Change, Kind, Obligation, State
from reminders.policy import Preset
from reminders.slots import Slot
from tests.office import SLOTS
from tests.reminders.owing import armed, owing

LEADERS_STEPS = ("level2", "level2b", "T+5")
KINDS = st.sampled_from([Kind.SIGNATURE, Kind.CONFIRMATION, Kind.RETURN])


class Life(RuleBasedStateMachine):
    """One obligation, the slot it lives in, and what was ever said about it."""

    now: Obligation
    slot: Slot

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[Slot, str, str]] = []
        self.withdrawals = 0
        self.mended = 0

    def take(self, change: Change | None) -> None:
        """A transition, with the promises that hold for every single one."""
        if change is None:
            return
        before, after = self.now, change.obligation
        if before.state in ENDED:
            assert not change.items, "nothing is sent for what is closed"
        assert not (after.state in ENDED and after.next_slot), "an end has no next step"
        self.said += [(self.slot, draft.step, draft.audience.value) for draft in change.items]
        self.now = after

    def open_slot(self) -> Slot | None:
        """Go to the slot the obligation waits for."""
        if self.now.next_slot is None:
            return None
        self.slot = max(self.now.next_slot, SLOTS.after(self.slot))
        return self.slot

    @property
    def later(self) -> Slot:
        return SLOTS.after(self.slot)

    @invariant()
    def it_waits_for_a_slot_in_the_future_or_for_a_person(self) -> None:
        assert self.now.next_slot is None or self.now.next_slot > self.slot

    @invariant()
    def it_never_passes_its_highest_level(self) -> None:
        assert self.now.level <= max(self.now.highest, 0)

    @invariant()
    def leaders_hear_only_in_mornings_and_of_one_silence_at_most_twice(self) -> None:
        told = [(slot, step) for slot, step, audience in self.said if audience == "leaders"]
        assert all(slot.half == "am" for slot, _ in told)
        assert len(told) <= 2 * (1 + self.withdrawals + self.mended)


class Silent(Life):
    """Signature, confirmation or return."""

    @initialize(
        kind=KINDS,
        preset=st.sampled_from(Preset),
        highest=st.sampled_from([1, 2]),
        own=st.booleans(),
        head=st.booleans(),
    )
    def begin(self, kind: Kind, preset: Preset, highest: int, own: bool, head: bool) -> None:
        self.slot = Slot.parse("2022-09-15/pm")
        due = None if kind is Kind.SIGNATURE else date(2022, 9, 28) if kind is Kind.RETURN else date(2022, 9, 30)
        self.now = owing(
            kind, preset=preset, subject="2022Q3" if kind is Kind.RETURN else "", due_on=due,
            highest=1 if kind is Kind.RETURN else highest, own_office=own, office_head=head,
            next_step=silence.first_step(owing(kind)), next_slot=Slot.parse("2022-09-16/am"),
        )  # fmt: skip

    @rule()
    def its_slot_opens(self) -> None:
        level = self.now.level
        if (slot := self.open_slot()) is not None:
            self.take(silence.advance(self.now, slot, SLOTS))
            assert self.now.level >= level, "silence never climbs down by itself"
            assert self.now.level <= level + 1 or self.now.own_office, "one level a slot"

    @precondition(lambda self: self.now.state is State.QUEUED)
    @rule(days=st.integers(0, 3))
    def it_is_accepted(self, days: int) -> None:
        day = SLOTS.workdays.on_or_after(self.slot.day + timedelta(days=days))
        self.slot = max(self.slot, Slot(day, "am"))
        self.take(silence.accepted(self.now, self.now.level, day, SLOTS))

    @precondition(lambda self: self.now.state in (State.QUEUED, State.WAITING))
    @rule()
    def it_bounces(self) -> None:
        self.take(silence.undeliverable(self.now))
        assert self.now.next_slot is None, "no wait runs"

    @rule()
    def the_contact_is_mended(self) -> None:
        level = self.now.level
        change = silence.requeue(self.now, self.later)
        self.mended += change is not None
        self.take(change)
        assert self.now.level == level

    @rule()
    def somebody_answers(self) -> None:
        was_open = self.now.is_open
        self.take(silence.answered(self.now, "sign", self.slot.day))
        assert self.now.state in ENDED
        assert was_open or silence.answered(self.now, "sign", self.slot.day) is None

    @rule()
    def the_answer_is_withdrawn(self) -> None:
        level = self.now.level
        change = silence.withdrawn(self.now, self.slot.day, SLOTS)
        self.withdrawals += change is not None
        self.take(change)
        assert self.now.level == level

    @rule(release=st.booleans())
    def the_lead_office_decides(self, release: bool) -> None:
        change = silence.released(self.now, SLOTS, self.later) if release else silence.refused(self.now, "已核实")
        self.take(change)

    @rule()
    def something_later_speaks_for_it(self) -> None:
        self.take(silence.overtaken(self.now, "red"))

    @precondition(lambda self: self.withdrawals > 1)
    @rule()
    def the_task_is_closed(self) -> None:
        self.take(silence.closed(self.now, "done"))
        assert self.now.state in ENDED

    @invariant()
    def the_unit_is_asked_and_reminded_once_for_each_full_wait(self) -> None:
        asked = [step for _, step, audience in self.said if audience in ("unit", "unit+head")]
        assert len(asked) <= 2 * (1 + self.withdrawals + self.mended)


class Late(Life):
    """Completion."""

    @initialize(
        preset=st.sampled_from(Preset), highest=st.sampled_from([1, 2]), own=st.booleans(),
        head=st.booleans(), count=st.integers(1, 3), due=st.dates(date(2022, 8, 25), date(2022, 12, 31)),
    )  # fmt: skip
    def begin(self, preset: Preset, highest: int, own: bool, head: bool, count: int, due: date) -> None:
        self.slot = Slot.parse("2022-08-19/pm")
        self.now = armed(
            due.isoformat(), opened="2022-08-22", preset=preset, highest=highest, own_office=own, office_head=head,
            count=count, start_on=date(2022, 8, 1),
        )  # fmt: skip

    @rule()
    def its_slot_opens(self) -> None:
        level, state = self.now.level, self.now.state
        if (slot := self.open_slot()) is not None:
            self.take(delay.advance(self.now, slot, SLOTS))
            assert self.now.level in (level, level + 1), "one level a slot"
            assert self.now.state is not State.OVERDUE or slot.day > self.now.due_at() or state is State.FROZEN

    @rule()
    def the_leaders_message_is_accepted(self) -> None:
        self.take(delay.accepted(self.now, 2))

    @rule()
    def the_unit_reports(self) -> None:
        self.take(delay.submitted(self.now, self.slot.day, self.later, SLOTS))
        assert self.now.reports <= self.now.count

    @rule()
    def the_report_is_taken_back(self) -> None:
        self.take(delay.taken_back(self.now, self.later, SLOTS, "点错"))

    @precondition(lambda self: self.now.state is State.SUBMITTED)
    @rule(accepts=st.booleans(), days=st.integers(1, 30))
    def the_lead_office_judges(self, accepts: bool, days: int) -> None:
        if accepts:
            self.take(delay.done(self.now, alone=False))
            return
        late = self.slot.day > self.now.due_at()
        until = self.slot.day + timedelta(days=days) if late else None
        self.take(delay.returned(self.now, until, self.later, SLOTS, "缺材料"))
        assert self.now.state in (State.ARMED, State.OVERDUE)

    @rule(why=st.sampled_from(["extension", "objection"]))
    def the_unit_asks(self, why: str) -> None:
        self.take(delay.frozen(self.now, why, None, self.slot.day, SLOTS))

    @rule(grant=st.booleans(), days=st.integers(1, 40))
    def it_is_decided(self, grant: bool, days: int) -> None:
        until = self.slot.day + timedelta(days=days)
        change = (
            delay.extended(self.now, until, self.later, SLOTS)
            if grant
            else delay.thawed(self.now, "", self.later, SLOTS)
        )
        self.take(change)

    @rule(days=st.integers(1, 20))
    def it_is_suspended(self, days: int) -> None:
        self.take(delay.suspended(self.now, self.slot.day + timedelta(days=days), "等批复", SLOTS))

    @rule(release=st.booleans())
    def the_lead_office_lets_it_pass_or_not(self, release: bool) -> None:
        change = delay.released(self.now, SLOTS, self.later) if release else delay.refused(self.now, "已核实")
        self.take(change)

    @rule()
    def the_lead_office_stops_it(self) -> None:
        self.take(delay.held(self.now, self.later, SLOTS))

    @invariant()
    def what_is_armed_or_stopped_has_a_next_step(self) -> None:
        running = (State.ARMED, State.FROZEN, State.SUBMITTED, State.SUSPENDED, State.HELD)
        assert self.now.state not in running or self.now.next_slot is not None

    @invariant()
    def leaders_hear_only_in_mornings_and_of_one_silence_at_most_twice(self) -> None:
        told = [slot for slot, _, audience in self.said if audience == "leaders"]
        assert all(slot.half == "am" for slot in told)
        assert len(told) <= self.now.version * 2


Silent.TestCase.settings = Late.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestSilence = Silent.TestCase
TestDelay = Late.TestCase

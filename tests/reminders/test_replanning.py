"""What is open, planned anew under another calendar or policy: what moves, what stays, and what holds for any life."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders import delay, silence
from reminders.clock import SHANGHAI
from reminders.foresight import advance
from reminders.obligations import Change, Kind, Obligation, State
from reminders.planner import asking_step
from reminders.policy import PRESETS, Ladder, LeadersRhythm, Policy, Preset, Rung, Silence
from reminders.replanning import Alike, Moment, Moved, differences, highest_under, under_calendar, under_policy
from reminders.replanning.difference import steps_ahead
from reminders.slots import Slot, SlotCalendar
from reminders.timetable import Quarter, return_days
from schedules.workdays import Exceptions, WorkCalendar
from tests.office import SLOTS
from tests.reminders.owing import armed, at, owing

GENTLE, STRICT = PRESETS[Preset.GENTLE], PRESETS[Preset.STRICT]


def calendar(*, off: Iterable[str] = (), worked: Iterable[str] = ()) -> SlotCalendar:
    """The real calendar with some days off and some worked."""
    known = SLOTS.workdays.exceptions
    rest, work = ({date.fromisoformat(day).toordinal() for day in days} for days in (off, worked))
    return replace(
        SLOTS,
        workdays=WorkCalendar(
            Exceptions((known.off | frozenset(rest)) - work, (known.worked | frozenset(work)) - rest, known.years)
        ),
    )


def moment(slot: str) -> Moment:
    """The first slot that opens from now on, and the day it is."""
    return Moment(at(slot).day, at(slot), at(slot))


def waiting(accepted_on: str, *, preset: Preset = Preset.STRICT, **more: Any) -> Obligation:
    """A signature that was asked for and waits."""
    queued = owing(Kind.SIGNATURE, preset=preset, state=State.QUEUED, **more)
    change = silence.accepted(queued, queued.level, date.fromisoformat(accepted_on), SLOTS)
    assert change is not None
    return change.obligation


def moves(before: Obligation, after: Obligation | None, now: SlotCalendar, first: str) -> list[str]:
    """The difference as «T-3 2022-09-27/am → 2022-09-26/am»."""
    found = differences(before, SLOTS, after, now, at(first))
    return [f"{move.step} {move.was or ''} → {move.now or ''}".strip() for move in found]


# --- a republished calendar


def test_a_new_day_off_before_the_due_day_moves_the_rungs_that_are_left() -> None:
    before = armed("2022-09-30", opened="2022-09-20")
    now = calendar(off=["2022-09-28"])
    after = under_calendar(before, SLOTS, now, moment("2022-09-20/pm"))
    assert (after.next_step, after.next_slot) == ("T-5", at("2022-09-22/am"))
    assert moves(before, after, now, "2022-09-20/pm") == [
        "T-5 2022-09-23/am → 2022-09-22/am",
        "T-3 2022-09-27/am → 2022-09-26/am",
    ]


def test_the_due_day_stays_and_what_follows_it_goes_by_the_new_days() -> None:
    before = delay.advance(armed("2022-09-30", opened="2022-09-30"), at("2022-09-30/am"), SLOTS).obligation
    now = calendar(off=["2022-10-08"])
    after = under_calendar(before, SLOTS, now, moment("2022-09-30/pm"))
    assert (after.due_on, after.next_step, after.next_slot) == (before.due_on, "T+1", at("2022-10-09/am"))


def test_a_rung_that_was_sent_is_not_sent_again_where_its_day_comes_again() -> None:
    sent = delay.advance(armed("2022-09-30", opened="2022-09-27"), at("2022-09-27/am"), SLOTS).obligation
    now = calendar(worked=["2022-10-01"], off=[])
    later = replace(sent, due_on=date(2022, 10, 1), next_slot=at("2022-09-29/am"))
    after = under_calendar(later, SLOTS, now, moment("2022-09-27/pm"), ["T-3"])
    steps = [planned.step for planned in steps_ahead(after, now, at("2022-09-27/pm"))]
    assert steps == ["T-1", "T0", "T+1", "T+5"]
    promised = delay.promised(after, now, at("2022-09-27/pm"), date(2022, 9, 27))
    assert promised is not None
    assert "T-3" not in [planned.step for planned in steps_ahead(promised.obligation, now, at("2022-09-27/pm"))]


def test_a_rung_whose_day_is_past_by_the_new_days_comes_at_once_and_only_the_last_of_several() -> None:
    before = armed("2022-09-30", opened="2022-09-22")  # T-5 on the 23rd, T-3 on the 27th
    now = calendar(off=["2022-09-26", "2022-09-27", "2022-09-28"])
    after = under_calendar(before, SLOTS, now, moment("2022-09-22/pm"))
    taken = [(p.step, str(p.slot)) for p in steps_ahead(after, now, at("2022-09-22/pm"))]
    assert taken[:3] == [("T-3", "2022-09-22/pm"), ("T-1", "2022-09-29/am"), ("T0", "2022-09-30/am")]


def test_the_last_gentle_rung_is_the_same_rung_whether_a_break_follows_or_not() -> None:
    before = armed("2022-09-30", opened="2022-09-28", preset=Preset.GENTLE)
    assert before.next_step == "T-1"
    now = calendar(worked=["2022-10-01", "2022-10-02", "2022-10-03"])
    after = under_calendar(before, SLOTS, now, moment("2022-09-28/pm"))
    assert (after.next_step, after.next_slot) == ("T0", at("2022-09-30/am"))
    sent = delay.advance(before, at("2022-09-29/am"), SLOTS).obligation
    assert under_calendar(sent, SLOTS, now, moment("2022-09-29/pm"), ["T-1"]).next_step == "T+1"


def test_a_wait_keeps_the_working_days_it_has_left() -> None:
    before = waiting("2022-09-26")  # W0 2: the 28th is the last day
    longer = under_calendar(before, SLOTS, calendar(off=["2022-09-28"]), moment("2022-09-27/pm"))
    assert (str(longer.wait_last_on), longer.next_step, longer.next_slot) == (
        "2022-09-29",
        "remind",
        at("2022-09-29/am"),
    )
    shorter = under_calendar(before, SLOTS, calendar(worked=["2022-09-24"]), moment("2022-09-27/pm"))
    assert shorter == before, "days that are gone shorten nothing"


def test_a_day_that_a_person_named_stays_unless_it_is_off_now() -> None:
    parked = delay.suspended(armed("2022-10-31"), date(2022, 10, 12), "等批复", SLOTS)
    assert parked is not None
    same = under_calendar(parked.obligation, SLOTS, calendar(off=["2022-10-10"]), moment("2022-09-27/pm"))
    moved = under_calendar(parked.obligation, SLOTS, calendar(off=["2022-10-12"]), moment("2022-09-27/pm"))
    assert (same.next_slot, moved.next_slot) == (at("2022-10-12/am"), at("2022-10-13/am"))


def test_leaders_still_hear_on_their_morning() -> None:
    held = waiting("2022-09-26", preset=Preset.GENTLE, level=1).to(
        State.HELD, wait_last_on=None, next_step="level2", next_slot=at("2022-10-18/am")
    )
    unmoved = under_calendar(held, SLOTS, calendar(off=["2022-10-14"]), moment("2022-10-12/pm"))
    moved = under_calendar(held, SLOTS, calendar(off=["2022-10-18"]), moment("2022-10-12/pm"))
    assert (unmoved.next_slot, moved.next_slot) == (at("2022-10-18/am"), at("2022-10-19/am"))


def test_a_return_is_asked_and_due_by_the_new_end_of_its_quarter_until_it_was_asked() -> None:
    days = return_days(Quarter(2022, 3), STRICT.ask_return, SLOTS.workdays)
    planned = owing(
        Kind.RETURN, subject="2022Q3", next_step="return", next_slot=SLOTS.morning(days.opens_on), due_on=days.due_on
    )
    now = calendar(off=["2022-09-30"])
    after = under_calendar(planned, SLOTS, now, moment("2022-09-05/am"))
    assert (str(after.due_on), after.next_slot) == ("2022-09-29", at("2022-09-15/am"))
    asked = silence.accepted(planned.to(State.QUEUED), 0, date(2022, 9, 16), SLOTS)
    assert asked is not None
    told = under_calendar(asked.obligation, SLOTS, now, moment("2022-09-19/am"))
    assert (str(told.due_on), told.next_slot) == ("2022-09-30", at("2022-09-26/am"))


def test_a_wait_whose_last_day_is_off_now_is_not_taken_for_over() -> None:
    before = waiting("2022-09-27")  # W0 2: the 29th is the last day
    now = calendar(off=["2022-09-29"])
    late = Moment.of(datetime(2022, 9, 28, 18, tzinfo=SHANGHAI), now)
    after = under_calendar(before, SLOTS, now, late)
    assert (late.coming, late.earliest) == (at("2022-09-29/am"), at("2022-09-30/am"))
    assert (str(after.wait_last_on), after.next_step, after.next_slot) == ("2022-09-30", "remind", at("2022-09-30/am"))


def test_what_is_due_already_is_left_to_the_slot_that_opens() -> None:
    before = armed("2022-09-30", opened="2022-09-23")
    assert under_calendar(before, SLOTS, calendar(off=["2022-09-29"]), moment("2022-09-23/pm")) == before


# --- another policy


def test_the_rungs_of_the_new_policy_that_are_still_to_come_take_the_place_of_the_old() -> None:
    before = armed("2022-09-30", opened="2022-09-20", preset=Preset.GENTLE)
    after = under_policy(before, STRICT, SLOTS, moment("2022-09-20/pm"), cap=2).obligation
    assert (after.policy, after.next_step, after.next_slot) == (STRICT, "T-5", at("2022-09-23/am"))
    assert moves(before, after, SLOTS, "2022-09-20/pm") == [
        "T-5  → 2022-09-23/am",
        "T0  → 2022-09-30/am",
        "T+5 2022-10-18/am → 2022-10-12/am",
        "held 2022-10-12/am →",
    ]


def test_past_rungs_are_dropped_and_sent_ones_not_repeated() -> None:
    sent = delay.advance(armed("2022-09-30", opened="2022-09-27", preset=Preset.GENTLE), at("2022-09-27/am"), SLOTS)
    ladder = (Rung(before=6), Rung(before=3), Rung(before=2), Rung(before=0))
    own = STRICT.model_copy(update={"rungs": {**STRICT.rungs, Ladder.DEADLINE: ladder}})
    after = under_policy(sent.obligation, own, SLOTS, moment("2022-09-27/pm"), ["T-3"], cap=2).obligation
    assert [p.step for p in steps_ahead(after, SLOTS, at("2022-09-27/pm"))] == ["T-2", "T0", "T+1", "T+5"]


def test_a_wait_that_runs_gets_longer_but_never_shorter() -> None:
    gentle, strict = (waiting("2022-09-26", preset=preset) for preset in (Preset.GENTLE, Preset.STRICT))
    under = partial(under_policy, slots=SLOTS, moment=moment("2022-09-27/am"), cap=2)
    assert under(gentle, STRICT).obligation == replace(gentle, policy=STRICT)
    longer = under(strict, GENTLE).obligation
    assert (str(longer.wait_last_on), longer.next_slot) == ("2022-09-29", at("2022-09-29/am"))


def test_nobody_is_reported_at_once_because_the_new_figures_are_shorter() -> None:
    patient = STRICT.model_copy(update={"overdue_level1": 4, "overdue_level2": 9})
    late = replace(armed("2022-09-21", opened="2022-09-20"), policy=patient).to(
        State.ARMED, next_step="T+4", next_slot=at("2022-09-27/am")
    )
    after = under_policy(late, STRICT, SLOTS, moment("2022-09-23/pm"), cap=2).obligation
    assert (after.next_step, after.next_slot) == ("T+1", at("2022-09-27/am"))
    red = delay.advance(late, at("2022-09-27/am"), SLOTS).obligation
    assert red.next_slot == at("2022-10-09/am")
    climbing = under_policy(red, STRICT, SLOTS, moment("2022-09-27/pm"), cap=2).obligation
    assert (climbing.next_step, climbing.next_slot) == ("T+5", at("2022-10-09/am"))


@pytest.mark.parametrize("kind", [Kind.SIGNATURE, Kind.COMPLETION])
def test_what_waits_for_the_leading_group_stops_where_the_new_policy_climbs_no_further(kind: Kind) -> None:
    quiet = STRICT.model_copy(
        update={"signature": Silence(w0=2, w1=2, highest=1), "climbs": STRICT.climbs.model_copy(update={"deadline": 1})}
    )
    held = owing(kind, state=State.HELD, level=1, next_step="level2", next_slot=at("2022-10-12/am"))
    change = under_policy(held, quiet, SLOTS, moment("2022-10-10/pm"), cap=2)
    assert (change.obligation.next_slot, change.obligation.level) == (None, 1)
    assert change.facts
    assert change.obligation.state is (State.OVERDUE if kind is Kind.COMPLETION else State.EXHAUSTED)


def test_a_question_goes_to_its_new_day_and_is_dropped_where_that_is_past() -> None:
    asked = asking_step(armed("2022-09-30"), SLOTS)
    assert asked is not None
    before = owing(Kind.CONFIRMATION, next_step=asked.step, next_slot=asked.slot)
    earlier = STRICT.model_copy(update={"rungs": {**STRICT.rungs, Ladder.DEADLINE: (Rung(before=15, asks=True),)}})
    under = partial(under_policy, before, earlier, SLOTS, cap=2)
    moved = under(moment("2022-09-01/am")).obligation
    assert (moved.next_step, moved.next_slot) == ("T-15", at("2022-09-08/am"))
    dropped = under(moment("2022-09-13/am"))
    assert (dropped.obligation.state, dropped.strike) == (State.CLOSED, True)


def test_one_mention_to_the_leading_group_instead_of_two_and_back() -> None:
    once = STRICT.model_copy(update={"rounds": 1})
    told = waiting("2022-09-26", level=2, round=1)
    assert told.next_step == "level2b"
    after = under_policy(told, once, SLOTS, moment("2022-09-27/am"), cap=2).obligation
    assert after.next_step == "exhaust"
    assert steps_ahead(after, SLOTS, at("2022-09-27/am")) == []
    back = under_policy(after, STRICT, SLOTS, moment("2022-09-27/am"), cap=2).obligation
    assert [p.step for p in steps_ahead(back, SLOTS, at("2022-09-27/am"))] == ["level2b"]


# --- what holds for any life

KINDS = st.sampled_from([*Kind, Kind.COMPLETION, Kind.CONFIRMATION])
DUES = st.dates(date(2022, 9, 12), date(2022, 11, 15))


@dataclass(frozen=True)
class Life:
    """An obligation in the middle of its life, the moment, and what was sent of it."""

    now: Obligation
    moment: Moment
    taken: tuple[str, ...]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Some steps of a random obligation, each accepted or not, now and then an act of a person."""
    kind, policy = draw(KINDS), draw(policies())
    now = _begun(draw, kind, policy)
    slot, taken = SLOTS.morning(date(2022, 8, 22)), list[str]()
    for _ in range(draw(st.integers(0, 7))):
        if now.next_slot is None:
            break
        slot = max(now.next_slot, SLOTS.after(slot))
        change = advance(now, slot, SLOTS)
        taken += [draft.step for draft in change.items]
        now = change.obligation
        if now.state is State.QUEUED:
            accepted = silence.accepted(now, now.level, slot.day, SLOTS)
            now = accepted.obligation if accepted is not None else now
        acted = _act(draw, now, slot)
        now = acted if acted is not None else now
    earliest = SLOTS.after(slot)
    if now.next_slot is not None:  # a few days before its next step, where most depends on the days
        earliest = max(earliest, SLOTS.morning(now.next_slot.day - timedelta(days=draw(st.integers(0, 12)))))
    return Life(now, Moment(earliest.day, earliest, earliest), tuple(taken))


def _begun(draw: st.DrawFn, kind: Kind, policy: Policy) -> Obligation:
    due = draw(DUES)
    base = owing(
        kind, policy=policy, due_on=None if kind is Kind.SIGNATURE else due,
        subject="2022Q4" if kind is Kind.RETURN else "",
        ladder=Ladder.NONE if kind in (Kind.SIGNATURE, Kind.RETURN) else draw(st.sampled_from(list(Ladder)[:3])),
        start_on=draw(st.none() | st.just(date(2022, 8, 22))), count=draw(st.integers(1, 3)),
        own_office=draw(st.booleans()), office_head=draw(st.booleans()),
    )  # fmt: skip
    base = replace(base, highest=highest_under(base, policy, draw(st.integers(1, 2))))
    first = SLOTS.morning(date(2022, 8, 22))
    if kind is Kind.COMPLETION:
        return delay.armed(base, SLOTS, first)
    if kind is Kind.RETURN:
        days = return_days(Quarter(2022, 4), policy.ask_return, SLOTS.workdays)
        return replace(base, due_on=days.due_on, next_step="return", next_slot=SLOTS.morning(days.opens_on))
    asked = asking_step(base, SLOTS) if kind is Kind.CONFIRMATION else None
    return base.to(
        State.PLANNED, next_step=asked.step if asked else "sign", next_slot=max(asked.slot, first) if asked else first
    )


def _act(draw: st.DrawFn, now: Obligation, slot: Slot) -> Obligation | None:
    """Now and then somebody does something."""
    after = SLOTS.after(slot)
    change = None
    match draw(st.integers(0, 9)), now.kind:
        case 0, Kind.COMPLETION:
            change = delay.frozen(now, "extension", None, slot.day, SLOTS)
        case 1, Kind.COMPLETION:
            change = delay.suspended(now, slot.day + timedelta(days=9), "等批复", SLOTS)
        case 2, Kind.COMPLETION:
            change = delay.promised(now, SLOTS, after, slot.day)
        case 3, Kind.COMPLETION:
            change = delay.thawed(now, "不同意", after, SLOTS)
        case 4, _:
            change = (delay if now.kind is Kind.COMPLETION else silence).released(now, SLOTS, after)
        case 5, _ if now.kind is not Kind.COMPLETION:
            change = silence.undeliverable(now)
            change = silence.requeue(change.obligation, after) if change is not None else None
    return change.obligation if change is not None else None


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A preset with some figures of an office's own."""
    base = PRESETS[draw(st.sampled_from(Preset))]
    w = st.integers(1, 6)
    ladder = sorted(draw(st.sets(st.integers(0, 9), max_size=4)), reverse=True)
    rungs = tuple(Rung(before=n, early_before_break=n == 0 and draw(st.booleans())) for n in ladder)
    asking = (Rung(before=draw(st.integers(10, 15)), asks=True),) if draw(st.booleans()) else ()
    own = {
        "signature": Silence(w0=draw(w), w1=draw(w), highest=draw(st.integers(0, 2))),
        "confirmation": Silence(w0=draw(w), w1=draw(w), highest=draw(st.integers(0, 2))),
        "rungs": {**base.rungs, Ladder.DEADLINE: (*asking, *rungs)},
        "overdue_level1": draw(st.integers(1, 3)), "overdue_level2": draw(st.integers(4, 9)),
        "held_for": draw(w), "extension_undecided": draw(w), "rounds": draw(st.integers(1, 2)),
        "leaders": draw(st.sampled_from(LeadersRhythm)), "leaders_weekday": draw(st.integers(1, 5)),
    }  # fmt: skip
    return base.model_copy(update=own) if draw(st.booleans()) else base


@st.composite
def republished(draw: st.DrawFn) -> tuple[Life, SlotCalendar]:
    """A life, and the real calendar with a few days changed around its moment."""
    life = draw(lives())
    day = life.moment.day
    days = draw(st.sets(st.dates(day - timedelta(days=6), day + timedelta(days=20)), min_size=2, max_size=8))
    off = [str(day) for day in days if SLOTS.workdays.is_workday(day)]
    now = calendar(off=off, worked=[str(day) for day in days if not SLOTS.workdays.is_workday(day)])
    coming = life.moment.earliest
    earliest = coming if now.workdays.is_workday(coming.day) else now.morning(coming.day)
    return replace(life, moment=Moment(day, earliest, coming)), now


@given(lives())
@settings(max_examples=60)
def test_the_same_calendar_changes_nothing(life: Life) -> None:
    assert under_calendar(life.now, SLOTS, SLOTS, life.moment, life.taken) == life.now


@given(lives())
@settings(max_examples=60)
def test_the_same_policy_changes_nothing(life: Life) -> None:
    cap = max(life.now.highest, 1)  # what its plan had when it was armed
    change = under_policy(life.now, life.now.policy, SLOTS, life.moment, life.taken, cap=cap)
    assert (change.obligation, change.facts, change.items) == (life.now, (), ())


@given(republished())
@settings(max_examples=120)
def test_another_calendar_taken_twice_is_taken_once_and_no_step_is_in_the_past(
    found: tuple[Life, SlotCalendar],
) -> None:
    life, now = found
    once = under_calendar(life.now, SLOTS, now, life.moment, life.taken)
    assert under_calendar(once, now, now, life.moment, life.taken) == once
    _holds(life, once, now)
    assert (once.due_on == life.now.due_on) or life.now.kind is Kind.RETURN
    assert (once.next_slot is None) == (life.now.next_slot is None), "nothing is skipped"


@given(lives(), policies(), st.integers(1, 2))
@settings(max_examples=90)
def test_another_policy_taken_twice_is_taken_once_and_nothing_that_runs_is_shortened(
    life: Life, policy: Policy, cap: int
) -> None:
    once = under_policy(life.now, policy, SLOTS, life.moment, life.taken, cap=cap).obligation
    again = under_policy(once, policy, SLOTS, life.moment, life.taken, cap=cap)
    assert (again.obligation, again.facts) == (once, ())
    _holds(life, once, SLOTS)
    if life.now.state in (State.WAITING, State.HELD, State.FROZEN, State.OVERDUE) and once.next_slot:
        assert once.next_slot >= (life.now.next_slot or once.next_slot) or life.now.kind is Kind.RETURN


def _holds(life: Life, after: Obligation, slots: SlotCalendar) -> None:
    """What holds whatever was planned anew."""
    first = life.moment.earliest
    due_already = life.now.next_slot is not None and life.now.next_slot < life.moment.coming
    assert due_already or after.next_slot is None or after.next_slot >= first, "no step in the past"
    if after.kind is Kind.COMPLETION and after.state is State.ARMED and not due_already:
        rungs = {planned.step for planned in steps_ahead(after, slots, first) if planned.step.startswith(("T-", "T0"))}
        assert not rungs & set(life.taken), "no rung twice"


@given(republished())
@settings(max_examples=40)
def test_what_holds_for_one_holds_for_every_other_that_differs_only_in_whose_it_is(
    found: tuple[Life, SlotCalendar],
) -> None:
    life, now = found
    worked: list[int] = []

    def work(before: Obligation, taken: Collection[str]) -> tuple[Change, list[Moved]]:
        worked.append(before.id)
        after = under_calendar(before, SLOTS, now, life.moment, taken)
        return Change(after), list(differences(before, SLOTS, after, now, life.moment.earliest))

    alike, other = Alike(work), replace(life.now, id=7, plan_id=8, unit_id=9, task_id=10, occurrence_id=11)
    alike(life.now, life.taken)
    change, moved = alike(other, life.taken)
    assert worked == [life.now.id]
    assert (change, moved) == work(other, life.taken)

"""Silence, row by row: signature, confirmation and return."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reminders import silence
from reminders.obligations import Kind, Obligation, State
from reminders.policy import Preset
from tests.office import SLOTS
from tests.reminders.owing import at, owing, some, steps

SIGNATURE, CONFIRMATION, RETURN = Kind.SIGNATURE, Kind.CONFIRMATION, Kind.RETURN


def waiting(day: str, level: int = 0, *, kind: Kind = SIGNATURE, **more: Any) -> Obligation:
    """A question whose message of a level was accepted on a day."""
    queued = owing(kind, state=State.QUEUED, level=level, **more)
    return some(silence.accepted(queued, level, date.fromisoformat(day), SLOTS)).obligation


def returning(**more: Any) -> Obligation:
    """A return for the third quarter."""
    return owing(
        RETURN, **{"preset": Preset.GENTLE, "subject": "2022Q3", "due_on": date(2022, 9, 28), "highest": 1, **more}
    )


def said(obligation: Obligation) -> tuple[str, int, str | None]:
    return obligation.state.value, obligation.level, str(obligation.next_slot) if obligation.next_slot else None


def test_planned_asks_the_unit_when_its_slot_opens() -> None:
    change = silence.advance(owing(SIGNATURE, next_step="sign"), at("2022-08-22/am"), SLOTS)
    assert steps(change) == ["sign unit"]
    assert said(change.obligation) == ("queued", 0, None)


def test_acceptance_begins_a_wait_that_ends_with_the_nth_working_day_after_it() -> None:
    """The example of the design: accepted on 29 September, National Day between."""
    asked = waiting("2022-09-29")
    assert (asked.wait_last_on, said(asked)) == (date(2022, 10, 8), ("waiting", 0, "2022-10-08/am"))
    told = waiting("2022-10-09", 1)
    assert said(told) == ("waiting", 1, "2022-10-12/am")


def test_acceptance_of_another_level_begins_nothing() -> None:
    assert silence.accepted(owing(SIGNATURE, state=State.QUEUED, level=1), 0, date(2022, 9, 29), SLOTS) is None
    assert silence.accepted(waiting("2022-09-29"), 0, date(2022, 9, 30), SLOTS) is None


def test_the_only_reminder_comes_on_the_morning_of_the_last_day_to_liaison_and_head() -> None:
    change = silence.advance(waiting("2022-09-29"), at("2022-10-08/am"), SLOTS)
    assert steps(change) == ["remind unit+head"]
    assert said(change.obligation) == ("waiting", 0, "2022-10-09/am")


def test_when_the_wait_is_over_the_lead_office_is_told_with_the_head_in_copy() -> None:
    reminded = silence.advance(waiting("2022-09-29"), at("2022-10-08/am"), SLOTS).obligation
    change = silence.advance(reminded, at("2022-10-09/am"), SLOTS)
    assert steps(change) == ["level1 office", "level1 head"]
    assert said(change.obligation) == ("queued", 1, None)


def test_a_missed_reminder_is_not_made_up_the_lead_office_is_told_at_once() -> None:
    change = silence.advance(waiting("2022-09-29"), at("2022-10-10/am"), SLOTS)
    assert steps(change) == ["level1 office", "level1 head"]


def test_auto_goes_on_to_the_leading_group() -> None:
    change = silence.advance(waiting("2022-10-09", 1), at("2022-10-12/am"), SLOTS)
    assert steps(change) == ["level2 leaders"]
    assert (change.obligation.state, change.obligation.level, change.obligation.round) == (State.QUEUED, 2, 1)


def test_hold_waits_for_the_lead_offices_word_and_goes_on_by_itself_after_two_working_days() -> None:
    told = waiting("2022-10-09", 1, preset=Preset.GENTLE)
    assert said(told) == ("waiting", 1, "2022-10-17/am")
    held = silence.advance(told, at("2022-10-17/am"), SLOTS)
    assert steps(held) == ["held office"]
    assert said(held.obligation) == ("held", 1, "2022-10-25/am")  # the first Tuesday after the 19th
    gone = silence.advance(held.obligation, at("2022-10-25/am"), SLOTS)
    assert steps(gone) == ["level2 leaders"]
    assert gone.obligation.marks == ("主管处室未处理",)


def test_a_released_one_goes_on_without_that_mark_in_the_leaders_next_slot() -> None:
    held = silence.advance(waiting("2022-10-09", 1, preset=Preset.GENTLE), at("2022-10-17/am"), SLOTS).obligation
    released = some(silence.released(held, SLOTS, at("2022-10-17/pm"))).obligation
    assert said(released) == ("waiting", 1, "2022-10-18/am")
    gone = silence.advance(released, at("2022-10-18/am"), SLOTS)
    assert (steps(gone), gone.obligation.marks) == (["level2 leaders"], ())


def test_a_refused_one_is_exhausted_with_its_reason() -> None:
    held = silence.advance(waiting("2022-10-09", 1, preset=Preset.GENTLE), at("2022-10-17/am"), SLOTS).obligation
    change = some(silence.refused(held, "已电话核实"))
    assert said(change.obligation) == ("exhausted", 1, None)
    assert change.facts[0].body["reason"] == "已电话核实"
    assert silence.released(waiting("2022-10-09", 0), SLOTS, at("2022-10-17/pm")) is None


def test_where_level_1_is_the_highest_the_silence_ends_there() -> None:
    for question in (waiting("2022-10-09", 1, highest=1), waiting("2022-09-21", 1, kind=CONFIRMATION, highest=1)):
        assert question.next_slot is not None
        change = silence.advance(question, question.next_slot, SLOTS)
        assert (change.items, said(change.obligation)) == ((), ("exhausted", 1, None))


def test_leaders_hear_of_it_twice_at_most() -> None:
    first = waiting("2022-10-12", 2, round=1)
    assert said(first) == ("waiting", 2, "2022-10-20/am")  # after 5 working days
    again = silence.advance(first, at("2022-10-20/am"), SLOTS)
    assert (steps(again), again.obligation.round) == (["level2b leaders"], 2)
    second = some(silence.accepted(again.obligation, 2, date(2022, 10, 20), SLOTS)).obligation
    assert said(second) == ("waiting", 2, "2022-11-04/am")  # after 10
    assert said(silence.advance(second, at("2022-11-04/am"), SLOTS).obligation) == ("exhausted", 2, None)


def test_what_cannot_be_delivered_is_told_to_the_lead_office_and_waits_for_nobody() -> None:
    for k in (0, 1, 2):
        change = some(silence.undeliverable(owing(SIGNATURE, state=State.QUEUED, level=k)))
        assert steps(change) == ["undelivered office"]
        assert said(change.obligation) == ("undeliverable", k, None)


@pytest.mark.parametrize(
    ("level", "number", "step"), [(0, 0, "sign"), (1, 0, "level1"), (2, 1, "level2"), (2, 2, "level2b")]
)
def test_a_mended_contact_gets_the_step_that_could_not_be_delivered(level: int, number: int, step: str) -> None:
    stuck = owing(SIGNATURE, state=State.UNDELIVERABLE, level=level, round=number)
    again = some(silence.requeue(stuck, at("2022-10-11/am"))).obligation
    change = silence.advance(again, at("2022-10-11/am"), SLOTS)
    assert step in [draft.step for draft in change.items]
    assert (change.obligation.state, change.obligation.level, change.obligation.round) == (State.QUEUED, level, number)


@pytest.mark.parametrize(
    "state", [s for s in State if s.value in "planned queued waiting undeliverable held exhausted"]
)
def test_any_answer_ends_the_silence_whatever_it_had_come_to(state: State) -> None:
    change = some(silence.answered(owing(SIGNATURE, state=state, level=1), "sign", date(2022, 9, 1)))
    assert (change.obligation.state, change.obligation.next_slot, change.strike) == (State.ACKNOWLEDGED, None, True)
    assert silence.answered(change.obligation, "sign", date(2022, 9, 1)) is None


def test_a_withdrawn_answer_leaves_the_same_level_waiting_a_full_wait() -> None:
    signed = some(silence.answered(waiting("2022-10-09", 1), "sign", date(2022, 10, 10))).obligation
    back = some(silence.withdrawn(signed, date(2022, 10, 11), SLOTS)).obligation
    assert said(back) == ("waiting", 1, "2022-10-14/am")
    assert back.answer is None
    assert silence.withdrawn(back, date(2022, 10, 11), SLOTS) is None


def test_a_confirmation_is_silent_once_its_occurrence_is_red() -> None:
    asked = waiting("2022-09-28", kind=CONFIRMATION, preset=Preset.GENTLE)
    change = silence.advance(asked, at("2022-10-08/am"), SLOTS)
    assert (change.items, said(change.obligation)) == ((), ("exhausted", 0, None))
    assert said(some(silence.overtaken(asked, "red")).obligation) == ("exhausted", 0, None)
    assert silence.overtaken(change.obligation, "red") is None


def test_closing_strikes_what_was_not_handed_over_and_ends_everything() -> None:
    change = some(silence.closed(waiting("2022-09-29"), "done"))
    assert (change.obligation.state, change.strike) == (State.CLOSED, True)
    assert silence.closed(change.obligation, "done") is None


def test_a_late_lead_office_is_told_through_its_head_and_never_held_back_by_itself() -> None:
    own = waiting("2022-09-29", own_office=True, preset=Preset.GENTLE)
    told = silence.advance(own, at("2022-10-20/am"), SLOTS)
    assert steps(told) == ["level1 office"]
    on = silence.advance(waiting("2022-10-09", 1, own_office=True, preset=Preset.GENTLE), at("2022-10-18/am"), SLOTS)
    assert steps(on) == ["level2 leaders"]


def test_without_a_head_level_1_of_the_lead_office_is_passed_over_and_its_wait_is_added() -> None:
    own = waiting("2022-09-29", own_office=True, office_head=False)
    assert (own.wait_last_on, said(own)) == (date(2022, 10, 10), ("waiting", 0, "2022-10-10/am"))  # 2 and 2 days
    reminded = silence.advance(own, at("2022-10-10/am"), SLOTS).obligation
    assert steps(silence.advance(reminded, at("2022-10-11/am"), SLOTS)) == ["level2 leaders"]


def test_a_return_is_asked_reminded_once_and_told_to_the_lead_office_after_its_due_day() -> None:
    asked = silence.advance(returning(next_step="return"), at("2022-09-16/am"), SLOTS)
    assert steps(asked) == ["return unit"]
    wait = some(silence.accepted(asked.obligation, 0, date(2022, 9, 16), SLOTS)).obligation
    assert said(wait) == ("waiting", 0, "2022-09-27/am")
    reminded = silence.advance(wait, at("2022-09-27/am"), SLOTS)
    assert steps(reminded) == ["return-remind unit"]
    late = silence.advance(reminded.obligation, at("2022-09-29/am"), SLOTS)
    assert (steps(late), said(late.obligation)) == (["level1 office", "level1 head"], ("queued", 1, None))
    listed = some(silence.accepted(late.obligation, 1, date(2022, 9, 29), SLOTS)).obligation
    assert said(listed) == ("waiting", 1, None)


def test_a_return_is_done_by_any_answer_and_exhausted_by_the_next_one() -> None:
    listed = waiting("2022-09-29", 1, kind=RETURN, subject="2022Q3", due_on=date(2022, 9, 28), highest=1)
    left = some(silence.overtaken(listed, "next return opened")).obligation
    assert left.state is State.EXHAUSTED
    assert some(silence.answered(left, "normal", date(2022, 12, 20))).obligation.state is State.DONE

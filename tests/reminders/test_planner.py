"""When each step falls due: the dates of the design, and what holds for any due day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import delay
from reminders.obligations import Kind, Obligation
from reminders.planner import asking_step, days_off_after, leaders_slot, next_rung, rungs
from reminders.policy import PRESETS, Ladder, Preset
from reminders.slots import AM
from tests.office import SLOTS, afternoon, morning
from tests.reminders.owing import armed, at, due_steps, owing

DAYS = st.dates(date(2015, 2, 1), date(2026, 10, 1))


def ladder(obligation: Obligation) -> dict[str, str]:
    return {planned.step: str(planned.slot) for planned in rungs(obligation, SLOTS)}


def test_the_dates_of_a_task_due_on_30_september_2022_are_those_of_the_design() -> None:
    asked = asking_step(armed("2022-09-30"), SLOTS)
    assert asked is not None
    assert (asked.step, asked.slot) == ("T-10", morning("2022-09-16"))
    assert due_steps(armed("2022-09-30")) == {
        "T-5": "2022-09-23/am",
        "T-3": "2022-09-27/am",
        "T-1": "2022-09-29/am",
        "T0": "2022-09-30/am",
        "T+1": "2022-10-08/am",
        "T+5": "2022-10-12/am",
    }


def test_the_dates_of_a_task_due_on_a_saturday_are_those_of_the_design() -> None:
    task = armed("2022-12-31")
    asked = asking_step(task, SLOTS)
    assert asked is not None
    assert asked.slot == morning("2022-12-16")
    found = due_steps(task)
    assert (found["T0"], found["T+1"], found["T+5"]) == ("2022-12-30/am", "2023-01-03/am", "2023-01-09/am")


def test_the_last_gentle_rung_comes_a_day_earlier_before_a_long_break() -> None:
    assert ladder(armed("2022-09-30", preset=Preset.GENTLE)) == {"T-3": "2022-09-27/am", "T-1": "2022-09-29/am"}
    assert "T0" in ladder(armed("2022-09-23", preset=Preset.GENTLE))  # two days off follow, not three


def test_t_minus_20_comes_only_where_40_working_days_are_left() -> None:
    assert "T-20" in ladder(armed("2022-10-25", opened="2022-08-22", preset=Preset.GENTLE))
    assert "T-20" not in ladder(armed("2022-10-14", opened="2022-08-22", preset=Preset.GENTLE))
    assert "T-20" not in ladder(armed("2022-12-30", opened="2022-08-22"))


def test_who_promised_is_not_nudged_three_days_before() -> None:
    assert "T-3" not in ladder(armed("2022-09-30", preset=Preset.GENTLE, answer="on_time"))
    assert "T-3" in ladder(armed("2022-09-30", preset=Preset.STRICT, answer="on_time"))


def test_a_long_window_is_announced_at_its_start_and_middle() -> None:
    found = ladder(armed("2022-09-30", opened="2022-03-01", start_on=date(2022, 7, 1)))
    assert (found["start"], found["middle"]) == ("2022-07-01/am", "2022-08-15/am")
    assert "start" not in ladder(armed("2022-09-30", start_on=date(2022, 8, 31)))  # 31 days are not over 31


def test_what_is_owed_three_times_is_asked_at_each_third_while_behind() -> None:
    nothing = armed("2022-12-31", opened="2022-01-04", start_on=date(2022, 1, 1), count=3)
    assert {"count-1", "count-2"} <= set(ladder(nothing))
    assert "count-1" not in ladder(replace(nothing, reports=1))
    assert not {"count-1", "count-2"} & set(ladder(replace(nothing, reports=2)))


def test_the_question_shares_its_slot_with_no_other_reminder() -> None:
    """A window whose middle is the day of T-10."""
    task = armed("2022-09-30", start_on=date(2022, 9, 2), count=2)
    asked = asking_step(task, SLOTS)
    assert asked is not None
    assert asked.slot == morning("2022-09-16")
    assert asked.slot not in {planned.slot for planned in rungs(task, SLOTS)}


def test_a_share_of_a_window_that_ends_on_a_day_off_is_not_asked_for_after_the_due_day() -> None:
    """Half of Friday to Sunday is a Saturday: its next working morning is past the due day."""
    assert "count-1" not in ladder(armed("2022-10-16", opened="2022-10-14", count=2))


@pytest.mark.parametrize(
    ("kind_of_ladder", "preset", "expected"),
    [
        (Ladder.DEADLINE, Preset.GENTLE, ["T-3", "T0"]),
        (Ladder.DEADLINE, Preset.STRICT, ["T-5", "T-3", "T-1", "T0"]),
        (Ladder.QUARTERLY, Preset.GENTLE, ["T-3", "T0"]),
        (Ladder.QUARTERLY, Preset.STRICT, ["T-5", "T-1", "T0"]),
        (Ladder.MONTHLY, Preset.GENTLE, ["T-3", "T0"]),
        (Ladder.MONTHLY, Preset.STRICT, ["T-3", "T0"]),
        (Ladder.NONE, Preset.GENTLE, []),
        (Ladder.NONE, Preset.STRICT, []),
    ],
)
def test_each_ladder_has_the_rungs_of_the_table(kind_of_ladder: Ladder, preset: Preset, expected: list[str]) -> None:
    assert list(ladder(armed("2022-09-22", preset=preset, ladder=kind_of_ladder))) == expected


@pytest.mark.parametrize(
    ("kind_of_ladder", "asks"),
    [(Ladder.DEADLINE, True), (Ladder.QUARTERLY, True), (Ladder.MONTHLY, False), (Ladder.NONE, False)],
)
def test_only_deadlines_and_long_recurrences_are_asked_about(kind_of_ladder: Ladder, asks: bool) -> None:
    for preset in Preset:
        task = armed("2022-09-22", preset=preset, ladder=kind_of_ladder)
        assert (asking_step(task, SLOTS) is not None) is asks


def test_leaders_are_told_on_tuesday_or_on_the_next_working_morning_of_that_week() -> None:
    gentle = PRESETS[Preset.GENTLE]
    assert leaders_slot(gentle, SLOTS, at("2022-10-08/am")) == morning("2022-10-11")
    assert leaders_slot(gentle, SLOTS, at("2022-10-11/am")) == morning("2022-10-11")
    assert leaders_slot(gentle, SLOTS, at("2022-10-11/pm")) == morning("2022-10-18")
    assert leaders_slot(gentle, SLOTS, at("2023-01-02/am")) == morning("2023-01-03")
    assert leaders_slot(gentle, SLOTS, at("2022-10-01/am")) == morning("2022-10-11")  # a week off, its weekend worked
    assert leaders_slot(gentle, SLOTS, at("2022-05-03/am")) == morning("2022-05-05")  # Tuesday off


def test_strict_leaders_are_told_in_the_morning_only() -> None:
    strict = PRESETS[Preset.STRICT]
    assert leaders_slot(strict, SLOTS, at("2022-10-12/am")) == morning("2022-10-12")
    assert leaders_slot(strict, SLOTS, afternoon("2022-10-12")) == morning("2022-10-13")


COMPLETIONS = st.builds(
    lambda due, length, lead, count, reports, preset, kind, promised: armed(
        due.isoformat(),
        opened=date.fromordinal(due.toordinal() - lead).isoformat(),
        start_on=date.fromordinal(due.toordinal() - length) if length else None,
        count=count,
        reports=min(reports, count - 1),
        preset=preset,
        ladder=kind,
        answer="on_time" if promised else None,
    ),
    DAYS,
    st.integers(0, 300),
    st.integers(0, 200),
    st.integers(1, 12),
    st.integers(0, 11),
    st.sampled_from(Preset),
    st.sampled_from(Ladder),
    st.booleans(),
)


@given(COMPLETIONS)
def test_rungs_are_sorted_on_working_mornings_and_never_two_in_a_slot(task: Obligation) -> None:
    found = rungs(task, SLOTS)
    slots = [planned.slot for planned in found]
    assert slots == sorted(set(slots))
    assert len({planned.step for planned in found}) == len(found)
    assert all(slot.half == AM and SLOTS.workdays.is_workday(slot.day) for slot in slots)
    assert all(slot.day <= task.due_at() for slot in slots)


@given(COMPLETIONS)
def test_nothing_is_planned_before_the_slot_of_arming_and_red_comes_once(task: Obligation) -> None:
    earliest = SLOTS.morning(task.opened_on)
    taken = due_steps(task)
    assert all(slot >= str(earliest) for slot in taken.values())
    assert list(taken.values()) == sorted(taken.values())
    assert [step for step in taken if step.startswith("T+")] == ["T+1", "T+5"]
    assert taken["T+1"] > f"{task.due_at()}/pm"


@given(COMPLETIONS)
def test_the_step_after_a_slot_is_later_than_it(task: Obligation) -> None:
    earliest = SLOTS.morning(task.opened_on)
    assert next_rung(task, SLOTS, after=earliest).slot > earliest
    assert delay.armed(task, SLOTS, earliest).next_slot == task.next_slot


@given(DAYS)
def test_before_three_days_off_the_last_gentle_rung_is_never_on_the_eve(due: date) -> None:
    last = rungs(armed(due.isoformat(), preset=Preset.GENTLE), SLOTS)[-1]
    t0 = SLOTS.workdays.on_or_before(due)
    assert (last.step == "T-1") == (days_off_after(t0, SLOTS.workdays) >= 3)


def test_a_signature_has_no_due_day_and_says_so() -> None:
    with pytest.raises(AssertionError, match="no due day"):
        owing(Kind.SIGNATURE).due_at()

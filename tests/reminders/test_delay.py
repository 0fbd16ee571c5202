"""Delay, row by row: the completion of an occurrence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reminders import delay
from reminders.obligations import Obligation, State
from reminders.policy import Ladder, Preset
from tests.office import SLOTS
from tests.reminders.owing import armed, at, due_steps, some, steps

DAY = date(2022, 10, 8)


def said(obligation: Obligation) -> tuple[str, int, str | None]:
    return obligation.state.value, obligation.level, str(obligation.next_slot) if obligation.next_slot else None


def red(**more: Any) -> Obligation:
    """Due on 30 September, the lead office told on 8 October."""
    return delay.advance(armed("2022-09-30", **more), at("2022-10-08/am"), SLOTS).obligation


def reported(obligation: Obligation) -> Obligation:
    return some(delay.submitted(obligation, date(2022, 9, 29), at("2022-10-09/pm"), SLOTS)).obligation


def test_the_first_morning_after_the_due_day_tells_unit_head_and_lead_office() -> None:
    change = delay.advance(armed("2022-09-30"), at("2022-10-08/am"), SLOTS)
    assert steps(change) == ["T+1 unit+head", "T+1 office"]
    assert said(change.obligation) == ("overdue", 1, "2022-10-12/am")


def test_on_the_fifth_day_auto_tells_the_leading_group_and_its_acceptance_ends_the_ladder() -> None:
    change = delay.advance(red(), at("2022-10-12/am"), SLOTS)
    assert steps(change) == ["T+5 leaders"]
    assert said(some(delay.accepted(change.obligation, 2)).obligation) == ("exhausted", 2, None)
    assert delay.accepted(change.obligation, 1) is None


def test_hold_asks_the_lead_office_first_and_goes_on_after_two_working_days_marked() -> None:
    held = delay.advance(red(preset=Preset.GENTLE), at("2022-10-12/am"), SLOTS)
    assert (steps(held), said(held.obligation)) == (["held office"], ("held", 1, "2022-10-18/am"))
    gone = delay.advance(held.obligation, at("2022-10-18/am"), SLOTS)
    assert (steps(gone), gone.obligation.marks) == (["T+5 leaders"], ("主管处室未处理",))


def test_what_is_released_goes_on_unmarked_and_what_is_refused_ends() -> None:
    held = delay.advance(red(preset=Preset.GENTLE), at("2022-10-12/am"), SLOTS).obligation
    released = some(delay.released(held, SLOTS, at("2022-10-12/pm"))).obligation
    assert said(released) == ("overdue", 1, "2022-10-18/am")
    assert delay.advance(released, at("2022-10-18/am"), SLOTS).obligation.marks == ()
    assert said(some(delay.refused(held, "已有安排")).obligation) == ("exhausted", 1, None)
    assert delay.refused(red(), "没有上报") is None


def test_the_lead_office_may_stop_an_overdue_item_on_its_way() -> None:
    stopped = some(delay.held(red(), at("2022-10-09/am"), SLOTS))
    assert (steps(stopped), stopped.obligation.state) == (["held office"], State.HELD)
    assert delay.held(armed("2022-09-30"), at("2022-09-01/am"), SLOTS) is None


def test_what_recurs_monthly_climbs_to_the_lead_office_and_no_further() -> None:
    told = red(ladder=Ladder.MONTHLY, highest=1)
    assert said(told) == ("overdue", 1, None)


def test_a_report_stops_the_clock_and_is_brought_up_every_three_working_days() -> None:
    waiting = reported(red())
    assert (said(waiting), waiting.done_on) == (("submitted", 1, "2022-10-09/pm"), date(2022, 9, 29))
    first = delay.advance(waiting, at("2022-10-09/pm"), SLOTS)
    assert (steps(first), said(first.obligation)) == (["review office"], ("submitted", 1, "2022-10-12/am"))
    assert steps(delay.advance(first.obligation, at("2022-10-12/am"), SLOTS)) == ["review office"]


@pytest.mark.parametrize("state", [State.ARMED, State.OVERDUE, State.HELD, State.FROZEN, State.EXHAUSTED])
def test_done_may_be_reported_from_everywhere_but_a_stopped_task(state: State) -> None:
    assert reported(armed("2022-09-30").to(state)).state is State.SUBMITTED
    for stopped in (State.SUSPENDED, State.SUBMITTED, State.DONE, State.CLOSED):
        assert delay.submitted(armed("2022-09-30").to(stopped), DAY, at("2022-10-09/am"), SLOTS) is None


def test_of_three_reports_only_the_third_asks_for_acceptance() -> None:
    owes = armed("2022-12-31", opened="2022-01-04", start_on=date(2022, 1, 1), count=3)
    for n, state in enumerate([State.ARMED, State.ARMED, State.SUBMITTED], 1):
        owes = some(delay.submitted(owes, date(2022, 5, 6), at("2022-05-06/pm"), SLOTS)).obligation
        assert (owes.reports, owes.state) == (n, state)


def test_acceptance_ends_it_and_alone_is_written_down() -> None:
    ended = some(delay.done(reported(red()), alone=True)).obligation
    assert (ended.state, ended.marks, ended.next_slot) == (State.DONE, ("单人",), None)
    assert delay.done(red(), alone=False) is None


def test_what_is_returned_before_its_due_day_is_armed_again() -> None:
    early = some(delay.submitted(armed("2022-09-30"), date(2022, 9, 20), at("2022-09-20/pm"), SLOTS)).obligation
    back = delay.returned(early, None, at("2022-09-22/am"), SLOTS, "缺材料").obligation
    assert (said(back), back.reports, back.done_on) == (("armed", 0, "2022-09-23/am"), 0, None)


def test_what_is_returned_after_its_due_day_is_armed_by_its_new_date() -> None:
    back = delay.returned(reported(red()), date(2022, 10, 21), at("2022-10-10/am"), SLOTS, "缺材料").obligation
    assert (back.state, back.level, back.due_on, back.version) == (State.ARMED, 0, date(2022, 10, 21), 2)


def test_who_reports_it_done_has_no_extension_to_be_decided_any_more() -> None:
    asked = some(
        delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS)
    ).obligation
    done = some(delay.submitted(asked, date(2022, 9, 21), at("2022-09-21/pm"), SLOTS)).obligation
    back = delay.returned(done, None, at("2022-09-22/am"), SLOTS, "缺材料").obligation
    assert said(back) == ("armed", 0, "2022-09-23/am")


def test_a_withdrawn_report_leaves_everything_as_it_was_the_question_too() -> None:
    asked = some(
        delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS)
    ).obligation
    done = some(delay.submitted(asked, date(2022, 9, 21), at("2022-09-21/pm"), SLOTS)).obligation
    back = some(delay.taken_back(done, at("2022-09-21/pm"), SLOTS, "点错")).obligation
    assert (back.state, back.next_step, (back.before or {})["wanted"]) == (State.FROZEN, "undecided", "2022-10-21")
    assert said(some(delay.taken_back(reported(red()), at("2022-10-10/am"), SLOTS, "点错")).obligation)[:2] == (
        "overdue",
        1,
    )
    assert delay.taken_back(red(), at("2022-10-10/am"), SLOTS, "点错") is None


def test_an_extension_freezes_the_clock_and_asks_the_lead_office() -> None:
    change = some(delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS))
    assert steps(change) == ["extension office"]
    assert said(change.obligation) == ("frozen", 0, "2022-09-26/am")
    assert delay.frozen(change.obligation, "objection", None, date(2022, 9, 20), SLOTS) is None


def test_undecided_for_three_working_days_it_goes_on_as_before_and_the_lead_office_is_told() -> None:
    asked = some(
        delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS)
    ).obligation
    change = delay.advance(asked, at("2022-09-26/am"), SLOTS)
    assert (steps(change), said(change.obligation)) == (["undecided office"], ("armed", 0, "2022-09-27/am"))


def test_what_was_missed_while_frozen_is_made_up_one_level_a_slot() -> None:
    asked = some(delay.frozen(armed("2022-09-30"), "objection", None, date(2022, 9, 29), SLOTS)).obligation
    back = some(delay.thawed(asked, "不同意", at("2022-10-20/am"), SLOTS)).obligation
    assert due_steps(back) == {"T+1": "2022-10-20/am", "T+5": "2022-10-21/am"}


def test_a_granted_extension_is_a_new_version_with_a_new_ladder() -> None:
    asked = some(
        delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS)
    ).obligation
    change = some(delay.extended(asked, date(2022, 10, 21), at("2022-09-22/am"), SLOTS))
    assert (change.obligation.version, change.obligation.due_on, change.strike) == (2, date(2022, 10, 21), True)
    assert list(due_steps(change.obligation)) == ["T-5", "T-3", "T-1", "T0", "T+1", "T+5"]
    assert delay.extended(reported(red()), date(2022, 10, 21), at("2022-10-10/am"), SLOTS) is None


def test_a_suspended_task_is_brought_up_on_its_review_date_and_every_five_working_days() -> None:
    parked = some(delay.suspended(red(), date(2022, 10, 14), "等上级批复", SLOTS)).obligation
    assert said(parked) == ("suspended", 1, "2022-10-14/am")
    change = delay.advance(parked, at("2022-10-14/am"), SLOTS)
    assert (steps(change), said(change.obligation)) == (["review office"], ("suspended", 1, "2022-10-21/am"))


@pytest.mark.parametrize("stopped", ["frozen", "submitted", "overdue"])
def test_a_resumed_task_goes_back_to_what_it_was_with_its_own_next_step(stopped: str) -> None:
    asked = some(
        delay.frozen(armed("2022-09-30"), "extension", date(2022, 10, 21), date(2022, 9, 20), SLOTS)
    ).obligation
    before = {"frozen": asked, "submitted": reported(red()), "overdue": red()}[stopped]
    parked = some(delay.suspended(before, date(2022, 10, 14), "等上级批复", SLOTS)).obligation
    back = some(delay.thawed(parked, "恢复", at("2022-10-17/am"), SLOTS)).obligation
    assert (back.state, back.level, back.before) == (before.state, before.level, before.before)
    assert back.next_slot is not None
    assert back.next_slot >= at("2022-10-17/am")


def test_a_promise_drops_the_nudge_and_taking_it_back_brings_it_again() -> None:
    asked = armed("2022-09-30", preset=Preset.GENTLE)
    promised = some(delay.promised(asked, SLOTS, at("2022-09-16/pm"), date(2022, 9, 16))).obligation
    assert (promised.answer, said(promised)) == ("on_time", ("armed", 0, "2022-09-29/am"))
    back = some(delay.unpromised(promised, SLOTS, at("2022-09-16/pm"))).obligation
    assert (back.answer, said(back)) == (None, ("armed", 0, "2022-09-27/am"))


def test_a_promise_taken_back_after_the_due_day_leaves_it_overdue() -> None:
    late = red(preset=Preset.GENTLE).to(State.OVERDUE, answer="on_time")
    assert said(some(delay.unpromised(late, SLOTS, at("2022-10-09/pm"))).obligation) == said(late)


def test_a_promise_given_in_the_minute_a_rung_opens_does_not_lose_the_rung() -> None:
    """The slot of T0 is open, and its tick has not come round yet."""
    waiting = armed("2022-09-30", opened="2022-09-30")
    assert said(waiting) == ("armed", 0, "2022-09-30/am")
    promised = some(delay.promised(waiting, SLOTS, at("2022-09-30/pm"), date(2022, 9, 30))).obligation
    assert said(promised) == ("armed", 0, "2022-09-30/am")


def test_rungs_missed_together_are_one_item_and_the_older_ones_are_written_down() -> None:
    change = delay.advance(armed("2022-09-30"), at("2022-09-29/am"), SLOTS)
    assert steps(change) == ["T-1 unit"]
    assert [f.body["step"] for f in change.facts if f.type == "step.superseded"] == ["T-5", "T-3"]


def test_for_the_lead_office_itself_level_1_is_its_head_and_without_one_nobody() -> None:
    assert "T+1 office" in steps(delay.advance(armed("2022-09-30", own_office=True), at("2022-10-08/am"), SLOTS))
    alone = armed("2022-09-30", own_office=True, office_head=False)
    assert steps(delay.advance(alone, at("2022-10-08/am"), SLOTS)) == ["T+1 unit+head"]
    own = delay.advance(red(own_office=True, preset=Preset.GENTLE), at("2022-10-18/am"), SLOTS)
    assert steps(own) == ["T+5 leaders"]  # nobody holds back what is late in his own office


def test_what_climbs_no_further_than_the_lead_office_cannot_be_held_and_then_slip_through() -> None:
    assert delay.held(red(highest=1), at("2022-10-09/am"), SLOTS) is None


def test_a_new_date_for_a_stopped_report_asks_for_the_report_again() -> None:
    parked = some(delay.suspended(reported(red()), date(2022, 10, 14), "等上级批复", SLOTS)).obligation
    renewed = some(delay.extended(parked, date(2022, 10, 21), at("2022-10-10/am"), SLOTS)).obligation
    assert (renewed.reports, renewed.state) == (0, State.ARMED)

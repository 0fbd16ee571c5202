"""A running plan gets other figures: shown first, taken in one transaction and one event, nothing repeated."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from reminders.answers import Choice
from reminders.engine.dates.reporting import report
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.reforming import compare, reform
from reminders.exceptions import NotFound, Refused
from reminders.obligations import Kind, State
from reminders.policy import PRESETS, Ladder, Policy, Preset, Rung
from reminders.store.tables import events, obligations, policies
from reminders.triggers import Happening
from tests.office import OFFICE, RIVER, WATER, Story, task
from tests.reminders.owing import at

GENTLE, STRICT = PRESETS[Preset.GENTLE], PRESETS[Preset.STRICT]


def own(**figures: object) -> Policy:
    """Gentle with some figures of an office's own."""
    return GENTLE.model_copy(update=figures)


def asking(before: int) -> Policy:
    """Gentle whose question comes so many working days before T0; 0: none."""
    ladder = (Rung(before=before, asks=True),) if before else ()
    return own(rungs={**GENTLE.rungs, Ladder.DEADLINE: (*ladder, Rung(before=3), Rung(before=0))})


def policies_of(story: Story) -> Counter[str]:
    """How many open obligations are run by which policy."""
    return Counter(o.policy.name for o in story.all() if o.is_open)


def test_the_difference_is_shown_and_nothing_is_stored(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), on="2022-09-20 08:00")
    before, count = story.all(), story.count(events)
    found = compare(story.service, story.plan_id, STRICT)
    moved = {f"{one.step} {one.was or ''} → {one.now or ''}" for one in found.moved}
    assert {"T-5  → 2022-09-23/am", "T0  → 2022-09-30/am", "T+5 2022-10-18/am → 2022-10-12/am"} <= moved
    assert found.figures["signature.w0"] == (3, 2)
    assert (story.all(), story.count(events)) == (before, count)


def test_taken_it_is_one_event_and_everything_open_is_run_by_it(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), task("13", "10月底前", RIVER))
    story.at("2022-08-23 10:00")
    shown = compare(story.service, story.plan_id, STRICT)
    taken = reform(story.service, story.plan_id, STRICT, by="任远")
    assert (taken.moved, taken.figures) == (shown.moved, shown.figures)
    assert policies_of(story) == {"strict": 6}
    (body,) = story.events("policy.applied")
    assert (body["by"], body["policy"], len(body["moved"])) == ("任远", STRICT.digest(), len(shown.moved))
    assert compare(story.service, story.plan_id, STRICT).figures == {}
    assert reform(story.service, story.plan_id, STRICT, by="任远").moved == []
    assert len(story.events("policy.applied")) == 1


def test_nothing_that_was_sent_comes_again_and_what_is_left_comes_by_the_new_ladder(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), on="2022-09-20 08:00")
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    story.until("2022-09-27/am")
    reform(story.service, story.plan_id, STRICT, by="任远")
    story.until("2022-10-12/am")
    assert [line for line in story.told("供水处/liaison") if "12:" in line] == [
        "2022-09-27/am 12:T-3",
        "2022-09-29/am 12:T-1",
        "2022-09-30/am 12:T0",
        "2022-10-08/am 12:T+1",
    ]
    assert "2022-10-12/am 12:T+5" in story.told("leader/江临"), "strict does not hold it"


def test_a_wait_that_runs_ends_on_the_day_that_was_told(story: Story) -> None:
    story.activate(task("12", "12月底前", WATER))
    story.until("2022-08-22/am")
    told = story.owed(Kind.SIGNATURE).wait_last_on
    reform(story.service, story.plan_id, STRICT, by="任远")
    assert story.owed(Kind.SIGNATURE).wait_last_on == told
    found = reform(
        story.service, story.plan_id, own(signature=GENTLE.signature.model_copy(update={"w0": 6})), by="任远"
    )
    assert [(str(was), str(now)) for _, was, now in found.waits if _.unit_id == story.owed(Kind.SIGNATURE).unit_id] == [
        ("2022-08-25", "2022-08-31")
    ]
    assert story.owed(Kind.SIGNATURE).next_slot == at("2022-08-31/am")


def test_a_question_that_the_new_figures_do_not_ask_is_closed_and_opened_again_by_others(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER))
    assert story.owed(Kind.CONFIRMATION).next_slot == at("2022-09-16/am")
    reform(story.service, story.plan_id, asking(0), by="任远")
    assert story.standing(Kind.CONFIRMATION) == ("closed", 0)
    reform(story.service, story.plan_id, asking(15), by="任远")
    asked = story.owed(Kind.CONFIRMATION)
    assert (asked.state, asked.next_step, asked.next_slot) == (State.PLANNED, "T-15", at("2022-09-08/am"))
    assert asked.policy == asking(15)


def test_a_question_nobody_asked_before_is_opened(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), policy=asking(0))
    assert story.all(Kind.CONFIRMATION) == []
    reform(story.service, story.plan_id, asking(15), by="任远")
    assert story.until("2022-09-08/am") == ["供水处/liaison unit 12:T-15"]
    reform(story.service, story.plan_id, asking(11), by="任远")
    assert story.owed(Kind.CONFIRMATION).state is State.WAITING, "what was asked is not asked again"


def test_what_the_plan_opens_later_is_armed_by_the_new_figures(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), task("13", "决策文件出台后的20个工作日内", RIVER))
    reform(story.service, story.plan_id, STRICT, by="任远")
    story.at("2022-09-01 10:00")
    report(story.service, "决策文件出台", Happening(story.service.now().date(), None, ""))
    assert story.owed(Kind.COMPLETION, RIVER).policy == STRICT
    assert policies_of(story).keys() == {"strict"}


def test_before_the_first_send_nothing_gets_a_slot(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), policy=asking(0), release=False)
    found = reform(story.service, story.plan_id, asking(15), by="任远")
    assert found.moved == []
    assert all(one.next_slot is None for one in story.all())
    activate(story.service, story.plan_id, Choices(OFFICE, release=True))
    assert story.owed(Kind.CONFIRMATION).next_slot == at("2022-09-08/am")


def test_what_is_done_keeps_the_policy_it_was_done_under(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER))
    story.until("2022-08-22/am")
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    reform(story.service, story.plan_id, STRICT, by="任远")
    assert story.owed(Kind.SIGNATURE).policy == GENTLE
    with story.service.database.read() as connection:
        known = select(func.count()).select_from(obligations).join(policies)
        assert connection.scalar(known.where(obligations.c.state == "acknowledged")) == 1


def test_a_plan_that_nobody_activated_or_that_is_not_there_is_refused(story: Story) -> None:
    story.imported()
    with pytest.raises(Refused, match="还没有启用"):
        compare(story.service, story.plan_id, STRICT)
    with pytest.raises(NotFound, match="没有编号为 9 的方案"):
        reform(story.service, 9, STRICT, by="任远")


def test_with_one_level_less_what_was_held_is_not_told_to_the_leading_group(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), on="2022-09-27 08:00")
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    story.until("2022-10-12/am")
    assert story.standing(Kind.COMPLETION) == ("held", 1)
    reform(story.service, story.plan_id, own(climbs=GENTLE.climbs.model_copy(update={"deadline": 1})), by="任远")
    assert story.standing(Kind.COMPLETION) == ("overdue", 1)
    story.until("2022-10-25/am")
    assert story.told("leader/江临") == []

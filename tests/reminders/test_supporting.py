"""Policy `support = confirm`: a support unit is asked as well, and its silence climbs to the lead unit alone."""

from __future__ import annotations

import pytest

from reminders.answers import Choice
from reminders.engine.acts.decision import Act
from reminders.engine.plan.reforming import reform
from reminders.engine.plan.revising import Answers, Source, revise
from reminders.obligations import Kind, Obligation, State
from reminders.policy import PRESETS, Policy, Preset, Support
from tests.office import OFFICE, PUMPS, RIVER, RIVER_CLERK, WATER, WATER_CLERK, Story, plan_of, task
from tests.reminders.owing import at

STRICT = PRESETS[Preset.STRICT]
ASKING = STRICT.model_copy(update={"support": Support.CONFIRM})
HELPED = task("12", "9月底前", WATER, support=[RIVER])


def begin(story: Story, *found: object, policy: Policy = ASKING) -> Story:
    """The plan activated, everybody signed."""
    story.activate(*(found or (HELPED,)), policy=policy)  # type: ignore[arg-type]  # tasks
    story.at("2022-08-22 09:01").round()
    for clerk in (WATER_CLERK, RIVER_CLERK):
        story.answer(Kind.SIGNATURE, Choice.SIGN, clerk)
    return story


def asked(story: Story, unit: str = RIVER) -> list[Obligation]:
    """What a support unit was asked."""
    return [one for one in story.all(Kind.CONFIRMATION, unit) if one.supports]


def test_without_it_a_support_unit_only_signs(story: Story) -> None:
    begin(story, policy=STRICT)
    assert asked(story) == []
    assert story.all(Kind.COMPLETION, RIVER) == []


def test_it_is_asked_with_the_lead_unit_and_owes_nothing_else(story: Story) -> None:
    begin(story)
    assert story.until("2022-09-16/am") == ["供水处/liaison unit 12:T-10", "河湖处/liaison unit 12:T-10"]
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, RIVER_CLERK)
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, WATER_CLERK)
    story.until("2022-09-30/am")
    assert [line for line in story.told("河湖处/liaison") if "12:" in line] == ["2022-09-16/am 12:T-10"]
    assert asked(story)[0].state is State.ACKNOWLEDGED


def test_its_silence_climbs_to_the_lead_unit_and_no_further(story: Story) -> None:
    begin(story).until("2022-09-16/am")
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, WATER_CLERK)
    story.until("2022-09-21/am")
    assert story.sent("2022-09-21/am") == ["供水处/liaison office 12:level1"]
    story.until("2022-10-14/am")
    (found,) = asked(story)
    assert (found.state, found.level) == (State.EXHAUSTED, 1)
    assert not [line for line in story.sent() if "level1" in line and not line.split()[1].startswith("供水处")]
    assert not [line for line in story.told("leader/江临") if "level2" in line]
    (letter,) = [m for m in story.mailbox.kept if "1家未确认" in m.subject]
    assert "河湖处" in letter.text
    assert "供水处是这些事项的牵头单位" in letter.text


def test_even_the_lead_office_climbs_to_the_lead_unit_where_it_supports(story: Story) -> None:
    begin(story, task("12", "9月底前", WATER, support=[OFFICE, RIVER])).until("2022-09-16/am")
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, WATER_CLERK)
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, RIVER_CLERK)
    assert "供水处/liaison office 12:level1" in story.until("2022-09-21/am")


@pytest.mark.parametrize(("choice", "told"), [(Choice.ON_TIME, []), (Choice.NOT_OURS, ["2022-09-16/pm 12:support"])])
def test_what_is_doubtful_is_told_to_the_lead_unit(story: Story, choice: Choice, told: list[str]) -> None:
    begin(story).until("2022-09-16/am")
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME, WATER_CLERK)
    story.answer(Kind.CONFIRMATION, choice, RIVER_CLERK, text="人手不够")
    story.until("2022-09-16/pm")
    assert [line for line in story.told("供水处/liaison") if "support" in line] == told
    assert story.owed(Kind.COMPLETION, WATER).state is State.ARMED, "the task itself goes on"


def test_what_ends_or_moves_the_occurrence_ends_or_moves_the_question(story: Story) -> None:
    begin(story)
    story.at("2022-09-01 10:00").decide(Act.EXTEND, until=at("2022-10-31/am").day)
    (moved,) = asked(story)
    assert (str(moved.due_on), moved.version, moved.next_slot) == ("2022-10-31", 2, at("2022-10-17/am"))
    owed = story.owed(Kind.COMPLETION, WATER)
    story.answer(Kind.COMPLETION, Choice.SUBMIT, WATER_CLERK, done_on=story.service.now().date())
    assert story.owed(Kind.COMPLETION, WATER).id == owed.id
    assert asked(story)[0].state is State.CLOSED


def test_a_red_occurrence_speaks_for_both(story: Story) -> None:
    begin(story).until("2022-10-08/am")
    assert asked(story)[0].state is State.EXHAUSTED


def test_two_lead_units_ask_a_support_unit_once(story: Story) -> None:
    begin(story, task("12", "9月底前", WATER, PUMPS, support=[RIVER]))
    assert len(asked(story)) == 1


def test_a_running_plan_begins_and_ceases_to_ask(story: Story) -> None:
    begin(story, policy=STRICT)
    found = reform(story.service, story.plan_id, ASKING, by="任远")
    assert ("T-10", None, at("2022-09-16/am")) in [(m.step, m.was, m.now) for m in found.moved]
    assert [one.policy.support for one in asked(story)] == [Support.CONFIRM]
    reform(story.service, story.plan_id, STRICT, by="任远")
    assert [one.state for one in asked(story)] == [State.CLOSED]
    reform(story.service, story.plan_id, ASKING, by="任远")
    assert [one.state for one in asked(story)] == [State.PLANNED]
    assert "河湖处/liaison unit 12:T-10" in story.until("2022-09-16/am")
    reform(story.service, story.plan_id, STRICT, by="任远")
    reform(story.service, story.plan_id, ASKING, by="任远")
    assert [one.state for one in asked(story)] == [State.CLOSED], "what was asked is not asked again"


def test_an_objection_of_a_unit_that_only_supports_reaches_the_lead_office(story: Story) -> None:
    story.activate(HELPED, policy=STRICT)
    story.at("2022-08-22 09:01").round()
    story.answer(Kind.SIGNATURE, Choice.SIGN, WATER_CLERK)
    story.answer(Kind.SIGNATURE, Choice.NOT_OURS, RIVER_CLERK, tasks=("12",), text="已划转")
    assert story.until("2022-08-22/pm") == ["综合处/liaison office objection"]


def test_a_revised_plan_asks_who_helps_now_and_no_longer_who_left(story: Story) -> None:
    begin(story)
    source = Source("revised.txt", "0" * 64)
    plan = plan_of(task("12", "9月底前", WATER, support=[PUMPS]))
    revise(story.service, story.plan_id, plan, source, numbers=None, answers=Answers())
    assert [one.state for one in asked(story)] == [State.CLOSED]
    assert [(one.state, one.next_slot) for one in asked(story, PUMPS)] == [(State.PLANNED, at("2022-09-16/am"))]
    assert "泵站中心/liaison unit 12:T-10" in story.until("2022-09-16/am")

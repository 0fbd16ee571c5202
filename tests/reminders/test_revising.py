"""A plan imported again: what it changes is re-armed, what it does not change stays as it was signed and decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from reminders.answers import Answer, Choice
from reminders.engine.acts.answers import give
from reminders.engine.acts.decision import Act
from reminders.engine.dates.reporting import report
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.revising import Answers, Source, compare_with, revise
from reminders.exceptions import NotFound, Refused
from reminders.obligations import Kind, Obligation, State
from reminders.plans.plan import Task
from reminders.plans.revision import Revision
from reminders.store.tables import occurrences, schedules, tasks
from reminders.triggers import Happening
from tests.office import OFFICE, PUMPS, RIVER, WATER, WATER_CLERK, Story, plan_of, task

SOURCE = Source("revised.txt", "0" * 64)
FIRST = replace(task("1", "9月底前"), title="修订节水管理办法", measure="起草并印发")
SECOND = replace(task("2", "11月底前", RIVER), title="检查河道取水口", measure="逐个核对")
THIRD = replace(task("3", "贯穿全年", PUMPS), title="泵站节能改造", measure="更换老旧机组")
PLAN = (FIRST, SECOND, THIRD)


def dated(one: Task, deadline: str) -> Task:
    """The same task with another deadline."""
    return replace(one, deadline_text=deadline, phases=task("0", deadline).phases)


def revised(story: Story, *found: Task, numbers: list[str] | None = None, **answers: Any) -> Revision:
    given = Answers(**answers)
    return revise(story.service, story.plan_id, plan_of(*found), SOURCE, numbers=numbers, answers=given)


def running(story: Story, *found: Task, on: str = "2022-08-22 08:00") -> Story:
    """An active plan whose units have all signed."""
    story.activate(*(found or PLAN), on=on)
    story.until("2022-08-22/pm")
    signing = [Answer(signature.id, Choice.SIGN) for signature in story.all(Kind.SIGNATURE)]
    give(story.service, signing, story.giver(WATER_CLERK))
    return story.at("2022-09-01 10:00")


def open_of(story: Story, kind: Kind, unit: str = WATER) -> list[Obligation]:
    return [o for o in story.all(kind, unit) if o.is_open]


def dues(story: Story, unit: str = WATER) -> list[str]:
    return [str(o.due_on) for o in open_of(story, Kind.COMPLETION, unit)]


def states(story: Story) -> list[tuple[str, str]]:
    with story.service.database.read() as connection:
        rows = connection.execute(select(occurrences.c.due_on, occurrences.c.state).order_by(occurrences.c.id))
        return [(str(row.due_on), row.state) for row in rows]


def test_nothing_changes_until_the_differences_are_taken(story: Story) -> None:
    running(story)
    before = story.count(tasks), dues(story)
    found = compare_with(story.service, story.plan_id, plan_of(dated(FIRST, "10月底前"), SECOND))
    assert [pair.fields for pair in found.changed] == [("deadline", "reading")]
    assert [one.number for _, one in found.removed] == ["3"]
    assert (story.count(tasks), dues(story)) == before


def test_the_plan_as_it_is_stored_differs_in_nothing_from_itself(story: Story) -> None:
    running(story)
    assert compare_with(story.service, story.plan_id, plan_of(*PLAN)).is_empty


def test_a_later_date_arms_a_new_version_asks_anew_and_keeps_the_signature(story: Story) -> None:
    running(story)
    (old,) = open_of(story, Kind.COMPLETION)
    revised(story, dated(FIRST, "10月底前"), SECOND, THIRD)
    (new,) = open_of(story, Kind.COMPLETION)
    assert (new.id, new.version, new.due_on) == (old.id, old.version + 1, date(2022, 10, 31))
    (asked,) = open_of(story, Kind.CONFIRMATION)
    assert (asked.version, str(asked.next_slot)) == (new.version, "2022-10-17/am")
    assert [o.state.value for o in story.all(Kind.SIGNATURE, WATER)] == ["acknowledged", "planned"]
    assert [o.state.value for o in story.all(Kind.SIGNATURE, RIVER)] == ["acknowledged"]


def test_items_not_handed_over_are_struck(story: Story) -> None:
    running(story)
    story.until("2022-09-30/am")
    told = len([line for line in story.told("供水处/liaison") if "1:T" in line])
    story.at("2022-09-27 10:00")
    revised(story, dated(FIRST, "11月底前"), SECOND, THIRD)
    story.until("2022-10-12/am")
    lines = [line for line in story.told("供水处/liaison") if "1:T" in line]
    assert len(lines) == told
    assert not any("1:T+" in line for line in story.told("供水处/head"))


def test_the_new_signature_names_only_what_changed(story: Story) -> None:
    fourth = replace(task("4", "12月底前"), title="编印节水手册", measure="分发各社区")
    running(story, *PLAN, fourth)
    revised(story, dated(FIRST, "10月底前"), SECOND, THIRD, fourth)
    story.until("2022-09-01/pm")
    letter = story.mailbox.kept[-1]
    assert "供水处，1项" in letter.text
    assert "节水事项4" not in letter.text.split("以下")[0]


def test_other_words_are_stored_and_nobody_is_asked_anything(story: Story) -> None:
    running(story)
    before = story.all()
    revised(story, replace(FIRST, measure="起草、征求意见并印发"), SECOND, THIRD)
    assert story.all() == before
    assert compare_with(story.service, story.plan_id, plan_of(*PLAN)).changed[0].fields == ("wording",)


def test_a_renumbered_task_keeps_everything_it_had(story: Story) -> None:
    running(story)
    before = story.all()
    revised(story, replace(SECOND, number="1"), replace(FIRST, number="2"), THIRD)
    assert story.all() == before
    story.until("2022-09-27/am")
    assert "2022-09-27/am 2:T-3" in story.told("供水处/liaison")


def test_a_date_moved_into_the_past_lapses_and_nothing_turns_red(story: Story) -> None:
    running(story)
    revised(story, dated(FIRST, "8月底前"), SECOND, THIRD)
    assert states(story)[0] == ("2022-08-31", "lapsed")
    assert open_of(story, Kind.COMPLETION) == []
    story.until("2022-10-12/am")
    assert not [line for line in story.told("供水处/liaison") if "1:" in line]
    revised(story, dated(FIRST, "12月20日前"), SECOND, THIRD)
    assert dues(story) == ["2022-12-20"], "back into the future it is owed again"


def test_a_red_one_with_a_later_date_is_green_again(story: Story) -> None:
    running(story)
    story.until("2022-10-12/am")
    assert open_of(story, Kind.COMPLETION)[0].level == 1
    revised(story, dated(FIRST, "11月底前"), SECOND, THIRD)
    (owed,) = open_of(story, Kind.COMPLETION)
    assert (owed.state, owed.level) == (State.ARMED, 0)


def test_another_lead_unit_takes_over_as_when_it_is_reassigned(story: Story) -> None:
    running(story)
    revised(story, replace(FIRST, lead=(PUMPS,)), SECOND, THIRD)
    assert (dues(story), dues(story, PUMPS)) == ([], ["2022-09-30"])
    assert [o.state.value for o in story.all(Kind.SIGNATURE, PUMPS)] == ["acknowledged", "planned"]
    assert story.events("obligation.handed-over")
    story.until("2022-09-27/am")
    assert any(line.startswith("2022-09-27/am") and "1:T-3" in line for line in story.told("泵站中心/liaison"))
    assert not [line for line in story.told("供水处/liaison") if "1:T" in line]


def test_what_is_late_lapses_for_the_unit_that_a_revision_gives_it_to(story: Story) -> None:
    """Nothing turns red by a revision: the new unit never had that day."""
    running(story)
    story.until("2022-10-12/am")
    revised(story, replace(FIRST, lead=(PUMPS,)), SECOND, THIRD)
    assert (dues(story), dues(story, PUMPS)) == ([], [])
    assert story.events("occurrence.lapsed")[-1]["due_on"] == "2022-09-30"
    story.until("2022-10-20/am")
    assert not [line for line in story.told("泵站中心/liaison") if "1:T" in line]


def test_a_unit_that_gets_a_task_back_owes_it_as_a_new_version(story: Story) -> None:
    running(story)
    revised(story, replace(FIRST, lead=(PUMPS,)), SECOND, THIRD)
    revised(story, *PLAN)
    assert (dues(story), dues(story, PUMPS)) == (["2022-09-30"], [])
    story.decide(Act.REASSIGN, number="1", unit=PUMPS)
    assert (dues(story), dues(story, PUMPS)) == ([], ["2022-09-30"])
    assert open_of(story, Kind.COMPLETION, PUMPS)[0].version == 2
    revised(story, dated(FIRST, "10月底前"), SECOND, THIRD)
    assert [(o.version, str(o.due_on)) for o in open_of(story, Kind.COMPLETION, PUMPS)] == [(3, "2022-10-31")]


def test_a_second_lead_unit_owes_for_itself(story: Story) -> None:
    running(story)
    revised(story, replace(FIRST, lead=(WATER, PUMPS)), SECOND, THIRD)
    assert (dues(story), dues(story, PUMPS)) == (["2022-09-30"], ["2022-09-30"])
    revised(story, FIRST, SECOND, THIRD)
    assert (dues(story), dues(story, PUMPS)) == (["2022-09-30"], [])
    revised(story, replace(FIRST, lead=(WATER, PUMPS)), SECOND, THIRD)
    assert dues(story, PUMPS) == ["2022-09-30"], "and again where it comes back"


def test_a_lead_unit_that_left_can_come_back_in_the_place_of_the_other(story: Story) -> None:
    running(story, replace(FIRST, lead=(WATER, PUMPS)))
    revised(story, replace(FIRST, lead=(PUMPS,)))
    revised(story, FIRST)
    assert (dues(story), dues(story, PUMPS)) == (["2022-09-30"], [])


def test_a_new_support_unit_signs_and_owes_nothing_else(story: Story) -> None:
    running(story)
    revised(story, replace(FIRST, support=(RIVER,)), SECOND, THIRD)
    assert [o.state.value for o in story.all(Kind.SIGNATURE, RIVER)] == ["acknowledged", "planned"]
    assert dues(story, RIVER) == ["2022-11-30"]


def test_an_added_task_is_armed_and_one_whose_date_is_past_lapses(story: Story) -> None:
    running(story)
    late = replace(task("4", "8月底前"), title="补报上半年用水台账")
    ahead = replace(task("5", "12月底前", RIVER), title="编写年度节水报告")
    revised(story, *PLAN, late, ahead)
    assert dues(story, RIVER) == ["2022-11-30", "2022-12-31"]
    assert dues(story) == ["2022-09-30"]
    assert ("2022-08-31", "lapsed") in states(story)
    assert story.events("task.added") == [{"number": "4"}, {"number": "5"}]


def test_nothing_of_a_removed_task_is_sent(story: Story) -> None:
    running(story)
    revised(story, SECOND, THIRD)
    assert open_of(story, Kind.COMPLETION) == open_of(story, Kind.CONFIRMATION) == []
    assert states(story)[0] == ("2022-09-30", "closed")
    assert story.events("task.removed") == [{"number": "1"}]
    assert len(story.events("obligation.closed")) == 2  # the completion and its question, each once
    story.until("2022-10-12/am")
    assert not [line for line in story.sent() if " 1:" in line]


def test_a_unit_without_any_standing_task_left_is_asked_for_no_return(story: Story) -> None:
    running(story)
    assert open_of(story, Kind.RETURN, PUMPS)
    revised(story, FIRST, SECOND, dated(THIRD, "12月底前"))
    assert not open_of(story, Kind.RETURN, PUMPS)
    assert dues(story, PUMPS) == ["2022-12-31"]
    revised(story, FIRST, SECOND, replace(THIRD, lead=(RIVER,)))
    assert open_of(story, Kind.RETURN, RIVER)


def test_what_was_done_stays_done(story: Story) -> None:
    running(story)
    completion = open_of(story, Kind.COMPLETION)[0]
    give(story.service, [Answer(completion.id, Choice.SUBMIT, done_on=date(2022, 9, 1))], story.giver(WATER_CLERK))
    story.decide(Act.ACCEPT, number="1")
    revised(story, dated(FIRST, "10月底前"), SECOND, THIRD)
    assert open_of(story, Kind.COMPLETION) == []
    assert states(story)[0][1] == "done"


def test_decisions_stand_where_the_plan_says_what_it_said(story: Story) -> None:
    running(story)
    story.decide(Act.EXTEND, number="1", until=date(2022, 10, 21))
    story.decide(Act.REASSIGN, number="2", unit=PUMPS)
    revised(story, replace(FIRST, measure="起草、会签并印发"), replace(SECOND, support=(WATER,)), THIRD)
    assert dues(story) == ["2022-10-21"]
    assert (dues(story, RIVER), dues(story, PUMPS)) == ([], ["2022-11-30"])


def test_a_deadline_becomes_four_quarters_and_the_past_ones_lapse(story: Story) -> None:
    running(story)
    revised(story, dated(FIRST, "每季度"), SECOND, THIRD)
    assert dues(story) == ["2022-09-30", "2022-12-31"]
    assert sorted(day for day, state in states(story) if state == "lapsed") == ["2022-03-31", "2022-06-30"]


def test_only_the_chosen_numbers_are_taken(story: Story) -> None:
    running(story)
    revised(story, dated(FIRST, "10月底前"), dated(SECOND, "10月底前"), numbers=["2"])
    assert (dues(story), dues(story, RIVER)) == (["2022-09-30"], ["2022-10-31"])
    with pytest.raises(NotFound, match="第9项没有差别"):
        revised(story, dated(FIRST, "10月底前"), numbers=["9"])


def test_open_questions_refuse_the_whole_revision(story: Story) -> None:
    running(story)
    before = story.all(), story.count(tasks), story.count(schedules)
    nobody = replace(task("4", "12月底前"), title="另行安排的工作", lead=())
    everybody = replace(task("5", "12月底前", "相关处室"), title="共同安排的工作")
    with pytest.raises(Refused) as refused:
        revised(story, dated(FIRST, "10月底前"), SECOND, THIRD, nobody, everybody)
    assert "第4项没有牵头单位" in str(refused.value)
    assert "「相关处室」指哪些单位" in str(refused.value)
    assert (story.all(), story.count(tasks), story.count(schedules)) == before
    revised(story, *PLAN, nobody, everybody, assign_missing=RIVER, members={"相关处室": (WATER,)})
    assert dues(story) == ["2022-09-30", "2022-12-31"]
    assert dues(story, RIVER) == ["2022-11-30", "2022-12-31"]
    again = compare_with(story.service, story.plan_id, plan_of(*PLAN, nobody, everybody))
    assert again.is_empty, "what a person decided is no difference"


def test_a_plan_nobody_activated_is_simply_replaced(story: Story) -> None:
    story.imported(*PLAN)
    revised(story, dated(FIRST, "10月底前"), replace(THIRD, number="2"))
    assert story.count(tasks) == 2
    assert story.all() == []
    activate(story.service, story.plan_id, Choices(lead_office=OFFICE, release=True))
    assert dues(story) == ["2022-10-31"]


def test_before_the_first_send_nothing_gets_a_slot(story: Story) -> None:
    story.activate(*PLAN, release=False)
    revised(story, dated(FIRST, "10月底前"), replace(SECOND, lead=(PUMPS,)), THIRD)
    assert {o.next_slot for o in story.all()} == {None}
    story.at("2022-09-01 08:00")
    activate(story.service, story.plan_id, Choices(lead_office=OFFICE, release=True))
    story.until("2022-10-31/am")
    assert "2022-10-31/am 1:T0" in story.told("供水处/liaison")


def test_another_years_plan_and_a_closed_one_are_refused(story: Story) -> None:
    running(story)
    with pytest.raises(Refused, match="是2022年的，这个文件读作2023年"):
        compare_with(story.service, story.plan_id, replace(plan_of(*PLAN), year=2023))
    with pytest.raises(NotFound, match="没有编号为 99"):
        compare_with(story.service, 99, plan_of(*PLAN))


def test_an_event_reported_before_gives_a_changed_period_its_day(story: Story) -> None:
    waiting = replace(task("1", "决策文件出台后的20个工作日内"), title="落实决策文件")
    running(story, waiting)
    report(story.service, "决策文件出台", Happening(date(2022, 9, 1), None, ""))
    assert dues(story) == ["2022-09-30"]
    revised(story, dated(waiting, "决策文件出台后的15个工作日内"))
    assert dues(story) == ["2022-09-23"]
    assert [o.version for o in open_of(story, Kind.COMPLETION)] == [2]

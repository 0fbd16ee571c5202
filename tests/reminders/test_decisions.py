"""Every act of the lead office, what it changes, and what it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from reminders.answers import Answer, Choice
from reminders.engine.acts.answers import give
from reminders.engine.acts.decision import Act
from reminders.engine.plan.revising import Source, revise
from reminders.engine.views.finding import find_task
from reminders.exceptions import NotFound, Refused
from reminders.obligations import Kind, State
from reminders.plans.plan import Task
from reminders.store.tables import assignments, occurrences, units
from tests.office import (
    EVERYBODY,
    OFFICE,
    OFFICE_CLERK,
    OFFICE_HEAD,
    PUMPS,
    RIVER,
    RIVER_CLERK,
    WATER,
    WATER_CLERK,
    Story,
    plan_of,
    task,
)

SIGN, CONFIRM, COMPLETE = Kind.SIGNATURE, Kind.CONFIRMATION, Kind.COMPLETION
LATER = date(2022, 10, 21)


def running(story: Story, *found: Task, on: str = "2022-09-15 17:30", until: str = "2022-09-16/am") -> Story:
    story.activate(*(found or (task("12", "9月底前"),)), on=on)
    story.until(until)
    return story


def held(story: Story) -> Story:
    """Overdue since 8 October, before the lead office since the 12th."""
    return running(story, on="2022-09-28 17:30", until="2022-10-12/am")


def occurrence(story: Story) -> tuple[str, date]:
    with story.service.database.read() as connection:
        row = connection.execute(select(occurrences.c.state, occurrences.c.due_on)).one()
        return row.state, row.due_on


def refused(story: Story, act: Act, **more: Any) -> str:
    before = story.all()
    with pytest.raises(Refused) as error:
        story.decide(act, **more)
    assert story.all() == before, "a refusal changes nothing"
    return str(error.value)


def test_accepting_ends_the_task_and_its_question(busy_story: Story) -> None:
    running(busy_story).answer(COMPLETE, Choice.SUBMIT)
    assert busy_story.decide(Act.ACCEPT).sentences == ("供水处：已销号。",)
    assert (busy_story.standing(COMPLETE)[0], busy_story.standing(CONFIRM)[0]) == ("done", "acknowledged")
    assert occurrence(busy_story)[0] == "done"
    busy_story.until("2022-10-14/am")
    assert not [line for line in busy_story.sent() if ":T" in line and line > "2022-09-16/pm"]


def test_nobody_accepts_his_own_report_also_when_he_gave_it_in_answer_to_the_question(story: Story) -> None:
    running(story, task("12", "9月底前", OFFICE)).answer(CONFIRM, Choice.SUBMIT, OFFICE_CLERK)
    assert "另一位同志" in refused(story, Act.ACCEPT, by=OFFICE_CLERK.name)
    story.decide(Act.ACCEPT, by=OFFICE_HEAD.name)
    assert story.owed(COMPLETE, OFFICE).marks == ()


def test_where_there_is_nobody_else_alone_is_written_in_the_ledger(short_story: Story) -> None:
    people = [p for p in EVERYBODY if p != OFFICE_HEAD]
    short_story.activate(task("12", "9月底前", OFFICE), on="2022-09-15 17:30", people=people)
    short_story.until("2022-09-16/am")
    short_story.answer(COMPLETE, Choice.SUBMIT, OFFICE_CLERK)
    short_story.decide(Act.ACCEPT, by=OFFICE_CLERK.name)
    assert short_story.owed(COMPLETE, OFFICE).marks == ("单人",)


def test_the_task_is_done_for_each_unit_by_itself(short_story: Story) -> None:
    running(short_story, task("12", "9月底前", WATER, RIVER)).answer(COMPLETE, Choice.SUBMIT)
    short_story.decide(Act.ACCEPT)
    assert (short_story.standing(COMPLETE), short_story.standing(COMPLETE, RIVER)) == (("done", 0), ("armed", 0))


def test_returning_before_the_due_day_arms_it_again_and_after_it_wants_a_date(story: Story) -> None:
    running(story).answer(COMPLETE, Choice.SUBMIT)
    story.decide(Act.RETURN)
    assert story.standing(COMPLETE) == ("armed", 0)
    story.until("2022-10-08/am")
    story.answer(COMPLETE, Choice.SUBMIT)
    assert "--until" in refused(story, Act.RETURN)
    story.decide(Act.RETURN, until=LATER)
    assert (story.standing(COMPLETE), occurrence(story)) == (("armed", 0), ("armed", LATER))


def test_a_granted_extension_moves_the_occurrence_and_asks_anew_where_there_is_time(story: Story) -> None:
    running(story).answer(CONFIRM, Choice.EXTEND, until=LATER)
    story.decide(Act.EXTEND, until=LATER)
    assert (story.standing(COMPLETE), occurrence(story)) == (("armed", 0), ("armed", LATER))
    confirmation = story.owed(CONFIRM)
    assert (confirmation.state, confirmation.version, str(confirmation.next_slot)) == (
        State.PLANNED,
        2,
        "2022-10-09/am",
    )
    story.until("2022-10-09/am")
    assert "12:T-10" in story.told("供水处/liaison")[-1]


def test_a_question_that_was_never_asked_is_opened_when_the_new_date_leaves_time(short_story: Story) -> None:
    running(short_story, on="2022-09-22 17:30", until="2022-09-23/am")
    assert short_story.all(CONFIRM) == []
    short_story.decide(Act.EXTEND, until=date(2022, 11, 30))
    assert short_story.owed(CONFIRM).state is State.PLANNED


def test_old_items_of_a_moved_date_are_struck_before_their_hand_over(story: Story) -> None:
    running(story)
    story.until("2022-09-26/pm")
    story.at("2022-09-27 09:01").tick()
    story.decide(Act.EXTEND, until=LATER)
    story.round()
    assert "T-3" not in str(story.sent("2022-09-27/am"))


def test_an_extension_of_what_recurs_moves_the_occurrence_that_is_due_first(busy_story: Story) -> None:
    running(busy_story, task("12", "每月25日前"), until="2022-09-20/am")
    busy_story.decide(Act.EXTEND, until=date(2022, 10, 10))
    dues = sorted(str(o.due_on) for o in busy_story.all(COMPLETE))
    assert dues == ["2022-10-10", "2022-10-25", "2022-11-25", "2022-12-25"]
    assert "已有这一项的另一个节点" in refused(busy_story, Act.EXTEND, until=date(2022, 10, 25))


def test_an_extension_wants_a_day_in_the_future(short_story: Story) -> None:
    running(short_story)
    assert "--until" in refused(short_story, Act.EXTEND)
    assert "今天之后" in refused(short_story, Act.EXTEND, until=date(2022, 9, 16))


def test_a_refused_extension_goes_on_as_before(story: Story) -> None:
    running(story).answer(CONFIRM, Choice.EXTEND, until=LATER)
    story.decide(Act.REFUSE)
    assert story.standing(COMPLETE) == ("armed", 0)
    assert "待决定" in refused(story, Act.REFUSE)


def test_a_task_that_a_unit_denies_is_handed_over_and_signed_by_the_other(story: Story) -> None:
    running(story, task("12", "9月底前", WATER, PUMPS)).answer(CONFIRM, Choice.NOT_OURS)
    story.decide(Act.REASSIGN, unit=RIVER)
    assert {o.state for o in story.all(unit=WATER) if o.kind is not SIGN} <= {State.CLOSED, State.ACKNOWLEDGED}
    assert story.standing(COMPLETE, PUMPS) == ("armed", 0)  # who did not object keeps it
    assert story.standing(COMPLETE, RIVER) == ("armed", 0)
    assert story.pass_slot() == ["河湖处/liaison unit sign"]


def test_handing_over_leaves_what_was_done_with_who_did_it(story: Story) -> None:
    running(story, task("12", "每月25日前"), on="2022-08-22 08:00", until="2022-08-24/am")
    done = story.all(COMPLETE)[0]
    give(story.service, [Answer(done.id, Choice.SUBMIT)], story.giver(WATER_CLERK))
    story.decide(Act.ACCEPT)
    story.decide(Act.REASSIGN, unit=RIVER)
    with story.service.database.read() as connection:
        query = select(occurrences.c.due_on, units.c.name).join(units).where(occurrences.c.state != "lapsed")
        rows = [(str(row.due_on), row.name) for row in connection.execute(query.order_by(occurrences.c.due_on))]
    assert rows[:2] == [("2022-08-25", WATER), ("2022-09-25", RIVER)]


def test_a_unit_gets_back_what_it_had_though_its_own_was_closed_meanwhile(story: Story) -> None:
    """Both led once; 供水处 left by a revision, which closed its own, and is given 河湖处's now."""
    running(story, task("12", "9月底前", WATER, RIVER))
    revise(story.service, story.plan_id, plan_of(task("12", "9月底前", RIVER)), Source("revised.txt", "0" * 64))
    assert [o.state for o in story.all(COMPLETE, WATER)] == [State.CLOSED]
    story.decide(Act.REASSIGN, unit=WATER)
    assert [(o.state, o.version) for o in story.all(COMPLETE, WATER)] == [(State.CLOSED, 1), (State.ARMED, 2)]
    assert [o.state for o in story.all(COMPLETE, RIVER)] == [State.CLOSED]
    story.until("2022-09-27/am")
    assert story.told("供水处/liaison")[-1] == "2022-09-27/am 12:T-3"


def test_what_is_late_is_handed_over_with_a_new_date_or_not_at_all(story: Story) -> None:
    running(story, on="2022-09-28 17:30", until="2022-10-08/am")
    assert "2022-09-30 的节点已过期限" in refused(story, Act.REASSIGN, unit=RIVER)
    story.decide(Act.REASSIGN, unit=RIVER, until=LATER)
    owed = story.owed(COMPLETE, RIVER)
    assert (owed.state, owed.level, owed.due_on) == (State.ARMED, 0, LATER)
    story.until("2022-10-12/am")
    assert not [line for line in story.told("河湖处/liaison") if "T+" in line]
    assert not [line for line in story.told("供水处/liaison") if line > "2022-10-08/pm" and "12:" in line]


def test_of_several_late_days_of_one_schedule_the_last_gets_the_new_one(story: Story) -> None:
    running(story, task("12", "每月25日前"), on="2022-08-22 08:00", until="2022-09-27/am")
    story.decide(Act.REASSIGN, unit=RIVER, until=LATER)
    assert [str(o.due_on) for o in story.all(COMPLETE, RIVER)][:2] == ["2022-10-21", "2022-10-25"]
    assert [body["due_on"] for body in story.events("occurrence.lapsed")][-1:] == ["2022-08-25"]


def test_a_day_that_the_unit_has_already_is_refused(short_story: Story) -> None:
    running(short_story, task("12", "每月25日前"), on="2022-08-22 08:00", until="2022-09-27/am")
    assert "已有这一项的节点" in refused(short_story, Act.REASSIGN, unit=RIVER, until=date(2022, 10, 25))


def test_a_standing_task_can_be_handed_over_too(story: Story) -> None:
    running(story, task("12", "贯穿全年"))
    story.decide(Act.REASSIGN, unit=RIVER)
    with story.service.database.read() as connection:
        query = select(assignments.c.named).where(assignments.c.ended_at.is_(None))
        assert [row.named for row in connection.execute(query)] == [RIVER]
    assert story.owed(SIGN, RIVER).state is State.PLANNED


def test_handing_over_says_to_whom_and_from_whom(short_story: Story) -> None:
    running(short_story, task("12", "9月底前", WATER, PUMPS))
    assert "--unit" in refused(short_story, Act.REASSIGN)
    assert "已是这一项的牵头单位" in refused(short_story, Act.REASSIGN, unit=PUMPS)
    assert "几个牵头单位" in refused(short_story, Act.REASSIGN, unit=RIVER)


def test_a_suspended_task_is_brought_up_on_its_review_date_again_and_again(story: Story) -> None:
    running(story).decide(Act.SUSPEND, until=date(2022, 9, 26))
    story.until("2022-10-10/am")
    assert [line for line in story.told("综合处/liaison") if "review" in line] == [
        "2022-09-26/am 12:review",
        "2022-10-08/am 12:review",
    ]
    assert story.standing(CONFIRM)[0] == "closed"
    story.decide(Act.RESUME)
    assert story.standing(COMPLETE) == ("overdue", 0)
    assert "12:T+1" in str(story.pass_slot())


def test_suspending_wants_a_review_date_and_resuming_a_suspended_task(short_story: Story) -> None:
    running(short_story)
    assert "--until" in refused(short_story, Act.SUSPEND)
    assert "没有挂账" in refused(short_story, Act.RESUME)


def test_a_released_item_reaches_the_leaders_on_tuesday(story: Story) -> None:
    held(story)
    assert story.sent("2022-10-12/am") == ["综合处/liaison office 12:held"]
    story.decide(Act.RELEASE)
    story.until("2022-10-18/am")
    assert story.told("leader/江临") == ["2022-10-18/am 12:T+5"]
    assert story.owed(COMPLETE).marks == ()


def test_an_undecided_item_goes_on_by_itself_and_says_so(story: Story) -> None:
    held(story).until("2022-10-18/am")
    assert story.owed(COMPLETE).marks == ("主管处室未处理",)
    assert story.standing(COMPLETE) == ("exhausted", 2)


def test_a_refused_item_never_reaches_the_leaders(short_story: Story) -> None:
    held(short_story).decide(Act.REFUSE)
    short_story.until("2022-11-08/am")
    assert not [line for line in short_story.told("leader/江临") if "12:" in line]


def test_the_lead_office_may_stop_an_item_before_it_is_held(short_story: Story) -> None:
    running(short_story, on="2022-09-28 17:30", until="2022-10-08/am")
    short_story.decide(Act.HOLD)
    assert short_story.standing(COMPLETE) == ("held", 1)
    assert "上报" in refused(short_story, Act.HOLD)


def test_a_call_is_recorded_for_signature_and_confirmation_of_its_unit(story: Story) -> None:
    running(story).decide(Act.CONFIRM, reason="9月16日电话")
    assert (story.standing(SIGN)[0], story.standing(CONFIRM)[0]) == ("acknowledged", "acknowledged")
    assert {body["door"] for body in story.events("answer.given")} == {"proxy"}
    assert "等待签收或答复" in refused(story, Act.CONFIRM)


def test_a_unit_with_standing_or_supporting_tasks_only_may_call_too(story: Story) -> None:
    running(story, task("12", "贯穿全年", WATER, support=[RIVER]))
    assert "--unit" in refused(story, Act.CONFIRM)
    story.decide(Act.CONFIRM, unit=RIVER)
    assert (story.standing(SIGN, RIVER)[0], story.standing(SIGN, WATER)[0]) == ("acknowledged", "waiting")


def test_a_return_may_be_recorded_from_a_call(short_story: Story) -> None:
    running(short_story, task("12", "贯穿全年"), on="2022-08-22 08:00", until="2022-09-16/am")
    short_story.decide(Act.CONFIRM)
    assert short_story.all(Kind.RETURN)[0].state is State.DONE


@pytest.mark.parametrize("act", [Act.ACCEPT, Act.RETURN, Act.REFUSE, Act.RESUME, Act.HOLD])
def test_an_act_that_fits_nothing_is_refused_with_one_sentence(short_story: Story, act: Act) -> None:
    sentence = refused(running(short_story), act)
    assert sentence.endswith("请用 cuiban show 查看这一项现在的状态。")


def test_an_unknown_unit_and_a_plan_that_is_not_active_are_refused(short_story: Story) -> None:
    short_story.imported()
    with pytest.raises(Refused, match="还没有启用"):
        short_story.decide(Act.ACCEPT)
    running(short_story, task("13", "9月底前"))
    with pytest.raises(NotFound, match="档案室"):
        short_story.decide(Act.ACCEPT, "13", unit="档案室")


def test_a_decision_stands_in_the_ledger_with_its_reason(short_story: Story) -> None:
    running(short_story).decide(Act.EXTEND, until=LATER, reason="会签未回")
    (body,) = short_story.events("decision.taken")
    assert (body["act"], body["by"], body["reason"], body["until"]) == ("extend", "任远", "会签未回", "2022-10-21")


def test_a_task_is_found_by_plan_and_number_or_by_a_number_that_is_unique(short_story: Story) -> None:
    running(short_story)
    running(short_story, task("12", "10月底前", RIVER_CLERK.unit), task("13", "10月底前"))
    with short_story.service.database.read() as connection:
        assert find_task(connection, "1/12") != find_task(connection, "2/12")
        assert find_task(connection, "13") == find_task(connection, "2/13")
        with pytest.raises(Refused, match="1/12、2/12"):
            find_task(connection, "12")
        for unknown in ("99", "x/12"):
            with pytest.raises(NotFound):
                find_task(connection, unknown)


def test_the_lead_office_itself_is_told_through_its_head_never_its_own_clerk(story: Story) -> None:
    story.activate(task("12", "9月底前", OFFICE), on="2022-09-28 17:30")
    story.until("2022-10-08/am")
    assert story.told("综合处/head")[-1].endswith("12:T+1")
    assert story.told("综合处/liaison")[-1].endswith("12:T+1")
    assert not [line for line in story.sent() if "综合处/liaison office" in line]


def test_without_a_head_the_lead_offices_level_1_is_passed_over(story: Story) -> None:
    people = [p for p in EVERYBODY if p != OFFICE_HEAD]
    story.activate(task("1", "贯穿全年", OFFICE), people=people)
    story.until("2022-09-06/am")
    assert story.told("leader/江临") == ["2022-09-06/am level2"]
    assert not [line for line in story.sent() if "level1" in line or "held" in line]

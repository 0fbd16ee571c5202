"""Events from outside: a report arms what waited for it, once; it is corrected by rule 10, or withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from reminders.answers import Choice
from reminders.engine.acts.decision import Act
from reminders.engine.dates.correcting import correct, withdraw
from reminders.engine.dates.happening import Reported
from reminders.engine.dates.reporting import report
from reminders.engine.ledger.showing import task_lines
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.intake import import_plan
from reminders.engine.views.awaited import awaited, waiting_lines
from reminders.engine.views.finding import find_task
from reminders.exceptions import InputError, NotFound, Refused
from reminders.obligations import Kind, Obligation, State
from reminders.plans.plan import Task
from reminders.policy import Ladder, Preset
from reminders.store.tables import external_events, items, obligations, occurrences, schedules
from reminders.triggers import Happening
from schedules import normalise
from tests.office import OFFICE, PUMPS, RIVER, WATER, Story, at_once, plan_of, task

ISSUED = "决策文件出台"
AFTER = task("4", "决策文件出台后的20个工作日内", WATER)
BEFORE = task("5", "会议召开前5个工作日", RIVER)
CLOCK = task("6", "事件发生后24小时内", PUMPS)
CASE = task("7", "答复期限不超过5个工作日", WATER)


def happening(day: str, at: str | None = None, ref: str = "") -> Happening:
    return Happening(date.fromisoformat(day), at, ref)


def reported(story: Story, day: str = "2022-09-01", name: str = ISSUED, **more: Any) -> Reported:
    plan_id = more.pop("plan_id", None)
    return report(story.service, name, happening(day, **more), plan_id=plan_id)


def dues(story: Story) -> list[tuple[str, str]]:
    with story.service.database.read() as connection:
        rows = connection.execute(select(occurrences.c.due_on, occurrences.c.state).order_by(occurrences.c.id))
        return [(str(row.due_on), row.state) for row in rows]


def completion(story: Story, unit: str = WATER) -> Obligation:
    return story.owed(Kind.COMPLETION, unit)


def opened(story: Story, *found: Task, preset: Preset = Preset.STRICT, **choices: Any) -> Story:
    """Active and released on 22 August, and everybody has signed."""
    story.activate(*found, on="2022-08-22 08:00", preset=preset, **choices)
    return story.at("2022-09-01 10:00")


def test_nothing_is_owed_until_the_event_is_reported_and_then_as_by_a_deadline(story: Story) -> None:
    opened(story, replace(AFTER, lead=(WATER, PUMPS)))
    assert story.all(Kind.COMPLETION) == []
    assert reported(story).changed
    assert dues(story) == [("2022-09-30", "armed")] * 2
    for unit in (WATER, PUMPS):
        owed = completion(story, unit)
        assert (owed.state, owed.ladder, owed.highest) == (State.ARMED, Ladder.DEADLINE, 2)
        assert story.owed(Kind.CONFIRMATION, unit).next_step == "T-10"


def test_what_an_event_armed_is_reminded_of_and_climbs_like_a_deadline(story: Story) -> None:
    opened(story, AFTER)
    reported(story)
    story.until("2022-10-12/am")
    steps = [step for line in story.told("供水处/liaison") for step in line.split() if step.startswith("4:T")]
    assert steps == ["4:T-10", "4:T-5", "4:T-3", "4:T-1", "4:T0", "4:T+1"]
    assert "2022-10-12/am 4:T+5" in story.told("leader/江临")


def test_an_event_ahead_gives_a_day_before_it(short_story: Story) -> None:
    opened(short_story, BEFORE)
    reported(short_story, "2022-09-30", "会议召开")
    assert dues(short_story) == [("2022-09-23", "armed")]


def test_the_same_name_day_and_reference_is_one_event(story: Story) -> None:
    opened(story, AFTER)
    reported(story, ref="〔2022〕3号")
    again = reported(story, ref="〔2022〕3号")
    assert not again.changed
    assert "已经报告过" in again.sentences[0]
    assert len(dues(story)) == len(story.events("event.reported")) == 1
    reported(story, ref="〔2022〕4号")
    assert len(dues(story)) == 2, "another document is another event, on the same day too"


def test_reported_twice_at_once_it_is_one_event(story: Story) -> None:
    opened(story, AFTER)
    done = at_once(lambda: reported(story).changed, 4)
    assert sorted(done) == [False, False, False, True]
    assert len(dues(story)) == story.count(external_events) == 1


def test_a_limit_on_every_case_is_shown_and_never_armed(short_story: Story) -> None:
    opened(short_story, CASE, AFTER)
    with short_story.service.database.read() as connection:
        lines = waiting_lines(connection)
    assert lines[0] == ISSUED
    assert lines[-2:] == ["按件计的时限（不设节点，不用报告）：", "  1/7　节水事项7　供水处　答复后5个工作日内"]
    with pytest.raises(Refused, match="每一件"):
        reported(short_story, name="答复")


def test_hours_bring_one_message_at_once_and_the_completion_without_rungs(story: Story) -> None:
    opened(story, CLOCK)
    story.round()
    reported(story, "2022-09-01", "事件发生", at="09:40")
    owed = completion(story, PUMPS)
    assert (owed.due_on, owed.due_time, owed.next_step) == (date(2022, 9, 2), "09:40", "T+1")
    assert story.all(Kind.CONFIRMATION, PUMPS) == []
    assert "泵站中心/liaison unit 6:start" in story.until("2022-09-01/pm")
    assert "泵站中心/liaison digest remind 6:T+1" in story.until("2022-09-05/am")


def test_an_event_reported_late_makes_nothing_overdue(story: Story) -> None:
    opened(story, AFTER)
    story.at("2022-11-01 10:00")
    said = reported(story).sentences
    assert "不提醒、不算超期" in said[1]
    assert (dues(story), story.all(Kind.COMPLETION)) == ([("2022-09-30", "lapsed")], [])
    assert story.events("occurrence.lapsed")[0]["due_on"] == "2022-09-30"


def test_a_corrected_day_arms_a_new_version_and_strikes_what_was_not_handed_over(story: Story) -> None:
    opened(story, AFTER)
    reported(story)
    story.until("2022-09-22/pm")
    story.at("2022-09-23 09:00")
    story.tick()
    correct(story.service, ISSUED, date(2022, 9, 1), happening("2022-09-15"))
    owed = completion(story)
    assert (owed.version, str(owed.due_on), owed.state) == (2, "2022-10-18", State.ARMED)
    asked = story.owed(Kind.CONFIRMATION)
    assert (asked.version, asked.due_on, str(asked.next_slot)) == (2, owed.due_on, "2022-09-29/am")
    assert (dues(story), story.events("event.corrected")[0]["was"]) == ([("2022-10-18", "armed")], "2022-09-01")
    assert not correct(story.service, ISSUED, date(2022, 9, 1), happening("2022-09-15")).changed


def test_what_was_overdue_for_a_wrong_day_is_not_overdue_any_more(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    short_story.until("2022-10-11/am")
    assert completion(short_story).state is State.OVERDUE
    correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-09-30"))
    assert (completion(short_story).state, completion(short_story).level) == (State.ARMED, 0)


def test_a_day_moved_into_the_past_lapses_and_a_day_moved_out_of_it_arms(story: Story) -> None:
    opened(story, AFTER)
    reported(story)
    correct(story.service, ISSUED, date(2022, 9, 1), happening("2022-05-05"))
    assert (dues(story)[0][1], completion(story).state) == ("lapsed", State.CLOSED)
    correct(story.service, ISSUED, date(2022, 5, 5), happening("2022-09-02"))
    assert (dues(story), completion(story).state) == ([("2022-10-08", "armed")], State.ARMED)


def test_what_lapsed_at_its_report_is_armed_by_a_correction(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story, "2022-03-01")
    correct(short_story.service, ISSUED, date(2022, 3, 1), happening("2022-09-01"))
    assert (dues(short_story), completion(short_story).state) == ([("2022-09-30", "armed")], State.ARMED)


def test_a_result_under_review_stays_there_when_the_day_is_corrected(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    short_story.answer(Kind.COMPLETION, Choice.SUBMIT, text="已印发")
    correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-09-05"))
    assert (completion(short_story).state, str(completion(short_story).due_on)) == (State.SUBMITTED, "2022-10-09")
    short_story.decide(Act.ACCEPT, "4")
    correct(short_story.service, ISSUED, date(2022, 9, 5), happening("2022-09-06"))
    assert (completion(short_story).state, dues(short_story)) == (State.DONE, [("2022-10-09", "done")])


def test_a_result_under_review_stays_there_even_when_its_day_moves_into_the_past(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    short_story.answer(Kind.COMPLETION, Choice.SUBMIT, text="已印发")
    correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-05-05"))
    assert (completion(short_story).state, dues(short_story)) == (State.SUBMITTED, [("2022-06-01", "armed")])
    short_story.decide(Act.ACCEPT, "4")
    assert completion(short_story).state is State.DONE


def test_what_was_handed_over_and_back_is_owed_once_for_the_corrected_day(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    short_story.decide(Act.REASSIGN, "4", unit=RIVER)
    short_story.decide(Act.REASSIGN, "4", unit=WATER)
    correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-09-05"))
    owed = [one for one in short_story.all(Kind.COMPLETION) if one.is_open]
    assert [(one.version, str(one.due_on), one.state) for one in owed] == [(3, "2022-10-09", State.ARMED)]


def test_withdrawing_closes_what_the_event_opened_and_it_can_be_reported_anew(story: Story) -> None:
    opened(story, AFTER)
    reported(story)
    withdraw(story.service, ISSUED, happening("2022-09-01"))
    assert (dues(story), completion(story).state) == ([("2022-09-30", "closed")], State.CLOSED)
    assert len(story.events("event.withdrawn")) == 1
    story.until("2022-10-14/am")
    assert not [line for line in story.sent() if " 4:" in line]
    with pytest.raises(NotFound, match="没有报告过"):
        withdraw(story.service, ISSUED, happening("2022-09-01"))
    assert reported(story, "2022-10-12").changed


def test_an_unknown_event_is_answered_with_those_that_are_waited_for(short_story: Story) -> None:
    opened(short_story, AFTER, BEFORE)
    with pytest.raises(NotFound) as refused:
        reported(short_story, name="决策文件发布")
    assert "「会议召开」" in str(refused.value)
    assert str(refused.value).endswith("最接近的是「决策文件出台」。")
    assert short_story.count(external_events) == 0


def test_quotation_marks_and_blanks_name_the_same_event(short_story: Story) -> None:
    opened(short_story, AFTER)
    assert reported(short_story, name="「决策文件 出台」").changed


def test_a_day_far_away_and_a_reference_of_several_lines_are_refused(short_story: Story) -> None:
    opened(short_story, AFTER)
    for wrong in (
        happening("2202-09-01"),
        happening("2022-09-01", ref="a\nb"),
        happening("2022-09-01", ref="长" * 201),
    ):
        with pytest.raises(InputError):
            report(short_story.service, ISSUED, wrong)
    assert short_story.count(external_events) == 0


def test_two_plans_that_wait_for_one_name_both_get_it_unless_one_is_named(story: Story) -> None:
    opened(story, AFTER)
    other = plan_of(replace(AFTER, number="9"), title="河岸市水务局2022年普法要点")
    second = import_plan(story.service, other, b"other", "other.txt")
    activate(story.service, second, Choices(OFFICE, release=True))
    reported(story, "2022-09-01", plan_id=second)
    assert {o.plan_id for o in story.all(Kind.COMPLETION)} == {second}
    said = reported(story, "2022-09-01").sentences
    assert {o.plan_id for o in story.all(Kind.COMPLETION)} == {story.plan_id, second}
    assert sum("已经报告过" in sentence for sentence in said) == 1


def test_a_plan_that_is_not_active_takes_no_event(short_story: Story) -> None:
    short_story.imported(AFTER)
    with pytest.raises(Refused, match="还没有启用"):
        reported(short_story, plan_id=short_story.plan_id)
    with pytest.raises(NotFound, match="没有从事件起算的时限"):
        reported(short_story)


def test_before_the_first_send_an_event_arms_and_sends_nothing(short_story: Story) -> None:
    opened(short_story, AFTER, CLOCK, release=False)
    reported(short_story)
    reported(short_story, name="事件发生")
    assert {o.next_slot for o in short_story.all()} == {None}
    assert short_story.until("2022-09-02/pm") == []
    activate(short_story.service, short_story.plan_id, Choices(OFFICE, release=True))
    assert completion(short_story).next_step == "T-5"


def test_an_event_changes_nothing_of_what_it_does_not_concern(short_story: Story) -> None:
    opened(short_story, AFTER, task("12", "9月底前", RIVER))
    before = short_story.all(unit=RIVER)
    reported(short_story)
    withdraw(short_story.service, ISSUED, happening("2022-09-01"))
    assert short_story.all(unit=RIVER) == before
    assert short_story.count(obligations) == len(before) + 3


def test_the_digest_and_the_task_say_what_waits_for_its_event(short_story: Story) -> None:
    opened(short_story, AFTER, CASE)
    short_story.until("2022-09-05/am")
    digests = {message.address: message.text for message in short_story.mailbox.kept if "【周报】" in message.subject}
    for address, asked in (("liaison.office@", "请登记日期"), ("liaison.water@", "请告诉主管处室")):
        (text,) = [text for place, text in digests.items() if place.startswith(address)]
        assert "等待事件1项" in text
        assert "决策文件出台后20个工作日内" in text
        assert asked in text
    assert not [text for place, text in digests.items() if place.startswith("leader.") and "等待事件" in text]


def test_a_reported_event_leaves_the_digest_and_stands_beside_the_task(short_story: Story) -> None:
    opened(short_story, AFTER, CASE)
    assert "等待事件：决策文件出台后20个工作日内，还没有报告" in shown(short_story, "4")
    reported(short_story, ref="3号")
    assert "事件：决策文件出台后20个工作日内，已报告 2022-09-01（3号） → 2022-09-30到期" in shown(short_story, "4")
    assert "按件计：答复后5个工作日内（不设节点）" in shown(short_story, "7")
    short_story.until("2022-09-05/am")
    digests = [message.text for message in short_story.mailbox.kept if "【周报】" in message.subject]
    assert digests
    assert not [text for text in digests if "等待事件" in text]


def shown(story: Story, number: str) -> list[str]:
    with story.service.database.read() as connection:
        return task_lines(story.service, connection, find_task(connection, f"{story.plan_id}/{number}"))


def test_a_phase_that_a_revised_plan_brings_is_armed_by_the_next_report_alone(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    with short_story.service.database.write() as connection:
        phase = normalise("决策文件出台后的5个工作日内", year=2022).phases[0].to_dict()
        task_id = find_task(connection, f"{short_story.plan_id}/4")
        row = {"task_id": task_id, "position": 9, "origin": "cell", "text": "出台后的5个工作日内", "phase": phase}
        connection.execute(schedules.insert(), {**row, "offer": ""})
    assert reported(short_story).changed
    assert dues(short_story) == [("2022-09-30", "armed"), ("2022-09-08", "armed")]
    assert not reported(short_story).changed
    assert short_story.count(external_events) == 1


def test_what_a_correction_struck_is_not_sent(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    short_story.until("2022-09-22/pm")
    short_story.at("2022-09-23 09:01")
    short_story.tick()
    correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-09-15"))
    with short_story.service.database.read() as connection:
        query = select(items.c.version).where(items.c.step == "T-5", items.c.struck_at.is_not(None))
        assert [row.version for row in connection.execute(query)] == [1]
    short_story.round()
    assert not [line for line in short_story.sent("2022-09-23/am") if "4:T-5" in line]


def test_what_a_revised_plan_dropped_is_not_moved_any_more(short_story: Story) -> None:
    opened(short_story, AFTER)
    reported(short_story)
    with short_story.service.database.write() as connection:
        connection.execute(schedules.update().where(schedules.c.offer == "event").values(offer="former"))
    said = correct(short_story.service, ISSUED, date(2022, 9, 1), happening("2022-09-15")).sentences
    assert (len(said), dues(short_story)) == (1, [("2022-09-30", "armed")])


def test_a_limit_by_the_clock_is_told_anew_when_its_event_is_corrected(short_story: Story) -> None:
    opened(short_story, CLOCK)
    short_story.round()
    reported(short_story, "2022-09-01", "事件发生", at="09:40")
    assert "泵站中心/liaison unit 6:start" in short_story.until("2022-09-01/pm")
    short_story.at("2022-09-02 08:00")
    correct(short_story.service, "事件发生", date(2022, 9, 1), happening("2022-09-02", "07:15"))
    assert "泵站中心/liaison unit 6:start" in short_story.until("2022-09-02/am")
    assert (completion(short_story, PUMPS).due_on, completion(short_story, PUMPS).due_time) == (
        date(2022, 9, 3),
        "07:15",
    )


def test_who_reported_corrected_and_withdrew_stands_in_the_ledger(short_story: Story) -> None:
    short_story.activate(task("12", "文件出台后10个工作日内"), on="2022-08-22 08:00")
    (waiting,) = _awaited_names(short_story)
    report(short_story.service, waiting, Happening(date(2022, 8, 22)), by="何文")
    correct(short_story.service, waiting, date(2022, 8, 22), Happening(date(2022, 8, 23)), by="任远")
    withdraw(short_story.service, waiting, Happening(date(2022, 8, 23)), by="何文")
    kinds = ("event.reported", "event.corrected", "event.withdrawn")
    assert [short_story.events(kind)[0]["by"] for kind in kinds] == ["何文", "任远", "何文"]


def _awaited_names(story: Story) -> list[str]:
    with story.service.database.read() as connection:
        return [one.name for one in awaited(connection, [story.plan_id])]

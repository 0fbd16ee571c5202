"""Rehearsal: the same list twice, nothing sent, no row left behind, and what it lists is what would be sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from reminders.engine.forecast.foreseeing import foresee_ahead
from reminders.engine.ledger.sent import Line
from reminders.engine.plan.activation import Choices
from reminders.engine.service import SMTP
from reminders.exceptions import InputError
from reminders.policy import Preset
from reminders.rehearsal import Manners, Span, runs
from reminders.rehearsal.walking import walk
from reminders.slots import Slot
from reminders.store import foreseen as foresight
from reminders.store.database import Database
from reminders.store.tables import events, messages, metadata
from tests.office import CHIEF, EVERYBODY, LEADER, OFFICE, OFFICE_CLERK, RIVER, WATER, WATER_CLERK, Story, plan_of, task
from tests.reminders.test_guards import Guarded

AUTUMN = Span(date(2022, 9, 15), date(2022, 10, 12))
PLAN = plan_of(task("1", "贯穿全年", WATER, RIVER), task("12", "9月底前", WATER), task("13", "每月25日前", RIVER))
ONE = plan_of(task("12", "9月底前", WATER))
CHOSEN = Choices(OFFICE, leading_group=(LEADER,), preset=Preset.STRICT)


def rehearse_file(*given: Any) -> list[Line]:
    """The whole list at once."""
    return list(runs.rehearse_file(*given))


def rehearse_stored(*given: Any) -> list[Line]:
    """The whole list at once."""
    return list(runs.rehearse_stored(*given))


SILENT, PROMPT = Manners.read("silent"), Manners.read("prompt")


def steps(lines: list[Line], destination: str) -> list[str]:
    """«2022-09-16/am 12:T-10»."""
    mine = [line for line in lines if line["destination"] == destination]
    return [f"{line['slot']} {item['task']}:{item['step']}" for line in mine for item in line["items"]]


def per_slot(lines: list[Line]) -> Counter[str]:
    """How many messages each slot brings."""
    return Counter(line["slot"] for line in lines)


def rows(story: Story) -> dict[str, int]:
    with story.service.database.read() as connection:
        count = {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in metadata.sorted_tables}
    return {name: number for name, number in count.items() if number}


def test_the_same_plan_rehearsed_twice_gives_the_same_list(short_story: Story) -> None:
    first = rehearse_file(short_story.service, PLAN, EVERYBODY, CHOSEN, AUTUMN, SILENT)
    assert first == rehearse_file(short_story.service, PLAN, EVERYBODY, CHOSEN, AUTUMN, SILENT)
    assert len(first) > 20


def test_nothing_is_sent_and_no_row_is_left_behind(story: Story) -> None:
    story.activate(task("12", "9月底前"), on="2022-08-22 08:00")
    before = rows(story)
    assert rehearse_stored(story.service, story.plan_id, None, Span(date(2022, 8, 22), date(2022, 8, 26)), SILENT)
    assert (rows(story), story.mailbox.kept, story.clock.moment.day) == (before, [], 22)


@pytest.mark.parametrize("preset", [Preset.GENTLE, pytest.param(Preset.STRICT, marks=pytest.mark.long)])
def test_what_it_lists_under_silence_is_what_is_sent_when_nobody_answers(short_story: Story, preset: Preset) -> None:
    short_story.activate(*PLAN.tasks, on="2022-09-15 08:30", preset=preset)
    listed = rehearse_stored(short_story.service, short_story.plan_id, None, AUTUMN, SILENT)
    short_story.until("2022-10-12/pm")
    assert listed == short_story.lines()


def test_prompt_answers_each_question_in_the_slot_in_which_it_arrives(short_story: Story) -> None:
    lines = rehearse_file(short_story.service, ONE, EVERYBODY, CHOSEN, AUTUMN, PROMPT)
    said = [item["step"] for line in lines for item in line["items"]]
    assert not {"remind", "level1", "level2", "T+1", "review"} & set(said)
    assert "2022-09-16/am 12:T-10" in steps(lines, "供水处/liaison")


def test_the_narrowest_manner_wins(short_story: Story) -> None:
    manners = Manners.read('{"unit":"供水处","task":"12","answers":"silent"}\n{"unit":"供水处","answers":"prompt"}')
    lines = rehearse_file(short_story.service, ONE, EVERYBODY, CHOSEN, AUTUMN, manners)
    late = [step for step in steps(lines, "供水处/liaison") if "T+1" in step]
    assert late == ["2022-10-08/am 12:T+1"]
    assert not [step for step in steps(lines, "供水处/liaison") if "None:remind" in step]


@pytest.mark.parametrize("line", ["{", '{"unit":"供水处"}', '{"unit":"供水处","answers":"maybe"}', "[]"])
def test_a_line_of_answers_that_cannot_be_used_is_named(line: str) -> None:
    with pytest.raises(InputError, match="第2行"):
        Manners.read("\n" + line)


def test_without_options_the_office_that_leads_most_runs_it_and_everybody_can_be_reached(short_story: Story) -> None:
    lines = rehearse_file(short_story.service, PLAN, (), None, AUTUMN, SILENT)
    destinations = {line["destination"] for line in lines}
    assert {"供水处/liaison", "供水处/head", "河湖处/liaison", "河湖处/head", "leader/领导"} >= destinations
    assert "河湖处/liaison" in destinations


def test_a_stored_plan_that_is_not_active_wants_its_options(short_story: Story) -> None:
    short_story.imported()
    with pytest.raises(InputError, match="--lead-office"):
        rehearse_stored(short_story.service, short_story.plan_id, None, AUTUMN, SILENT)
    assert rehearse_stored(short_story.service, short_story.plan_id, Choices(OFFICE), AUTUMN, PROMPT)
    with pytest.raises(InputError, match="没有编号为 99 的方案"):
        rehearse_stored(short_story.service, 99, None, AUTUMN, SILENT)


def test_a_rehearsal_shows_what_resuming_would_send(short_story: Story) -> None:
    from reminders.engine.standstill.pausing import pause

    short_story.activate(task("12", "9月底前"))
    pause(short_story.service, plan_id=None, unit=None, reason="核对名单", by="何文")
    assert rehearse_stored(
        short_story.service, short_story.plan_id, None, Span(AUTUMN.first, date(2022, 9, 16)), SILENT
    )


def test_only_days_from_the_first_on_are_listed_and_none_after_the_last(short_story: Story) -> None:
    short = Span(date(2022, 9, 16), date(2022, 9, 23))
    lines = rehearse_file(short_story.service, PLAN, EVERYBODY, CHOSEN, short, SILENT)
    assert min(line["slot"] for line in lines) == "2022-09-16/am"
    assert max(line["slot"] for line in lines) <= "2022-09-23/pm"


def test_later_months_of_an_active_plan_begin_from_its_present_state(short_story: Story) -> None:
    short_story.activate(*PLAN.tasks, on="2022-09-15 08:30", preset=Preset.STRICT)
    later = Span(date(2022, 9, 30), AUTUMN.last)
    whole = rehearse_stored(short_story.service, short_story.plan_id, None, AUTUMN, SILENT)
    tail = rehearse_stored(short_story.service, short_story.plan_id, None, later, SILENT)
    assert tail == [line for line in whole if line["slot"] >= "2022-09-30"] != []


def test_what_silence_would_bring_an_active_plan_is_listed_slot_by_slot(short_story: Story) -> None:
    short_story.activate(*PLAN.tasks, on="2022-09-15 08:30", preset=Preset.STRICT)
    short_story.until("2022-09-20/am")
    rest = Span(date(2022, 9, 20), AUTUMN.last)
    listed = rehearse_stored(short_story.service, short_story.plan_id, None, rest, SILENT)
    sent_before = len(short_story.lines())
    short_story.until("2022-10-12/pm")
    assert per_slot(listed) == per_slot(short_story.lines()[sent_before:])


def test_a_year_keeps_no_message_of_the_weeks_before_and_no_ledger(short_story: Story) -> None:
    short_story.activate(*PLAN.tasks, on="2022-09-15 08:30", preset=Preset.STRICT)
    scratch = runs.copied(short_story.service, [short_story.plan_id])
    assert len(list(walk(scratch, AUTUMN, SILENT, start=Slot.parse("2022-09-15/am")))) > 20
    with scratch.database.read() as connection:
        kept = connection.scalars(select(messages.c.slot).order_by(messages.c.slot)).all()
        assert connection.scalar(select(func.count()).select_from(events)) == 0
    assert kept[0] >= "2022-10-10"


def test_what_is_joint_is_answered_and_finished_together(short_story: Story) -> None:
    both = [replace(task(number, "9月底前", WATER), measure="举办一期培训班") for number in ("3", "5")]
    manners = Manners.read('{"unit":"供水处","task":"5","answers":"silent"}')
    alone, joint = (
        rehearse_file(short_story.service, plan_of(*both), EVERYBODY, chosen, AUTUMN, manners)
        for chosen in (CHOSEN, replace(CHOSEN, joint="proposed"))
    )
    assert "2022-10-08/am 5:T+1" in steps(alone, "供水处/liaison")
    assert not [step for step in steps(joint, "供水处/liaison") if "T+" in step or "remind" in step]


def test_what_the_guard_foresees_of_the_next_slots_is_what_a_rehearsal_lists() -> None:
    story = Guarded(Database.in_memory())
    story.activate(*PLAN.tasks, on="2022-09-15 08:30", preset=Preset.STRICT)
    for moment in ("2022-09-15 08:45", "2022-09-29 08:45", "2022-10-07 08:45"):
        story.at(moment)
        foresee_ahead(story.service)
        with story.service.database.read() as connection:
            ahead = {slot: count for slot, count in foresight.read(connection).items() if slot > moment and count}
        rest = Span(story.clock.moment.date(), date(2022, 10, 31))
        listed = per_slot(rehearse_stored(story.service, story.plan_id, None, rest, SILENT))
        assert ahead == {slot: listed[slot] for slot in ahead} != {}
        story.until(f"{moment[:10]}/pm" if moment[:10] != "2022-10-07" else "2022-10-08/am")


def test_who_cannot_be_reached_by_the_channels_there_are_is_sent_nothing(short_story: Story) -> None:
    mute = replace(WATER_CLERK, email="")
    short_story.activate(*ONE.tasks, on="2022-09-15 08:30", people=[mute, OFFICE_CLERK, CHIEF])
    by_mail = replace(short_story.service, channels={SMTP: short_story.mailbox})
    lines = rehearse_stored(by_mail, short_story.plan_id, None, AUTUMN, SILENT)
    assert not steps(lines, "供水处/liaison")
    assert "2022-09-15/am None:undelivered" in steps(lines, "综合处/liaison")
    assert steps(rehearse_stored(short_story.service, short_story.plan_id, None, AUTUMN, SILENT), "供水处/liaison")

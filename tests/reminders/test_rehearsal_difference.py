"""The difference between two rehearsals: each message in one list or the other, and what a change really does."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from reminders.engine.plan.activation import Choices
from reminders.policy import PRESETS, Preset
from reminders.rehearsal import Alternative, Difference, Span, compare_file, compare_stored
from reminders.rehearsal.difference import compare
from reminders.rehearsal.manners import Manners
from reminders.rehearsal.runs import copied
from reminders.store.tables import items
from schedules.workdays import china
from tests.office import EVERYBODY, LEADER, OFFICE, RIVER, WATER, Story, plan_of, task
from tests.reminders.test_rehearsal_totals import LINES

AUTUMN = Span(date(2022, 9, 5), date(2022, 10, 14))
PROMPT, SILENT = Manners(), Manners.read("silent")
ONE, TWO = task("12", "9月底前", WATER), task("13", "9月25日前", RIVER)
PLAN = plan_of(ONE, TWO)
CHOSEN = Choices(OFFICE, leading_group=(LEADER,), preset=Preset.STRICT)


def line(slot: str, *items: tuple[str, str, str], to: str = "供水处/liaison") -> dict[str, Any]:
    found = [{"task": number, "step": step, "due": due} for number, step, due in items]
    return {"slot": slot, "kind": "unit", "destination": to, "items": found}


def told(found: Difference) -> tuple[int, int, int, int, int]:
    return found.same, len(found.moved), len(found.changed), len(found.added), len(found.dropped)


@given(LINES, LINES)
def test_every_message_of_both_is_somewhere_once(before: list[Any], after: list[Any]) -> None:
    found = compare(before, after)
    pairs = len(found.moved) + len(found.changed) + found.same
    assert (pairs + len(found.dropped), pairs + len(found.added)) == (len(before), len(after))
    assert all(was["slot"] != now["slot"] for was, now in found.moved)
    assert all(was["slot"] == now["slot"] and was["items"] != now["items"] for was, now in found.changed)


@given(LINES, st.randoms(use_true_random=False))
def test_the_same_messages_differ_in_nothing(lines: list[Any], chance: random.Random) -> None:
    again = list(lines)
    chance.shuffle(again)
    assert not compare(lines, again)
    assert compare(lines, again).same == len(lines)


def test_what_says_the_same_in_another_slot_has_moved() -> None:
    found = compare(
        [line("2022-09-16/am", ("12", "T-10", "2022-09-30"))], [line("2022-09-19/am", ("12", "T-10", "2022-09-30"))]
    )
    assert told(found) == (0, 1, 0, 0, 0)
    assert found.to_dict()["moved"][0]["was"] == "2022-09-16/am"


def test_the_same_step_for_a_later_due_day_has_moved() -> None:
    found = compare(
        [line("2022-09-16/am", ("12", "T-10", "2022-09-30"))], [line("2022-09-23/am", ("12", "T-10", "2022-10-12"))]
    )
    assert told(found) == (0, 1, 0, 0, 0)


def test_of_two_alike_the_one_for_the_same_due_day_has_moved() -> None:
    before = [line("2022-08-22/am", ("13", "T-3", "2022-08-25")), line("2022-09-22/am", ("13", "T-3", "2022-09-25"))]
    found = compare(before, [line("2022-09-20/am", ("13", "T-3", "2022-09-25"))])
    assert told(found) == (0, 1, 0, 0, 1)
    assert found.dropped[0]["slot"] == "2022-08-22/am"


def test_what_says_something_else_in_the_same_slot_has_changed() -> None:
    was, due = line("2022-09-16/am", ("12", "T-10", "2022-09-30")), line("2022-09-16/am", ("12", "T-10", "2022-10-01"))
    assert told(compare([was], [due])) == (0, 0, 1, 0, 0)
    assert told(compare([was], [line("2022-09-16/am", ("12", "T-5", "2022-09-23"))])) == (0, 0, 1, 0, 0)


def test_who_is_told_instead_of_another_is_no_move() -> None:
    was, now = (line("2022-09-16/am", ("12", "T-10", "2022-09-30"), to=to) for to in ("供水处/head", "河湖处/head"))
    assert told(compare([was], [now])) == (0, 0, 0, 1, 1)


def steps(lines: Any) -> list[str]:
    return [f"{found['slot']} {item['task']}:{item['step']}" for found in lines for item in found["items"]]


def test_a_revised_file_moves_the_messages_of_its_task_alone(short_story: Story) -> None:
    revised = plan_of(task("12", "10月12日前", WATER), TWO)
    found = compare_file(short_story.service, PLAN, EVERYBODY, CHOSEN, AUTUMN, PROMPT, Alternative(plan=revised))
    moved = [(was["slot"], now["slot"]) for was, now in found.moved if now["items"][0]["step"] == "T-10"]
    assert moved == [("2022-09-16/am", "2022-09-23/am")]
    differing = [pair[1] for pair in (*found.moved, *found.changed)] + [*found.added, *found.dropped]
    assert not [step for step in steps(differing) if " 13:" in step]


@pytest.mark.parametrize("stored", [False, True])
def test_another_policy_differs_by_what_the_policy_says(short_story: Story, stored: bool) -> None:
    other = Alternative(policy=PRESETS[Preset.GENTLE])
    if stored:
        short_story.activate(ONE, TWO, on="2022-09-05 08:30", preset=Preset.STRICT)
        found = compare_stored(short_story.service, short_story.plan_id, None, AUTUMN, PROMPT, other)
    else:
        found = compare_file(short_story.service, PLAN, EVERYBODY, CHOSEN, AUTUMN, PROMPT, other)
    assert "2022-09-23/am 12:T-5" in steps(found.dropped)
    assert not [step for step in steps([*found.added, *(now for _, now in found.moved)]) if "T-10" in step]


@pytest.mark.parametrize("stored", [False, True])
def test_another_calendar_moves_what_lay_on_its_days_off(short_story: Story, stored: bool, tmp_path: Path) -> None:
    (tmp_path / "days.txt").write_text("2022-09-16 休\n2022-09-17 班\n", encoding="utf-8")
    other = Alternative(workdays=china(tmp_path / "days.txt"))
    if stored:
        short_story.activate(ONE, TWO, on="2022-09-05 08:30", preset=Preset.STRICT)
        found = compare_stored(short_story.service, short_story.plan_id, None, AUTUMN, PROMPT, other)
    else:
        found = compare_file(short_story.service, PLAN, EVERYBODY, CHOSEN, AUTUMN, PROMPT, other)
    asked = [(was["slot"], now["slot"]) for was, now in found.moved if "T-10" in str(was["items"])]
    assert ("2022-09-16/am", "2022-09-17/am") in asked


def test_a_stored_plan_revised_today_repeats_nothing_that_was_sent(short_story: Story) -> None:
    short_story.activate(ONE, TWO, on="2022-08-31 08:30", preset=Preset.STRICT)
    short_story.until("2022-09-16/am")
    revised = replace(PLAN, tasks=(ONE, task("13", "9月28日前", RIVER)))
    later = Span(date(2022, 9, 16), AUTUMN.last)
    found = compare_stored(short_story.service, short_story.plan_id, None, later, SILENT, Alternative(plan=revised))
    assert found
    assert not [step for step in steps([*found.added, *found.dropped]) if " 12:" in step]
    assert not [one for one in steps(found.added) if one < "2022-09-16/pm"]


def test_what_was_sent_is_known_where_something_is_changed(short_story: Story) -> None:
    short_story.activate(ONE, TWO, on="2022-08-31 08:30", preset=Preset.STRICT)
    short_story.until("2022-09-26/am")
    for history, known in ((True, short_story.count(items)), (False, 0)):
        scratch = copied(short_story.service, [short_story.plan_id], history=history)
        with scratch.database.read() as connection:
            before = items.c.slot < "2022-09-26"
            count = connection.scalar(select(func.count()).select_from(items).where(before)) or 0
        assert (count > 0) == history
        assert count <= known


def test_comparing_changes_nothing_that_is_stored(short_story: Story) -> None:
    short_story.activate(ONE, TWO, on="2022-09-05 08:30", preset=Preset.STRICT)
    before = short_story.all()
    revised = Alternative(plan=plan_of(TWO), policy=PRESETS[Preset.GENTLE])
    assert compare_stored(short_story.service, short_story.plan_id, None, AUTUMN, PROMPT, revised)
    assert short_story.all() == before

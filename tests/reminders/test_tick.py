"""The tick: several at once make one message, a seal holds, what comes late goes to the next slot."""

from __future__ import annotations

import threading
from datetime import timedelta

from reminders.answers import Choice
from reminders.engine.acts.decision import Act
from reminders.engine.round.tick import Ticked, tick
from reminders.engine.standstill.pausing import pause
from reminders.obligations import Kind, State
from reminders.policy import Preset
from reminders.store import obligations as stored
from reminders.store.tables import deliveries, items, messages
from reminders.store.tables import obligations as table
from tests.office import PUMPS, RIVER, WATER, Story, at_once, morning, task

STANDING = task("1", "贯穿全年", WATER, RIVER, PUMPS)


def test_ticks_at_the_same_time_make_one_message_each_with_every_item_once(busy_story: Story) -> None:
    busy_story.activate(STANDING, *(task(str(n), "9月底前", WATER) for n in range(2, 8)), on="2022-09-22 17:30")
    busy_story.at("2022-09-23 09:01")
    done = at_once(lambda: tick(busy_story.service), 4)
    assert sum(ticked.steps for ticked in done) == 3
    assert sum(ticked.sealed for ticked in done) == 3
    assert busy_story.count(messages) == busy_story.count(items) == busy_story.count(deliveries) == 3


def test_a_second_tick_finds_nothing_to_do(story: Story) -> None:
    story.activate(STANDING)
    story.at("2022-08-22 09:00")
    assert (story.tick().steps, story.tick().steps, story.tick().sealed) == (3, 0, 0)


def test_nothing_is_written_outside_the_send_window(short_story: Story) -> None:
    short_story.activate(STANDING)
    for closed in ("2022-08-22 08:59", "2022-08-22 12:00", "2022-08-27 10:00"):
        assert short_story.at(closed).tick() == Ticked(None, 0, 0, ())


def test_all_of_a_units_plans_and_tasks_are_one_message(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), task("2", "9月底前"), on="2022-09-15 17:30")
    assert short_story.pass_slot() == ["供水处/liaison unit sign 1:T-10 2:T-10"]


def test_what_comes_after_the_seal_goes_with_the_next_slot(story: Story) -> None:
    story.activate(task("1", "9月底前"), on="2022-08-22 08:00")
    story.at("2022-08-22 09:01").round()
    with story.service.database.write() as connection:  # a second question, due in the slot that is sealed
        connection.execute(table.update().where(table.c.kind == "confirmation").values(next_slot="2022-08-22/am"))
    story.at("2022-08-22 09:05").round()
    assert story.sent("2022-08-22/am") == ["供水处/liaison unit sign"]
    assert story.pass_slot() == ["供水处/liaison unit 1:T-10"]


def test_a_message_is_not_sealed_while_a_step_of_its_slot_is_left_for_ten_minutes(busy_story: Story) -> None:
    """Another tick holds a batch: a plain read sees its rows still waiting."""
    busy_story.activate(task("1", "9月底前", WATER), task("2", "9月底前", RIVER))
    _pause_unit(busy_story, RIVER)
    busy_story.at("2022-08-22 09:01")
    assert (busy_story.tick().sealed, busy_story.at("2022-08-22 09:09").tick().sealed) == (0, 0)
    assert busy_story.at("2022-08-22 09:10").tick().sealed == 1


def test_a_message_whose_items_were_all_struck_goes_nowhere(short_story: Story) -> None:
    short_story.activate(task("1", "贯穿全年"))
    short_story.at("2022-08-22 09:01")
    waiting = short_story.tick().waiting
    assert short_story.answer(Kind.SIGNATURE, Choice.SIGN).accepted
    assert (short_story.round(), short_story.sent(), len(waiting)) == (0, [], 1)


def test_an_item_is_rendered_as_things_stand_at_its_hand_over(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), task("2", "9月底前"), on="2022-09-15 17:30")
    short_story.at("2022-09-16 09:01").tick()
    short_story.decide(Act.SUSPEND, "1", until=short_story.clock.moment.date() + timedelta(days=30))
    short_story.round()
    assert short_story.sent() == ["2022-09-16/am 供水处/liaison unit sign 2:T-10"]


def test_a_confirmation_falls_silent_in_the_slot_in_which_its_occurrence_turns_red(story: Story) -> None:
    story.activate(task("1", "9月底前"), on="2022-09-15 17:30")
    story.until("2022-09-22/am")
    assert story.standing(Kind.CONFIRMATION) == ("waiting", 1)  # the lead office was told, its wait runs
    with story.service.database.write() as connection:
        connection.execute(table.update().where(table.c.kind == "confirmation").values(next_slot="2022-12-01/am"))
    story.until("2022-10-08/am")
    assert story.standing(Kind.CONFIRMATION) == ("exhausted", 1)
    assert story.standing(Kind.COMPLETION) == ("overdue", 1)


def test_a_return_that_opens_exhausts_the_older_one_that_nobody_answered(story: Story) -> None:
    story.activate(task("1", "贯穿全年"), on="2022-08-22 08:00")
    story.until("2022-09-29/am")
    (third, fourth) = story.all(Kind.RETURN)
    assert (third.subject, third.state, third.level) == ("2022Q3", State.WAITING, 1)
    story.until("2022-12-16/am")
    third, fourth = story.all(Kind.RETURN)
    assert (third.state, fourth.state) == (State.EXHAUSTED, State.WAITING)
    assert story.events("obligation.exhausted")[-1]["why"] == "next return opened"


def test_the_ladder_of_one_occurrence_runs_from_the_question_to_the_leading_group(story: Story) -> None:
    """Strict, due 30 September, nobody ever answers: exactly these messages about the delay."""
    story.activate(task("12", "9月底前"), on="2022-09-22 17:30", preset=Preset.STRICT)
    story.until("2022-10-14/am")
    delay = [line for line in story.sent() if "12:T" in line]
    assert delay == [
        "2022-09-23/am 供水处/liaison unit sign 12:T-5",
        "2022-09-27/am 供水处/liaison unit remind 12:T-3",
        "2022-09-29/am 供水处/liaison unit 12:T-1",
        "2022-09-30/am 供水处/liaison unit 12:T0",
        "2022-10-08/am 供水处/head unit 12:T+1",
        "2022-10-08/am 供水处/liaison unit 12:T+1",
        "2022-10-08/am 综合处/liaison office 12:T+1",
        "2022-10-12/am leader/江临 leaders 12:T+5",
    ]


def test_an_unsigned_plan_climbs_slot_by_slot_and_each_wait_begins_with_acceptance(story: Story) -> None:
    story.activate(task("12", "12月底前"), on="2022-09-28 17:30", preset=Preset.STRICT)
    story.until("2022-10-14/am")
    about = [line for line in story.sent() if "digest" not in line]
    assert about == [
        "2022-09-29/am 供水处/liaison unit sign",
        "2022-10-08/am 供水处/head unit remind",
        "2022-10-08/am 供水处/liaison unit remind",
        "2022-10-09/am 供水处/head unit level1",
        "2022-10-09/am 综合处/liaison office level1",
        "2022-10-12/am leader/江临 leaders level2",
    ]


def test_a_thousand_steps_are_claimed_in_batches_and_leave_none_behind(short_story: Story) -> None:
    short_story.activate(*(task(str(n), "9月底前") for n in range(1, 601)), on="2022-09-15 17:30")
    short_story.at("2022-09-16 09:01")
    assert short_story.tick().steps == 601
    with short_story.service.database.read() as connection:
        assert not stored.any_due(connection, morning("2022-09-16"))


def _pause_unit(story: Story, unit: str) -> None:
    pause(story.service, plan_id=None, unit=unit, reason="搬迁", by="何文")


def test_helpers_run_at_the_same_time() -> None:
    barrier = threading.Barrier(3)
    assert at_once(lambda: barrier.wait(5) >= 0, 3) == [True, True, True]

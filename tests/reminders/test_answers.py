"""Answers: any answer ends the silence, the same answer twice is one, and what is taken back waits again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.answers import CHOICES, Answer, Choice, Door, Giver
from reminders.engine.acts.answers import DISPUTE, give, withdraw
from reminders.obligations import ENDED, Kind
from reminders.store.database import Database
from tests.office import RIVER_CLERK, WATER, WATER_CLERK, WATER_HEAD, Story, at_once, task

DUE = task("12", "9月底前")
SIGN, CONFIRM, COMPLETE = Kind.SIGNATURE, Kind.CONFIRMATION, Kind.COMPLETION


def asked(story: Story) -> Story:
    """The signature and 能否按期 were accepted on 16 September."""
    story.activate(DUE, on="2022-09-15 17:30")
    story.until("2022-09-16/am")
    return story.at("2022-09-16 10:00")


def taken_back(story: Story, kind: Kind, reason: str = "点错") -> bool:
    giver = story.giver(WATER_CLERK)
    (given,) = withdraw(story.service, [story.owed(kind).id], contact_id=giver.contact_id, by="本人", reason=reason)
    return given.accepted


def test_an_answer_ends_the_silence_and_the_second_one_is_told_so(story: Story) -> None:
    asked(story)
    assert story.answer(SIGN, Choice.SIGN).accepted
    second = story.answer(SIGN, Choice.SIGN, WATER_HEAD)
    assert (second.accepted, second.sentence) == (False, "这一项已经办理，无需重复。")
    assert (story.standing(SIGN), len(story.events("answer.given"))) == (("acknowledged", 0), 1)


def test_two_people_who_answer_at_once_are_one_answer(busy_story: Story) -> None:
    asked(busy_story)
    giver, owed = busy_story.giver(WATER_CLERK), busy_story.owed(SIGN).id
    given = at_once(lambda: give(busy_story.service, [Answer(owed, Choice.SIGN)], giver)[0].accepted, 4)
    assert sorted(given) == [False, False, False, True]
    assert len(busy_story.events("answer.given")) == 1


def test_a_signature_does_not_stop_the_completion_ladder(short_story: Story) -> None:
    """Received is not done."""
    asked(short_story).answer(SIGN, Choice.SIGN)
    short_story.answer(CONFIRM, Choice.ON_TIME)
    short_story.until("2022-10-08/am")
    assert [line[:10] for line in short_story.told("供水处/liaison") if "12:T" in line] == [
        "2022-09-16",
        "2022-09-29",
        "2022-10-08",
    ]


def test_a_promise_spares_the_nudge_three_days_before(short_story: Story) -> None:
    asked(short_story).answer(CONFIRM, Choice.ON_TIME)
    short_story.until("2022-09-28/pm")
    assert not [line for line in short_story.sent() if "T-3" in line]


def test_an_extension_freezes_the_completion_and_asks_the_lead_office(story: Story) -> None:
    asked(story).answer(CONFIRM, Choice.EXTEND, until=date(2022, 10, 21))
    assert (story.standing(CONFIRM), story.standing(COMPLETE)) == (("acknowledged", 0), ("frozen", 0))
    assert story.pass_slot() == ["综合处/liaison office 12:extension"]


def test_an_extension_into_the_past_is_refused(short_story: Story) -> None:
    assert not asked(short_story).answer(CONFIRM, Choice.EXTEND, until=date(2022, 9, 16)).accepted
    assert short_story.standing(CONFIRM) == ("waiting", 0)


def test_after_the_due_day_asking_extends_nothing_but_is_written_down(short_story: Story) -> None:
    asked(short_story).until("2022-10-08/am")
    assert short_story.answer(COMPLETE, Choice.EXTEND, until=date(2022, 10, 21), text="目录核对中").accepted
    assert short_story.standing(COMPLETE) == ("overdue", 1)
    assert short_story.events("delay.explained")[0]["text"] == "目录核对中"


def test_done_in_answer_to_the_question_is_submitted_and_reviewed(story: Story) -> None:
    asked(story).answer(CONFIRM, Choice.SUBMIT, done_on=date(2022, 9, 15))
    assert story.standing(COMPLETE) == ("submitted", 0)
    assert story.pass_slot() == ["综合处/liaison office 12:review"]
    story.until("2022-09-21/am")
    assert [line for line in story.told("综合处/liaison") if "review" in line] == [
        "2022-09-16/pm 12:review",
        "2022-09-21/am 12:review",
    ]


def test_a_day_of_completion_in_the_future_counts_as_today(short_story: Story) -> None:
    asked(short_story).answer(CONFIRM, Choice.SUBMIT, done_on=date(2022, 12, 1))
    assert short_story.owed(COMPLETE).done_on == date(2022, 9, 16)


def test_not_ours_freezes_until_it_is_decided(short_story: Story) -> None:
    asked(short_story).answer(CONFIRM, Choice.NOT_OURS)
    assert short_story.standing(COMPLETE) == ("frozen", 0)
    assert short_story.pass_slot() == ["综合处/liaison office 12:objection"]


def test_a_signature_with_objections_freezes_what_the_unit_leads_of_them(story: Story) -> None:
    asked(story).answer(SIGN, Choice.NOT_OURS, tasks=("12",))
    assert (story.standing(SIGN), story.standing(COMPLETE)) == (("acknowledged", 0), ("frozen", 0))
    assert story.events("signature.objected")[0]["tasks"] == ["12"]
    (line,) = story.pass_slot()
    assert line.startswith("综合处/liaison office")


def test_a_choice_of_another_question_is_refused(short_story: Story) -> None:
    asked(short_story)
    assert not short_story.answer(SIGN, Choice.ON_TIME).accepted
    assert not short_story.answer(CONFIRM, Choice.SIGN).accepted
    (unknown,) = give(short_story.service, [Answer(999, Choice.SIGN)], short_story.giver(WATER_CLERK))
    assert "不在台账里" in unknown.sentence


def test_an_exhausted_question_may_still_be_answered(short_story: Story) -> None:
    asked(short_story).until("2022-10-08/am")
    assert short_story.standing(CONFIRM)[0] == "exhausted"
    assert short_story.answer(CONFIRM, Choice.ON_TIME).accepted
    assert short_story.standing(CONFIRM)[0] == "acknowledged"


def test_what_was_answered_before_its_hand_over_is_struck_from_the_message(story: Story) -> None:
    asked(story)
    story.until("2022-09-20/pm")
    story.at("2022-09-21 09:01").tick()  # both reminders are sealed
    story.answer(CONFIRM, Choice.ON_TIME)
    story.round()
    assert story.sent("2022-09-21/am") == ["供水处/head unit remind", "供水处/liaison unit remind"]


def test_a_withdrawn_signature_waits_a_full_wait_and_is_reminded_again(story: Story) -> None:
    asked(story)
    story.until("2022-09-21/am")  # the reminder of the first wait
    story.answer(SIGN, Choice.SIGN)
    assert taken_back(story, SIGN)
    assert (story.standing(SIGN), story.owed(SIGN).wait_last_on) == (("waiting", 0), date(2022, 9, 26))
    assert "供水处/head unit remind" in story.until("2022-09-26/am")
    assert not taken_back(story, SIGN)


def test_a_disputed_confirmation_waits_again_and_its_promise_is_gone(story: Story) -> None:
    asked(story).answer(CONFIRM, Choice.ON_TIME)
    assert taken_back(story, CONFIRM, DISPUTE)
    assert (story.standing(CONFIRM), story.owed(COMPLETE).answer) == (("waiting", 0), None)
    assert len(story.events("answer.disputed")) == 1
    story.until("2022-09-27/am")
    assert [line for line in story.told("供水处/liaison") if "T-3" in line]


@pytest.mark.parametrize(
    ("choice", "until"), [(Choice.SUBMIT, None), (Choice.EXTEND, date(2022, 10, 21)), (Choice.NOT_OURS, None)]
)
def test_what_an_answer_did_to_the_completion_is_undone_with_it(
    short_story: Story, choice: Choice, until: date | None
) -> None:
    asked(short_story).answer(CONFIRM, choice, until=until)
    assert taken_back(short_story, CONFIRM)
    assert (short_story.standing(CONFIRM), short_story.standing(COMPLETE)) == (("waiting", 0), ("armed", 0))


def test_taking_a_promise_back_after_the_due_day_does_not_un_overdue_it(short_story: Story) -> None:
    asked(short_story).answer(CONFIRM, Choice.ON_TIME)
    short_story.until("2022-10-08/am")
    assert taken_back(short_story, CONFIRM)
    assert short_story.standing(COMPLETE) == ("overdue", 1)


def test_an_answer_says_who_by_which_door_and_how_surely_by_contact_id_only(short_story: Story) -> None:
    asked(short_story)
    owed = short_story.owed(SIGN).id
    give(short_story.service, [Answer(owed, Choice.SIGN)], Giver(None, "邻座", "0755-5550199", Door.REPLY))
    body = short_story.events("answer.given")[0]
    assert (body["door"], body["assurance"], body["name"]) == ("reply", "A0", "邻座")
    short_story.answer(CONFIRM, Choice.ON_TIME)
    assert WATER_CLERK.name not in str(short_story.events("answer.given")[1])


def test_an_answer_given_late_to_a_return_still_counts(short_story: Story) -> None:
    short_story.activate(task("1", "贯穿全年"), on="2022-08-22 08:00")
    short_story.until("2022-10-20/am")
    third = short_story.all(Kind.RETURN, WATER)[0]
    (given,) = give(
        short_story.service, [Answer(third.id, Choice.DIFFICULT, text="缺人手")], short_story.giver(WATER_CLERK)
    )
    assert given.accepted
    assert short_story.all(Kind.RETURN, WATER)[0].state.value == "done"


def test_the_questions_of_other_units_stay_open(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前", WATER, RIVER_CLERK.unit), on="2022-09-15 17:30")
    short_story.until("2022-09-16/am")
    short_story.answer(CONFIRM, Choice.ON_TIME)
    assert short_story.owed(CONFIRM, RIVER_CLERK.unit).state.value == "waiting"


ANY = st.lists(st.tuples(st.sampled_from([SIGN, CONFIRM, COMPLETE]), st.sampled_from(Choice)), max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_whatever_is_answered_again_changes_nothing_more(wanted: list[tuple[Kind, Choice]]) -> None:
    story, taken = asked(Story(Database.in_memory())), 0
    for kind, choice in wanted:
        before = story.all()
        first = story.answer(kind, choice, until=date(2022, 10, 21))
        after = story.all()
        assert first.accepted or before == after, "what is refused leaves no trace"
        assert not first.accepted or choice in CHOICES[kind.value]
        again = story.answer(kind, choice, until=date(2022, 10, 21))
        assert not again.accepted, "the same answer twice is one"
        assert story.all() == after
        taken += first.accepted
    assert len(story.events("answer.given")) == taken
    assert all(o.next_slot is None for o in story.all() if o.state in ENDED)

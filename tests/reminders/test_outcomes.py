"""What an outcome leads to: waits begin with acceptance, not delivered is not unconfirmed, nobody is blamed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from channels.outcome import Verdict
from reminders.contacts import Contact
from reminders.obligations import Kind, State
from reminders.policy import Preset
from reminders.store.tables import deliveries, parked
from tests.office import (
    CHIEF,
    EVERYBODY,
    OFFICE_CLERK,
    PUMPS,
    RIVER,
    WATER,
    WATER_CLERK,
    WATER_HEAD,
    Story,
    outcome,
    person,
    task,
)

SIGN = task("1", "贯穿全年", WATER)
DEAD, LATER = Verdict.DEAD_RECIPIENT, Verdict.RETRY_LATER


def refused(story: Story, *addresses: str, times: int = 1) -> None:
    for address in addresses:
        story.mailbox.outcomes[address] = outcome(DEAD, "550", times)


def undelivered(story: Story) -> list[str]:
    return [line for line in story.sent() if "undelivered" in line]


def test_the_wait_begins_with_acceptance_not_with_sending(story: Story) -> None:
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(LATER, "451")
    story.activate(SIGN)
    story.at("2022-08-22 09:01").round()
    assert story.standing(Kind.SIGNATURE) == ("queued", 0)
    story.at("2022-08-23 09:01").round()
    assert (story.standing(Kind.SIGNATURE), story.owed(Kind.SIGNATURE).accepted_on) == (
        ("waiting", 0),
        story.clock.moment.date(),
    )


def test_a_retry_keeps_to_its_backoff(short_story: Story) -> None:
    short_story.mailbox.outcomes[WATER_CLERK.email] = outcome(LATER, "451", 2)
    short_story.activate(SIGN)
    short_story.at("2022-08-22 09:01").round()
    for minutes, sent in ((0.5, 1), (1, 2), (4, 2), (2, 3)):
        short_story.clock.ahead += timedelta(minutes=minutes)
        short_story.round()
        assert len(short_story.mailbox.payloads) == sent


def test_who_is_refused_for_good_is_undelivered_and_the_lead_office_is_told_once(story: Story) -> None:
    refused(story, WATER_CLERK.email)
    story.activate(SIGN)
    story.until("2022-09-02/pm")
    assert story.standing(Kind.SIGNATURE) == ("undeliverable", 0)
    assert undelivered(story) == ["2022-08-22/am 综合处/liaison office undelivered"]
    assert not [line for line in story.sent() if "level1" in line or "remind" in line]  # the unit is not blamed


def test_a_unit_with_two_liaisons_is_reached_when_one_of_them_is(story: Story) -> None:
    second = person(WATER, "liaison", "秦堤", "second.water@water.example")
    refused(story, WATER_CLERK.email)
    story.activate(SIGN, people=[*EVERYBODY, second])
    story.until("2022-08-22/pm")
    assert (story.standing(Kind.SIGNATURE), undelivered(story)) == (("waiting", 0), [])


def test_when_both_liaisons_are_refused_the_unit_is_undelivered(story: Story) -> None:
    second = person(WATER, "liaison", "秦堤", "second.water@water.example")
    refused(story, WATER_CLERK.email, second.email)
    story.activate(SIGN, people=[*EVERYBODY, second])
    story.until("2022-08-22/pm")
    assert story.standing(Kind.SIGNATURE) == ("undeliverable", 0)


def test_a_mended_contact_is_sent_again_in_the_next_slot(busy_story: Story) -> None:
    refused(busy_story, WATER_CLERK.email)
    busy_story.activate(SIGN)
    busy_story.until("2022-08-23/am")
    kept = busy_story.mend(replace(WATER_CLERK, email="right@water.example"))
    assert kept.requeued == 1
    assert "供水处/liaison unit sign" in busy_story.pass_slot()
    assert busy_story.standing(Kind.SIGNATURE) == ("waiting", 0)


def test_a_mended_contact_that_is_refused_again_is_told_again(short_story: Story) -> None:
    wrong_again = replace(WATER_CLERK, email="wrong@water.example")
    refused(short_story, WATER_CLERK.email, wrong_again.email)
    short_story.activate(SIGN)
    short_story.until("2022-08-23/am")
    short_story.mend(wrong_again)
    short_story.until("2022-08-25/am")
    assert short_story.standing(Kind.SIGNATURE) == ("undeliverable", 0)
    assert len(undelivered(short_story)) == 2


def test_a_unit_with_nobody_on_record_is_undelivered_at_once_and_mended_later(story: Story) -> None:
    story.activate(SIGN, people=[p for p in EVERYBODY if p.unit != WATER])
    assert story.pass_slot() == ["综合处/liaison office undelivered"]
    story.mend(WATER_CLERK)
    assert story.pass_slot() == ["供水处/liaison unit sign"]


def test_who_is_told_by_the_work_groups_line_alone_is_undelivered(short_story: Story) -> None:
    group = Contact("", "", "节水工作群", "group", webhook="robot-of-the-work-group")
    short_story.activate(SIGN, people=[group, *(p for p in EVERYBODY if p.unit != WATER)])
    short_story.pass_slot()
    assert short_story.standing(Kind.SIGNATURE) == ("undeliverable", 0)
    assert undelivered(short_story) == ["2022-08-22/am 综合处/liaison office undelivered"]


def test_rungs_that_reach_nobody_are_told_once_for_all_of_them(short_story: Story) -> None:
    people = [p for p in EVERYBODY if p.unit != WATER]
    short_story.activate(task("1", "9月底前"), on="2022-09-22 17:30", preset=Preset.STRICT, people=people)
    short_story.until("2022-09-30/am")
    assert [line.count("1:undelivered") for line in undelivered(short_story)] == [1]


def test_a_head_who_cannot_be_reached_does_not_undo_what_the_lead_office_was_told(story: Story) -> None:
    refused(story, WATER_HEAD.email, times=9)
    story.activate(SIGN)
    story.until("2022-08-29/am")
    assert (story.standing(Kind.SIGNATURE), undelivered(story)) == (("waiting", 1), [])


def test_an_unreachable_leader_is_told_to_the_lead_office_and_no_wait_runs(story: Story) -> None:
    refused(story, CHIEF.email, times=9)
    story.activate(SIGN, preset=Preset.STRICT)
    story.until("2022-08-30/pm")
    assert story.standing(Kind.SIGNATURE) == ("undeliverable", 2)
    assert undelivered(story)[-1].startswith("2022-08-30/am 综合处/liaison")


def test_mending_a_unit_does_not_resend_what_waits_for_a_leaders_address(short_story: Story) -> None:
    refused(short_story, CHIEF.email, times=9)
    short_story.activate(SIGN, preset=Preset.STRICT)
    short_story.until("2022-08-30/pm")
    assert short_story.standing(Kind.SIGNATURE) == ("undeliverable", 2)
    assert short_story.mend(*EVERYBODY, replace(WATER_CLERK, email="right@water.example")).requeued == 0
    assert short_story.mend(replace(CHIEF, email="chief@bureau.example")).requeued == 1
    short_story.until("2022-08-31/am")
    assert short_story.told("leader/江临")[-1] == "2022-08-31/am level2"


def test_a_dead_channel_parks_queues_and_blames_nobody(story: Story) -> None:
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.DEAD_CHANNEL, "535")
    story.activate(SIGN)
    story.at("2022-08-22 09:01").round()
    assert (story.standing(Kind.SIGNATURE), story.count(parked)) == (("queued", 0), 1)
    assert [body["code"] for body in story.events("channel.dead")] == ["535"]
    assert story.round() == 0
    story.clock.ahead += timedelta(minutes=16)
    story.round()
    assert (story.standing(Kind.SIGNATURE), undelivered(story)) == (("waiting", 0), [])


def test_a_park_tells_since_when_the_channel_fails_and_begins_anew_after_it_worked(story: Story) -> None:
    """535 twice in a row is one failure since nine; a month later it is another one."""
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.DEAD_CHANNEL, "535", 2)
    story.activate(SIGN)
    story.at("2022-08-22 09:01").round()
    began = _parked_since(story)
    story.clock.ahead += timedelta(minutes=16)
    story.round()
    assert (story.standing(Kind.SIGNATURE), _parked_since(story)) == (("queued", 0), began)
    story.clock.ahead += timedelta(minutes=60)
    story.round()
    assert story.standing(Kind.SIGNATURE) == ("waiting", 0)
    story.clock.ahead += timedelta(minutes=60)
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.DEAD_CHANNEL, "535")
    story.at("2022-08-25 09:01").round()
    assert _parked_since(story) > began + timedelta(days=1)


def _parked_since(story: Story) -> datetime:
    with story.service.database.read() as connection:
        since: datetime = connection.execute(select(parked.c.since)).scalar_one()
        return since


def test_a_robot_that_asks_to_wait_is_parked_for_its_minute(story: Story) -> None:
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.PARK_CHANNEL, "45009")
    story.activate(SIGN)
    story.at("2022-08-22 09:01").round()
    story.clock.ahead += timedelta(seconds=50)
    assert story.round() == 0
    story.clock.ahead += timedelta(seconds=20)
    assert story.round() == 1


def test_what_was_retried_in_vain_for_two_working_days_is_undelivered(story: Story) -> None:
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(LATER, "451", 50)
    story.activate(SIGN)
    for day in ("22", "23", "24"):
        story.at(f"2022-08-{day} 09:01").round()
        assert story.standing(Kind.SIGNATURE) == ("queued", 0)
    story.at("2022-08-25 09:01").round()
    assert story.standing(Kind.SIGNATURE) == ("undeliverable", 0)


def test_in_doubt_is_repeated_once_and_then_waits_for_a_person(story: Story) -> None:
    story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.IN_DOUBT, "timeout", 2)
    story.activate(SIGN)
    story.at("2022-08-22 09:01").round()
    story.clock.ahead += timedelta(minutes=2)
    story.round()
    story.clock.ahead += timedelta(minutes=60)
    assert story.round() == 0
    with story.service.database.read() as connection:
        assert connection.scalar(select(deliveries.c.state)) == "unknown"
    assert [body["repeated"] for body in story.events("delivery.unknown")] == [True, False]


def test_the_work_groups_message_begins_nobodys_wait_and_proves_nothing(short_story: Story) -> None:
    group = replace(person("", "liaison", "工作群", "", ""), role="group", webhook="https://robot.example/k")
    refused(short_story, WATER_CLERK.email)
    short_story.activate(SIGN, people=[*EVERYBODY, group])
    assert short_story.pass_slot() == ["plan/group workgroup sign", "综合处/liaison office undelivered"]
    assert short_story.standing(Kind.SIGNATURE) == ("undeliverable", 0)


def test_while_the_unit_waits_for_its_message_the_work_groups_acceptance_counts_for_nothing(short_story: Story) -> None:
    group = replace(person("", "liaison", "工作群", "", ""), role="group", webhook="https://robot.example/k")
    short_story.mailbox.outcomes[WATER_CLERK.email] = outcome(LATER, "451")
    short_story.activate(SIGN, people=[*EVERYBODY, group])
    assert short_story.pass_slot() == ["plan/group workgroup sign"]
    assert short_story.standing(Kind.SIGNATURE) == ("queued", 0)


def test_a_refused_copy_decides_nothing_while_the_lead_offices_own_message_is_under_way(short_story: Story) -> None:
    short_story.activate(SIGN)
    short_story.until("2022-08-25/pm")
    refused(short_story, WATER_HEAD.email)
    short_story.mailbox.outcomes[OFFICE_CLERK.email] = outcome(LATER, "451")
    short_story.until("2022-08-26/am")
    assert short_story.standing(Kind.SIGNATURE) == ("queued", 1)


def test_the_work_group_hears_at_most_twice_a_week(short_story: Story) -> None:
    group = replace(person("", "liaison", "工作群", "", ""), role="group", webhook="https://robot.example/k")
    dated = [task(str(n), f"9月{day}日前", RIVER) for n, day in enumerate((26, 27, 28, 29, 30), 1)]
    short_story.activate(*dated, on="2022-09-23 17:30", people=[*EVERYBODY, group])
    short_story.until("2022-09-30/pm")
    assert len(short_story.told("plan/group")) == 2


def test_a_failed_message_says_so_in_the_ledger_with_its_code(short_story: Story) -> None:
    refused(short_story, WATER_CLERK.email)
    short_story.activate(SIGN, task("2", "贯穿全年", PUMPS))
    short_story.at("2022-08-22 09:01").round()
    assert short_story.events("delivery.failed") == [{"code": "550", "verdict": "dead_recipient"}]
    assert WATER_CLERK.email not in [message.address for message in short_story.mailbox.kept]


@pytest.mark.parametrize("times", [1, 2])
def test_waiting_is_not_undone_by_a_reminder_that_bounces(short_story: Story, times: int) -> None:
    short_story.activate(SIGN)
    short_story.until("2022-08-24/pm")
    refused(short_story, WATER_CLERK.email, WATER_HEAD.email, times=times)
    short_story.until("2022-08-25/pm")
    assert (short_story.standing(Kind.SIGNATURE), undelivered(short_story)) == (("waiting", 0), [])


def test_what_a_leader_could_not_get_in_the_morning_comes_the_next_morning(story: Story) -> None:
    story.activate(task("1", "9月底前"), on="2022-09-30 17:30", lapsed="overdue", preset=Preset.STRICT)
    story.until("2022-10-11/pm")
    story.mailbox.outcomes[CHIEF.email] = outcome(LATER, "451")
    tries = []
    for moment in ("2022-10-12 09:01", "2022-10-12 14:01", "2022-10-13 09:01"):
        before = len(story.mailbox.payloads)
        story.at(moment).round()
        tries.append([payload.address for payload in story.mailbox.payloads[before:]].count(CHIEF.email))
    assert tries == [1, 0, 1]
    assert story.owed(Kind.COMPLETION).state is State.EXHAUSTED

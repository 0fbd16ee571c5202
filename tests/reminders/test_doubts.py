"""What nobody knows waits for a person: he says that it arrived, or has it sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.outcome import Verdict
from reminders.engine.plan.closing import close_plan
from reminders.engine.sending.doubts import doubts, settle
from reminders.exceptions import Refused
from reminders.obligations import Kind
from reminders.store.tables import deliveries
from tests.office import WATER, WATER_CLERK, Story, outcome, task

SIGN = task("1", "贯穿全年", WATER)


@pytest.fixture
def doubtful(short_story: Story) -> Story:
    """A signature that was handed over twice, and nobody knows whether it arrived."""
    short_story.mailbox.outcomes[WATER_CLERK.email] = outcome(Verdict.IN_DOUBT, "timeout", 2)
    short_story.activate(SIGN)
    short_story.at("2022-08-22 09:01").round()
    short_story.clock.ahead += timedelta(minutes=5)
    short_story.round()
    return short_story


def test_what_was_repeated_once_and_is_still_unknown_is_listed(doubtful: Story) -> None:
    (found,) = doubts(doubtful.service)
    assert (found.destination, found.slot, found.state) == ("供水处/liaison", "2022-08-22/am", "unknown")
    assert doubtful.standing(Kind.SIGNATURE) == ("queued", 0)


def test_a_person_who_knows_that_it_arrived_lets_the_wait_begin(doubtful: Story) -> None:
    (found,) = doubts(doubtful.service)
    doubtful.at("2022-08-23 10:00")
    settle(doubtful.service, found.delivery_id, arrived=True, by="何文")
    assert (doubts(doubtful.service), doubtful.standing(Kind.SIGNATURE)) == ([], ("waiting", 0))
    assert doubtful.owed(Kind.SIGNATURE).accepted_on == doubtful.clock.moment.date()
    assert doubtful.events("delivery.settled") == [{"delivery": found.delivery_id, "arrived": True, "by": "何文"}]


def test_a_person_may_have_it_sent_again_with_the_same_bytes(doubtful: Story) -> None:
    (found,) = doubts(doubtful.service)
    settle(doubtful.service, found.delivery_id, arrived=False, by="何文")
    doubtful.round()
    assert len({payload.body for payload in doubtful.mailbox.payloads}) == 1
    assert (len(doubtful.mailbox.payloads), doubtful.standing(Kind.SIGNATURE)) == (3, ("waiting", 0))


def test_what_has_ended_meanwhile_is_not_sent_again(doubtful: Story) -> None:
    (found,) = doubts(doubtful.service)
    before = len(doubtful.mailbox.payloads)
    close_plan(doubtful.service, doubtful.plan_id, by="何文", reason="年度工作结束")
    settled = settle(doubtful.service, found.delivery_id, arrived=False, by="何文")
    doubtful.round()
    assert (settled.state, doubts(doubtful.service)) == ("struck", [])
    assert len(doubtful.mailbox.payloads) == before


def test_only_what_waits_for_a_person_can_be_settled(doubtful: Story) -> None:
    (found,) = doubts(doubtful.service)
    settle(doubtful.service, found.delivery_id, arrived=True, by="何文")
    with pytest.raises(Refused, match=r"没有待查的投递"):
        settle(doubtful.service, found.delivery_id, arrived=False, by="何文")
    with doubtful.service.database.read() as connection:
        assert connection.scalar(select(deliveries.c.state)) == "sent"

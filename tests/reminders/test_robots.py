"""A WeCom group robot through the whole service: mended, given up, never shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from channels.posting import HttpSettings
from channels.wecom import WecomChannel
from reminders.contacts import Contact
from reminders.engine.service import MAILBOX, WECOM
from reminders.obligations import Kind
from reminders.store.database import Database
from reminders.store.tables import attempts, deliveries
from tests.fakes.wecom_server import WecomServer
from tests.office import WATER, Story, task

DEAD, GOOD = "robot-that-was-removed-0001", "robot-that-is-there-0000002"


@pytest.fixture
def robots() -> Iterator[WecomServer]:
    """A WeCom that knows one robot."""
    with WecomServer(keys={GOOD}) as server:
        yield server


@pytest.fixture
def story(sqlite_database: Database, robots: WecomServer) -> Iterator[Story]:
    """供水处 is reached through its group alone; the others have the mailbox."""
    told = Story(sqlite_database)
    channel = WecomChannel(HttpSettings(base_url=robots.url))
    told.service = replace(told.service, channels={WECOM: channel})
    yield told
    channel.close()


def group(key: str) -> Contact:
    """供水处's group with a robot."""
    return Contact(WATER, "处室", "供水处群", "group", webhook=key)


def test_a_mended_robot_gets_what_the_dead_one_refused(story: Story, robots: WecomServer) -> None:
    begin(story, DEAD)
    assert [post.errcode for post in robots.records] == [93000]
    story.mend(group(GOOD))
    story.at("2022-08-22 09:40").round()
    assert [post.errcode for post in robots.records] == [93000, 0]
    assert story.standing(Kind.SIGNATURE) == ("waiting", 0)


def test_a_robot_that_stays_dead_is_given_up_after_two_working_days(story: Story) -> None:
    begin(story, DEAD)
    for moment in ("2022-08-23 09:01", "2022-08-24 09:01", "2022-08-25 09:01"):
        story.at(moment).round()
    assert story.standing(Kind.SIGNATURE) == ("undeliverable", 0)


def test_a_robots_key_stands_in_no_attempt(story: Story) -> None:
    begin(story, DEAD)
    with story.service.database.read() as connection:
        told = [row.detail for row in connection.execute(select(attempts.c.detail))]
        assert connection.execute(select(deliveries.c.state)).scalars().all() == ["retry"]
    assert told
    assert not any(DEAD in detail for detail in told)


def begin(story: Story, key: str) -> None:
    """A plan whose lead office has a robot too, so that it may be activated; 供水处's has this key."""
    office = Contact("综合处", "处室", "何文", "liaison", email="liaison.office@water.example")
    people = (office, group(key))
    mailbox = story.mailbox
    channels = {**story.service.channels, MAILBOX: mailbox}
    # Activation asks whether the lead office can be reached at all; sending then goes by robots alone.
    wecom_only, story.service = story.service, replace(story.service, channels=channels)
    story.activate(task("12", "12月底前"), people=people)
    story.service = wecom_only
    story.at("2022-08-22 09:01").round()

"""What a killed worker held is sent all the same, and a broker that forgets everything loses and repeats nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import redis

from tests.scenarios import guangzhou
from tests.scenarios.conftest import TownMaker, start
from tests.scenarios.processes import until
from tests.scenarios.town import AFTER_OPENING, Town, header

pytestmark = [
    pytest.mark.skipif(not guangzhou.PLAN.exists(), reason="the published plans are not present"),
    pytest.mark.timeout(300),
]
UNITS = len(guangzhou.OFFICES) + len(guangzhou.ATTACHED)


def test_a_worker_killed_in_the_middle_of_a_batch_loses_no_message(make_town: TownMaker, contacts_file: Path) -> None:
    town = make_town(latency=0.03)
    start(town, contacts_file, "--preset", "strict")
    first = town.service.slots.morning(guangzhou.FIRST)
    town.clock.move(town.service.slots.opens_at(first) + AFTER_OPENING)
    until(lambda: len(town.mails.records) >= 4, "the batch to be under way")
    town.processes.kill("worker")
    assert len(town.mails.records) < UNITS
    town.processes.start("worker")
    until(lambda: town.is_quiet(first), "the rest of the batch")
    reached = {mail.recipients[0] for mail in town.mails.records}
    assert len(reached) == UNITS
    repeated = [count for count in ids(town).values() if count > 1]
    assert repeated in ([], [2]), "only the one that was in doubt is repeated, once, with the same Message-ID"


def test_a_flushed_broker_loses_none_and_repeats_none(
    make_town: TownMaker, contacts_file: Path, broker_url: str
) -> None:
    town = make_town(latency=0.03)
    start(town, contacts_file, "--preset", "strict")
    first = town.service.slots.morning(guangzhou.FIRST)
    town.clock.move(town.service.slots.opens_at(first) + AFTER_OPENING)
    broker = redis.Redis.from_url(broker_url)
    for seen in (1, 5, 9):
        until(lambda seen=seen: len(town.mails.records) >= seen, "mails to flow")  # type: ignore[misc]
        broker.flushdb()
    until(lambda: town.is_quiet(first), "everything to be sent")
    assert len({mail.recipients[0] for mail in town.mails.records}) == UNITS
    assert set(ids(town).values()) == {1}


def ids(town: Town) -> Counter[str]:
    """How often each Message-ID arrived."""
    return Counter(header(mail, "Message-ID") for mail in town.mails.records)

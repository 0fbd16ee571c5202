"""A published plan from August to December, through real processes: who is told what, and when."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reminders.engine.ledger.sent import Line
from tests.scenarios import guangzhou
from tests.scenarios.conftest import TownMaker, start
from tests.scenarios.processes import Processes
from tests.scenarios.rehearsing import rehearse, speaks_of, steps, to
from tests.scenarios.town import Town, header

pytestmark = [
    pytest.mark.skipif(not guangzhou.PLAN.exists(), reason="the published plans are not present"),
    pytest.mark.timeout(900),
]


def test_silence_climbs_and_the_rehearsal_foretold_every_message(make_town: TownMaker, contacts_file: Path) -> None:
    town = make_town(guangzhou.ANSWERS)
    start(town, contacts_file, "--preset", "strict")
    town.walk(guangzhou.FIRST, guangzhou.LAST)
    lines = town.lines()

    assert lines == rehearse(town.processes, contacts_file, "strict")
    silence_is_reported_in_time(lines)
    nobody_is_told_about_himself(lines)
    one_digest_a_week(lines)
    every_line_arrived_once(town, lines)
    assert town.answered > 40


@pytest.mark.long
def test_gentle_months_go_as_rehearsed_too(make_town: TownMaker, contacts_file: Path) -> None:
    town = make_town(guangzhou.ANSWERS)
    start(town, contacts_file, "--preset", "gentle")
    town.walk(guangzhou.FIRST, guangzhou.LAST)
    lines = town.lines()
    assert lines == rehearse(town.processes, contacts_file, "gentle")
    every_line_arrived_once(town, lines)


def test_gentle_months_disturb_few_people_seldom(tmp_path: Path, contacts_file: Path) -> None:
    processes = Processes({"CUIBAN_DATA_DIR": str(tmp_path / "var")}, tmp_path)
    lines = rehearse(processes, contacts_file, "gentle")
    assert lines == rehearse(processes, contacts_file, "gentle")
    # 危化处 leads nothing dated and answers the same day; the leader hears only of what reached his level.
    assert len(to(lines, "危化处/liaison")) <= 4
    assert len(to(lines, f"leader/{guangzhou.LEADER}")) <= 6
    assert not (tmp_path / "var").exists(), "a rehearsal leaves nothing behind"


def silence_is_reported_in_time(lines: list[Line]) -> None:
    """法规处's task 12: 催办 on the first working day after the holiday, the leading group on T+5."""
    assert steps(lines, "2022-10-08/am", "法规处/liaison", "12") == ["T+1"]
    assert steps(lines, "2022-10-08/am", "法规处/head", "12") == ["T+1"]
    assert steps(lines, "2022-10-08/am", "新闻处/liaison", "12") == ["T+1"]
    assert steps(lines, "2022-10-12/am", f"leader/{guangzhou.LEADER}", "12") == ["T+5"]


def nobody_is_told_about_himself(lines: list[Line]) -> None:
    """The lead office leaves task 1 open: level 1 goes to its head, never to its own clerk."""
    assert steps(lines, "2022-09-01/am", "新闻处/head", "1") == ["T+1"]
    assert not [x for x in to(lines, "新闻处/liaison") if x["kind"] == "office" and speaks_of(x, "1")]


def one_digest_a_week(lines: list[Line]) -> None:
    """Never two, and none for the week that begins with the holiday and goes on with a worked weekend."""
    slots = [line["slot"] for line in to(lines, "新闻处/liaison") if line["kind"] == "digest"]
    assert len(slots) == len(set(slots)) > 10
    assert next(slot for slot in slots if slot.startswith("2022-10")) == "2022-10-10/am"


def every_line_arrived_once(town: Town, lines: list[Line]) -> None:
    """Every line of the list is one mail or one robot's message at the far end, and there is nothing else."""
    ids = Counter(header(mail, "Message-ID") for mail in town.mails.records)
    robots = [line for line in lines if line["destination"].endswith("/group")]
    assert set(ids.values()) == {1}
    assert len(ids) == len(lines) - len(robots)
    assert len([post for post in town.robots.records if post.accepted]) == len(robots) > 0

"""The audit names what was altered, removed or put in, and every obligation is what its events say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, text

from reminders.answers import Choice
from reminders.cli.group import commands
from reminders.engine.acts.decision import Act
from reminders.engine.ledger.auditing import Audit, verify
from reminders.engine.ledger.sealing import seal
from reminders.engine.plan.activation import Choices, activate
from reminders.obligations import Kind
from reminders.policy import Preset
from reminders.store.append_only import lifted
from reminders.store.database import Database
from tests.office import LEADER, OFFICE, RIVER, RIVER_CLERK, WATER_CLERK, Story, task


@contextmanager
def tampering(database: Database) -> Iterator[Connection]:
    """Somebody with the database's password takes the guards away."""
    with database.write() as connection:
        for table in ("events", "seals"):
            for statement in lifted(table, database.engine.dialect.name):
                connection.execute(text(statement))
        yield connection


def tamper(story: Story, *statements: str) -> None:
    with tampering(story.service.database) as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def kept(database: Database) -> Story:
    """A sealed ledger of one activated plan."""
    story = Story(database)
    story.activate(task("12", "9月底前"), task("13", "贯穿全年"))
    seal(story.service)
    return story


def audit(story: Story, noted: str = "") -> Audit:
    return verify(story.service.database, noted=noted)


def test_an_untouched_ledger_has_no_fault_and_says_how_much_is_sealed(kept: Story) -> None:
    before = audit(kept)
    kept.at("2022-08-22 09:01").round()
    after = audit(kept)
    assert before.fine
    assert after.fine, after.problems
    assert (before.waiting, after.sealed, after.seals) == (0, before.sealed, 1)
    assert after.waiting > 0


def test_an_altered_event_is_named(kept: Story) -> None:
    tamper(kept, "update events set type = 'plan.forgotten' where id = 2")
    (problem,) = audit(kept).problems
    assert "记录 2 被改过" in problem


def test_an_altered_word_inside_a_body_is_named_too(kept: Story) -> None:
    tamper(kept, "update events set body = '{\"preset\": \"strict\"}' where type = 'plan.activated'")
    (problem,) = audit(kept).problems
    assert "被改过" in problem


def test_a_removed_event_is_named(kept: Story) -> None:
    tamper(kept, "delete from events where id = 1")
    assert "记录 1 不见了" in audit(kept).problems[0]


def test_an_event_put_in_later_is_named(kept: Story) -> None:
    tamper(kept, "delete from events where id = 1")
    seal_of_rest = "insert into events (id, type, at, recorded_at, body) select 1, 'x', at, at, body from events"
    tamper_again = f"{seal_of_rest} where id = 2"
    with kept.service.database.write() as connection:
        connection.execute(text(tamper_again))
    assert "记录 1 被改过" in audit(kept).problems[0], "another event under an old id"


def test_an_event_put_into_a_gap_is_named(busy_story: Story) -> None:
    happen = "insert into events (id, type, at, recorded_at, body) values ({}, 'x', '2022-08-22', '2022-08-22', '{{}}')"
    for ids in (3, 9):
        with busy_story.service.database.write() as connection:
            connection.execute(text(happen.format(ids)))
        seal(busy_story.service)
    for late in (1, 2, 5):
        with busy_story.service.database.write() as connection:
            connection.execute(text(happen.format(late)))
    assert [p.split(" 是")[0] for p in audit(busy_story).problems] == ["记录 1", "记录 2", "记录 5"]


def test_events_removed_from_the_end_are_missed_as_well(kept: Story) -> None:
    newest = "select max(id) from events"
    tamper(kept, "update obligations set level = level", f"delete from events where id = ({newest})")
    assert "不见了" in audit(kept).problems[0]


def test_a_seal_that_was_rewritten_breaks_the_chain(kept: Story) -> None:
    kept.at("2022-08-22 09:01").round()
    seal(kept.service)
    tamper(kept, "update seals set leaves = leaves || ' ' where id = 1")
    assert audit(kept).problems[0] == f"第 1 号封条（记录 1 至 {first_last(kept)}）本身被改过。"


def first_last(story: Story) -> int:
    with story.service.database.read() as connection:
        return int(connection.execute(text("select last_id from seals where id = 1")).scalar_one())


def test_a_seal_that_is_gone_is_named(kept: Story) -> None:
    kept.at("2022-08-22 09:01").round()
    seal(kept.service)
    tamper(kept, "delete from seals where id = 1")
    assert audit(kept).problems[0] == "第 1 号封条不见了，后面接着第 2 号。"


def test_a_chain_made_anew_is_caught_by_a_seal_that_somebody_wrote_down(kept: Story) -> None:
    noted = audit(kept).head
    assert audit(kept, noted).fine
    assert audit(kept, noted[:12].upper()).fine
    tamper(kept, "update events set type = 'plan.forgotten' where id = 2", "delete from seals")
    seal(kept.service)
    assert audit(kept).fine, "whoever may write everything can make a chain that fits itself"
    assert "不在链上" in audit(kept, noted).problems[0]


def test_a_row_that_nobody_spoke_of_is_named_with_the_event_that_says_otherwise(kept: Story) -> None:
    found = kept.owed(Kind.COMPLETION)
    tamper(kept, f"update obligations set level = 2 where id = {found.id}")
    (problem,) = audit(kept).problems
    assert problem.startswith(f"义务 {found.id} 现为 level=2，按记录 ")
    assert problem.endswith("应为 level=0。")


def test_every_obligation_of_a_long_story_is_what_its_events_say(busy_story: Story) -> None:
    """Silence climbs, one unit answers and takes back, one objects, one reports, the office decides everything."""
    story = busy_story
    due = [task("12", "9月底前"), task("13", "9月底前", RIVER), task("14", "贯穿全年"), task("15", "12月底前", OFFICE)]
    story.activate(*due, on="2022-09-05 16:00", preset=Preset.STRICT)
    story.until("2022-09-16/am")
    story.answer(Kind.SIGNATURE, Choice.SIGN, RIVER_CLERK)
    story.answer(Kind.CONFIRMATION, Choice.EXTEND, RIVER_CLERK, until=None)
    story.until("2022-09-23/am")
    story.decide(Act.EXTEND, "13", until=story.clock.moment.date().replace(month=11), unit=RIVER)
    story.decide(Act.SUSPEND, "15", until=story.clock.moment.date().replace(month=12), unit=OFFICE)
    story.until("2022-10-13/am")
    story.answer(Kind.COMPLETION, Choice.SUBMIT, WATER_CLERK)
    story.decide(Act.RETURN, "12", until=story.clock.moment.date().replace(month=12))
    story.decide(Act.RESUME, "15", unit=OFFICE)
    story.decide(Act.REASSIGN, "12", unit=RIVER)
    story.until("2023-01-20/am")
    seal(story.service)
    found = audit(story)
    assert found.fine, found.problems
    assert {o.state.value for o in story.all()} >= {"acknowledged", "exhausted", "closed"}


def test_what_lapses_before_the_release_is_told_for_every_obligation(busy_story: Story) -> None:
    busy_story.activate(task("12", "9月底前"), task("13", "10月20日前"), on="2022-08-22 08:00", release=False)
    busy_story.at("2022-10-10 08:00")
    choices = Choices(OFFICE, leading_group=(LEADER,), release=True)
    activate(busy_story.service, busy_story.plan_id, choices)
    assert {o.state.value for o in busy_story.all(Kind.COMPLETION)} == {"closed", "armed"}
    assert {o.state.value for o in busy_story.all(Kind.CONFIRMATION)} == {"closed"}
    assert audit(busy_story).fine, audit(busy_story).problems


def test_the_command_says_what_it_found_and_ends_with_one_where_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path / 'one.sqlite3'}"
    monkeypatch.setenv("CUIBAN_DATABASE_URL", address)
    assert CliRunner().invoke(commands, ["contacts", "import", str(people(tmp_path))]).exit_code == 0
    story = Story(Database.connect(address))
    seal(story.service)
    well = CliRunner().invoke(commands, ["audit", "verify"])
    assert (well.exit_code, "核对无误：已封 1 条记录（1 号封条），待封 0 条" in well.stdout) == (0, True)
    tamper(story, "update events set type = 'x'")
    story.service.database.close()
    wrong = CliRunner().invoke(commands, ["audit", "verify"])
    assert (wrong.exit_code, wrong.stderr) == (1, "记录 1 被改过，与第 1 号封条不符。\n")


def people(folder: Path) -> Path:
    place = folder / "people.csv"
    place.write_text("单位,性质,姓名,角色,邮箱\n综合处,处室,何文,联络员,hewen@water.example\n", encoding="utf-8")
    return place

"""The store: texts that sort as slots, items that are one however often they are written, messages that stay shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from channels.message import Payload
from reminders.exceptions import DatabaseUnreachable
from reminders.messages import MessageKind
from reminders.obligations import Kind, Obligation, State
from reminders.policy import PRESETS, Preset
from reminders.slots import Slot
from reminders.store import marks, messages, obligations, parking, payloads, plans
from reminders.store.database import Database
from reminders.store.messages import ItemRow
from reminders.store.migrating import is_current, migrate
from reminders.store.tables import items, metadata
from reminders.store.tables import messages as message_table
from tests.office import WATER, Story, afternoon, at_once, morning, task

NOW = datetime(2022, 8, 22, 1, 1, tzinfo=UTC)
AM, PM = morning("2022-08-22"), afternoon("2022-08-22")


def one_of_each(story: Story) -> Obligation:
    story.activate(task("12", "9月底前"), on="2022-08-22 08:00")
    return story.owed(Kind.SIGNATURE)


def put(story: Story, rows: Sequence[ItemRow], slot: Slot, later: Slot) -> None:
    with story.service.database.write() as connection:
        messages.put_items(story.service.database, connection, rows, slot, later, NOW)


def row_of(story: Story, **more: object) -> ItemRow:
    owed = one_of_each(story)
    return replace(ItemRow(owed.id, 1, "sign", 0, 3, MessageKind.UNIT), **more)  # type: ignore[arg-type]


def test_an_item_written_by_many_at_once_is_one_item_in_one_message(busy_story: Story) -> None:
    row = row_of(busy_story)
    at_once(lambda: put(busy_story, [row], AM, PM), 4)
    assert (busy_story.count(items), busy_story.count(message_table)) == (1, 1)


def test_a_step_that_comes_round_again_is_told_again_and_what_is_told_once_is_not(story: Story) -> None:
    row = row_of(story)
    once = replace(row, step="undelivered", once=True)
    for slot in (AM, PM, morning("2022-08-23")):
        put(story, [row, once], slot, slot)
    with story.service.database.read() as connection:
        steps = [found.step for found in connection.execute(select(items.c.step))]
    assert sorted(steps) == ["sign", "sign", "sign", "undelivered"]


def test_a_sealed_message_is_never_torn_open(story: Story) -> None:
    row = row_of(story)
    put(story, [row], AM, PM)
    with story.service.database.write() as connection:
        messages.seal(story.service.database, connection, messages.unsealed(connection, AM), NOW)
    put(story, [replace(row, step="T-3")], AM, PM)
    with story.service.database.read() as connection:
        (later,) = messages.unsealed(connection, PM)
        assert [item.step for item in messages.living_items(connection, [later])] == ["T-3"]


def test_a_message_is_sealed_by_one_and_only_one(busy_story: Story) -> None:
    put(busy_story, [row_of(busy_story)], AM, PM)

    def seal() -> int:
        with busy_story.service.database.write() as connection:
            return len(messages.seal(busy_story.service.database, connection, [1], NOW))

    assert sorted(at_once(seal, 4)) == [0, 0, 0, 1]


def test_due_rows_are_claimed_in_the_order_of_their_slots_and_never_before(busy_story: Story) -> None:
    one_of_each(busy_story)
    with busy_story.service.database.write() as connection:
        claim = obligations.claim
        assert (
            claim(busy_story.service.database, connection, Slot(date(2022, 8, 19), "pm"), 9, paused=(set(), set()))
            == []
        )
        found = claim(busy_story.service.database, connection, morning("2022-12-31"), 9, paused=(set(), set()))
    assert [o.next_slot for o in found] == sorted(o.next_slot for o in found if o.next_slot)
    assert len(found) == 3


def test_an_obligation_comes_back_as_it_was_saved(database: Database) -> None:
    busy_story = Story(database)  # what is written past the ledger, no ledger tells
    owed = one_of_each(busy_story)
    changed = owed.to(
        State.HELD, level=1, round=2, next_slot=PM, accepted_on=date(2022, 8, 22), before={"state": "armed"},
        marks=("单人",), answer="sign", reports=2,
    )  # fmt: skip
    with busy_story.service.database.write() as connection:
        obligations.save(connection, [changed])
    assert busy_story.owed(Kind.SIGNATURE) == changed


def test_a_policy_of_the_same_figures_is_stored_once(story: Story) -> None:
    with story.service.database.write() as connection:
        gentle, strict = PRESETS[Preset.GENTLE], PRESETS[Preset.STRICT]
        ids = [plans.ensure_policy(story.service.database, connection, p) for p in (gentle, strict, gentle)]
    assert ids[0] == ids[2] != ids[1]


def test_a_unit_that_is_named_by_many_at_once_is_one_unit(busy_story: Story) -> None:
    def ensure() -> int:
        with busy_story.service.database.write() as connection:
            return plans.ensure_units(busy_story.service.database, connection, [WATER])[WATER]

    assert len(set(at_once(ensure, 4))) == 1


def test_a_mark_is_the_last_time_and_a_park_lasts_until_its_moment(story: Story) -> None:
    database = story.service.database
    with database.write() as connection:
        for hour in (1, 3):
            marks.set_mark(database, connection, "tick", NOW.replace(hour=hour), NOW)
        parking.park(database, connection, "smtp", NOW.replace(hour=2), "登录被拒", NOW)
        found = marks.mark(connection, "tick")
        assert found is not None
        assert found.at == NOW.replace(hour=3)
        assert set(parking.parked_now(connection, NOW)) == {"smtp"}
        assert parking.parked_now(connection, NOW.replace(hour=2)) == {}


def test_what_a_transaction_that_fails_wrote_is_gone(story: Story) -> None:
    def half() -> None:
        with story.service.database.write() as connection:
            plans.ensure_units(story.service.database, connection, [WATER])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with story.service.database.read() as connection:
        assert plans.unit_ids(connection) == {}


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert is_current(database)
    migrate(database)  # twice is once
    found = inspect(database.engine)
    for table in metadata.sorted_tables:
        assert {c["name"] for c in found.get_columns(table.name)} == {c.name for c in table.columns}
    unique = found.get_unique_constraints("items")[0]["column_names"]
    assert unique == ["obligation_id", "version", "step", "contact_id", "slot"]


def test_what_was_worded_before_the_bytes_had_a_table_of_their_own_stays_as_it_was(tmp_path: Path) -> None:
    database = Database.connect(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    migrate(database, "0006")
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO messages (id, slot, kind, act, state, created_at, short_number, message_id, in_reply_to,"
            " subject, text, html, markdown)"
            " VALUES (1, '2022-08-22/am', 'unit', '', 'sealed', '2022-08-22', '', '', '', '', '', '', '')"
        )
        for key, part, payload in ((1, 1, b"worded"), (2, 2, None)):
            connection.exec_driver_sql(
                "INSERT INTO deliveries"
                " (id, message_id, channel, part, lane, state, attempts, repeats, address, payload)"
                " VALUES (?, 1, 'smtp', ?, 1, 'pending', 0, 0, 'a@example.gov.cn', ?)",
                (key, part, payload),
            )
    migrate(database)
    with database.read() as connection:
        assert payloads.of_deliveries(connection, {1: 1, 2: 2}) == {1: Payload(1, "a@example.gov.cn", b"worded")}
    database.close()


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://u:secret@h/d", "postgresql://u:secret@127.0.0.1:1/d"])
def test_a_database_that_cannot_be_used_is_named_without_its_password(address: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refused, Database.connect(address).read():
        pass
    assert "secret" not in str(refused.value)

"""Many rows at once: what stands in the tables afterwards is what single rows would have left there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, select
from sqlalchemy.exc import IntegrityError

from reminders.store.bulk import insert_in_bulk, reserve_ids
from reminders.store.database import Database
from reminders.store.tables import marks, plans, units

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
MOMENT = st.timedeltas(timedelta(0), timedelta(days=40_000)).map(lambda gone: datetime(1990, 1, 1, tzinfo=UTC) + gone)
JSON_VALUE = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXT, st.lists, max_leaves=4)
PLAN = st.fixed_dictionaries(
    {
        "title": TEXT,
        "year": st.integers(1990, 2100),
        "issued_on": st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        "imported_at": MOMENT,
        "released_at": st.none() | MOMENT,
    }
)
MARK = st.fixed_dictionaries({"at": MOMENT, "machine_at": MOMENT, "body": st.dictionaries(TEXT, JSON_VALUE)})


def stored(database: Database, table: Table, rows: list[dict[str, Any]], *, bulk: bool) -> list[tuple[Any, ...]]:
    """The table after it was emptied and filled, without ids."""
    with database.write() as connection:
        connection.execute(delete(table))
        if bulk:
            insert_in_bulk(connection, table, rows)
        else:
            connection.execute(table.insert(), rows)
        columns = [column for column in table.c if column.name != "id"]
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PLAN, min_size=1, max_size=4))
def test_many_rows_are_stored_as_single_ones_are(database: Database, rows: list[dict[str, Any]]) -> None:
    assert stored(database, plans, rows, bulk=True) == stored(database, plans, rows, bulk=False)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MARK, min_size=1, max_size=4))
def test_bodies_are_stored_as_single_ones_are(database: Database, rows: list[dict[str, Any]]) -> None:
    named = [{"name": str(number), **row} for number, row in enumerate(rows)]
    assert stored(database, marks, named, bulk=True) == stored(database, marks, named, bulk=False)


def test_a_reserved_id_is_nobody_elses(database: Database) -> None:
    with database.write() as connection:
        first, second, third = (reserve_ids(connection, units, count) for count in (3, 2, 1))
        insert_in_bulk(connection, units, [{"id": number, "name": f"甲{number}"} for number in second])
        late = connection.execute(units.insert().returning(units.c.id), {"name": "乙"}).scalar_one()
    assert len({*first, *second, *third, late}) == 7


def test_a_row_that_does_not_fit_is_refused_as_ever_and_none_of_them_stays(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        insert_in_bulk(connection, units, [{"name": "甲"}, {"name": "乙"}, {"name": "甲"}])
    with database.read() as connection:
        assert connection.execute(select(units)).all() == []


def test_what_no_row_names_gets_its_default(database: Database) -> None:
    with database.write() as connection:
        insert_in_bulk(connection, units, [{"name": "甲"}, {"name": "乙"}])
        assert connection.scalars(select(units.c.kind)).all() == ["", ""]

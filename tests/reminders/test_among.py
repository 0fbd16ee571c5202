"""Ids as one parameter: the same rows as an IN with each of them, however many there are."""

from __future__ import annotations

from sqlalchemy import not_, or_, select
from sqlalchemy.dialects import sqlite

from reminders.store.among import among
from reminders.store.database import Database, insert_many
from reminders.store.tables import units


def test_of_more_ids_than_a_statement_may_have_parameters_those_that_exist_are_found(database: Database) -> None:
    with database.write() as connection:
        insert_many(connection, units, [{"name": f"第{n}处", "kind": "处室"} for n in range(4)])
        known = list(connection.scalars(select(units.c.id).order_by(units.c.id)))
        found = connection.scalars(select(units.c.id).where(among(units.c.id, range(known[2], 100_000))))
        assert sorted(found) == known[2:]


def test_of_no_ids_there_is_nothing_and_of_not_those_the_rest(database: Database) -> None:
    with database.write() as connection:
        insert_many(connection, units, [{"name": f"第{n}处", "kind": "处室"} for n in range(3)])
        known = list(connection.scalars(select(units.c.id).order_by(units.c.id)))
        assert not list(connection.scalars(select(units.c.id).where(among(units.c.id, []))))
        rest = select(units.c.id).where(not_(among(units.c.id, known[:1]))).order_by(units.c.id)
        assert list(connection.scalars(rest)) == known[1:]
        either = select(units.c.id).where(or_(among(units.c.id, known[:1]), units.c.name == "第2处"))
        assert set(connection.scalars(either)) == {known[0], known[2]}


def test_sqlite_looks_ids_up_and_reads_no_whole_table() -> None:
    database = Database.in_memory()
    query = str(select(units.c.name).where(among(units.c.id, [1, 2])).compile(dialect=sqlite.dialect()))
    with database.read() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("[1, 2]",)).all())
    assert "SEARCH units USING INTEGER PRIMARY KEY" in plan, plan
    database.close()

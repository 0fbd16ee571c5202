"""Who claimed which delivery, and who let go of it: noted by a trigger in the database of the test.

Every process names itself to PostgreSQL (`application_name`), so what a killed one held is known exactly. In the
embedded installation there is only one process, and all of it is its.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from reminders.store.database import Database

_TABLE = {
    True: """create table watched (id bigserial primary key, at double precision, who text, delivery_id int,
        was text, became text, old_lease text, new_lease text, doubted boolean)""",
    False: """create table watched (id integer primary key, at real, who text, delivery_id int,
        was text, became text, old_lease text, new_lease text, doubted boolean)""",
}
_CHANGED = "old.state is distinct from new.state or old.lease is distinct from new.lease"
_DOUBTED = "old.state = 'claimed' and (new.state = 'unknown' or new.repeats > old.repeats)"
_TRIGGER = {
    True: (
        f"""create function note_delivery() returns trigger language plpgsql as $$ begin
            insert into watched (at, who, delivery_id, was, became, old_lease, new_lease, doubted)
            values (extract(epoch from clock_timestamp()), current_setting('application_name'),
                new.id, old.state, new.state, old.lease, new.lease, {_DOUBTED}); return new; end $$""",
        f"""create trigger note_delivery after update on deliveries for each row
            when ({_CHANGED}) execute function note_delivery()""",
    ),
    False: (
        f"""create trigger note_delivery after update on deliveries
            when old.state is not new.state or old.lease is not new.lease begin
            insert into watched (at, who, delivery_id, was, became, old_lease, new_lease, doubted)
            values ((julianday('now') - 2440587.5) * 86400.0, '', new.id, old.state, new.state, old.lease,
                new.lease, {_DOUBTED});
            end""",
    ),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a process had claimed when it died, and had written no outcome of."""

    leases: tuple[str, ...]
    deliveries: tuple[int, ...]


class Watch:
    """Asks what the trigger noted."""

    def __init__(self, database: Database) -> None:
        """Put table and trigger into a migrated database."""
        self._database = database
        with database.write() as connection:
            for statement in (_TABLE[database.is_postgresql], *_TRIGGER[database.is_postgresql]):
                connection.exec_driver_sql(statement)

    def held(self, who: str) -> Held:
        """What is claimed by a process of this name, the last time by it."""
        rows = self._ask(
            """select d.id, d.lease from deliveries d where d.state = 'claimed' and exists (
                select 1 from watched w where w.delivery_id = d.id and w.new_lease = d.lease and w.who = :who)""",
            who=who,
        )
        return Held(tuple(sorted({row.lease for row in rows})), tuple(sorted(row.id for row in rows)))

    def has_claimed(self, who: str) -> bool:
        """Whether a process of this name has begun to work."""
        return bool(self._ask("select 1 from watched where who = :who and became = 'claimed' limit 1", who=who))

    def let_go_at(self, lease: str) -> float | None:
        """When the last row of a lease was taken from it; None while one still is its."""
        rows = self._ask(
            """select max(w.at) as at, (select count(*) from deliveries d where d.lease = :lease) as left_over
                from watched w where w.old_lease = :lease""",
            lease=lease,
        )
        return None if rows[0].left_over or rows[0].at is None else float(rows[0].at)

    def owners(self) -> dict[int, list[str]]:
        """For each delivery everybody who ever claimed it, in order."""
        found: dict[int, list[str]] = {}
        for row in self._ask("select delivery_id, who from watched where became = 'claimed' order by id"):
            found.setdefault(row.delivery_id, []).append(row.who)
        return found

    def _ask(self, query: str, **values: Any) -> list[Row[Any]]:
        with self._database.read() as connection:
            return list(connection.execute(text(query), values))

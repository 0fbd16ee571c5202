"""The digest of a named week, on request: who would get it, or has got it; sent once whatever runs twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from reminders.engine.digests.readers import digest_readers, slot_of
from reminders.engine.service import Service
from reminders.engine.views.naming import destination
from reminders.slots import week_of
from reminders.store import messages
from reminders.store.directory import Directory, people_by_id
from reminders.store.tables import messages as message_table
from reminders.store.tables import plans


def digest_lines(service: Service, day: date, *, dry_run: bool) -> list[dict[str, Any]]:
    """One line per reader of the week: destination and whether his digest exists, is made now, or would be."""
    monday = week_of(day)
    with service.database.write() as connection:
        active = connection.execute(
            select(plans.c.id).where(plans.c.state == "active", plans.c.released_at.is_not(None))
        )
        readers = [r for row in active.all() for r in digest_readers(service, connection, row.id, day)]
        have = _have(connection, monday)
        lines = []
        for reader in dict.fromkeys(readers):
            state = "sent" if reader in have else "would" if dry_run else "opened"
            person = people_by_id(connection, [reader])[reader]
            if state == "opened":
                slot = slot_of(service, person, service.current_slot())
                messages.open_digest(service.database, connection, reader, slot, monday, service.now())
            directory = Directory.load(connection, [], [person.unit_id] if person.unit_id else [])
            named = destination(directory, person)
            lines.append({"destination": named, "week": str(monday), "state": state})
        return lines


def _have(connection: Any, monday: date) -> set[int]:
    query = select(message_table.c.contact_id).where(message_table.c.week_on == monday)
    return {row.contact_id for row in connection.execute(query)}

"""The slot whose messages make up for an outage of ours: marked when it ends, asked for when they are worded."""

from __future__ import annotations

from sqlalchemy import Connection

from reminders.store import marks

MARK = "outage"


def catch_up_slot(connection: Connection) -> str | None:
    """The slot whose messages make up for the last outage, because it ended in it."""
    found = marks.mark(connection, MARK)
    return found.body.get("slot") if found is not None else None

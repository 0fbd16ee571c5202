"""The link page shows that it is there: its process leaves a mark once a minute while it serves."""

from __future__ import annotations

from reminders.engine.service import Service
from reminders.store import marks

PAGE = "page"
PULSE = 60.0  # seconds


def note_page(service: Service) -> None:
    """The page serves now."""
    with service.database.write() as connection:
        marks.set_mark(service.database, connection, PAGE, service.now(), service.machine_now())

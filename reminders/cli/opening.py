"""Opening the store for a command: settings read, tables present, one sentence where either fails."""

from __future__ import annotations

from reminders.engine.assembly import assemble
from reminders.engine.service import Service
from reminders.settings import load_settings
from reminders.store.migrating import migrate


def open_service() -> Service:
    """The service of this installation, with its tables at their newest shape."""
    service = assemble(load_settings())
    migrate(service.database)
    return service

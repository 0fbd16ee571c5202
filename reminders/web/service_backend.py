"""The backend of the pages over the real service."""

from __future__ import annotations

from collections.abc import Callable

from reminders.engine.service import Service
from reminders.engine.watching.health import standing
from reminders.web.backend import DemoView, Health, Light
from reminders.web.service_links import ServiceLinks
from reminders.web.service_mailbox import ServiceMailbox


class ServiceBackend(ServiceLinks, ServiceMailbox):
    """Links, mailbox and health of one service; `demo` says what a visitor of the demo is told."""

    def __init__(self, service: Service, demo: Callable[[], DemoView] | None = None) -> None:
        ServiceLinks.__init__(self, service)
        ServiceMailbox.__init__(self, service, demo)

    def health(self) -> Health:
        """How the parts stand; raises where the database does not answer."""
        found = standing(self._service)
        return Health(
            database=Light(found.database),
            broker=Light(found.broker),
            last_tick=Light(found.last_tick),
            oldest_unsent=Light(found.oldest_unsent),
            details=found.details,
        )

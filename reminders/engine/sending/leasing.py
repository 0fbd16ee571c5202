"""A lease: the rows of the outbox that one sender holds for a while, renewed while it lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reminders.engine.service import Service
from reminders.store import leases
from reminders.store.leases import Claimed

LOOK_EVERY = timedelta(seconds=1)


@dataclass
class Lease:
    """What one sender holds under one name."""

    service: Service
    name: str
    _renewed_at: datetime = field(init=False)
    _span: timedelta = field(init=False)
    _looked_at: datetime | None = field(default=None, init=False)
    _seen: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._renewed_at, self._span = self.service.machine_now(), span(self.service)

    def claim(self, ids: Sequence[int]) -> list[Claimed]:
        """What is still free of some rows, in the order of sending."""
        if not ids:
            return []
        service, now = self.service, self.service.machine_now()
        with service.database.write() as connection:
            rows = leases.claim(service.database, connection, ids, self.name, now, self._span)
        self._seen |= {row.id for row in rows}
        return rows

    def urgent(self) -> list[int]:
        """Rows that go before any backlog, each offered once: one that may not leave now is not asked again.

        Somebody looks for them once a second, however fast the rows go.
        """
        service, now = self.service, self.service.machine_now()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return []
        self._looked_at = now
        with service.database.read() as connection:
            found = leases.urgent_ids(connection, now, service.settings.batch)
        return [key for key in found if key not in self._seen]

    def kept(self) -> bool:
        """Whether the rows are still ours: the lease is renewed as soon as a third of it is gone."""
        now, whole = self.service.machine_now(), self._span
        if now - self._renewed_at <= whole / 3:
            return True
        self._renewed_at = now
        with self.service.database.write() as connection:
            return leases.renew(connection, self.name, now + whole) > 0

    def give_back(self, ids: Sequence[int], retry_at: datetime | None = None) -> None:
        """Let others have rows that were not handed over."""
        if ids:
            with self.service.database.write() as connection:
                leases.release(connection, ids, self.name, retry_at)


def span(service: Service) -> timedelta:
    """How long a lease lasts."""
    return timedelta(seconds=service.settings.lease_span())

"""Posting: sealed messages get their deliveries, each by the first channel of its contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.service import Service
from reminders.messages import MessageKind
from reminders.store import outbox
from reminders.store.directory import people_by_id
from reminders.store.outbox import URGENT, USUAL, Wanted


def post(service: Service, connection: Connection, sealed: Sequence[Row[Any]]) -> None:
    """Put messages (id, contact_id, kind) into the outbox; what goes to the lead office and leaders has its lane."""
    people = people_by_id(connection, {row.contact_id for row in sealed})
    wanted = []
    for row in sealed:
        lane = URGENT if row.kind in (MessageKind.OFFICE, MessageKind.LEADERS) else USUAL
        routes = service.routes(people[row.contact_id]) if row.contact_id in people else ()
        wanted += [Wanted(row.id, route, lane) for route in routes[:1]]
    outbox.add(service.database, connection, wanted)

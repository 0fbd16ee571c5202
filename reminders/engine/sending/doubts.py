"""What waits for a person: deliveries of which nobody knows whether they arrived, and those that broke the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.sending.acceptance import accepted
from reminders.engine.sending.rendering import destination_of
from reminders.engine.sending.worth import still_says
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.store import events, leases, messages, outbox
from reminders.store.directory import people_by_id


@dataclass(frozen=True, slots=True)
class Doubt:
    """One delivery that waits for a person."""

    delivery_id: int
    destination: str
    slot: str
    kind: str
    channel: str
    state: str  # unknown, aside; once it is settled sent, pending, struck
    subject: str
    number: str  # the short number in its text
    tried_at: datetime | None  # business time of the last try


def doubts(service: Service) -> list[Doubt]:
    """All of them, oldest first."""
    with service.database.read() as connection:
        rows = outbox.undecided(connection)
        people = people_by_id(connection, {row.contact_id for row in rows})
        return [_doubt(connection, row, people) for row in rows]


def settle(service: Service, delivery_id: int, *, arrived: bool, by: str) -> Doubt:
    """A person found out: it arrived, and its waits begin now; or it did not, and its bytes go out once more.

    Where all that it asked has ended meanwhile, nothing goes out: the row comes back as struck.
    """
    now, machine_now = service.now(), service.machine_now()
    with service.database.write() as connection:
        rows = [row for row in outbox.undecided(connection) if row.id == delivery_id]
        if not rows:
            raise Refused(f"没有待查的投递 {delivery_id}；cuiban outbox 列出全部。")
        row = rows[0]
        head = messages.heads(connection, [row.message_id])[row.message_id]
        happened = _arrived(service, connection, row, head, now) if arrived else ()
        again = not arrived and _again(connection, row, head)
        body = {"delivery": row.id, "arrived": arrived, "by": by}
        told = events.Event("delivery.settled", message_id=row.message_id, contact_id=row.contact_id, body=body)
        events.append(connection, [told, *happened], at=now, recorded_at=machine_now)
        found = _doubt(connection, row, people_by_id(connection, [row.contact_id]))
        return replace(found, state="sent" if arrived else "pending" if again else "struck")


def _arrived(
    service: Service, connection: Connection, row: Row[Any], head: Row[Any], now: datetime
) -> Sequence[events.Event]:
    leases.settle(connection, row.id, None, state="sent", done_at=now)
    return accepted(service, connection, {head.id: head}, now)


def _again(connection: Connection, row: Row[Any], head: Row[Any]) -> bool:
    """Whether it goes out once more."""
    living = messages.living_by_message(connection, [head.id]).get(head.id, ())
    again = still_says(head.kind, living)
    leases.settle(connection, row.id, None, state="pending" if again else "struck", retry_at=None, stumbles=0)
    messages.mark(connection, head.id, "sealed" if again else "empty")
    return again


def _doubt(connection: Connection, row: Row[Any], people: dict[int, Any]) -> Doubt:
    person = people.get(row.contact_id)
    return Doubt(
        delivery_id=row.id,
        destination=destination_of(connection, person) if person is not None else "",
        slot=row.slot,
        kind=row.kind,
        channel=row.channel,
        state=row.state,
        subject=row.subject,
        number=row.short_number,
        tried_at=row.tried_at,
    )

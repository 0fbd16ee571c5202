"""Acknowledgement links, found by the hash of their id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from reminders.store.database import insert_many
from reminders.store.tables import links


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is kept: only the hash of its id."""

    hash: str
    message_id: int
    contact_id: int
    expires_on: date


def add(connection: Connection, found: Iterable[Link]) -> None:
    """Store links."""
    insert_many(connection, links, [asdict(link) for link in found])


def find(connection: Connection, hashed: str) -> Row[Any] | None:
    """A link that was not revoked."""
    query = select(links).where(links.c.hash == hashed, links.c.revoked_at.is_(None))
    return connection.execute(query).first()


def mark_resent(connection: Connection, link_id: int, machine_now: datetime, before: datetime) -> bool:
    """Note that a fresh link goes out; False where one went out after `before`."""
    fresh = update(links).where(links.c.id == link_id, links.c.resent_at.is_(None) | (links.c.resent_at < before))
    return connection.execute(fresh.values(resent_at=machine_now)).rowcount == 1


def count_wrong(connection: Connection, link_id: int, limit: int, locked_until: datetime) -> int:
    """Count a wrong try; at the limit the link is locked. The number of tries."""
    tries = connection.execute(
        update(links)
        .where(links.c.id == link_id)
        .values(wrong_digits=links.c.wrong_digits + 1)
        .returning(links.c.wrong_digits)
    ).scalar_one()
    if tries >= limit:
        connection.execute(update(links).where(links.c.id == link_id).values(locked_until=locked_until, wrong_digits=0))
    return int(tries)

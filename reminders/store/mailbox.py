"""Messages as the local mailbox lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from reminders.store.among import among
from reminders.store.tables import contacts, deliveries, items, messages, obligations


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message that was sealed, with its items' kinds and steps and the state of its first delivery."""

    id: int
    contact_id: int
    slot: str
    kind: str
    subject: str
    state: str
    accepted_at: datetime | None
    steps: tuple[tuple[str, str], ...]
    delivery: str
    channels: tuple[str, ...]


def message_rows(
    connection: Connection, *, contact_id: int | None = None, ids: Sequence[int] | None = None, limit: int, offset: int
) -> tuple[list[MessageRow], int]:
    """Messages that were worded, newest first, and how many there are."""
    shown: list[ColumnElement[bool]] = [messages.c.rendered_at.is_not(None)]
    if contact_id is not None:
        shown.append(messages.c.contact_id == contact_id)
    if ids is not None:
        shown.append(among(messages.c.id, ids))
    total = connection.scalar(select(func.count()).select_from(messages).where(*shown)) or 0
    query = select(messages).where(*shown).order_by(messages.c.rendered_at.desc(), messages.c.id.desc())
    rows = connection.execute(query.limit(limit).offset(offset)).all()
    steps, tracked = _steps(connection, rows), _deliveries(connection, rows)
    return [_row(row, steps, tracked) for row in rows], int(total)


def _row(row: Row[Any], steps: dict[int, list[tuple[str, str]]], tracked: dict[int, list[Row[Any]]]) -> MessageRow:
    sent = tracked.get(row.id, [])
    return MessageRow(
        id=row.id,
        contact_id=row.contact_id,
        slot=row.slot,
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        accepted_at=row.accepted_at,
        steps=tuple(dict.fromkeys(steps.get(row.id, []))),
        delivery=sent[-1].state if sent else "open",
        channels=tuple(dict.fromkeys(delivery.channel for delivery in sent)),
    )


def _steps(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, list[tuple[str, str]]]:
    query = (
        select(items.c.message_id, obligations.c.kind, items.c.step)
        .join(obligations, obligations.c.id == items.c.obligation_id)
        .where(among(items.c.message_id, [row.id for row in rows]), items.c.struck_at.is_(None))
        .order_by(items.c.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.message_id, []).append((row.kind, row.step))
    return found


def _deliveries(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, list[Row[Any]]]:
    query = select(deliveries).where(among(deliveries.c.message_id, [row.id for row in rows])).order_by(deliveries.c.id)
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.message_id, []).append(row)
    return found


def readers(connection: Connection) -> list[int]:
    """Every contact that a message went to."""
    query = select(messages.c.contact_id).where(messages.c.rendered_at.is_not(None)).distinct()
    return sorted(row.contact_id for row in connection.execute(query))


def messages_about(connection: Connection, obligation_ids: Sequence[int], *, limit: int) -> list[Row[Any]]:
    """The newest messages that speak of some obligations, oldest of them first: slot, name, subject, state."""
    about = select(items.c.message_id).where(among(items.c.obligation_id, obligation_ids), items.c.struck_at.is_(None))
    query = (
        select(messages.c.slot, messages.c.subject, messages.c.state, contacts.c.name)
        .join(contacts, contacts.c.id == messages.c.contact_id)
        .where(messages.c.id.in_(about))
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    return list(reversed(connection.execute(query).all()))

"""Messages that were opened before their slot, for what the lead office brings before the leaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from reminders.messages import MessageKind
from reminders.slots import Slot
from reminders.store.among import among
from reminders.store.tables import items, messages

PERSONAL = [kind.value for kind in (MessageKind.UNIT, MessageKind.OFFICE, MessageKind.LEADERS)]


def into_digests(connection: Connection, contact_ids: Sequence[int], slot: Slot, now: datetime) -> None:
    """On its day a digest takes the place of its reader's other message of the slot, whose items stand in it."""
    mine = (messages.c.slot == str(slot), messages.c.sealed_at.is_(None), among(messages.c.contact_id, contact_ids))
    query = select(messages.c.id, messages.c.contact_id, messages.c.kind).where(*mine)
    rows = connection.execute(query).all()
    digests = {row.contact_id: row.id for row in rows if row.kind == MessageKind.DIGEST}
    for row in rows:
        if row.kind in PERSONAL and row.contact_id in digests:
            moved = update(items).where(items.c.message_id == row.id).values(message_id=digests[row.contact_id])
            connection.execute(moved)
            connection.execute(update(messages).where(messages.c.id == row.id).values(sealed_at=now, state="empty"))

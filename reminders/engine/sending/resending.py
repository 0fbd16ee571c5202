"""A fresh link in place of an expired one: to the address on record, at most once an hour."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from reminders.engine.service import Service
from reminders.store import events, links, messages, outbox
from reminders.store.directory import people_by_id
from reminders.store.outbox import URGENT, Wanted

ONCE_IN = timedelta(hours=1)


class Resending(StrEnum):
    """What came of asking for a fresh link."""

    SENT = "sent"
    TOO_SOON = "too_soon"
    NO_ADDRESS = "no_address"


def resend(service: Service, hashed: str) -> Resending:
    """Put a message with a fresh link into the outbox; it goes at once, whatever the hour."""
    machine_now, now = service.machine_now(), service.now()
    with service.database.write() as connection:
        link = links.find(connection, hashed)
        if link is None:
            return Resending.NO_ADDRESS
        person = people_by_id(connection, [link.contact_id]).get(link.contact_id)
        routes = service.routes(person) if person else ()
        if not routes:
            return Resending.NO_ADDRESS
        if not links.mark_resent(connection, link.id, machine_now, machine_now - ONCE_IN):
            return Resending.TOO_SOON
        body = {"sentence": "您申请的新链接如下，原来的链接已过期。", "link_of": link.message_id}
        act = f"resend-{link.id}-{machine_now:%Y%m%d%H%M%S}"
        slot = service.current_slot()
        made = messages.open_answer(service.database, connection, link.contact_id, slot, act, body, now)
        if made is not None:
            outbox.add(service.database, connection, [Wanted(made, route, URGENT) for route in routes[:1]])
        happened = events.Event("link.resent", message_id=link.message_id, contact_id=link.contact_id)
        events.append(connection, [happened], at=now, recorded_at=machine_now)
    return Resending.SENT

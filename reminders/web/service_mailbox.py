"""The local mailbox over the real service: what was sent, and what stands behind each message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Row

from reminders.clock import SHANGHAI
from reminders.engine.service import Service
from reminders.engine.views.naming import destination
from reminders.messages import MessageKind
from reminders.store import attempts, events, messages, outbox
from reminders.store.directory import Directory, Person, people_by_id
from reminders.store.mailbox import MessageRow, message_rows, readers
from reminders.web.backend import (
    AttemptView,
    DeliveryView,
    DemoView,
    EventView,
    Mailbox,
    MailboxLine,
    MailboxMessage,
    StepWord,
)

LEADER_OR_GROUP = ("leader", "group")


class ServiceMailbox:
    """Everything the mailbox pages show."""

    def __init__(self, service: Service, demo: Callable[[], DemoView] | None) -> None:
        self._service = service
        self._demo = demo

    def mailbox_open(self) -> bool:
        """Whether the mailbox may be shown: it holds other people's links, so only the demo serves it."""
        return self._demo is not None

    def mailbox(self, to: str | None, *, limit: int, offset: int) -> Mailbox:
        """The messages of one destination, or of all, newest first."""
        with self._service.database.read() as connection:
            people, names = _addressees(connection, readers(connection))
            wanted = next((i for i, written in names.items() if written == to), -1) if to else None
            rows, total = message_rows(connection, contact_id=wanted, limit=limit, offset=offset)
            lines = tuple(_line(row, people[row.contact_id], names) for row in rows)
        labels = tuple((names[i], _label(person, names[i])) for i, person in people.items())
        return Mailbox(lines, labels, total, self._demo() if self._demo else None)

    def mailbox_message(self, message_id: int) -> MailboxMessage | None:
        """One message with its deliveries, attempts and events."""
        with self._service.database.read() as connection:
            rows, _ = message_rows(connection, ids=[message_id], limit=1, offset=0)
            if not rows:
                return None
            people, names = _addressees(connection, [rows[0].contact_id])
            stored = messages.by_ids(connection, [message_id])[message_id]
            sent = outbox.of_messages(connection, [message_id])
            tries = attempts.of_deliveries(connection, [row.id for row in sent])
            about = {item.obligation_id for item in messages.living_items(connection, [message_id])}
            happened = events.of_message(connection, message_id, about)
            return MailboxMessage(
                line=_line(rows[0], people[rows[0].contact_id], names),
                html=stored.html,
                text=stored.text,
                markdown=stored.markdown,
                deliveries=tuple(_delivery(row, tries, people[rows[0].contact_id]) for row in sent),
                events=tuple(EventView(row.at.astimezone(SHANGHAI), row.type, _said(row)) for row in happened[-60:]),
            )


def _addressees(connection: Connection, ids: Iterable[int]) -> tuple[dict[int, Person], dict[int, str]]:
    people = people_by_id(connection, ids)
    directory = Directory.load(connection, [], {p.unit_id for p in people.values() if p.unit_id is not None})
    names = {person.id: destination(directory, person) for person in people.values()}
    return people, names


def _line(row: MessageRow, person: Person, names: dict[int, str]) -> MailboxLine:
    written = names[row.contact_id]
    return MailboxLine(
        message_id=row.id,
        slot=row.slot,
        kind=MessageKind(row.kind),
        destination=written,
        recipient=person.name,
        unit="" if person.unit_id is None else written.rpartition("/")[0],
        role=person.role,
        subject=row.subject,
        steps=tuple(StepWord(kind, step) for kind, step in row.steps),
        delivery=row.delivery,
        at=row.accepted_at.astimezone(SHANGHAI) if row.accepted_at else None,
        channels=row.channels,
    )


def _label(person: Person, written: str) -> str:
    """A name with its unit, so that the filter tells two people apart."""
    return person.name if person.unit_id is None else f"{written.rpartition('/')[0]}　{person.name}"


def _delivery(row: Row[Any], tries: list[Row[Any]], person: Person) -> DeliveryView:
    # The address of a robot is its key: a page shows the group's name in its place.
    address = person.name if row.channel == "wecom" else row.address
    mine = [attempt for attempt in tries if attempt.delivery_id == row.id]
    attempts = tuple(
        AttemptView(attempt.business_at.astimezone(SHANGHAI), attempt.verdict, attempt.detail) for attempt in mine
    )
    return DeliveryView(row.channel, address, row.part, row.state, attempts)


# The facts of an event a reader asks for, in Chinese; what stays out is for machines.
FACTS = {
    "step": "步骤",
    "until": "至",
    "due_on": "期限",
    "by": "经办",
    "reason": "理由",
    "choice": "答复",
    "door": "途径",
    "text": "说明",
    "code": "代码",
    "week": "周",
    "kind": "事项",
}


def _said(row: Row[Any]) -> str:
    """The facts of an event in words."""
    body = row.body or {}
    return "，".join(f"{label} {body[key]}" for key, label in FACTS.items() if body.get(key) not in (None, ""))

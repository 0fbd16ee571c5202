"""A message at its first hand-over: worded once from how things stand now, with its link; the bytes never change."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row

from channels.message import Message
from reminders.acknowledgement import link_hash
from reminders.clock import SHANGHAI
from reminders.engine.digests.digest_view import digest_view
from reminders.engine.service import MAILBOX, SMTP, Service
from reminders.engine.views.catching_up import catch_up_slot
from reminders.engine.views.naming import destination
from reminders.engine.views.viewing import ANSWERS, Shown, Viewer
from reminders.messages import MessageKind, MessageView, OfficeView, compose
from reminders.obligations import Obligation
from reminders.slots import Slot
from reminders.store import evidence, links, messages, obligations, plans
from reminders.store.directory import Directory, Person

LINK_WORKDAYS = 15
LINK_DAYS = 180


@dataclass(frozen=True, slots=True)
class Worded:
    """The words of a message, as a channel is given them; a row of the store has the same columns."""

    kind: str
    subject: str
    text: str
    html: str
    markdown: str
    short_number: str
    message_id: str
    in_reply_to: str
    rendered_at: datetime


class Desk:
    """Where messages are worded: what several of them are worded from is read once, and written together."""

    def __init__(
        self,
        service: Service,
        connection: Connection,
        heads: Iterable[Row[Any]],
        living: Mapping[int, list[Row[Any]]],
        people: Mapping[int, Person],
    ) -> None:
        self._service, self._connection, self._living, self._people = service, connection, living, people
        self._now, self._day = service.now(), service.now().date()
        self._fresh = [row for row in heads if row.rendered_at is None]
        ids = {item.obligation_id for row in self._fresh for item in living.get(row.id, ())}
        self._found = {o.id: o for o in obligations.by_ids(connection, sorted(ids))}
        self._viewers: dict[frozenset[int], tuple[Viewer, Sequence[Obligation]]] = {}
        self._links: list[links.Link] = []
        self._worded: dict[int, Worded] = {}

    def _word(self, row: Row[Any]) -> Row[Any] | Worded:
        """Word a message; one that was worded before comes back as it is. `write` keeps the words."""
        if row.rendered_at is not None:
            return messages.by_ids(self._connection, [row.id])[row.id]
        if row.id not in self._worded:
            number = f"{Slot.parse(row.slot).day:%m%d}-{row.id}"
            rendered = compose(self._view(row, self._people[row.contact_id], number))
            self._worded[row.id] = Worded(
                kind=row.kind,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                markdown=rendered.markdown,
                short_number=number,
                message_id=f"<{row.id}.{self._service.random(8).hex()}@{self._service.settings.mail_domain()}>",
                in_reply_to=self._thread_start(row),
                rendered_at=self._now,
            )
        return self._worded[row.id]

    def as_message(self, row: Row[Any], person: Person, channel: str) -> Message:
        """A message in its words, as a channel takes it."""
        return _as_message(self._service, self._word(row), person, self._directory, channel)

    def write(self) -> None:
        """Keep the words and the links; they are made once and never change."""
        links.add(self._connection, self._links)
        messages.keep_rendered(self._connection, {key: asdict(worded) for key, worded in self._worded.items()})

    def _view(self, row: Row[Any], person: Person, number: str) -> MessageView:
        """Everything one message is worded from."""
        service, connection = self._service, self._connection
        shown = [
            Shown(self._found[item.obligation_id], item.step, item.level, item.id)
            for item in self._living.get(row.id, ())
            if item.version == self._found[item.obligation_id].version
        ]
        kind = MessageKind(row.kind)
        is_digest = kind is MessageKind.DIGEST
        plan_ids = {s.obligation.plan_id for s in shown}
        if is_digest and not plan_ids:
            # A digest speaks of all plans its reader is in, also where none of its items is due today.
            plan_ids = plans.of_reader(connection, person.id, person.unit_id)
        viewer, scope = self._viewer(frozenset(plan_ids) if is_digest else frozenset())
        ordered = sorted(plan_ids & viewer.directory.plans.keys())
        unit = self._directory.unit_name(person.unit_id)
        return MessageView(
            kind=kind,
            slot=row.slot,
            day=self._day,
            destination=destination(self._directory, person),
            recipient=person.name,
            role=person.role,
            unit=unit,
            office=viewer.office(ordered[0]) if ordered else OfficeView("", "", ""),
            plan_titles=tuple(viewer.directory.plans[i].title for i in ordered),
            items=viewer.items(shown),
            link=self._link(row, person, [s.obligation for s in shown]),
            number=number,
            digest=digest_view(service, viewer, scope, person, row, unit) if is_digest else None,
            answer_text=str((row.body or {}).get("sentence", "")),
            mentions=_mentions(person, self._directory),
            catch_up=kind is not MessageKind.ANSWER and row.slot == self._catch_up_slot,
            confirmed_by_others=self._answers_of_others(person, row),
            copied_from=_liaisons_told(connection, person, row),
        )

    def _viewer(self, plan_ids: frozenset[int]) -> tuple[Viewer, Sequence[Obligation]]:
        """What a digest of some plans sees, all of them; without plans what the messages on the desk speak of."""
        if plan_ids not in self._viewers:
            scope = obligations.of_plans(self._connection, plan_ids) if plan_ids else list(self._found.values())
            self._viewers[plan_ids] = (Viewer(self._service, self._connection, scope, self._day), scope)
        return self._viewers[plan_ids]

    @cached_property
    def _directory(self) -> Directory:
        """The units of everybody who is written to."""
        units = {p.unit_id for p in self._people.values() if p.unit_id is not None}
        return Directory.load(self._connection, [], units)

    @cached_property
    def _catch_up_slot(self) -> str | None:
        return catch_up_slot(self._connection)

    @cached_property
    def _answering(self) -> set[int]:
        """The units of which somebody ever answered: of the others nothing has to be read."""
        return evidence.units_that_answered(self._connection, self._directory.units)

    @cached_property
    def _threads(self) -> dict[tuple[int, int], tuple[int, str]]:
        contact_ids = {row.contact_id for row in self._fresh}
        return messages.thread_starts(self._connection, contact_ids, self._found)

    def _thread_start(self, row: Row[Any]) -> str:
        """The Message-ID of the first message that told this destination about one of these obligations."""
        about = (item.obligation_id for item in self._living.get(row.id, ()))
        starts = [self._threads[row.contact_id, key] for key in about if (row.contact_id, key) in self._threads]
        return min(starts, default=(0, ""))[1]

    def _answers_of_others(self, person: Person, row: Row[Any]) -> tuple[str, ...]:
        """What other contacts of the unit answered since this one's last message: each may say 非本人确认."""
        if person.unit_id not in self._answering or person.unit_id is None or person.role == "group":
            return ()
        found = evidence.answers_of_others(self._connection, person.id, person.unit_id, row.id)
        said = ((answer.at.astimezone(SHANGHAI), answer) for answer in found)
        return tuple(f"{at.month}月{at.day}日由{a.name}{ANSWERS.get(a.choice, '答复')}" for at, a in said)

    def _link(self, row: Row[Any], person: Person, asked: list[Obligation]) -> str:
        """One link per recipient and message; only a unit's own people get one. A fresh one opens the old message."""
        about = (row.body or {}).get("link_of")
        owed = [o for o in asked if o.unit_id == person.unit_id]
        if about is None and (row.kind not in (MessageKind.UNIT, MessageKind.DIGEST) or not owed):
            return ""
        service, link_id = self._service, new_link_id(self._service)
        last = max((o.due_on for o in owed if o.due_on), default=self._day if about else None)
        self._links.append(links.Link(link_hash(link_id), about or row.id, person.id, link_expiry(service, last)))
        return f"{service.settings.public_url()}/a/{service.keys.token(link_id)}"


def channel_message(
    service: Service, connection: Connection, row: Row[Any] | Worded, person: Person, channel: str
) -> Message:
    """A worded message as a channel takes it."""
    directory = Directory.load(connection, [], [person.unit_id] if person.unit_id else [])
    return _as_message(service, row, person, directory, channel)


def _as_message(
    service: Service, row: Row[Any] | Worded, person: Person, directory: Directory, channel: str
) -> Message:
    office = service.settings.smtp_sender_name
    addresses = {SMTP: person.email, MAILBOX: person.email or destination(directory, person)}
    return Message(
        address=addresses.get(channel, person.webhook),
        name=person.name or office,
        subject=row.subject,
        text=row.text,
        html=row.html,
        markdown=row.markdown,
        mentions=_mentions(person, directory),
        mobiles=(),
        message_id=row.message_id,
        in_reply_to=row.in_reply_to,
        references=(row.in_reply_to,) if row.in_reply_to else (),
        number=row.short_number,
        bulk=row.kind == MessageKind.DIGEST,
        sent_at=row.rendered_at.astimezone(SHANGHAI),
    )


def destination_of(connection: Connection, person: Person) -> str:
    """How a contact is written as a destination."""
    return destination(Directory.load(connection, [], [person.unit_id] if person.unit_id else []), person)


def _liaisons_told(connection: Connection, person: Person, row: Row[Any]) -> tuple[str, ...]:
    """On a head's copy: the liaisons who have the same message."""
    if person.role != "head" or person.unit_id is None:
        return ()
    return evidence.liaisons_told(connection, row.id, person.unit_id, row.slot)


def _mentions(person: Person, directory: Directory) -> tuple[str, ...]:
    """Whom a unit's group message mentions: its liaisons, or its head."""
    if person.role != "group" or person.unit_id is None:
        return ()
    people = directory.of_unit(person.unit_id, "liaison") or directory.of_unit(person.unit_id, "head")
    return tuple(p.wecom_userid for p in people if p.wecom_userid)


def new_link_id(service: Service) -> str:
    """128 random bits as 22 characters."""
    return base64.urlsafe_b64encode(service.random(16)).decode().rstrip("=")


def link_expiry(service: Service, last_due: date | None) -> date:
    """The latest due date and 15 working days, 180 days at most."""
    today = service.now().date()
    limit = today + timedelta(days=LINK_DAYS)
    if last_due is None:
        return limit
    return min(service.slots.workdays.add_workdays(max(last_due, today), LINK_WORKDAYS), limit)

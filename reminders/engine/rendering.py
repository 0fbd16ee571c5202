"""A message at its first hand-over: worded once from how things stand now, with its link; the bytes never change."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from channels.message import Message
from reminders.acknowledgement import link_hash
from reminders.clock import SHANGHAI
from reminders.engine.digest_view import digest_view
from reminders.engine.outage import is_catch_up
from reminders.engine.service import MAILBOX, SMTP, Service
from reminders.engine.viewing import ANSWERS, Shown, Viewer, destination
from reminders.messages import MessageKind, MessageView, OfficeView, Rendered, compose
from reminders.obligations import Obligation
from reminders.slots import Slot
from reminders.store import evidence, links, messages, obligations, plans
from reminders.store.directory import Directory, Person, people_by_id
from reminders.store.messages import living_items

LINK_WORKDAYS = 15
LINK_DAYS = 180


def render(service: Service, connection: Connection, row: Row[Any]) -> Row[Any]:
    """Word a message and keep its words; a message that was worded before comes back as it is."""
    if row.rendered_at is not None:
        return row
    living = living_items(connection, [row.id])
    found = {o.id: o for o in obligations.by_ids(connection, [item.obligation_id for item in living])}
    person = people_by_id(connection, [row.contact_id])[row.contact_id]
    number = f"{Slot.parse(row.slot).day:%m%d}-{row.id}"
    view = message_view(service, connection, row, person, living, found, number)
    rendered = compose(view)
    _keep(service, connection, row, rendered, number, list(found))
    return messages.by_ids(connection, [row.id])[row.id]


def message_view(
    service: Service,
    connection: Connection,
    row: Row[Any],
    person: Person,
    living: list[Row[Any]],
    found: dict[int, Obligation],
    number: str,
) -> MessageView:
    """Everything one message is worded from."""
    day = service.now().date()
    shown = [
        Shown(found[item.obligation_id], item.step, item.level, item.id)
        for item in living
        if item.version == found[item.obligation_id].version
    ]
    kind = MessageKind(row.kind)
    # A digest speaks of all plans its reader is in, also where none of its items is due today.
    plan_ids = {s.obligation.plan_id for s in shown} or plans.of_reader(connection, person.id, person.unit_id)
    scope = obligations.of_plans(connection, plan_ids) if kind is MessageKind.DIGEST else [s.obligation for s in shown]
    viewer = Viewer(service, connection, scope, day)
    ordered = sorted(plan_ids)
    office = viewer.office(ordered[0]) if ordered and ordered[0] in viewer.directory.plans else OfficeView("", "", "")
    unit = _unit_name(connection, person)
    return MessageView(
        kind=kind,
        slot=row.slot,
        day=day,
        destination=destination_of(connection, person),
        recipient=person.name,
        role=person.role,
        unit=unit,
        office=office,
        plan_titles=tuple(viewer.directory.plans[i].title for i in ordered if i in viewer.directory.plans),
        items=tuple(viewer.item(s) for s in shown),
        link=_link(service, connection, row, person, [s.obligation for s in shown]),
        number=number,
        digest=digest_view(service, viewer, scope, person, row, unit) if kind is MessageKind.DIGEST else None,
        answer_text=str((row.body or {}).get("sentence", "")),
        mentions=_mentions(connection, person),
        catch_up=kind is not MessageKind.ANSWER and is_catch_up(connection, row.slot),
        confirmed_by_others=_answers_of_others(connection, person, row),
        copied_from=_liaisons_told(connection, person, row),
    )


def channel_message(service: Service, connection: Connection, row: Row[Any], person: Person, channel: str) -> Message:
    """A worded message as a channel takes it."""
    office = service.settings.smtp_sender_name
    addresses = {SMTP: person.email, MAILBOX: person.email or destination_of(connection, person)}
    return Message(
        address=addresses.get(channel, person.webhook),
        name=person.name or office,
        subject=row.subject,
        text=row.text,
        html=row.html,
        markdown=row.markdown,
        mentions=_mentions(connection, person),
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
    directory = Directory.load(connection, [], [person.unit_id] if person.unit_id else [])
    return destination(person, directory.units, directory.by_unit.get(person.unit_id or 0, []))


def _answers_of_others(connection: Connection, person: Person, row: Row[Any]) -> tuple[str, ...]:
    """What other contacts of the unit answered since this one's last message: each may say 非本人确认."""
    if person.unit_id is None or person.role == "group":
        return ()
    found = evidence.answers_of_others(connection, person.id, person.unit_id, row.id)
    said = ((answer.at.astimezone(SHANGHAI), answer) for answer in found)
    return tuple(f"{at.month}月{at.day}日由{a.name}{ANSWERS.get(a.choice, '答复')}" for at, a in said)


def _liaisons_told(connection: Connection, person: Person, row: Row[Any]) -> tuple[str, ...]:
    """On a head's copy: the liaisons who have the same message."""
    if person.role != "head" or person.unit_id is None:
        return ()
    return evidence.liaisons_told(connection, row.id, person.unit_id, row.slot)


def _unit_name(connection: Connection, person: Person) -> str:
    return Directory.load(connection, [], [person.unit_id] if person.unit_id else []).unit_name(person.unit_id)


def _mentions(connection: Connection, person: Person) -> tuple[str, ...]:
    """Whom a unit's group message mentions: its liaisons, or its head."""
    if person.role != "group" or person.unit_id is None:
        return ()
    directory = Directory.load(connection, [], [person.unit_id])
    people = directory.of_unit(person.unit_id, "liaison") or directory.of_unit(person.unit_id, "head")
    return tuple(p.wecom_userid for p in people if p.wecom_userid)


def _link(service: Service, connection: Connection, row: Row[Any], person: Person, asked: list[Obligation]) -> str:
    """One link per recipient and message; only a unit's own people get one. A fresh one opens the old message."""
    about = (row.body or {}).get("link_of")
    owed = [o for o in asked if o.unit_id == person.unit_id]
    if about is None and (row.kind not in (MessageKind.UNIT, MessageKind.DIGEST) or not owed):
        return ""
    link_id = new_link_id(service)
    last = max((o.due_on for o in owed if o.due_on), default=service.now().date() if about else None)
    links.add(
        connection,
        link_hash(link_id),
        message_id=about or row.id,
        contact_id=person.id,
        expires_on=link_expiry(service, last),
    )
    return f"{service.settings.public_url()}/a/{service.keys.token(link_id)}"


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


def _keep(
    service: Service, connection: Connection, row: Row[Any], rendered: Rendered, number: str, about: list[int]
) -> None:
    first = messages.thread_start(connection, row.contact_id, about, row.id)
    messages.keep_rendered(
        connection,
        row.id,
        rendered_at=service.now(),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        markdown=rendered.markdown,
        short_number=number,
        message_id=f"<{row.id}.{service.random(8).hex()}@{service.settings.mail_domain()}>",
        in_reply_to=first,
    )

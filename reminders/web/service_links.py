"""The link's page over the real service: what a link shows now, and what a person's act on it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from reminders.answers import Answer, Choice, Given, Giver
from reminders.clock import SHANGHAI
from reminders.engine.acts import answers as answering
from reminders.engine.sending.resending import resend
from reminders.engine.service import Service
from reminders.engine.views.naming import ROLES
from reminders.engine.views.viewing import Shown, Viewer
from reminders.messages import ItemView, OfficeView
from reminders.messages.words import number_order
from reminders.obligations import ENDED, Kind, Obligation, State
from reminders.store import events, links, messages, obligations
from reminders.store.among import among
from reminders.store.directory import Person, people_by_id
from reminders.store.tables import contacts
from reminders.store.tables import events as event_table
from reminders.web.backend import AnsweredView, ContactChoice, Digits, LinkState, LinkView, Resent

WRONG_TRIES = 5
LOCKED_FOR = timedelta(hours=1)
STANDING_STILL = (State.FROZEN, State.SUBMITTED, State.SUSPENDED)


class ServiceLinks:
    """Everything a link can show or do."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def open_link(self, link_hash: str) -> LinkView | None:
        """What the link shows now; None where it is unknown or revoked. Changes nothing."""
        with self._service.database.read() as connection:
            link = links.find(connection, link_hash)
            person = people_by_id(connection, [link.contact_id]).get(link.contact_id) if link is not None else None
            if link is None or person is None:
                return None
            if self._service.now().date() > link.expires_on:
                return LinkView(LinkState.EXPIRED, OfficeView("", "", ""))
            return self._view(connection, link, person)

    def answer(self, link_hash: str, answers: tuple[Answer, ...], giver: Giver) -> tuple[Given, ...]:
        """Take the answers to what this link's message asks, and to nothing else."""
        with self._service.database.write() as connection:
            link = links.find(connection, link_hash)
            if link is None:
                return ()
            mine = {o.id for o in _obligations(connection, link)}
            wanted = [answer for answer in answers if answer.obligation_id in mine]
            return answering.give_in(self._service, connection, wanted, giver, message_id=link.message_id)

    def suspect(self, link_hash: str, reason: str, answers: tuple[Answer, ...]) -> None:
        """Record a POST that looks like a machine's; it has no effect."""
        with self._service.database.write() as connection:
            link = links.find(connection, link_hash)
            if link is not None:
                body = {"reason": reason, "choices": [answer.choice.value for answer in answers]}
                happened = events.Event(
                    "answer.suspect", message_id=link.message_id, contact_id=link.contact_id, body=body
                )
                now, machine_now = self._service.now(), self._service.machine_now()
                events.append(connection, [happened], at=now, recorded_at=machine_now)

    def withdraw(self, link_hash: str, chosen: tuple[int, ...]) -> tuple[Given, ...]:
        """Take back what this link's giver answered."""
        link, mine = self._chosen(link_hash, chosen)
        if link is None:
            return ()
        return answering.withdraw(self._service, mine, contact_id=link.contact_id, by="本人", reason="十分钟内撤回")

    def dispute(self, link_hash: str, chosen: tuple[int, ...], giver: Giver) -> tuple[Given, ...]:
        """「非本人确认」 by a registered contact of the unit, until the due day."""
        link, mine = self._chosen(link_hash, chosen)
        if link is None or giver.contact_id is None:
            return ()
        today = self._service.now().date()
        with self._service.database.read() as connection:
            found = obligations.by_ids(connection, mine)
        late = {o.id for o in found if o.due_on is not None and today > o.due_on}
        refused = tuple(Given(i, False, "已过到期日，请给主管处室打电话。") for i in mine if i in late)
        open_ones = [i for i in mine if i not in late]
        given = answering.withdraw(
            self._service, open_ones, contact_id=giver.contact_id, by=giver.name, reason=answering.DISPUTE
        )
        return (*refused, *given)

    def resend(self, link_hash: str) -> Resent:
        """Send a fresh link to the address on record, at most once an hour."""
        return Resent(resend(self._service, link_hash).value)

    def check_digits(self, link_hash: str, contact_id: int, digits: str) -> Digits:
        """Compare the last four digits of the mobile on record; five wrong tries lock the link for an hour."""
        machine_now = self._service.machine_now()
        with self._service.database.write() as connection:
            link = links.find(connection, link_hash)
            person = people_by_id(connection, [contact_id]).get(contact_id)
            if link is None or person is None or not person.mobile:
                return Digits.UNKNOWN
            if link.locked_until is not None and link.locked_until > machine_now:
                return Digits.LOCKED
            if digits == person.mobile[-4:]:
                return Digits.RIGHT
            tries = links.count_wrong(connection, link.id, WRONG_TRIES, machine_now + LOCKED_FOR)
            return Digits.LOCKED if tries >= WRONG_TRIES else Digits.WRONG

    def _chosen(self, link_hash: str, chosen: tuple[int, ...]) -> tuple[Row[Any] | None, list[int]]:
        with self._service.database.read() as connection:
            link = links.find(connection, link_hash)
            mine = {o.id for o in _obligations(connection, link)} if link is not None else set()
        return link, [i for i in chosen if i in mine]

    def _view(self, connection: Connection, link: Row[Any], person: Person) -> LinkView:
        found = _obligations(connection, link)
        owed = [o for o in found if person.unit_id is None or o.unit_id == person.unit_id]
        message = messages.by_ids(connection, [link.message_id])[link.message_id]
        day = self._service.now().date()
        viewer = Viewer(self._service, connection, owed, day)
        steps = {item.obligation_id: item for item in messages.living_items(connection, [link.message_id])}
        plan_ids = sorted({o.plan_id for o in owed})
        open_ones = viewer.items(
            Shown(o, steps[o.id].step, steps[o.id].level, steps[o.id].id) for o in owed if _asks(o)
        )
        unit_id = person.unit_id
        return LinkView(
            state=LinkState.OPEN,
            office=viewer.office(plan_ids[0]) if plan_ids else OfficeView("", "", ""),
            unit=viewer.directory.unit_name(unit_id),
            recipient=person.name,
            plan_titles=tuple(viewer.directory.plans[i].title for i in plan_ids),
            items=open_ones,
            answered=tuple(_answered(connection, viewer, [o for o in owed if not _asks(o)])),
            contacts=_choices(viewer, unit_id),
            accepted_at=message.accepted_at.astimezone(SHANGHAI) if message.accepted_at else None,
            number=message.short_number,
            group=person.role == "group",
            upcoming=viewer.upcoming(plan_ids[0], unit_id) if plan_ids and unit_id else "",
            pending=_pending(connection, viewer, unit_id, plan_ids, {o.id for o in owed}),
        )


def _obligations(connection: Connection, link: Row[Any]) -> list[Obligation]:
    items = messages.living_items(connection, [link.message_id])
    current = {item.obligation_id for item in items if item.version == item.current_version}
    return obligations.by_ids(connection, sorted(current))


def _asks(obligation: Obligation) -> bool:
    """Whether the unit can answer this now."""
    return obligation.state not in ENDED and obligation.state not in STANDING_STILL


def _choices(viewer: Viewer, unit_id: int | None) -> tuple[ContactChoice, ...]:
    people = viewer.directory.of_unit(unit_id, "liaison") + viewer.directory.of_unit(unit_id, "head")
    return tuple(ContactChoice(p.id, p.name, ROLES[p.role], p.telephone) for p in people)


def _pending(
    connection: Connection, viewer: Viewer, unit_id: int | None, plan_ids: Iterable[int], shown: set[int]
) -> tuple[str, ...]:
    """What the unit has open besides, one line each."""
    every = [o for o in obligations.of_plans(connection, plan_ids) if o.unit_id == unit_id and o.id not in shown]
    asked = [
        o for o in every if o.state in (State.QUEUED, State.WAITING, State.OVERDUE) and o.kind is not Kind.CONFIRMATION
    ]
    lines = [_pending_line(item) for item in viewer.items(Shown(o, level=o.level) for o in asked)]
    return tuple(dict.fromkeys(lines))[:6]


def _pending_line(item: ItemView) -> str:
    due = f"，{item.due_on.month}月{item.due_on.day}日前" if item.due_on else ""
    if item.kind == "signature":
        return "方案签收"
    return f"{item.quarter}填报{due}" if item.kind == "return" else f"第{item.number}项 {item.short}{due}"


def _answered(connection: Connection, viewer: Viewer, done: Sequence[Obligation]) -> list[AnsweredView]:
    """What stands answered, newest first."""
    query = (
        select(event_table, contacts.c.name)
        .outerjoin(contacts, contacts.c.id == event_table.c.contact_id)
        .where(event_table.c.type == "answer.given", among(event_table.c.obligation_id, [o.id for o in done]))
        .order_by(event_table.c.id.desc())
    )
    newest: dict[int, Row[Any]] = {}
    for row in connection.execute(query):
        newest.setdefault(row.obligation_id, row)
    by_id = {o.id: o for o in done}
    together: dict[object, list[AnsweredView]] = {}
    for i, row in newest.items():
        view = _answered_view(viewer.item(Shown(by_id[i])), by_id[i], row)
        together.setdefault(viewer.joint_key(by_id[i]) or i, []).append(view)
    return [_as_one(members) for members in together.values()]


def _as_one(members: Sequence[AnsweredView]) -> AnsweredView:
    """An answer to a joint completion, with the numbers of its tasks."""
    first = min(members, key=lambda view: view.obligation_id)
    numbers = sorted((view.number for view in members), key=number_order)
    return replace(first, number="、".join(numbers)) if len(members) > 1 else first


def _answered_view(item: ItemView, obligation: Obligation, row: Row[Any]) -> AnsweredView:
    body = row.body
    disputable = obligation.state is State.ACKNOWLEDGED
    return AnsweredView(
        obligation_id=obligation.id,
        kind=item.kind,
        plan_title=item.plan_title,
        choice=Choice(body["choice"]),
        by=row.name or body.get("name", ""),
        at=row.at.astimezone(SHANGHAI),
        number=item.number,
        short=item.short,
        covers=len(item.tasks) or 1,
        until=_day(body.get("until")),
        done_on=_day(body.get("done_on")),
        door=body.get("door", "link"),
        disputable=disputable,
        contact_id=row.contact_id,
        assurance=body.get("assurance", "A0"),
    )


def _day(text: str | None) -> date | None:

    return date.fromisoformat(text) if text else None

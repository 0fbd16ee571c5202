"""A town's office in processes: the plan, its people, a moved clock, and units that answer through their links."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser

import httpx2
from sqlalchemy import select

from reminders.answers import Answer, Choice, Door, Giver
from reminders.clock import SHANGHAI, FileClock
from reminders.engine.acts.answers import give
from reminders.engine.acts.deciding import decide
from reminders.engine.acts.decision import Act, Decision
from reminders.engine.ledger.sent import Line, sent_lines
from reminders.engine.service import Service
from reminders.obligations import OPEN_DELAY, Kind, Obligation
from reminders.rehearsal import READING, Manners
from reminders.slots import Slot
from reminders.store import marks, messages, obligations, outbox
from reminders.store.plans import due_digests
from reminders.store.tables import obligations as obligation_table
from reminders.store.tables import tasks, units
from tests.fakes.records import Mail
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.wecom_server import WecomServer
from tests.scenarios.processes import Processes, until

ANSWERS = {"q.signature": "sign", "q.confirmation": "on_time", "q.return": "normal"}
AFTER_OPENING = timedelta(minutes=1)
END_OF_DAY = time(18, 0)


@dataclass
class Town:
    """One installation under test."""

    service: Service
    clock: FileClock
    processes: Processes
    mails: SmtpServer
    robots: WecomServer
    manners: Manners
    unit_of: Mapping[str, str]  # mail address → unit
    answered: int = 0
    _read: int = 0
    _client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30, trust_env=False))

    def close(self) -> None:
        """Give back connections."""
        self._client.close()
        self.service.database.close()

    def walk(self, first: date, last: date) -> None:
        """Slot by slot: everything due is sent by the real processes, then the prompt units answer."""
        slot = self.service.slots.morning(first)
        while slot.day <= last:
            self.finish_until(slot.day)
            if self._has_news(slot):
                self.pass_slot(slot)
            slot = self.service.slots.after(slot)

    def finish_until(self, day: date) -> None:
        """The prompt units report each occurrence at the end of its due day, and the lead office accepts it at once."""
        with self.service.database.read() as connection:
            states = [state.value for state in OPEN_DELAY]
            completion = obligation_table.c.kind == Kind.COMPLETION.value
            due = (completion, obligation_table.c.due_on < day, obligation_table.c.state.in_(states))
            owed = obligations.select_where(connection, *due)
            names = {row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))}
            numbers = {row.id: row.number for row in connection.execute(select(tasks.c.id, tasks.c.number))}
        for obligation in sorted(owed, key=lambda o: (o.due_at(), o.id)):
            if self.manners.prompt(names[obligation.unit_id], numbers[obligation.task_id or 0]):
                self.clock.move(datetime.combine(obligation.due_at(), END_OF_DAY, SHANGHAI))
                self._finish(obligation, names[obligation.unit_id])

    def _finish(self, obligation: Obligation, unit: str) -> None:
        giver = Giver(None, f"{unit}联络员", phone="-", door=Door.LINK)
        for _ in range(obligation.reports, obligation.count):
            answer = Answer(obligation.id, Choice.SUBMIT, done_on=obligation.due_at())
            give(self.service, [answer], giver)
        decide(self.service, obligation.task_id or 0, Decision(Act.ACCEPT, by="主管处室", reason="已核", unit=unit))

    def pass_slot(self, slot: Slot) -> None:
        """Open a slot, wait until nothing of it is left, and let the prompt units answer."""
        self.clock.move(self.service.slots.opens_at(slot) + AFTER_OPENING)
        until(lambda: self.is_quiet(slot), f"everything of {slot} to be sent")
        self.clock.move(self.service.slots.opens_at(slot) + READING)
        self.answer_new_mail()

    def is_quiet(self, slot: Slot) -> bool:
        """Whether a tick ran in this slot and left nothing due, open or waiting."""
        with self.service.database.read() as connection:
            ticked = marks.mark(connection, "tick")
            if ticked is None or ticked.at < self.service.now():
                return False
            busy = self._has_news(slot) or messages.unsealed(connection, slot)
            return not busy and outbox.oldest_waiting(connection) is None

    def answer_new_mail(self) -> None:
        """Every unit that answers opens the link of each new mail and posts its form."""
        mails = self.mails.records
        for mail in mails[self._read :]:
            unit = self.unit_of.get(mail.recipients[0], "")
            link = link_in(mail)
            if link and self.manners.prompt(unit, None):
                self._answer(link)
        self._read = len(mails)

    def lines(self) -> list[Line]:
        """What was sent, as the rehearsal writes it."""
        with self.service.database.read() as connection:
            return sent_lines(connection)

    def _answer(self, link: str) -> None:
        form = read_form(self._client.get(link).text)
        wanted = {name: choice for name, choice in ANSWERS.items() if choice in form.get(name, [])}
        if not wanted:
            return
        who = next(value for value in form["who"] if value.startswith("c"))
        answer = self._client.post(link, data={**wanted, "who": who, "nonce": form["nonce"][0]})
        assert answer.status_code == 200, answer.text
        assert "编号" in answer.text
        self.answered += 1

    def _has_news(self, slot: Slot) -> bool:
        with self.service.database.read() as connection:
            return obligations.any_due(connection, slot) or bool(due_digests(connection, str(slot)))


class _Form(HTMLParser):
    """Names and values of the inputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("name"):
            self.fields.setdefault(str(found["name"]), []).append(found.get("value") or "")


def read_form(page: str) -> dict[str, list[str]]:
    """What a page's form offers."""
    form = _Form()
    form.feed(page)
    return form.fields


def text_of(mail: Mail) -> str:
    """The plain text of a mail."""
    found = email.message_from_bytes(mail.raw, policy=email.policy.default).get_body(("plain",))
    assert found is not None, "a mail without a text part"
    return str(found.get_content())


def link_in(mail: Mail) -> str:
    """The acknowledgement link of a mail, empty where it has none."""
    found = re.search(r"https?://\S+/a/[\w.~-]+", text_of(mail))
    return found.group() if found else ""


def header(mail: Mail, name: str) -> str:
    """One header of a mail."""
    return str(email.message_from_bytes(mail.raw, policy=email.policy.default)[name])

"""The unit that confirms by itself: it opens its own links like a person and posts the form."""

from __future__ import annotations

import logging
import re
import threading
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2
from sqlalchemy import select

from reminders.engine.service import Service
from reminders.store.tables import contacts, messages, units

log = logging.getLogger("cuiban.demo")
LINK = re.compile(r"https?://\S+/a/[\w.~-]+")
CHOICES = {"q.signature": "sign", "q.confirmation": "on_time", "q.return": "normal"}
LOOKS_EVERY = 0.5


class _Form(HTMLParser):
    """The first form of a page that has a nonce: where it goes, and the names and values it offers."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, list[str]] = {}
        self._pending = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._pending = found.get("action") or ""
        if tag == "input" and found.get("name"):
            if found["name"] == "nonce" and not self.action:
                self.action = self._pending
            self.fields.setdefault(str(found["name"]), []).append(found.get("value") or "")


class Visitor:
    """A thread that answers for one unit, some seconds after opening each page."""

    def __init__(self, service: Service, unit: str, reading_seconds: float) -> None:
        self._service = service
        self._unit = unit
        self._reading = reading_seconds
        self._seen: set[int] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="visitor", daemon=True)

    def start(self) -> None:
        """Begin to look at the mailbox."""
        self._thread.start()

    def stop(self) -> None:
        """End at the next look."""
        self._stopped.set()
        self._thread.join(5)

    def _run(self) -> None:
        with httpx2.Client(timeout=10, trust_env=False) as client:
            while not self._stopped.wait(LOOKS_EVERY):
                for link in self._new_links():
                    try:
                        self._answer(client, link)
                    except (httpx2.HTTPError, OSError) as error:
                        log.warning("the visitor could not answer: %s", type(error).__name__)

    def _new_links(self) -> list[str]:
        query = (
            select(messages.c.id, messages.c.text)
            .join(contacts, contacts.c.id == messages.c.contact_id)
            .join(units, units.c.id == contacts.c.unit_id)
            .where(units.c.name == self._unit, contacts.c.role == "liaison", messages.c.state == "accepted")
        )
        with self._service.database.read() as connection:
            rows = [row for row in connection.execute(query) if row.id not in self._seen]
        self._seen |= {row.id for row in rows}
        return [found.group() for row in rows if (found := LINK.search(row.text))]

    def _answer(self, client: httpx2.Client, link: str) -> None:
        form = _Form()
        form.feed(client.get(link).text)
        answers = {name: choice for name, choice in CHOICES.items() if choice in form.fields.get(name, [])}
        if not form.action or not answers:
            # A page without a question of ours: post nothing, but let the clock go on.
            client.post(urljoin(link, form.action or link), data={})
            return
        # A person reads before he answers; what is posted at once would be taken for a machine's.
        self._stopped.wait(self._reading)
        who = next(value for value in form.fields["who"] if value.startswith("c"))
        nonce = form.fields["nonce"][0]
        client.post(urljoin(link, form.action), data={**answers, "who": who, "nonce": nonce})

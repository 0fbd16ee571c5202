"""Those who answer: a thread opens the link of each new mail and posts its form, again and again until it is taken.

Web is killed under their hands; who was shown the page with the number must stand in the ledger, and nobody twice.
"""

from __future__ import annotations

import threading
from collections import Counter, deque

import httpx2
from sqlalchemy import select

from reminders.store.database import Database
from reminders.store.tables import events, items, messages
from tests.faults.sinks import Sinks, message_id
from tests.scenarios.town import ANSWERS, link_in, read_form

ANSWERED = "obligation.answered"
PAUSE = 0.2  # seconds before the next try


class Visitors:
    """Some people of the city at their links."""

    def __init__(self, sinks: Sinks, addresses: set[str]) -> None:
        self._sinks, self._addresses = sinks, addresses
        self._read = 0
        self._links: deque[tuple[str, str]] = deque()  # Message-ID and link of what has to be answered
        self.confirmed: list[str] = []  # the Message-IDs whose answer was confirmed by a page
        self.turned_away = 0  # how often nobody opened
        self.at_rest = threading.Lock()  # held by whoever wants nobody to answer meanwhile
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="visitors", daemon=True)

    def __enter__(self) -> Visitors:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(30)

    def wrong(self, database: Database) -> list[str]:
        """Confirmed answers that the ledger does not know, and answers that count twice."""
        with database.read() as connection:
            taken = Counter(
                connection.execute(select(events.c.obligation_id).where(events.c.type == ANSWERED)).scalars()
            )
            about = select(messages.c.message_id, items.c.obligation_id).join(
                items, items.c.message_id == messages.c.id
            )
            answered = {row.message_id for row in connection.execute(about) if taken[row.obligation_id]}
        lost = [f"the answer to {name} was confirmed and is not known" for name in {*self.confirmed} - answered]
        return lost + [
            f"obligation {number} was answered {count} times" for number, count in taken.items() if count > 1
        ]

    def _walk(self) -> None:
        with httpx2.Client(timeout=10, trust_env=False) as client:
            while not self._stopping.wait(PAUSE):
                self._look()
                while self._links and not self._stopping.is_set():
                    with self.at_rest:
                        answered = self._answers(client, *self._links[0])
                    if not answered:
                        break
                    self._links.popleft()

    def _look(self) -> None:
        mails = self._sinks.mail.records
        for mail in mails[self._read :]:
            link = link_in(mail) if mail.recipients[0] in self._addresses else ""
            if link:
                self._links.append((message_id(mail), link))
        self._read = len(mails)

    def _answers(self, client: httpx2.Client, name: str, link: str) -> bool:
        """Whether there is nothing more to answer here."""
        try:
            page = client.get(link)
            form = read_form(page.text) if page.status_code == 200 else {}
            wanted = {question: choice for question, choice in ANSWERS.items() if choice in form.get(question, [])}
            if page.status_code < 500 and not wanted:
                return True
            who = next(value for value in form["who"] if value.startswith("c"))
            said = client.post(link, data={**wanted, "who": who, "nonce": form["nonce"][0]})
            if said.status_code == 200 and "编号" in said.text:
                self.confirmed.append(name)
                return True
        except (httpx2.HTTPError, KeyError, StopIteration):
            pass
        self.turned_away += 1
        return False

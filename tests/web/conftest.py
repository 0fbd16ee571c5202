"""One site over the fake backend, whose two clocks the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from re import findall, search

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from reminders.acknowledgement import LinkKeys, link_hash
from reminders.clock import SHANGHAI
from reminders.messages import ItemView
from reminders.web import create_app
from reminders.web.backend import ContactChoice, LinkState, LinkView
from tests.reminders.messages_sample import OFFICE, PLAN
from tests.web.fake_backend import FakeBackend

KEYS = LinkKeys(("a key that only these tests know",))
CONTACTS = (ContactChoice(7, "陆远", "联络员", "020-5550112"), ContactChoice(8, "齐岳", "负责人", "020-5550113"))


class TwoClocks:
    """Business time and machine time, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2022, 9, 16, 9, 30, tzinfo=SHANGHAI)
        self.ticking = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def business(self) -> datetime:
        return self.now

    def machine(self) -> datetime:
        return self.ticking


@dataclass
class Browser:
    """A person with a phone: opens links, waits, posts what the page's form holds."""

    client: TestClient
    backend: FakeBackend
    clocks: TwoClocks

    def link(self, *items: ItemView, link_id: str = "one-link", **more: object) -> str:
        """The path of a link that shows these items, its message accepted half an hour ago."""
        known = {
            "state": LinkState.OPEN, "office": OFFICE, "unit": "巡护处", "recipient": "陆远", "plan_titles": (PLAN,),
            "items": items, "contacts": CONTACTS, "accepted_at": self.clocks.now - timedelta(minutes=30),
            "number": "HLFH-0916-07", "upcoming": "9月16日发第三季度填报通知",
        }  # fmt: skip
        self.backend.links[link_hash(link_id)] = LinkView(**{**known, **more})  # type: ignore[arg-type]
        return f"/a/{KEYS.token(link_id)}"

    def wait(self, seconds: float) -> None:
        """Both clocks go on."""
        self.clocks.now += timedelta(seconds=seconds)
        self.clocks.ticking += timedelta(seconds=seconds)

    def nonce(self, page: Response) -> str:
        """The nonce inside a page."""
        found = search(r'name="nonce" value="([^"]+)"', page.text)
        assert found
        return found[1]

    def post(self, path: str, *, read_for: float = 20, **fields: str | list[str]) -> Response:
        """Open the page, read it for a while, post. Fields are written q__signature for q.signature."""
        nonce = self.nonce(self.client.get(path))
        self.wait(read_for)
        posted = {name.replace("__", "."): value for name, value in fields.items()}
        return self.client.post(path, data={"nonce": nonce, "who": "c7", **posted})


def hidden(page: Response) -> dict[str, str]:
    """The hidden fields of a page, as a browser posts them."""
    pairs = findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in pairs}


@pytest.fixture
def browser() -> Iterator[Browser]:
    clocks = TwoClocks()
    backend = FakeBackend(clocks.now)
    app = create_app(backend, keys=KEYS, clock=clocks, help_line="综合处 何晴 020-5550100")
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield Browser(client, backend, clocks)

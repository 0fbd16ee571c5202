"""docs/pages.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

from reminders.acknowledgement import Limits, LinkKeys, Suspicion
from reminders.clock import SystemClock
from reminders.messages.asks import WORDINGS
from reminders.messages.compose import LETTERS
from reminders.messages.digest import WEEKLY
from reminders.messages.office import TO_DO, UNDELIVERED
from reminders.messages.render import MARKDOWN_BYTES, SUBJECT_LENGTH
from reminders.messages.unit import CATCH_UP
from reminders.web import create_app
from reminders.web.links import ACTS
from tests.web.fake_backend import FakeBackend

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")


def column(heading: str) -> list[str]:
    """The first column of the table whose heading row begins so."""
    table = PAGE.partition(f"| {heading} |")[2].split("\n\n")[0]
    return [line.split("|")[1].strip().strip("`") for line in table.split("\n")[2:]]


def test_every_prefix_of_a_subject_is_on_the_page() -> None:
    written = {wording.prefix for wording in WORDINGS.values()} | {CATCH_UP, UNDELIVERED, TO_DO, WEEKLY}
    assert set(column("prefix")) == written


def test_every_kind_of_message_is_on_the_page() -> None:
    assert set(column("kind")) == {kind.value for kind in LETTERS}


def test_every_suspicion_and_its_figure_is_on_the_page() -> None:
    limits = Limits()
    assert set(column("suspicion")) == {suspicion.value for suspicion in Suspicion}
    assert f"{limits.page_age.seconds} seconds of machine time" in PAGE
    assert f"{limits.after_acceptance.seconds} seconds of business time" in PAGE


def test_limits_of_a_message_are_those_on_the_page() -> None:
    assert f"| subject | {SUBJECT_LENGTH} characters |" in PAGE
    assert f"| markdown | {MARKDOWN_BYTES:,} bytes" in PAGE


def test_every_address_is_on_the_page() -> None:
    app = create_app(FakeBackend(SystemClock().business()), keys=LinkKeys(("only for this test",)), clock=SystemClock())
    paths = {route.path.replace(":int", "") for route in app.routes if isinstance(route, Route)}
    written = set(re.findall(r"`(?:GET|POST) (/[^\s`?]*)", PAGE))
    assert written == (paths - {"/a/{token}/{act}"}) | {f"/a/{{token}}/{act}" for act in ACTS}

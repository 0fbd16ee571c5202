"""Messages without words: wording is tried elsewhere, and here it would take most of the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from reminders.engine.sending import rendering
from reminders.messages import Rendered

CURT = Rendered(subject="事由", text="正文", html="", markdown="正文")


@contextmanager
def without_words() -> Iterator[None]:
    """Messages are sealed, sent and taken as always, but all of them say the same."""
    with (
        mock.patch.object(rendering, "compose", return_value=CURT),
        mock.patch.object(rendering.Desk, "_view", return_value=None),
    ):
        yield

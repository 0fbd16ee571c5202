"""Whether a message still has something to say: what it asks may have ended since it was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from reminders.messages import MessageKind
from reminders.obligations import ENDED

OF_AN_ANSWER = ("objection", "support")  # what an answer said is told, although it ended the asking


def still_says(kind: str, living: Iterable[Row[Any]]) -> bool:
    """Whether one of its living items is still open; a digest and an answer to a person always say something."""
    if kind in (MessageKind.DIGEST, MessageKind.ANSWER):
        return True
    return any(
        item.version == item.current_version and (item.state not in ENDED or item.step in OF_AN_ANSWER)
        for item in living
    )

"""The far ends: a mail server and WeCom's robots that keep everything and answer after five milliseconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from tests.fakes.records import Mail, Post
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.wecom_server import WecomServer

LATENCY = 0.005  # seconds
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"编号\s*(\d{4}-\d+)")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message that the far end has, whether or not the sender was told so."""

    channel: str
    name: str  # Message-ID, or the short number in the text of a robot's message
    address: str
    body: bytes
    at: float  # machine time, seconds since the epoch


class Sinks:
    """Both far ends; faults are scripted on `mail` and `wecom`."""

    def __init__(self, robots: Iterable[str]) -> None:
        self.mail = SmtpServer(latency=LATENCY)
        self.wecom = WecomServer(keys=set(robots), latency=LATENCY)
        self._opened = ExitStack()

    def __enter__(self) -> Sinks:
        self._opened.enter_context(self.mail)
        self._opened.enter_context(self.wecom)
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def count(self) -> int:
        """How many times something was brought to its end, taken or not."""
        return len(self.mail.records) + len(self.wecom.records)

    def arrivals(self) -> list[Arrival]:
        """Everything that was taken, in the order of its coming."""
        mails = [_mail(mail) for mail in self.mail.records if mail.accepted or not mail.answer]
        posts = [_post(post) for post in self.wecom.records if not post.errcode]
        return sorted([*mails, *posts], key=lambda arrival: arrival.at)

    def heal(self) -> None:
        """Forget every scripted fault."""
        self.mail.heal()
        self.wecom.heal()


def message_id(mail: Mail) -> str:
    """The Message-ID of a mail, without parsing the rest."""
    found = _MESSAGE_ID.search(mail.raw)
    return found[1].decode("ascii") if found else ""


def _mail(mail: Mail) -> Arrival:
    return Arrival("smtp", message_id(mail), mail.recipients[0], mail.raw, mail.at)


def _post(post: Post) -> Arrival:
    # The body is JSON; whatever stands escaped in it is not digits or 编号, for the channel writes plain UTF-8.
    found = _NUMBER.search(post.body)
    return Arrival("wecom", found[1] if found else "", post.key, post.body.encode(), post.at)

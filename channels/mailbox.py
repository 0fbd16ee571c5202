"""The local mailbox: accepts everything at once and hands it to whoever keeps it (a page, a test).

What it keeps holds other people's links; who may look at it is the keeper's business.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from channels.channel import Limits
from channels.message import Message, Payload
from channels.outcome import Outcome, Verdict

_MANY = ("mentions", "mobiles", "references")  # JSON knows lists, a Message has tuples


class MailboxChannel:
    """A channel that ends in this process."""

    name = "mailbox"
    limits = Limits(parts=1)

    def __init__(self, keep: Callable[[Message], None]) -> None:
        """`keep` is called once for every send, in the thread that sends."""
        self._keep = keep

    def render(self, message: Message) -> tuple[Payload, ...]:
        """The whole message as JSON; nothing is refused."""
        body = json.dumps({**asdict(message), "sent_at": message.sent_at.isoformat()}, sort_keys=True)
        return (Payload(1, message.address, body.encode("ascii")),)

    def send(self, payload: Payload) -> Outcome:
        """Keep it. A keeper that fails is a far end that fails: for later, and without its words."""
        try:
            self._keep(message_of(payload))
        except Exception as error:
            return Outcome(Verdict.RETRY_LATER, "mailbox", f"本机信箱没有存下这条通知（{type(error).__name__}）。")
        return Outcome(Verdict.ACCEPTED, "ok", "已放入本机信箱。")

    def close(self) -> None:
        """Nothing to give back."""


def message_of(payload: Payload) -> Message:
    """The message that a mailbox payload was rendered from, equal to it."""
    fields: dict[str, Any] = json.loads(payload.body)
    many = {name: tuple(fields[name]) for name in _MANY}
    return Message(**{**fields, **many, "sent_at": datetime.fromisoformat(fields["sent_at"])})

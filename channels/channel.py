"""The seam between the service and a way of delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from channels.message import Message, Payload
from channels.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel declares about itself; None means it knows no such limit."""

    per_minute: int | None = None  # sends to one destination in any 60 seconds
    parts: int | None = None  # parts one message may be split into
    content_bytes: int | None = None  # UTF-8 bytes of the text of one part


class Channel(Protocol):
    """A way of delivery: render once, store the payloads, then send them one by one."""

    @property
    def name(self) -> str:
        """The name that deliveries are stored under: "smtp", "wecom", "wecom_app" or "mailbox"."""

    @property
    def limits(self) -> Limits:
        """What this channel allows; pacing is its caller's business."""

    def render(self, message: Message) -> tuple[Payload, ...]:
        """The parts of the message in the order of sending; the same message always gives the same bytes.

        Raises UnsendableMessage for an address or a text that this channel can never send.
        """

    def send(self, payload: Payload) -> Outcome:
        """One try. Never raises for what the far end or the network does. Safe to call from several threads."""

    def close(self) -> None:
        """Give back connections. A later send opens new ones."""


@runtime_checkable
class ExactChannel(Channel, Protocol):
    """A channel that knows the instant from which its far end may have taken a message: nothing before is in doubt."""

    def send_noting(self, payload: Payload, begin: Callable[[], object], following: Payload | None = None) -> Outcome:
        """As `send`; `begin` is called right before the far end can take the message, and only then.

        `following` is what will most likely be sent next: a channel may ask its far end about it in the same breath.
        """


@runtime_checkable
class PlainTextChannel(Channel, Protocol):
    """A channel with a last resort for words that its far end refused (Decision.plain)."""

    def render_plain(self, message: Message) -> tuple[Payload, ...]:
        """One short neutral text with the link, in place of the refused payloads; raises UnsendableMessage."""

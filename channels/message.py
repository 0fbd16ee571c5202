"""What a channel is given: a Message, and the Payloads it is rendered into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


class UnsendableMessage(ValueError):
    """A message that no answer of the far end can mend: what is wrong with it, in one sentence without secrets."""


@dataclass(frozen=True, slots=True)
class Message:
    """Everything a channel may need; each channel takes what it understands and leaves the rest.

    The moment is an argument like everything else, so that rendering twice gives the same bytes.
    """

    address: str = field(repr=False)  # SMTP: mail address; WeCom: the robot's key or full webhook URL, a secret
    name: str  # the recipient's name, may be ""
    subject: str
    text: str  # plain text body
    html: str  # HTML body, may be ""
    markdown: str  # WeCom markdown, may be ""
    mentions: tuple[str, ...] = ()  # WeCom userids to mention
    mobiles: tuple[str, ...] = ()  # mobile numbers to mention, for people whose userid is not on record
    message_id: str = ""  # RFC 5322 Message-ID with angle brackets, fixed for the message for ever
    in_reply_to: str = ""  # Message-ID of the first message of the thread
    references: tuple[str, ...] = ()  # Message-IDs of the thread, oldest first
    number: str = ""  # the short number shown in the text, e.g. ZW22-0822-07; a repeat keeps it
    bulk: bool = False  # digests only
    sent_at: datetime = field(kw_only=True)  # aware; stands in Date:


@dataclass(frozen=True, slots=True)
class Payload:
    """One numbered part as it goes over the wire: rendered once, stored, never changed."""

    part: int  # 1, 2, … in the order of sending
    address: str = field(repr=False)  # envelope recipient, or the robot's key
    body: bytes = field(repr=False)  # the mail as it follows DATA (before dot-stuffing), or the JSON of the post

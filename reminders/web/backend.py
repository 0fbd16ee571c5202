"""What the pages ask of the service: one Protocol and the frozen values that cross it.

The pages hold no state and know no store. Every method may block (the pages call it in a thread), is safe to call
twice, and takes its moment from the service's own clock. A link is always named by `link_hash`, never by its token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from reminders.answers import Answer, Choice, Given, Giver
from reminders.messages import ItemView, MessageKind, OfficeView


class LinkState(StrEnum):
    """Whether a link still opens its page. Unknown and revoked links have no state: `open_link` answers None."""

    OPEN = "open"
    EXPIRED = "expired"


class Resent(StrEnum):
    """What came of asking for a fresh link."""

    SENT = "sent"
    TOO_SOON = "too_soon"  # one was sent within the last hour
    NO_ADDRESS = "no_address"  # nobody on record to send it to


class Digits(StrEnum):
    """Whether the last four digits are those of the mobile on record."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # five wrong tries; locked for an hour
    UNKNOWN = "unknown"  # no mobile on record for this contact


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """Somebody of the unit who may say that he answers."""

    contact_id: int
    name: str
    role: str  # 联络员, 负责人
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """One obligation of the message that stands answered now, and by whom."""

    obligation_id: int
    kind: str  # signature, confirmation, completion, return
    plan_title: str
    choice: Choice
    by: str  # the giver's name
    at: datetime  # business time
    number: str = ""  # the task's number; empty for signature and return
    short: str = ""
    covers: int = 1  # how many tasks a signature or return covers
    until: date | None = None
    done_on: date | None = None
    door: str = "link"  # link, reply, proxy
    disputable: bool = False  # 「非本人确认」 may still be said
    contact_id: int | None = None  # the giver, where registered
    assurance: str = "A0"


@dataclass(frozen=True, slots=True)
class LinkView:
    """What one link shows, as everything stands now."""

    state: LinkState
    office: OfficeView
    unit: str = ""
    recipient: str = ""  # the contact the message went to; the group's name for a group link
    plan_titles: tuple[str, ...] = ()
    items: tuple[ItemView, ...] = ()  # of this message and still open, coloured as of now
    answered: tuple[AnsweredView, ...] = ()  # of this message and answered, newest first
    contacts: tuple[ContactChoice, ...] = ()  # of the unit, liaisons first
    accepted_at: datetime | None = None  # business time at which the first channel accepted the message
    number: str = ""  # the message's short number
    group: bool = False  # a link in a WeCom group: 签收 and 确认 only, with four digits
    upcoming: str = ""  # the next thing the unit will be asked: 9月16日发第三季度填报通知
    pending: tuple[str, ...] = ()  # what the unit has open now, one line each, for a message that is done


@dataclass(frozen=True, slots=True)
class StepWord:
    """Kind and step of one item, enough to name it in a list."""

    kind: str
    step: str


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """One message in the local mailbox."""

    message_id: int
    slot: str
    kind: MessageKind
    destination: str
    recipient: str
    unit: str  # "" for leaders and the plan's group
    role: str  # liaison, head, leader, group
    subject: str
    steps: tuple[StepWord, ...]
    delivery: str  # pending, claimed, sent, retry, failed, unknown, open, struck
    at: datetime | None = None  # when it was accepted, business time
    channels: tuple[str, ...] = ()  # email, wecom …
    catch_up: bool = False


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try of one delivery."""

    at: datetime
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One part of a message on one channel."""

    channel: str
    address: str
    part: int
    state: str
    attempts: tuple[AttemptView, ...] = ()


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the ledger behind a message."""

    at: datetime
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class MailboxMessage:
    """One message opened, with everything behind it."""

    line: MailboxLine
    html: str
    text: str
    markdown: str = ""
    deliveries: tuple[DeliveryView, ...] = ()
    events: tuple[EventView, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoView:
    """What a visitor of the demo is told at the top of the mailbox."""

    business_now: datetime
    silent: tuple[str, ...]  # units that never answer
    confirming: tuple[str, ...]  # units that confirm by themselves
    plan_title: str = ""
    speed: str = ""  # 1秒约等于10分钟


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A page of the local mailbox, newest first."""

    lines: tuple[MailboxLine, ...]
    recipients: tuple[tuple[str, str], ...]  # (destination, label) to filter by
    total: int
    demo: DemoView | None = None


class Light(StrEnum):
    """How one part of the service stands."""

    OK = "ok"
    LATE = "late"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Health:
    """The parts `/healthz` names."""

    database: Light
    broker: Light
    last_tick: Light
    oldest_unsent: Light
    details: dict[str, str] = field(default_factory=dict)  # a sentence per part, without secrets


class Backend(Protocol):
    """The service as the pages see it."""

    def open_link(self, link_hash: str) -> LinkView | None:
        """What the link shows now; None where it is unknown or revoked. Changes nothing."""
        ...

    def answer(self, link_hash: str, answers: tuple[Answer, ...], giver: Giver) -> tuple[Given, ...]:
        """Take the answers, in one transaction; an obligation answered already is left as it is (accepted=False)."""
        ...

    def suspect(self, link_hash: str, reason: str, answers: tuple[Answer, ...]) -> None:
        """Record a POST that looks like a machine's; it has no effect."""
        ...

    def withdraw(self, link_hash: str, obligations: tuple[int, ...]) -> tuple[Given, ...]:
        """Take back what this link's giver answered; the pages checked that it is he, within ten minutes."""
        ...

    def dispute(self, link_hash: str, obligations: tuple[int, ...], giver: Giver) -> tuple[Given, ...]:
        """「非本人确认」 by a registered contact of the unit; refused after the due day (accepted=False)."""
        ...

    def resend(self, link_hash: str) -> Resent:
        """Send a fresh link in place of an expired one to the address on record, at most once an hour."""
        ...

    def check_digits(self, link_hash: str, contact_id: int, digits: str) -> Digits:
        """Compare the last four digits of the contact's mobile; five wrong tries lock the link for an hour."""
        ...

    def mailbox_open(self) -> bool:
        """Whether the local mailbox may be shown: in the demo, and otherwise to the operator alone."""
        ...

    def mailbox(self, destination: str | None, *, limit: int, offset: int) -> Mailbox:
        """The messages of one destination, or of all, newest first."""
        ...

    def mailbox_message(self, message_id: int) -> MailboxMessage | None:
        """One message with its deliveries, attempts and events."""
        ...

    def health(self) -> Health:
        """How the parts stand; raises where the database does not answer."""
        ...

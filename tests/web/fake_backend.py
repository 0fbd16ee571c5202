"""An in-memory backend for the pages: what the service would say, held in a few lists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reminders.answers import Answer, Given, Giver
from reminders.messages import ItemView
from reminders.web.backend import (
    AnsweredView,
    Digits,
    Health,
    Light,
    LinkState,
    LinkView,
    Mailbox,
    MailboxLine,
    MailboxMessage,
    Resent,
)


@dataclass
class FakeBackend:
    """Keeps every call it was made, so that a test can say what changed."""

    now: datetime
    links: dict[str, LinkView] = field(default_factory=dict)
    messages: list[MailboxMessage] = field(default_factory=list)
    mailbox_page: Mailbox = field(default_factory=lambda: Mailbox((), (), 0))
    open_mailbox: bool = True
    digits: Digits = Digits.RIGHT
    resent: Resent = Resent.SENT
    lights: Health = field(default_factory=lambda: Health(Light.OK, Light.OK, Light.OK, Light.OK))
    database_down: bool = False
    suspects: list[tuple[str, tuple[Answer, ...]]] = field(default_factory=list)
    given: list[tuple[tuple[Answer, ...], Giver]] = field(default_factory=list)
    withdrawn: list[tuple[int, ...]] = field(default_factory=list)
    disputed: list[tuple[tuple[int, ...], Giver]] = field(default_factory=list)
    _closed: dict[int, ItemView] = field(default_factory=dict)

    def open_link(self, link_hash: str) -> LinkView | None:
        return self.links.get(link_hash)

    def answer(self, link_hash: str, answers: tuple[Answer, ...], giver: Giver) -> tuple[Given, ...]:
        view = self.links[link_hash]
        self.given.append((answers, giver))
        found = []
        for answer in answers:
            item = next((item for item in view.items if item.obligation_id == answer.obligation_id), None)
            if item is None:
                found.append(Given(answer.obligation_id, False, "这一项已经答复过，没有改动。"))
                continue
            self._closed[item.obligation_id] = item
            left = tuple(other for other in view.items if other is not item)
            view = replace(view, items=left, answered=(self._answered(item, answer, giver), *view.answered))
            found.append(Given(answer.obligation_id, True, "已记录。"))
        self.links[link_hash] = view
        return tuple(found)

    def _answered(self, item: ItemView, answer: Answer, giver: Giver) -> AnsweredView:
        return AnsweredView(
            obligation_id=item.obligation_id,
            kind=item.kind,
            plan_title=item.plan_title,
            choice=answer.choice,
            by=giver.name,
            at=self.now,
            number=item.number,
            short=item.short,
            covers=len(item.tasks) or 1,
            until=answer.until,
            done_on=answer.done_on,
            disputable=True,
            contact_id=giver.contact_id,
        )

    def suspect(self, link_hash: str, reason: str, answers: tuple[Answer, ...]) -> None:
        self.suspects.append((reason, answers))

    def withdraw(self, link_hash: str, obligations: tuple[int, ...]) -> tuple[Given, ...]:
        self.withdrawn.append(obligations)
        return self._reopen(link_hash, obligations, "已撤回，请重新答复。")

    def dispute(self, link_hash: str, obligations: tuple[int, ...], giver: Giver) -> tuple[Given, ...]:
        self.disputed.append((obligations, giver))
        return self._reopen(link_hash, obligations, "已撤销这次答复，重新等待。")

    def _reopen(self, link_hash: str, obligations: tuple[int, ...], sentence: str) -> tuple[Given, ...]:
        view = self.links[link_hash]
        back = tuple(self._closed[number] for number in obligations if number in self._closed)
        kept = tuple(answer for answer in view.answered if answer.obligation_id not in obligations)
        self.links[link_hash] = replace(view, items=(*view.items, *back), answered=kept)
        return tuple(Given(number, True, sentence) for number in obligations)

    def resend(self, link_hash: str) -> Resent:
        return self.resent

    def check_digits(self, link_hash: str, contact_id: int, digits: str) -> Digits:
        return self.digits

    def mailbox_open(self) -> bool:
        return self.open_mailbox

    def mailbox(self, destination: str | None, *, limit: int, offset: int) -> Mailbox:
        lines = [line for line in self.mailbox_page.lines if destination in (None, line.destination)]
        return replace(self.mailbox_page, lines=tuple(lines[offset : offset + limit]), total=len(lines))

    def mailbox_message(self, message_id: int) -> MailboxMessage | None:
        return next((message for message in self.messages if message.line.message_id == message_id), None)

    def health(self) -> Health:
        if self.database_down:
            raise OSError("the database does not answer")
        return self.lights


def lines(*found: MailboxMessage) -> tuple[MailboxLine, ...]:
    """The list lines of some messages."""
    return tuple(message.line for message in found)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def expired(view: LinkView) -> LinkView:
    """The same link after its last day."""
    return replace(view, state=LinkState.EXPIRED)

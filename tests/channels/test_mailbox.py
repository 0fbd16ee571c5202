"""The mailbox keeps what it is given, whole."""

from __future__ import annotations

from dataclasses import replace

from channels.channel import Channel
from channels.mailbox import MailboxChannel
from channels.message import Message
from channels.outcome import Verdict
from tests.channels.letters import letter


def test_message_is_kept_as_it_was_given() -> None:
    kept: list[Message] = []
    mailbox: Channel = MailboxChannel(kept.append)
    message = letter(mentions=("zhangsan",), mobiles=("13800000000",), references=("<a@b.cn>",), bulk=True)
    (payload,) = mailbox.render(message)
    assert mailbox.send(payload).verdict is Verdict.ACCEPTED
    mailbox.close()
    assert kept == [message]


def test_same_message_always_gives_the_same_bytes() -> None:
    mailbox = MailboxChannel(lambda _: None)
    assert mailbox.render(letter()) == mailbox.render(replace(letter()))


def test_keeper_that_fails_is_asked_again_later() -> None:
    def full(_: Message) -> None:
        raise OSError("secret words")

    mailbox = MailboxChannel(full)
    outcome = mailbox.send(mailbox.render(letter())[0])
    assert outcome.verdict is Verdict.RETRY_LATER
    assert "secret words" not in outcome.detail

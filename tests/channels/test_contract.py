"""What the service may rely on, whichever channel it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from channels.channel import Channel, PlainTextChannel
from channels.mailbox import MailboxChannel
from channels.message import Message, Payload
from channels.outcome import Verdict
from channels.posting import HttpSettings
from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from channels.wecom import WecomChannel
from channels.wecom_app import AppSettings, WecomAppChannel
from tests.channels.letters import KEY, letter
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.wecom_server import WecomServer

SECRET = "secret-of-the-fake-application"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[SmtpServer, WecomServer]]:
    with SmtpServer() as smtp, WecomServer(keys={KEY}, secret=SECRET, members={"zhangsan"}) as wecom:
        yield smtp, wecom


def smtp(servers: tuple[SmtpServer, WecomServer]) -> Channel:
    return SmtpChannel(SmtpSettings(servers[0].host, servers[0].port, "zwgk@example.gov.cn", Security.NONE))


def wecom(servers: tuple[SmtpServer, WecomServer]) -> Channel:
    return WecomChannel(HttpSettings(servers[1].url))


def wecom_app(servers: tuple[SmtpServer, WecomServer]) -> Channel:
    return WecomAppChannel(AppSettings("ww0123456789abcdef", 1000002, SECRET, HttpSettings(servers[1].url)))


def mailbox(servers: tuple[SmtpServer, WecomServer]) -> Channel:
    return MailboxChannel(lambda _: None)


MAKERS: list[tuple[Callable[[tuple[SmtpServer, WecomServer]], Channel], Message]] = [
    (smtp, letter()),
    (wecom, letter(address=KEY)),
    (wecom_app, letter(address="zhangsan")),
    (mailbox, letter()),
]


@pytest.mark.parametrize(("make", "message"), MAKERS, ids=[make.__name__ for make, _ in MAKERS])
def test_message_rendered_stored_and_read_back_is_accepted_before_and_after_closing(
    make: Callable[[tuple[SmtpServer, WecomServer]], Channel], message: Message, servers: tuple[SmtpServer, WecomServer]
) -> None:
    channel = make(servers)
    stored = [(payload.part, payload.address, payload.body) for payload in channel.render(message)]
    assert stored == [(payload.part, payload.address, payload.body) for payload in make(servers).render(message)]
    for part, address, body in stored * 2:
        assert channel.send(Payload(part, address, body)).verdict is Verdict.ACCEPTED
        channel.close()


def test_names_are_those_deliveries_are_stored_under(servers: tuple[SmtpServer, WecomServer]) -> None:
    for make, _ in MAKERS:
        assert make(servers).name == make.__name__


def test_wecom_has_a_last_resort_and_mail_needs_none(servers: tuple[SmtpServer, WecomServer]) -> None:
    assert isinstance(wecom(servers), PlainTextChannel)
    assert isinstance(wecom_app(servers), PlainTextChannel)
    assert not isinstance(smtp(servers), PlainTextChannel)

"""The next message's envelope behind this one's dot: one round trip a message, and nothing less is known of any."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator

import pytest

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from channels.smtp import SmtpChannel
from channels.smtp_opening import open_connection
from channels.smtp_settings import Security, SmtpSettings
from tests.fakes.smtp_server import DROP, Fault, SmtpServer

FIRST, SECOND, THIRD = (f"{name}@example.gov.cn" for name in ("first", "second", "third"))


@pytest.fixture
def sender(server: SmtpServer) -> Iterator[SmtpChannel]:
    settings = SmtpSettings(server.host, server.port, "zwgk@example.gov.cn", Security.NONE, timeout=5, final_timeout=5)
    channel = SmtpChannel(settings)
    yield channel
    channel.close()


def payload(address: str, body: bytes = b"Subject: x\r\n\r\nbody\r\n") -> Payload:
    return Payload(1, address, body)


def sent(sender: SmtpChannel, addresses: Iterable[str], begun: list[str] | None = None) -> list[Outcome]:
    """Each sent with the one after it in view."""
    line = [payload(address) for address in addresses]
    noted = [] if begun is None else begun
    pairs = zip(line, [*line[1:], None], strict=True)
    return [
        sender.send_noting(one, lambda one=one: noted.append(one.address), following)  # type: ignore[misc]
        for one, following in pairs
    ]


def taken(server: SmtpServer) -> list[str]:
    return [record.recipients[0] for record in server.records if record.accepted]


def test_every_message_arrives_once_over_one_connection(sender: SmtpChannel, server: SmtpServer) -> None:
    assert {outcome.verdict for outcome in sent(sender, [FIRST, SECOND, THIRD])} == {Verdict.ACCEPTED}
    assert (taken(server), server.connections) == ([FIRST, SECOND, THIRD], 1)
    assert server.commands.count("DATA") == 3


def test_the_next_is_asked_about_before_this_one_is_answered(sender: SmtpChannel, server: SmtpServer) -> None:
    server.script(Fault("dot", "451 4.3.0 Later", times=1))
    (outcome,) = [sender.send_noting(payload(FIRST), lambda: None, payload(SECOND))]
    assert outcome.verdict is Verdict.RETRY_LATER
    assert sent(sender, [SECOND])[0].verdict is Verdict.ACCEPTED
    assert server.commands.count(f"RCPT TO:<{SECOND}>") == 1
    assert server.connections == 1


def test_a_message_is_begun_only_when_the_server_wants_it(sender: SmtpChannel, server: SmtpServer) -> None:
    server.script(Fault("rcpt", "550 5.1.1 No such user", recipient=SECOND))
    begun: list[str] = []
    verdicts = [outcome.verdict for outcome in sent(sender, [FIRST, SECOND, THIRD], begun)]
    assert verdicts == [Verdict.ACCEPTED, Verdict.DEAD_RECIPIENT, Verdict.ACCEPTED]
    assert begun == taken(server) == [FIRST, THIRD]


def test_somebody_else_goes_over_a_new_connection(sender: SmtpChannel, server: SmtpServer) -> None:
    sender.send_noting(payload(FIRST), lambda: None, payload(SECOND))
    assert sent(sender, [THIRD])[0].verdict is Verdict.ACCEPTED
    assert (taken(server), server.connections) == ([FIRST, THIRD], 2)


def test_a_server_that_waits_for_a_message_is_not_told_quit(sender: SmtpChannel, server: SmtpServer) -> None:
    sender.send_noting(payload(FIRST), lambda: None, payload(SECOND))
    sender.close()
    assert sent(sender, [THIRD])[0].verdict is Verdict.ACCEPTED  # by then the first connection is over
    assert "QUIT" not in server.commands
    assert taken(server) == [FIRST, THIRD]


def test_doubt_stays_with_the_message_it_is_about(sender: SmtpChannel, server: SmtpServer) -> None:
    server.script(Fault("dot", DROP, times=1))
    verdicts = [outcome.verdict for outcome in sent(sender, [FIRST, SECOND])]
    assert verdicts == [Verdict.IN_DOUBT, Verdict.ACCEPTED]
    assert taken(server)[-1] == SECOND


def test_a_server_that_cannot_bear_it_is_not_asked_again(sender: SmtpChannel, server: SmtpServer) -> None:
    server.script(Fault("mail", DROP, times=1, after=1))
    assert {outcome.verdict for outcome in sent(sender, [FIRST, SECOND, THIRD])} == {Verdict.ACCEPTED}
    assert taken(server) == [FIRST, SECOND, THIRD]
    sender.send_noting(payload(FIRST), lambda: None, payload(SECOND))
    sender.send(payload(THIRD))
    assert server.connections == 2, "nobody was asked about ahead, so nobody's place had to be given up"


def test_what_the_server_would_not_take_is_not_asked_about() -> None:
    with SmtpServer(extensions=("PIPELINING", "SIZE 100")) as server:
        sender = SmtpChannel(SmtpSettings(server.host, server.port, "zwgk@example.gov.cn", Security.NONE))
        sender.send_noting(payload(FIRST), lambda: None, payload(SECOND, b"x" * 200 + b"\r\n"))
        assert sender.send(payload(THIRD)).verdict is Verdict.ACCEPTED
        assert server.connections == 1
        sender.close()


def test_a_connection_ends_with_its_last_message(server: SmtpServer) -> None:
    settings = SmtpSettings(server.host, server.port, "zwgk@example.gov.cn", Security.NONE, per_connection=2)
    sender = SmtpChannel(settings)
    assert {outcome.verdict for outcome in sent(sender, [FIRST, SECOND, THIRD])} == {Verdict.ACCEPTED}
    assert server.connections == 2
    assert server.commands.count("DATA") == 3
    sender.close()


def test_what_is_said_behind_a_dot_leaves_at_once(server: SmtpServer) -> None:
    opened = open_connection(SmtpSettings(server.host, server.port, "zwgk@example.gov.cn", Security.NONE), None)
    assert opened.sock is not None
    assert opened.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "else it waits until the dot is answered"
    opened.close()

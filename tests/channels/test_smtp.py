"""Mail over real sockets: what is handed over, what each kind of failure means, and that connections are kept."""

from __future__ import annotations

import logging
import socket
import threading
from functools import partial
from typing import Any

import pytest

from channels.message import Payload, UnsendableMessage
from channels.outcome import Verdict
from channels.smtp import MOST_BYTES, SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from tests.channels.conftest import Certificates
from tests.channels.letters import letter
from tests.fakes.smtp_server import DROP, Fault, SmtpServer

GONE = "gone@example.gov.cn"
PASSWORD = "kq7Zp4wXy2Lm"  # of the fake server


def settings(server: SmtpServer, **changes: Any) -> SmtpSettings:
    fields: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "security": "none",
        "sender_address": "zwgk@example.gov.cn",
        "timeout": 5.0,
        "final_timeout": 5.0,
    }
    return SmtpSettings(**{**fields, **changes})


def channel(server: SmtpServer, **changes: Any) -> SmtpChannel:
    return SmtpChannel(settings(server, **changes))


def payload(address: str = "liaison@example.gov.cn") -> Payload:
    return Payload(1, address, b"Subject: x\r\n\r\nbody\r\n")


def send(server: SmtpServer, address: str = "liaison@example.gov.cn", **changes: Any) -> tuple[Verdict, str]:
    sender = channel(server, **changes)
    outcome = sender.send(payload(address))
    sender.close()
    return outcome.verdict, outcome.code


def test_mail_arrives_byte_for_byte(server: SmtpServer) -> None:
    sender = channel(server)
    (mail,) = sender.render(letter())
    assert sender.send(mail).verdict is Verdict.ACCEPTED
    (seen,) = server.records
    assert seen.raw == mail.body
    assert (seen.sender, seen.recipients) == ("zwgk@example.gov.cn", ("liaison@example.gov.cn",))
    sender.close()


def test_lines_that_begin_with_a_dot_arrive_whole(server: SmtpServer) -> None:
    sender = channel(server)
    body = b".first\r\n.\r\n..two\r\nend\r\n"
    assert sender.send(Payload(1, "a@example.gov.cn", body)).verdict is Verdict.ACCEPTED
    assert server.records[0].raw == body
    sender.close()


def test_one_connection_carries_many_mails(server: SmtpServer) -> None:
    sender = channel(server)
    for _ in range(5):
        assert sender.send(payload()).verdict is Verdict.ACCEPTED
    assert (server.connections, len(server.records)) == (1, 5)
    sender.close()


def test_connection_is_replaced_after_its_share(server: SmtpServer) -> None:
    sender = channel(server, per_connection=2)
    for _ in range(5):
        assert sender.send(payload()).verdict is Verdict.ACCEPTED
    assert server.connections == 3
    sender.close()


def test_each_thread_sends_on_its_own_connection(server: SmtpServer) -> None:
    sender = channel(server)
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(5):
            sender.send(payload())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.records) == 20
    assert all(record.accepted for record in server.records)
    assert server.connections <= 4
    sender.close()


def test_bounces_go_to_their_own_address(server: SmtpServer) -> None:
    send(server, bounce_address="bounces@example.gov.cn")
    assert server.records[0].sender == "bounces@example.gov.cn"


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("mail", "451 4.3.0 Try later"), (Verdict.RETRY_LATER, "451")),
        (Fault("mail", "550 Sender frequency limited"), (Verdict.PARK_CHANNEL, "550")),
        (Fault("mail", "421 HL:ICC 163"), (Verdict.PARK_CHANNEL, "421")),
        (Fault("rcpt", "550 5.1.1 No such user"), (Verdict.DEAD_RECIPIENT, "550")),
        (Fault("rcpt", "450 4.2.0 Greylisted"), (Verdict.RETRY_LATER, "450")),
        (Fault("data", "554 5.7.1 No"), (Verdict.REFUSED_CONTENT, "554")),
        (Fault("dot", "554 5.7.1 Spam"), (Verdict.REFUSED_CONTENT, "554")),
        (Fault("dot", "451 DT:SPM"), (Verdict.RETRY_LATER, "451")),
        (Fault("mail", DROP), (Verdict.RETRY_LATER, "dropped")),
        (Fault("rcpt", DROP), (Verdict.RETRY_LATER, "dropped")),
        (Fault("dot", DROP), (Verdict.IN_DOUBT, "dropped")),
    ],
)
def test_failure_is_told_for_what_it_is(fault: Fault, expected: tuple[Verdict, str], pipelining: bool) -> None:
    with SmtpServer(extensions=("PIPELINING",) if pipelining else ()) as server:
        server.script(fault)
        assert send(server) == expected


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
def test_refusal_leaves_the_connection_fit_for_the_next(stage: str, pipelining: bool) -> None:
    with SmtpServer(extensions=("PIPELINING",) if pipelining else ()) as server:
        server.script(Fault(stage, "550 5.1.1 No", times=1))
        sender = channel(server)
        assert sender.send(payload()).verdict is not Verdict.ACCEPTED
        assert sender.send(payload()).verdict is Verdict.ACCEPTED
        assert server.connections == 1
        sender.close()


def test_refused_recipient_gets_nothing_and_the_next_one_everything(server: SmtpServer) -> None:
    server.script(Fault("rcpt", "550 5.1.1 No such user", recipient=GONE))
    sender = channel(server)
    verdicts = [sender.send(payload(address)).verdict for address in (GONE, "here@example.gov.cn", GONE)]
    assert verdicts == [Verdict.DEAD_RECIPIENT, Verdict.ACCEPTED, Verdict.DEAD_RECIPIENT]
    assert [record.recipients for record in server.records] == [("here@example.gov.cn",)]
    sender.close()


def test_three_commands_leave_together_where_pipelining_is_offered() -> None:
    answers = [b"250 ok\r\n250 ok\r\n354 go on\r\n", b"250 taken\r\n"]
    with ScriptedServer([b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n", *answers]) as server:
        assert send_to_port(server.port) is Verdict.ACCEPTED
    assert [word[:4] for word in server.heard[1].split(b"\r\n")] == [b"MAIL", b"RCPT", b"DATA", b""]


def test_one_command_waits_for_the_answer_of_the_other_where_it_is_not() -> None:
    answers = [b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 taken\r\n"]
    with ScriptedServer([b"220 x\r\n", b"250 x\r\n", *answers]) as server:
        assert send_to_port(server.port) is Verdict.ACCEPTED
    assert [heard[:4] for heard in server.heard[1:4]] == [b"MAIL", b"RCPT", b"DATA"]


def test_server_that_waits_for_a_message_it_refused_gets_none() -> None:
    # RFC 2920 warns of such servers: a dot now would hand over an empty message.
    answers = [b"250 ok\r\n550 5.1.1 no\r\n354 go on\r\n", b"250 taken\r\n"]
    with ScriptedServer([b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n", *answers]) as server:
        assert send_to_port(server.port) is Verdict.DEAD_RECIPIENT
    assert server.heard[2:] == [b""]


def test_connection_closed_while_idle_is_replaced_within_the_try(server: SmtpServer) -> None:
    sender = channel(server)
    assert sender.send(payload()).verdict is Verdict.ACCEPTED
    server.drop_connections()
    assert sender.send(payload()).verdict is Verdict.ACCEPTED
    assert (server.connections, len(server.records)) == (2, 2)
    sender.close()


@pytest.mark.parametrize("words", ["421 4.4.2 Idle too long", "450 MI:DMC 163"])
def test_answer_about_the_connection_is_asked_again_on_a_new_one(server: SmtpServer, words: str) -> None:
    sender = channel(server)
    sender.send(payload())
    server.script(Fault("mail", words, times=1))
    assert sender.send(payload()).verdict is Verdict.ACCEPTED
    assert server.connections == 2
    sender.close()


def test_doubt_is_never_tried_again_by_the_channel(server: SmtpServer) -> None:
    sender = channel(server)
    sender.send(payload())
    server.script(Fault("dot", DROP, times=1))
    assert sender.send(payload()).verdict is Verdict.IN_DOUBT
    assert len(server.records) == 2
    sender.close()


def test_silence_after_the_final_dot_is_doubt() -> None:
    with SmtpServer() as server:
        server.script(Fault("dot", delay=2))
        assert send(server, final_timeout=0.1) == (Verdict.IN_DOUBT, "timeout")


def test_silence_before_it_is_not() -> None:
    with SmtpServer() as server:
        server.script(Fault("rcpt", delay=2))
        assert send(server, timeout=0.1) == (Verdict.RETRY_LATER, "timeout")


def test_nobody_listening_is_for_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = SmtpServer(port=taken.getsockname()[1])
        assert send(server) == (Verdict.RETRY_LATER, "connect")


def test_name_nobody_knows_is_for_later(server: SmtpServer) -> None:
    assert send(server, host="no-such-host.invalid") == (Verdict.RETRY_LATER, "dns")


def test_login_is_made_once_per_connection() -> None:
    with SmtpServer(user="zwgk", password=PASSWORD) as server:
        sender = channel(server, username="zwgk", password=PASSWORD)
        assert [sender.send(payload()).verdict for _ in range(2)] == [Verdict.ACCEPTED] * 2
        assert server.commands.count("AUTH …") == 1
        sender.close()


def test_refused_login_stops_the_channel_after_one_try() -> None:
    with SmtpServer(user="zwgk", password=PASSWORD) as server:
        assert send(server, username="zwgk", password="wrong") == (Verdict.DEAD_CHANNEL, "535")
        assert server.commands.count("AUTH …") == 1


def test_server_that_wants_a_login_stops_the_channel() -> None:
    with SmtpServer(user="zwgk", password=PASSWORD) as server:
        assert send(server) == (Verdict.DEAD_CHANNEL, "530")


def test_login_that_is_not_offered_stops_the_channel(server: SmtpServer) -> None:
    assert send(server, username="zwgk", password=PASSWORD) == (Verdict.DEAD_CHANNEL, "unsupported")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted_with_an_office_certificate(certificates: Certificates, security: str) -> None:
    with SmtpServer(**{security: certificates.server}) as server:  # type: ignore[arg-type]
        assert send(server, security=security, ca_file=certificates.ca_file) == (Verdict.ACCEPTED, "250")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_unknown_certificate_stops_the_channel(certificates: Certificates, security: str) -> None:
    with SmtpServer(**{security: certificates.server}) as server:  # type: ignore[arg-type]
        assert send(server, security=security) == (Verdict.DEAD_CHANNEL, "certificate")
        assert server.records == []


def test_encryption_that_is_not_offered_stops_the_channel(server: SmtpServer) -> None:
    assert send(server, security="starttls") == (Verdict.DEAD_CHANNEL, "unsupported")


def test_encryption_on_a_plain_port_stops_the_channel(server: SmtpServer) -> None:
    assert send(server, security="tls") == (Verdict.DEAD_CHANNEL, "tls")


def test_mail_larger_than_the_server_takes_is_not_sent() -> None:
    with SmtpServer(extensions=("SIZE 10",)) as server:
        assert send(server) == (Verdict.REFUSED_CONTENT, "size")


def test_mail_of_a_megabyte_is_refused_before_it_is_stored(server: SmtpServer) -> None:
    with pytest.raises(UnsendableMessage, match="超过上限"):
        channel(server).render(letter(text="x" * MOST_BYTES))


def test_stored_address_cannot_smuggle_a_command(server: SmtpServer) -> None:
    address = "a@example.gov.cn>\r\nRCPT TO:<b@example.gov.cn"
    assert send(server, address) == (Verdict.DEAD_RECIPIENT, "address")
    assert server.commands == []


def test_check_logs_in_and_sends_nothing() -> None:
    with SmtpServer(user="zwgk", password=PASSWORD) as server:
        sender = channel(server, username="zwgk", password=PASSWORD)
        assert sender.check().verdict is Verdict.ACCEPTED
        assert server.records == []
        sender.close()
        assert channel(server, username="zwgk", password="wrong").check().verdict is Verdict.DEAD_CHANNEL


def test_password_stays_out_of_sight(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with SmtpServer(user="zwgk", password=PASSWORD) as server:
        server.script(Fault("auth", f"535 not {PASSWORD}"))
        outcome = channel(server, username="zwgk", password=PASSWORD).send(payload())
        shown = (
            f"{outcome!r} {settings(server, username='zwgk', password=PASSWORD)!r} {caplog.text} {capfd.readouterr()}"
        )
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": "http://smtp.example.gov.cn"}, "只写主机名"),
        ({"host": "a..b"}, "只写主机名"),
        ({"port": 0}, "端口"),
        ({"sender_address": ""}, "没有发件地址"),
        ({"sender_address": "张三"}, "不是可用的邮件地址"),
        ({"username": "zwgk"}, "要么都设"),
        ({"username": "zwgk", "password": "授权码"}, "半角"),
        ({"timeout": 0.0}, "大于零"),
        ({"security": "ssl"}, "加密方式“ssl”"),
    ],
)
def test_setting_that_can_never_work_stops_the_start(server: SmtpServer, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        settings(server, **wrong)


def test_ca_file_of_no_use_stops_the_start(server: SmtpServer, tmp_path: Any) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for file in ("ca.pem", "missing.pem"):
        with pytest.raises(ValueError, match="CA文件"):
            channel(server, security="tls", ca_file=tmp_path / file)


def send_to_port(port: int) -> Verdict:
    sender = SmtpChannel(SmtpSettings("127.0.0.1", port, "zwgk@example.gov.cn", Security.NONE, timeout=5))
    outcome = sender.send(payload())
    sender.close()
    return outcome.verdict


class ScriptedServer(threading.Thread):
    """Says its lines one after another, and keeps what it heard before each of them."""

    def __init__(self, lines: list[bytes]) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lines = lines
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []

    def __enter__(self) -> ScriptedServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join(10)
        self._socket.close()

    def run(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            for line in self._lines:
                connection.sendall(line)
                self.heard.append(connection.recv(4096))
                if not self.heard[-1]:
                    return


def test_a_message_is_begun_only_when_the_server_wants_it(server: SmtpServer) -> None:
    begun: list[str] = []
    server.script(Fault("rcpt", "550 5.1.1 No such user", recipient=GONE))
    sender = channel(server)
    for address in (GONE, "here@example.gov.cn"):
        sender.send_noting(payload(address), partial(begun.append, address))
    sender.close()
    assert begun == ["here@example.gov.cn"]

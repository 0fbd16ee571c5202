"""The fakes keep to the rules of what they stand for, also as processes of their own."""

from __future__ import annotations

import contextlib
import json
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.records import read_mails, read_posts
from tests.fakes.smtp_server import DROP, Fault, SmtpServer
from tests.fakes.wecom_server import ROBOT, SEND, WecomFault, WecomServer

ROOT = Path(__file__).resolve().parents[2]
KEY = "11112222-3333-4444-5555-666677778888"
MARKDOWN = {"msgtype": "markdown", "markdown": {"content": "请签收"}}


@contextlib.contextmanager
def process(module: str, *options: str) -> Iterator[int]:
    """A fake in a process of its own: its port."""
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield int(running.stdout.readline())
        finally:
            running.terminate()
            assert running.wait(10) == 0


def post(server: WecomServer, body: Any, key: str = KEY) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = httpx2.post(f"{server.url}{ROBOT}?key={key}", content=content, trust_env=False)
    assert answer.status_code == 200
    return int(answer.json()["errcode"])


def mail(port: int, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, "me.example.gov.cn") as client:
        return client.sendmail("a@example.gov.cn", recipients, "Subject: x\r\n\r\n.hello\r\n")


def test_mail_server_in_its_own_process_logs_what_it_took(tmp_path: Path) -> None:
    log = tmp_path / "mails.jsonl"
    fault = '{"at": "rcpt", "answer": "550 5.1.1 No", "recipient": "gone@example.gov.cn"}'
    with process("tests.fakes.smtp_server", "--log", str(log), "--fault", fault) as port:
        refused = mail(port, "here@example.gov.cn", "gone@example.gov.cn")
    assert refused == {"gone@example.gov.cn": (550, b"5.1.1 No")}
    (seen,) = read_mails(log)
    assert seen.recipients == ("here@example.gov.cn",)
    assert seen.raw == b"Subject: x\r\n\r\n.hello\r\n"
    assert seen.accepted


def test_wecom_in_its_own_process_logs_what_it_took(tmp_path: Path) -> None:
    log = tmp_path / "posts.jsonl"
    with process("tests.fakes.wecom_server", "--log", str(log), "--key", KEY) as port:
        httpx2.post(f"http://127.0.0.1:{port}{ROBOT}?key={KEY}", json=MARKDOWN, trust_env=False)
    (seen,) = read_posts(log)
    assert (seen.key, seen.errcode, json.loads(seen.body)) == (KEY, 0, MARKDOWN)


def test_half_written_line_of_a_log_is_left(tmp_path: Path) -> None:
    log = tmp_path / "posts.jsonl"
    log.write_text('{"path": "/x", "key": "k", "body": "", "errcode": 0, "at": 1.0}\n{"path": "/y')
    assert [record.path for record in read_posts(log)] == ["/x"]
    assert read_mails(tmp_path / "missing.jsonl") == []


def test_fault_lets_some_by_strikes_its_times_and_stops() -> None:
    with SmtpServer() as server:
        server.script(Fault("dot", "451 4.3.0 Later", after=1, times=2))
        for expected in (250, 451, 451, 250):
            try:
                mail(server.port, "a@example.gov.cn")
                code = 250
            except smtplib.SMTPDataError as error:
                code = error.smtp_code
            assert code == expected
        assert [record.accepted for record in server.records] == [True, False, False, True]


def test_mail_dropped_before_the_dot_is_not_recorded_and_after_it_is() -> None:
    with SmtpServer() as server:
        server.script(Fault("body", DROP, times=1), Fault("dot", DROP, times=1))
        for _ in range(2):
            with pytest.raises(smtplib.SMTPServerDisconnected):
                mail(server.port, "a@example.gov.cn")
        assert [record.answer for record in server.records] == [""]


def test_records_can_be_waited_for() -> None:
    with SmtpServer() as server:
        mail(server.port, "a@example.gov.cn")
        assert len(server.mails.wait_for(lambda seen: len(seen) == 1, seconds=5)) == 1
        with pytest.raises(AssertionError, match="still waiting"):
            server.mails.wait_for(lambda seen: len(seen) == 2, seconds=0.05)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (MARKDOWN, 0),
        (b"{", 40058),
        (b"[]", 40058),
        ({"msgtype": "carrier-pigeon"}, 40008),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "markdown", "markdown": {"content": "字" * 1365}}, 0),
        ({"msgtype": "markdown", "markdown": {"content": "字" * 1366}}, 40058),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 40058),
    ],
)
def test_wecom_answers_as_its_documents_say(body: Any, errcode: int) -> None:
    with WecomServer(keys={KEY}) as server:
        assert post(server, body) == errcode
        assert server.records[0].errcode == errcode


def test_wecom_knows_its_robots_and_their_twenty_a_minute() -> None:
    moment = [0.0]
    with WecomServer(keys={KEY}, now=lambda: moment[0]) as server:
        assert post(server, MARKDOWN, key="unknown") == 93000
        assert [post(server, MARKDOWN) for _ in range(21)] == [0] * 20 + [45009]
        moment[0] = 60.0
        assert post(server, MARKDOWN) == 0


def test_wecom_fails_as_scripted() -> None:
    with WecomServer(keys={KEY}) as server:
        server.script(WecomFault(errcode=-1, times=1), WecomFault(status=503, after=1, times=1))
        assert [post(server, MARKDOWN) for _ in range(2)] == [-1, 0]
        answer = httpx2.post(f"{server.url}{ROBOT}?key={KEY}", json=MARKDOWN, trust_env=False)
        assert answer.status_code == 503
        server.heal()
        assert post(server, MARKDOWN) == 0


def test_application_wants_a_token_and_names_who_it_cannot_reach() -> None:
    with WecomServer(secret="s3cret-of-the-application", members={"zhangsan"}) as server:
        base = {"agentid": server.agentid, "touser": "zhangsan|LiSi", **MARKDOWN}
        client = httpx2.Client(base_url=server.url, trust_env=False)
        assert client.post(SEND, json=base).json()["errcode"] == 41001
        query = {"corpid": "ww0123456789abcdef", "corpsecret": "s3cret-of-the-application"}
        token = client.get("/cgi-bin/gettoken", params=query).json()["access_token"]
        answer = client.post(SEND, params={"access_token": token}, json=base).json()
        assert (answer["errcode"], answer["invaliduser"]) == (0, "lisi")
        server.expire_tokens()
        assert client.post(SEND, params={"access_token": token}, json=base).json()["errcode"] == 40014
        client.close()

"""What the network does to a post, told as an outcome; an HTTP handler stands in for the network."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from channels.posting import HttpSettings, JsonClient
from channels.wecom import WecomChannel
from tests.channels.letters import KEY

V = Verdict
SETTINGS = HttpSettings("http://wecom.example.gov.cn")


def asked(handler: Callable[[httpx2.Request], httpx2.Response]) -> dict[str, object] | Outcome:
    client = JsonClient(SETTINGS, httpx2.MockTransport(handler))
    try:
        return client.post("/cgi-bin/webhook/send", {"key": KEY}, b"{}")
    finally:
        client.close()


def outcome_of(handler: Callable[[httpx2.Request], httpx2.Response]) -> tuple[Verdict, str]:
    found = asked(handler)
    assert isinstance(found, Outcome)
    assert KEY not in found.detail
    return found.verdict, found.code


def raising(error: Exception) -> Callable[[httpx2.Request], httpx2.Response]:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise error

    return handler


def untrusted() -> Exception:
    error = httpx2.ConnectError("handshake")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    return error


def test_answer_comes_back_as_it_is() -> None:
    assert asked(lambda _: httpx2.Response(200, json={"errcode": 0})) == {"errcode": 0}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx2.ConnectError("refused"), (V.RETRY_LATER, "connect")),
        (httpx2.ConnectTimeout("slow"), (V.RETRY_LATER, "timeout")),
        (httpx2.PoolTimeout("busy"), (V.RETRY_LATER, "timeout")),
        (httpx2.WriteTimeout("slow"), (V.RETRY_LATER, "timeout")),
        (httpx2.WriteError("broken pipe"), (V.RETRY_LATER, "connect")),
        (httpx2.ProxyError("502"), (V.RETRY_LATER, "connect")),
        (httpx2.ReadTimeout("silent"), (V.IN_DOUBT, "timeout")),
        (httpx2.ReadError("reset"), (V.IN_DOUBT, "dropped")),
        (httpx2.RemoteProtocolError("disconnected"), (V.IN_DOUBT, "dropped")),
        (httpx2.DecodingError("not gzip"), (V.IN_DOUBT, "dropped")),
        (httpx2.UnsupportedProtocol("ftp"), (V.DEAD_CHANNEL, "address")),
        (untrusted(), (V.DEAD_CHANNEL, "certificate")),
    ],
)
def test_network_failure_is_told_for_what_it_is(error: Exception, expected: tuple[Verdict, str]) -> None:
    assert outcome_of(raising(error)) == expected


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(500, V.RETRY_LATER), (502, V.RETRY_LATER), (503, V.RETRY_LATER), (429, V.PARK_CHANNEL), (404, V.DEAD_CHANNEL),
     (403, V.DEAD_CHANNEL), (407, V.DEAD_CHANNEL), (302, V.DEAD_CHANNEL)],
)  # fmt: skip
def test_http_status_other_than_good(status: int, verdict: Verdict) -> None:
    headers = {"Location": "http://elsewhere.example.com/"} if status == 302 else {}
    assert outcome_of(lambda _: httpx2.Response(status, headers=headers)) == (verdict, str(status))


@pytest.mark.parametrize("page", [b"<html>log in first</html>", b"[]", b"", b"\xff\xfe", b'{"a":' + b" " * 100_000])
def test_good_status_with_a_page_that_is_no_answer_is_doubt(page: bytes) -> None:
    assert outcome_of(lambda _: httpx2.Response(200, content=page)) == (V.IN_DOUBT, "not-json")


def test_client_is_kept_between_posts_and_opened_again_after_closing() -> None:
    client = JsonClient(SETTINGS, httpx2.MockTransport(lambda _: httpx2.Response(200, json={})))
    assert client.post("/a", {}, b"") == {}
    client.close()
    client.close()
    assert client.get("/a", {}) == {}
    client.close()


def test_nobody_listening_is_for_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = JsonClient(HttpSettings(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        found = client.post("/a", {}, b"")
        client.close()
    assert isinstance(found, Outcome)
    assert (found.verdict, found.code) == (V.RETRY_LATER, "connect")


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    test_nobody_listening_is_for_later()


def test_key_is_in_no_log_of_the_http_library(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = WecomChannel(SETTINGS, httpx2.MockTransport(lambda _: httpx2.Response(200, json={"errcode": 0})))
    assert channel.send(Payload(1, KEY, b"{}")).verdict is V.ACCEPTED
    channel.close()
    assert "webhook/send?key=…" in caplog.text  # it does log, and would have logged the key
    assert KEY not in caplog.text


def test_body_goes_out_as_json_in_utf8() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["Content-Type"] == "application/json; charset=utf-8"
        return httpx2.Response(200, json=json.loads(request.content))

    client = JsonClient(SETTINGS, httpx2.MockTransport(handler))
    assert client.post("/a", {}, '{"内容":"签收"}'.encode()) == {"内容": "签收"}
    client.close()


@pytest.mark.parametrize(
    "url",
    ["", "qyapi.weixin.qq.com", "ftp://a.cn", "https://", "https://a.cn/?key=1", "https://u:p@a.cn", "https://a.cn:0",
     "https://a.cn:99999", "https://企业.cn", "https://a b.cn", "https://a.cn/#x"],
)  # fmt: skip
def test_base_url_of_no_use_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="企业微信地址不可用"):
        HttpSettings(url)


def test_ca_file_and_proxy_of_no_use_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CA文件"):
        JsonClient(HttpSettings(ca_file=tmp_path / "missing.pem"))
    with pytest.raises(ValueError, match="代理地址不可用"):
        JsonClient(HttpSettings(proxy="user:hunter2@nowhere"))


def test_settings_show_no_proxy_password() -> None:
    assert "hunter2" not in repr(HttpSettings(proxy="http://user:hunter2@127.0.0.1:1"))

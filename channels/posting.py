"""JSON over HTTP with one kept client: an answer, or an Outcome that says what the network did.

The client, its TLS context and its connections are made once: a client per call costs 20 ms (performance is the
reason), and a certificate store read on every post would be read thousands of times a day. Addresses hold credentials,
so no exception of the library leaves this module, and its log lines are rewritten.
"""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from channels.outcome import Outcome, Verdict
from channels.secrets import guard_http_logs

WECOM_URL = "https://qyapi.weixin.qq.com"
_MOST_BYTES = 64 * 1024  # WeCom answers with a hundred bytes


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where WeCom is and how to get there. Raises ValueError, with a sentence for the operator."""

    base_url: str = WECOM_URL  # private deployments keep the paths and change only the host; plain http is possible
    ca_file: Path | None = None  # PEM; trusted in place of the system's authorities
    proxy: str = field(default="", repr=False)  # http://user:password@host:port; the environment's is not read
    connect_timeout: float = 5.0  # seconds
    read_timeout: float = 15.0  # seconds of silence, after which it is not known whether the post was taken

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        parts = _split(self.base_url)
        if parts is None or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("企业微信地址不可用；请写成 https://主机 或 http://主机:端口，不带密钥和参数。")
        if self.connect_timeout <= 0 or self.read_timeout <= 0:
            raise ValueError("企业微信的超时必须大于零。")

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        found = origin_of(self.base_url)
        assert found is not None
        return found


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http or https address; None where it is none."""
    parts = _split(url)
    if parts is None or parts.hostname is None:
        return None
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


class JsonClient:
    """A kept client for one base URL; safe among threads."""

    def __init__(self, settings: HttpSettings, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests. Raises ValueError for a CA file or proxy of no use."""
        guard_http_logs()
        self._settings, self._transport = settings, transport
        self._context = _context(settings)
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = self._open()

    def post(self, path: str, params: dict[str, str], body: bytes) -> dict[str, Any] | Outcome:
        """The JSON object that came back, or what went wrong on the way."""
        return self._ask("POST", path, params, body)

    def get(self, path: str, params: dict[str, str]) -> dict[str, Any] | Outcome:
        """The same for a question that changes nothing."""
        return self._ask("GET", path, params, None)

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> httpx2.Client:
        settings = self._settings
        try:
            return httpx2.Client(
                transport=self._transport,
                verify=self._context,
                proxy=settings.proxy or None,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(settings.read_timeout, connect=settings.connect_timeout),
                headers={"User-Agent": "cuiban", "Content-Type": "application/json; charset=utf-8"},
            )
        except (ValueError, httpx2.InvalidURL):
            raise ValueError("企业微信的代理地址不可用；请写成 http://主机:端口。") from None

    def _ask(self, method: str, path: str, params: dict[str, str], body: bytes | None) -> dict[str, Any] | Outcome:
        try:
            with self._opened().stream(method, self._settings.base_url + path, params=params, content=body) as response:
                content = _read(response)
                return _answer(response, content)
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            return _failure(error)


def _read(response: httpx2.Response) -> bytes:
    held = b""
    for chunk in response.iter_bytes():
        held += chunk
        if len(held) > _MOST_BYTES:
            return b""  # no answer of WeCom's; judged like any other that is no JSON
    return held


def _answer(response: httpx2.Response, content: bytes) -> dict[str, Any] | Outcome:
    status = response.status_code
    if status == 429:
        return Outcome(Verdict.PARK_CHANNEL, "429", "企业微信要求暂缓发送（HTTP 429）。", timedelta(seconds=60))
    if status >= 500:
        return Outcome(Verdict.RETRY_LATER, str(status), f"企业微信暂时不可用（HTTP {status}）。", everybody=True)
    if not 200 <= status <= 299:
        detail = f"企业微信地址答复HTTP {status}，多半是地址或代理设置不对；请核对企业微信地址。"
        return Outcome(Verdict.DEAD_CHANNEL, str(status), detail)
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    return Outcome(Verdict.IN_DOUBT, "not-json", "企业微信的答复读不懂，不能断定是否收下；请核对地址和代理。")


def _failure(error: Exception) -> Outcome:
    if _has_cause(error, ssl.SSLCertVerificationError):
        detail = "企业微信的证书不可信；内部证书请在设置中给出CA文件。"
        return Outcome(Verdict.DEAD_CHANNEL, "certificate", detail)
    for kinds, verdict, code, detail in _FAILURES:
        if isinstance(error, kinds):
            return Outcome(verdict, code, detail, everybody=True)
    return Outcome(Verdict.IN_DOUBT, "dropped", "消息已交出，没有等到企业微信的答复，可能已经送达（对方断开）。")


# Before the last byte left, nothing was taken; after it, nobody knows. The first that fits decides.
_FAILURES: tuple[tuple[tuple[type[Exception], ...], Verdict, str, str], ...] = (
    ((httpx2.ReadTimeout,), Verdict.IN_DOUBT, "timeout", "消息已交出，没有等到企业微信的答复，可能已经送达（超时）。"),
    (
        (httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.WriteTimeout),
        Verdict.RETRY_LATER,
        "timeout",
        "没有在规定时间内连上企业微信。",
    ),
    (
        (httpx2.ConnectError, httpx2.ProxyError, httpx2.WriteError),
        Verdict.RETRY_LATER,
        "connect",
        "连不上企业微信；请核对网络、地址和代理。",
    ),
    (
        (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL, UnicodeError),
        Verdict.DEAD_CHANNEL,
        "address",
        "企业微信地址不可用；请核对设置。",
    ),
)


def _has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _context(settings: HttpSettings) -> ssl.SSLContext | bool:
    if settings.origin[0] == "http" and not settings.proxy.startswith("https"):
        return False  # nothing to verify, and no 20 ms for reading the system's certificates
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError):
        raise ValueError(f"CA文件{settings.ca_file}读不出证书；请核对路径，文件应是PEM格式。") from None


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if usable and url.isascii() and url.isprintable() and " " not in url else None

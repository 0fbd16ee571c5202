"""An HTTP server that answers as WeCom does: HTTP 200 with an errcode, byte limits, 20 posts a minute and robot.

    with WecomServer(keys={"0b1c2d3e-…"}) as server:
        server.script(WecomFault(errcode=-1, times=2))
        … post to server.url …
        server.records

As a process: python -m tests.fakes.wecom_server --port 8900 --log posts.jsonl --key 0b1c2d3e-…

Limits and codes: documents 91770 (robots), 90236 and 91039 (applications), 90313 (codes).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.records import Post, Records

ROBOT = "/cgi-bin/webhook/send"
TOKEN = "/cgi-bin/gettoken"
SEND = "/cgi-bin/message/send"
PER_MINUTE = 20
LIMITS = {ROBOT: {"markdown": 4096, "markdown_v2": 4096, "text": 2048}, SEND: {"markdown": 2048, "text": 2048}}
_EMPTY = {"text": 44004, "markdown": 44004, "markdown_v2": 44004}


@dataclass(frozen=True, slots=True)
class WecomFault:
    """What goes wrong, where, for whom and how often."""

    errcode: int | None = None  # answered in place of the true one; the post counts as not taken
    status: int | None = None  # answered as an HTTP status with a page that is no JSON
    drop: bool = False  # take the post, then close the connection without a word
    delay: float = 0.0  # seconds before answering
    path: str = ""  # only for this path
    key: str = ""  # only for this robot
    after: int = 0  # how many matching chances go by first
    times: int | None = None  # how often it strikes; None for ever


class WecomServer:
    """Robots and one application; `records` are the requests that sent something."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        keys: set[str] | None = None,
        port: int = 0,
        log: Path | None = None,
        now: Callable[[], float] = time.monotonic,
        corpid: str = "ww0123456789abcdef",
        secret: str = "",
        agentid: int = 1000002,
        members: set[str] | None = None,
        token_seconds: int = 7200,
        latency: float = 0.0,
    ) -> None:
        """`keys`: the robots that exist; `secret` and `members`: the application's; `now`: the limiter's clock."""
        self.keys, self.members = set(keys or ()), set(members or ())
        self.agentid, self.token_seconds, self.latency = agentid, token_seconds, latency
        self._corpid, self._secret = corpid, secret
        self._now = now
        self._posts: Records[Post] = Records(log)
        self._faults: list[WecomFault] = []
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._tokens: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()
        self.token_fetches = 0
        self.held_back = 0  # accepted, and by the duplicate check shown to nobody
        self.connections = 0
        self._http = _Http((self.host, port), _handler(self))
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="fake-wecom", daemon=True)

    @property
    def url(self) -> str:
        """What stands in place of https://qyapi.weixin.qq.com."""
        return f"http://{self.host}:{self.port}"

    @property
    def records(self) -> list[Post]:
        return self._posts.all()

    @property
    def posts(self) -> Records[Post]:
        """The records as something to wait for."""
        return self._posts

    def script(self, *faults: WecomFault) -> None:
        """Add faults; the first that matches strikes."""
        with self._lock:
            self._faults.extend(faults)

    def unspent(self) -> int:
        """How often the scripted faults may still strike; those without a number of times do not count."""
        with self._lock:
            return sum(fault.times or 0 for fault in self._faults)

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def expire_tokens(self) -> None:
        """Make every token invalid before its time, as WeCom may."""
        with self._lock:
            self._tokens.clear()

    def __enter__(self) -> WecomServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)

    def strike(self, path: str, key: str) -> WecomFault | None:
        """The fault that strikes now, counted down; the handler's question."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                other = (fault.path and fault.path != path) or (fault.key and fault.key != key)
                if other or fault.times == 0:
                    continue
                if fault.after > 0:
                    self._faults[index] = replace(fault, after=fault.after - 1)
                    continue
                if fault.times is not None:
                    self._faults[index] = replace(fault, times=fault.times - 1)
                return fault
        return None

    def fetch_token(self, query: dict[str, str]) -> dict[str, Any]:
        """The answer of gettoken."""
        with self._lock:
            self.token_fetches += 1
            if query.get("corpid") != self._corpid:
                return _says(40013, "invalid corpid")
            if not self._secret or query.get("corpsecret") != self._secret:
                return _says(40001, "invalid credential")
            token = f"token-{self.token_fetches:04}-{'x' * 40}"
            self._tokens[token] = self._now() + self.token_seconds
            return {**_says(0, "ok"), "access_token": token, "expires_in": self.token_seconds}

    def post_robot(self, key: str, body: str) -> dict[str, Any]:
        """The answer to a robot's post. The real one looks at the body first, so a bad body hides a bad key."""
        wrong = _wrong(ROBOT, body)
        if wrong is not None:
            return wrong
        if key not in self.keys:
            return _says(93000, "invalid webhook url")
        return _says(0, "ok") if self._within_limit(key) else _says(45009, "api freq out of limit")

    def post_application(self, token: str, body: str) -> dict[str, Any]:
        """The answer to message/send."""
        with self._lock:
            if not token:
                return _says(41001, "access_token missing")
            if self._tokens.get(token, 0.0) <= self._now():
                return _says(40014, "invalid access_token")
        wrong = _wrong(SEND, body)
        if wrong is not None:
            return wrong
        given = json.loads(body)
        if given.get("agentid") != self.agentid:
            return _says(40056, "invalid agentid")
        wanted = [user for user in str(given.get("touser", "")).split("|") if user]
        if not wanted:
            return _says(82001, "no user, party or tag")
        unknown = [user for user in wanted if user not in self.members]
        if len(unknown) == len(wanted):
            return _says(81013, "all touser & toparty & totag invalid")
        self._check_duplicate(given, body)
        return {**_says(0, "ok"), "invaliduser": "|".join(unknown).lower(), "msgid": "msg"}

    def _check_duplicate(self, given: dict[str, Any], body: str) -> None:
        if not given.get("enable_duplicate_check"):
            return
        with self._lock:
            now = self._now()
            if self._seen.get(body, float("-inf")) > now:
                self.held_back += 1
            else:
                self._seen[body] = now + float(given.get("duplicate_check_interval", 1800))

    def _within_limit(self, key: str) -> bool:
        with self._lock:
            sent, now = self._sent[key], self._now()
            while sent and sent[0] <= now - 60:
                sent.popleft()
            if len(sent) >= PER_MINUTE:
                return False
            sent.append(now)
            return True


def _wrong(path: str, body: str) -> dict[str, Any] | None:
    """What WeCom has against a body, if anything."""
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        return _says(40058, "invalid Request Parameter: body is not json")
    kind = given.get("msgtype")
    if kind == "textcard" and path == SEND:
        return _wrong_card(given.get("textcard") or {})
    limit = LIMITS[path].get(str(kind))
    if limit is None:
        return _says(40008, "invalid message type")
    content = (given.get(str(kind)) or {}).get("content")
    if not isinstance(content, str) or not content:
        return _says(44004, "empty content")
    # Text to an application is cut by the real one; here too much of anything is told.
    if len(content.encode("utf-8")) > limit:
        return _says(40058, f"{kind}.content exceed max length {limit}")
    return None


def _wrong_card(card: dict[str, Any]) -> dict[str, Any] | None:
    title, description, url = (str(card.get(name, "")) for name in ("title", "description", "url"))
    if not title or not description or not url:
        return _says(40058, "textcard: title, description and url are required")
    if len(title) > 128 or len(description) > 512 or len(url.encode("utf-8")) > 2048:
        return _says(40058, "textcard exceed max length")
    return None


def _says(errcode: int, errmsg: str) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": errmsg}


class _Http(ThreadingHTTPServer):
    """Says nothing about a client that was killed in the middle of its request."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _handler(server: WecomServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept
        disable_nagle_algorithm = True

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_GET(self) -> None:
            path, query = self._asked()
            if path == TOKEN:
                fault = server.strike(path, "")
                self._finish(fault, lambda: server.fetch_token(query))
            else:
                self._page(404)

        def do_POST(self) -> None:
            path, query = self._asked()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
            if path not in (ROBOT, SEND):
                self._page(404)
                return
            key = query.get("key" if path == ROBOT else "access_token", "")
            fault = server.strike(path, key)
            answer = server.post_robot if path == ROBOT else server.post_application

            def take() -> dict[str, Any]:
                said = answer(key, body) if fault is None or fault.errcode is None else _says(fault.errcode, "scripted")
                silent = fault is not None and (fault.drop or fault.status is not None)
                errcode = None if silent else said["errcode"]
                server.posts.add(Post(path, key, body, errcode, time.time()))
                return said

            self._finish(fault, take)

        def _asked(self) -> tuple[str, dict[str, str]]:
            parts = urlsplit(self.path)
            return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}

        def _finish(self, fault: WecomFault | None, take: Callable[[], dict[str, Any]]) -> None:
            answer = take()
            time.sleep(server.latency + (fault.delay if fault else 0.0))
            if fault is not None and fault.drop:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
            elif fault is not None and fault.status is not None:
                self._page(fault.status)
            else:
                if fault is not None and fault.errcode is not None:
                    answer = _says(fault.errcode, "scripted")
                self._reply(200, "application/json; charset=UTF-8", json.dumps(answer).encode("utf-8"))

        def _page(self, status: int) -> None:
            self._reply(status, "text/html", b"<html>no JSON here</html>")

        def _reply(self, status: int, kind: str, content: bytes) -> None:
            with contextlib.suppress(OSError):  # whoever asked may have gone
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the records say it."""

    return Handler


def main() -> int:
    parser = argparse.ArgumentParser(description="An HTTP server that answers as WeCom does.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a robot that exists")
    parser.add_argument("--secret", default="", help="the application's secret")
    parser.add_argument("--member", action="append", default=[], help="a member the application can reach")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--fault", action="append", default=[], help='JSON, e.g. {"errcode": -1, "times": 2}')
    given = parser.parse_args()
    server = WecomServer(
        port=given.port,
        log=given.log,
        keys=set(given.key),
        secret=given.secret,
        members=set(given.member),
        latency=given.latency,
    )
    server.script(*(WecomFault(**json.loads(fault)) for fault in given.fault))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    # The caller may end us as soon as it has read the port: even while we print it.
    with server, contextlib.suppress(KeyboardInterrupt):
        print(server.port, flush=True)  # the caller may have asked for any free port
        signal.pause()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

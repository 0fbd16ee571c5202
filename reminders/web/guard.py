"""What stands in front of every page: headers, the size of a form, the patience with guessed links, the access log."""

from __future__ import annotations

import copy
import logging
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG

LARGEST_FORM = 64 * 1024
_LINK_PATH = re.compile(r"/a/[^\s?\"]*")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class FormTooLarge(Exception):
    """A posted form is larger than 64 KiB."""


class Guard:
    """ASGI middleware: the same headers on every answer, and no form larger than 64 KiB is read."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, _bounded(scope, receive), self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", self._policy)
            await send(message)

        return sending


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """A receive that raises as soon as the body is known to be too large."""
    stated = Headers(scope=scope).get("content-length", "")
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        if stated.isdigit() and int(stated) > LARGEST_FORM:
            raise FormTooLarge
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_FORM:
            raise FormTooLarge
        return message

    return receiving


@dataclass(slots=True)
class Patience:
    """How many links one address may guess: in this process, by machine time, forgetting the oldest addresses."""

    most: int = 30
    within: timedelta = timedelta(minutes=1)
    addresses: int = 4096
    _misses: dict[str, deque[datetime]] = field(default_factory=dict, repr=False)

    def exhausted(self, address: str, now: datetime) -> bool:
        """Count one miss and say whether it is one too many."""
        misses = self._misses.pop(address, None) or deque(maxlen=self.most + 1)
        while misses and now - misses[0] >= self.within:
            misses.popleft()
        misses.append(now)
        self._misses[address] = misses
        while len(self._misses) > self.addresses:
            del self._misses[next(iter(self._misses))]
        return len(misses) > self.most


class HideLinks(logging.Filter):
    """Writes `/a/…` in place of every acknowledgement link in a log line: whoever has the link can answer."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(part) for part in record.args)
        record.msg = _hidden(record.msg)
        return True


def log_config() -> dict[str, Any]:
    """uvicorn's logging with the links hidden from it."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"hide_links": {"()": HideLinks}}
    for handler in config["handlers"].values():
        handler["filters"] = ["hide_links"]
    return config


def _hidden(part: object) -> object:
    return _LINK_PATH.sub("/a/…", part) if isinstance(part, str) else part

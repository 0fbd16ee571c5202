"""Keeping robot keys, tokens and passwords out of everything a person or a log can read."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable

HIDDEN = "…"
_IN_QUERY = re.compile(r"((?:key|access_token|corpsecret|secret|password)=)[^&\s\"'<>]+", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_QUOTED = 160  # characters of a far end's own words that are worth keeping
_HTTP_LOGGERS = ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy")


def destination_key(channel: str, address: str) -> str:
    """The name under which a destination is limited, parked and counted: stable, and safe to store and to show."""
    return f"{channel}:{hashlib.sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """A far end's words made fit for a page: one line, not long, without the given secrets and query credentials."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    line = _IN_QUERY.sub(rf"\1{HIDDEN}", _UNPRINTABLE.sub(" ", text)).strip()
    return line if len(line) <= _QUOTED else line[:_QUOTED] + HIDDEN


class _WithoutCredentials(logging.Filter):
    """Rewrites what the HTTP library logs: it writes whole addresses, and a robot's key is a part of its address."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _IN_QUERY.sub(rf"\1{HIDDEN}", record.getMessage()), None
        return True


_FILTER = _WithoutCredentials()


def guard_http_logs() -> None:
    """Hold credentials back from the HTTP library's loggers; calling it again changes nothing."""
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)

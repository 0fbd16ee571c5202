"""The heartbeat: one GET after a tick that went well, so that a monitor outside misses us when everything is gone."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable
from datetime import timedelta

from reminders.engine.service import Service
from reminders.store import marks

log = logging.getLogger("cuiban.heartbeat")
HEARTBEAT = "heartbeat"
EVERY = timedelta(minutes=1)
SECONDS = 5.0  # a monitor that answers more slowly is as good as none


def _get(url: str) -> None:
    """Ask for the URL, by no proxy. Not through the HTTP library: its log lines hold whole addresses."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=SECONDS):
        pass


def beat(service: Service, get: Callable[[str], None] = _get) -> bool:
    """Ask for the heartbeat URL, at most once a minute; whatever it answers, nothing is disturbed.

    True where it was asked. The URL is a secret: it stands in no log.
    """
    url, now = service.settings.heartbeat_url.get_secret_value(), service.machine_now()
    if not url:
        return False
    with service.database.write() as connection:
        last = marks.mark(connection, HEARTBEAT)
        if last is not None and timedelta(0) <= now - last.machine_at < EVERY:
            return False
        marks.set_mark(service.database, connection, HEARTBEAT, service.now(), now)
    try:
        get(url)
    except Exception as error:  # an answer that is no HTTP raises what urllib does not name
        log.warning("the heartbeat was not taken: %s", type(error).__name__)
    return True

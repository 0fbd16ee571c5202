"""The watchdog: tells the operator once when ticks or a channel stand still, and once when they work again.

It reads the database alone, no broker, and hands its words to a channel directly. Each incident is a row of `marks`
while it lasts: new → told → over, then gone. Who changes the row first speaks, so that several watchdogs say it once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from reminders.engine.service import Service
from reminders.engine.watching import alarms
from reminders.engine.watching.incident import Incident
from reminders.engine.watching.incidents import Seen, look
from reminders.engine.watching.stops import is_stop, office_addresses
from reminders.engine.watching.telling import tell_by_mail, tell_operator
from reminders.exceptions import DatabaseUnreachable
from reminders.store import liveness, marks

log = logging.getLogger("cuiban.watchdog")
PREFIX = "incident:"
EVERY = 60.0  # seconds between two looks
AGAIN = timedelta(minutes=30)  # until telling is tried again where nobody could be told
NEW, TOLD, OVER = "new", "told", "over"


class Watchdog:
    """Looks whenever it is asked to, and remembers what the database itself cannot: that it does not answer."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._away_since: datetime | None = None
        self._told_away = False

    def watch(self, stop: threading.Event, every: float = EVERY) -> None:
        """Look until told to stop; the first look waits, so that what starts beside it has time for its first tick."""
        while not stop.wait(every):
            try:
                self.look()
            except Exception as error:  # a watchdog that dies in silence is none
                log.error("the watchdog could not look: %s", type(error).__name__)

    def look(self) -> tuple[Incident, ...] | None:
        """One look: tell what has to be told. What stands still now; None where the database does not answer."""
        try:
            seen = look(self._service)
            _tell_changes(self._service, seen)
        except (DatabaseUnreachable, DBAPIError):
            self._away()
            return None
        self._back()
        return seen.standing

    def _away(self) -> None:
        service, now = self._service, self._service.machine_now()
        self._away_since = self._away_since or now
        limit = timedelta(minutes=service.settings.watchdog_minutes)
        if self._told_away or now - self._away_since < limit or service.slots.open_slot(service.now()) is None:
            return
        words = alarms.no_database(service.database.described(), self._away_since, now)
        self._told_away = tell_operator(service, words)

    def _back(self) -> None:
        since, told = self._away_since, self._told_away
        self._away_since, self._told_away = None, False
        if since is not None and told:
            tell_operator(self._service, alarms.database_back(since, self._service.machine_now()))


def _tell_changes(service: Service, seen: Seen) -> None:
    with service.database.read() as connection:
        kept = {row.name.removeprefix(PREFIX): row for row in marks.starting_with(connection, PREFIX)}
    for incidents in _together(seen.standing):
        mine = [incident for incident in incidents if _claim(service, incident, kept.get(incident.key))]
        if mine:
            told = _tell(service, mine[0].key, alarms.alarm(mine, service.machine_now()), broken=mine[0].channel)
            _write(service, mine, TOLD if told else NEW)
    for key in sorted(seen.working & kept.keys()):
        _tell_recovery(service, key, kept[key])


def _together(standing: Sequence[Incident]) -> Iterable[list[Incident]]:
    """What one message speaks of: the robots that failed alike are one."""
    found: dict[tuple[str, bool], list[Incident]] = {}
    for incident in standing:
        found.setdefault((incident.channel or incident.key, ":" in incident.key), []).append(incident)
    return found.values()


def _claim(service: Service, incident: Incident, kept: Row[Any] | None) -> bool:
    """Whether this watchdog has to speak of an incident: it is new, or nobody could be told half an hour ago."""
    now, body = service.machine_now(), _body(incident, NEW)
    with service.database.write() as connection:
        if kept is None:
            return marks.add(service.database, connection, PREFIX + incident.key, service.now(), now, body)
        if kept.body["state"] == OVER:  # it came back before its end could be told: the first word still holds
            marks.change(connection, kept, now, {**kept.body, "state": TOLD})
            return False
        waited = now - kept.machine_at >= AGAIN
        return kept.body["state"] == NEW and waited and marks.change(connection, kept, now, body)


def _tell_recovery(service: Service, key: str, kept: Row[Any]) -> None:
    now, since = service.machine_now(), datetime.fromisoformat(kept.body["since"])
    if kept.body["state"] == OVER and now - kept.machine_at < AGAIN:
        return
    with service.database.write() as connection:
        if not marks.change(connection, kept, now, {**kept.body, "state": OVER}):
            return
    # A mail that could not be told of while it was broken can be told of now: the operator learns both at once.
    if _tell(service, key, alarms.recovered(key, since, now)):
        with service.database.write() as connection:
            marks.remove(connection, kept.name)
            liveness.note_told(connection, key, None)


def _tell(service: Service, key: str, words: alarms.Alarm, *, broken: str = "") -> bool:
    """The operator; and of what a guard stopped, the lead office as well."""
    told = tell_operator(service, words, broken=broken)
    if not is_stop(key):
        return told
    with service.database.read() as connection:
        addresses = office_addresses(connection)
    return tell_by_mail(service, words, addresses) or told


def _write(service: Service, incidents: Sequence[Incident], state: str) -> None:
    now = service.machine_now()
    with service.database.write() as connection:
        for incident in incidents:
            body = _body(incident, state)
            marks.set_mark(service.database, connection, PREFIX + incident.key, service.now(), now, body)
            if state == TOLD:
                liveness.note_told(connection, incident.key, now)


def _body(incident: Incident, state: str) -> dict[str, str]:
    return {"state": state, "since": incident.since.isoformat(), "code": incident.code}

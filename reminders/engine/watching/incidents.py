"""Incidents of ours: no tick any more, a channel that fails for everybody, a guard that holds. The database tells all.

A channel fails for everybody when its newest try met a cause that only a person mends (login, certificate, a removed
robot), when its last three recipients in a row failed for a cause not theirs, or when it is parked without an end. It
works again when its newest try was taken, or refused for the recipient's own sake.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row

from channels.outcome import Verdict
from reminders.engine.sending.parking import IN_A_ROW, NOT_THEIRS
from reminders.engine.service import SMTP, WECOM, Service
from reminders.engine.watching.incident import Incident
from reminders.engine.watching.presence import PAGE
from reminders.engine.watching.stops import stops
from reminders.store import liveness, marks, outbox
from reminders.store.liveness import REACHED

TICK, UNDECIDED = "tick", "undecided"
TRIES = 300  # of a channel that are looked at: more than one slot brings a robot


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands still now, and which keys are known to work. What is in neither is not known now."""

    standing: tuple[Incident, ...]
    working: frozenset[str]


def look(service: Service) -> Seen:
    """Look at ticks, channels and guards; DatabaseUnreachable where the store does not answer."""
    with service.database.read() as connection:
        found, working = _ticks(service, connection)
        waits, goes_on = stops(connection)
        away, there = _page(service, connection)
        doubtful, decided = _undecided(service, connection)
        found, working = found + waits + away + doubtful, working | goes_on | there | decided
        for channel in (SMTP, WECOM):
            tries = liveness.newest_tries(connection, channel, TRIES)
            waiting = liveness.waiting_on(connection, channel)
            found += judged(channel, tries, waiting)
            working |= works(channel, tries)
        known = {incident.key for incident in found}
        found += [i for i in _parked(connection) if i.key not in known]
    standing = {incident.key for incident in found}
    return Seen(tuple(found), frozenset(working - standing))


def _ticks(service: Service, connection: Connection) -> tuple[list[Incident], set[str]]:
    """The last tick is too old inside the send window; before the first one, the first release counts."""
    last = marks.mark(connection, TICK)
    since = last.machine_at if last is not None else liveness.first_release(connection)
    if since is None:
        return [], set()
    limit = timedelta(minutes=service.settings.watchdog_minutes)
    if service.machine_now() - since <= limit:
        return [], {TICK}
    slot = service.slots.open_slot(service.now())
    # A machine that starts in the morning has its last tick on the evening before: it is given time for the first one.
    if slot is None or service.now() - service.slots.opens_at(slot) <= limit:
        return [], set()
    waiting = sum(liveness.depths(connection).values())
    return [Incident(TICK, since, waiting=waiting)], set()


def _page(service: Service, connection: Connection) -> tuple[list[Incident], set[str]]:
    """The link page, once it was ever there, is away inside the send window."""
    last = marks.mark(connection, PAGE)
    if last is None:
        return [], set()
    limit = timedelta(minutes=service.settings.watchdog_minutes)
    if service.machine_now() - last.machine_at <= limit:
        return [], {PAGE}
    slot = service.slots.open_slot(service.now())
    if slot is None or service.now() - service.slots.opens_at(slot) <= limit:
        return [], set()
    return [Incident(PAGE, last.machine_at)], set()


def _undecided(service: Service, connection: Connection) -> tuple[list[Incident], set[str]]:
    """Deliveries of which a person has to find out whether they arrived, or which broke the program."""
    rows = outbox.undecided(connection)
    if not rows:
        return [], {UNDECIDED}
    since = min((row.tried_at for row in rows if row.tried_at is not None), default=service.now())
    return [Incident(UNDECIDED, since, waiting=len(rows))], set()


def judged(channel: str, tries: Sequence[Row[Any]], waiting: int) -> list[Incident]:
    """What the newest tries of a channel, newest first, say of it."""
    found = []
    for key, mine in _by_key(channel, tries).items():
        dead = list(takewhile(lambda row: row.verdict == Verdict.DEAD_CHANNEL, mine))
        if dead:
            whose = (dead[0].unit or dead[0].name or "") if channel == WECOM else ""
            found.append(Incident(key, dead[-1].tried_at, channel, dead[0].detail, dead[0].code, waiting, whose))
    failing = list(takewhile(lambda row: row.verdict in NOT_THEIRS, tries))
    if not found and len({row.contact_id for row in failing}) >= IN_A_ROW:
        first, last = failing[-1], failing[0]
        found.append(Incident(channel, first.tried_at, channel, last.detail, last.code, waiting, lasting=False))
    return found


def works(channel: str, tries: Sequence[Row[Any]]) -> set[str]:
    """The keys whose newest try reached the far end."""
    newest = {key: mine[0] for key, mine in _by_key(channel, tries).items()}
    reached = {key for key, row in newest.items() if row.verdict in REACHED}
    return reached | ({channel} if tries and tries[0].verdict in REACHED else set())


def _by_key(channel: str, tries: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    """A mail server stands or falls for everybody, a robot by itself."""
    found: dict[str, list[Row[Any]]] = {}
    for row in tries:
        found.setdefault(channel if channel == SMTP else f"{channel}:{row.contact_id}", []).append(row)
    return found


def _parked(connection: Connection) -> list[Incident]:
    return [
        Incident(row.channel, row.since, row.channel.partition(":")[0], row.reason)
        for row in liveness.parked_for_good(connection)
    ]

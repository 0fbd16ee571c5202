"""The look with which a round begins: what there is to do, and what time itself did since the last one.

It is one transaction, and mostly three statements: the marks of the last round, the look, the mark of this one. A
clock that leapt stops everything; what an outage of ours took is given back before anything is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.engine.standstill.jumps import Offsets, leap_between, offsets, stop_for
from reminders.engine.standstill.outage import absence, give_back
from reminders.engine.watching.presence import PAGE
from reminders.slots import Slot
from reminders.store import marks, pauses
from reminders.store.probing import Look, look
from schedules.workday_changes import digest

TICK = "tick"
WHOLE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a round has to do, and the digest of the working calendar by which the last one planned."""

    found: Look
    planned_by: str | None


def look_around(service: Service, slot: Slot | None, now: datetime, *, settled: bool = False) -> Looked:
    """Look, and leave the mark that a round took place.

    The working calendar becomes ours in that mark once what is open is planned by it: `settled`.
    """
    machine_now = service.machine_now()
    with service.database.write() as connection:
        were, server_now = marks.pulse(service.database, connection, (TICK, PAGE))
        last, page = were.get(TICK), were.get(PAGE)
        kept: Mapping[str, Any] = last.body if last is not None else {}
        witnesses = offsets(service, server_now)
        runs = not _leapt(service, connection, last, witnesses)
        away = _given_back(service, connection, slot, last, page) if runs and slot is not None else kept.get("page")
        low, whole_at = _bound(kept, slot, machine_now)
        found = look(connection, slot, machine_now, above=low)
        planned_by = kept.get("calendar")
        body = {
            "calendar": digest(service.slots.workdays) if settled else planned_by,
            **_bounded(low if slot is None or found.due else slot, whole_at),
            "witnesses": witnesses,
            "page": away,
        }
        marks.set_mark(service.database, connection, TICK, now, machine_now, body)
    return Looked(found, planned_by)


def _leapt(service: Service, connection: Connection, last: Row[Any] | None, witnesses: Offsets) -> bool:
    """Whether our clock leapt since the last round; then everything stops."""
    leap = leap_between(service, last, witnesses)
    if leap is not None:
        stop_for(service, connection, leap)
    return leap is not None


def _given_back(
    service: Service, connection: Connection, slot: Slot, last: Row[Any] | None, page: Row[Any] | None
) -> dict[str, Any] | None:
    """Give back what an outage of ours took; what stands given back for a link page that is still away."""
    gone = absence(service, last, page)
    # While everything is paused clocks stand anyway, and its end gives the days back.
    if gone.outage is not None and not pauses.active(connection).everything:
        give_back(service, connection, gone.outage, slot)
        forget(service, connection, slot)
    return gone.page


def _bound(kept: Mapping[str, Any], slot: Slot | None, machine_now: datetime) -> tuple[Slot | None, datetime]:
    """The last slot in which nothing was due any more, a lower bound for the look; when one last went without it.

    Once a minute a look goes without, so that a row that came in below is found all the same.
    """
    low, whole_at = kept.get("low"), kept.get("whole_at")
    if not low or not whole_at or slot is None or Slot.parse(low) > slot:
        return None, machine_now
    since = datetime.fromisoformat(whole_at)
    return (Slot.parse(low), since) if timedelta(0) <= machine_now - since < WHOLE_EVERY else (None, machine_now)


def _bounded(low: Slot | None, whole_at: datetime) -> dict[str, Any]:
    """The bound as the mark keeps it for the next look."""
    return {"low": str(low) if low else None, "whole_at": whole_at.isoformat()}

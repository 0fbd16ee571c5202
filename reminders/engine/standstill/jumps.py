"""A system clock that leapt more than a day: nothing is sent until a person looked at it (rule 11).

A leap looks like an outage of days, and only something else that counts time tells the two apart. There are two such
witnesses: the seconds since this machine started, and the clock of the database server. How far our clock is from each
is kept with every tick; where that changed by more than a day since the last one, our clock was set, or theirs. Time
that goes back more than a day needs no witness. Without any (a restart, on SQLite) a gap is an outage, up to a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminders.clock import SHANGHAI, SteadyClock
from reminders.engine.service import Service
from reminders.store import events, pauses

LEAP = timedelta(days=1)
UNSEEN = timedelta(days=30)  # a gap that no witness saw and that no outage of ours lasts
SERVER = "server"
Offsets = dict[str, float]


@dataclass(frozen=True, slots=True)
class Leap:
    """How far the clock leapt, and the last business time before it."""

    by: timedelta
    since: datetime


def offsets(service: Service, server_now: datetime | None) -> Offsets:
    """How many seconds our clock is ahead of each witness that there is."""
    clock, machine_now = service.clock, service.machine_now()
    if not isinstance(clock, SteadyClock):
        return {}
    found = {SERVER: (machine_now - server_now).total_seconds()} if server_now is not None else {}
    witness = clock.witness()
    return found if witness is None else {**found, witness.name: machine_now.timestamp() - witness.seconds}


def leap_between(service: Service, last: Row[Any] | None, now: Mapping[str, float]) -> Leap | None:
    """The leap since the last tick; None where there was none, and where business time is moved on purpose."""
    if last is None or not service.guarded():
        return None
    before = last.body.get("witnesses", {})
    moved = [timedelta(seconds=now[name] - before[name]) for name in now if name in before]
    gap = service.machine_now() - last.machine_at
    if not moved and (gap < -LEAP or gap > UNSEEN):
        moved = [gap]
    far = max(moved, key=abs, default=timedelta(0))
    return Leap(far, last.at) if abs(far) > LEAP else None


def stop_for(service: Service, connection: Connection, leap: Leap) -> None:
    """Stop everything, as a person would, and say why; nothing where everything is stopped already."""
    if pauses.active(connection).everything:
        return
    now, hours = service.now(), round(leap.by.total_seconds() / 3600)
    reason = f"系统时钟跳变约{_days(leap.by)}：{_moment(leap.since)} 之后是 {_moment(now)}"
    # From the last good moment on clocks stood: what the leap took from a wait is given back at the resumption.
    pauses.begin(connection, plan_id=None, unit_id=None, reason=reason, by=pauses.CLOCK, now=leap.since)
    body = {"hours": hours, "before": leap.since.astimezone(SHANGHAI).isoformat(), "after": now.isoformat()}
    happened = events.Event("clock.leapt", body=body)
    events.append(connection, [happened], at=now, recorded_at=service.machine_now())


def _days(length: timedelta) -> str:
    word = "往前" if length > timedelta(0) else "往回"
    return f"{word}{max(round(abs(length) / timedelta(days=1)), 1)}天"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

"""The one module that reads the clock, and it knows two.

Business time decides what is due; the demo and the tests move it. Machine time is never moved: leases, timeouts,
backoff, rate limits and link nonces count in it.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where the service takes its two times from."""

    def business(self) -> datetime:
        """The moment that decides what is due, aware, in Asia/Shanghai."""
        ...

    def machine(self) -> datetime:
        """The machine's own moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Witness:
    """Seconds counted by something that nobody sets, and its name: only what one and the same counted compares."""

    name: str
    seconds: float


@runtime_checkable
class SteadyClock(Clock, Protocol):
    """A clock that nobody moves on purpose: where it leaps, something is wrong."""

    def witness(self) -> Witness | None:
        """What else tells how much time passed; None where this machine has nothing of the kind."""
        ...


class MachineClock:
    """The machine's own time alone: what every clock has, however it puts business time."""

    def machine(self) -> datetime:
        return datetime.now(UTC)


class SystemClock(MachineClock):
    """Both times are the machine's."""

    def business(self) -> datetime:
        return datetime.now(SHANGHAI)

    def witness(self) -> Witness | None:
        """The seconds since this machine started, sleep included; they go on whatever its clock is set to."""
        name = _boot()
        return Witness(name, time.clock_gettime(time.CLOCK_BOOTTIME)) if name else None


@cache
def _boot() -> str:
    """This start of this machine; empty where the machine does not say (only Linux does)."""
    try:
        return f"boot:{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()}"
    except (OSError, UnicodeDecodeError):
        return ""


class FixedClock(MachineClock):
    """Business time stands where it was put (rehearsal, `tick --now`, tests)."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(SHANGHAI)

    def business(self) -> datetime:
        return self._moment

    def move(self, moment: datetime) -> None:
        """Put business time to `moment`; nothing keeps it from going back."""
        self._moment = moment.astimezone(SHANGHAI)


class FileClock(MachineClock):
    """Business time is what a file says, so that several processes share a moved one.

    The file holds one JSON object {"now": ISO 8601 moment}; it is replaced whole, never written in place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def business(self) -> datetime:
        stated = json.loads(self._path.read_text(encoding="utf-8"))["now"]
        return datetime.fromisoformat(stated).astimezone(SHANGHAI)

    def move(self, moment: datetime) -> None:
        """Put business time to `moment` for every process that reads the file."""
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"now": moment.isoformat()}), encoding="utf-8")
        os.replace(draft, self._path)

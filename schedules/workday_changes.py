"""A working calendar as data, and where two of them differ: for whoever keeps the one that counted last.

Years run from the first that is announced; a year announced in neither is the same in both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from schedules.workdays import Exceptions, WorkCalendar


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that one calendar works and the other does not."""

    day: date
    worked: bool  # now


def to_dict(calendar: WorkCalendar) -> dict[str, Any]:
    """What notices say against the week, by announced year: {"2026": {"off": "0101 …", "worked": "0104 …"}}."""
    known = calendar.exceptions
    off, worked = _by_year(known.off), _by_year(known.worked)
    return {str(year): {"off": off.get(year, ""), "worked": worked.get(year, "")} for year in sorted(known.years)}


def from_dict(data: Mapping[str, Mapping[str, str]]) -> WorkCalendar:
    """The calendar that `to_dict` described."""
    off = frozenset(day for year, said in data.items() for day in _ordinals(int(year), said["off"]))
    worked = frozenset(day for year, said in data.items() for day in _ordinals(int(year), said["worked"]))
    return WorkCalendar(Exceptions(off, worked, frozenset(map(int, data))))


@lru_cache(maxsize=16)
def digest(calendar: WorkCalendar) -> str:
    """A stable name for exactly these working days."""
    return hashlib.sha256(json.dumps(to_dict(calendar), sort_keys=True).encode()).hexdigest()[:16]


def changed_days(was: WorkCalendar, now: WorkCalendar) -> Iterator[ChangedDay]:
    """Every day on which two calendars differ, in the order of time."""
    for year in sorted(was.exceptions.years | now.exceptions.years):
        before, after = set(was.days_of(year)), set(now.days_of(year))
        for ordinal in sorted(before ^ after):
            yield ChangedDay(date.fromordinal(ordinal), ordinal in after)


def _by_year(ordinals: Iterable[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for day in map(date.fromordinal, sorted(ordinals)):
        found.setdefault(day.year, []).append(f"{day:%m%d}")
    return {year: " ".join(days) for year, days in found.items()}


def _ordinals(year: int, line: str) -> Iterator[int]:
    for mmdd in line.split():
        yield date(year, int(mmdd[:2]), int(mmdd[2:])).toordinal()

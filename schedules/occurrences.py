"""The due days of a phase inside a span of days, each with the window in which the work is to be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from schedules.schedule import Deadline, Freq, Phase, Recurring

_MONTHS: Final[dict[Freq, int]] = {"yearly": 12, "halfyearly": 6, "quarterly": 3, "bimonthly": 2, "monthly": 1}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated thing to do: from `start` (where a window is known) to `due`, both included, at least `count` times."""

    start: date | None
    due: date
    time: str | None
    count: int


def occurrences(phase: Phase, first: date, last: date) -> list[Occurrence]:
    """What of `phase` falls due from `first` to `last`, both included, in order.

    A deadline gives itself; a recurring phase one for each of its periods, with that period's first day as start.
    Continuous, triggered and unscheduled phases have no due day of their own and give none.
    """
    if isinstance(phase, Deadline):
        inside = first <= phase.due <= last
        return [Occurrence(phase.start, phase.due, phase.time, phase.count)] if inside else []
    if isinstance(phase, Recurring):
        return [
            Occurrence(_window_start(phase, due), due, phase.time, phase.count)
            for due in _dues(phase, first, last)
            if first <= due <= last
        ]
    return []


def _dues(phase: Recurring, first: date, last: date) -> Iterator[date]:
    """The listed due days, or where the rule alone says them, those of the rule."""
    if phase.dues is not None:
        yield from phase.dues
        return
    begin = phase.start or date(first.year, 1, 1)
    yield from expand(phase.rrule, begin, min(last, phase.end or last))


def expand(rule: str, begin: date, last: date) -> list[date]:
    """The days of an RFC 5545 rule counted from `begin`, up to `last` included."""
    from dateutil.rrule import rrulestr  # here, because reading an expression never needs it and it is slow to import

    start = datetime.combine(begin, time())
    return [
        moment.date()
        for moment in rrulestr(rule, dtstart=start).between(start, datetime.combine(last, time()), inc=True)
    ]


def _window_start(phase: Recurring, due: date) -> date:
    """The first day of the period that `due` closes, not before the season's own first day."""
    months = _MONTHS.get(phase.freq)
    if months is not None:
        begin = date(due.year, (due.month - 1) // months * months + 1, 1)
    else:
        begin = due - timedelta(days=_interval(phase.rrule) * (7 if phase.freq == "weekly" else 1) - 1)
    return begin if phase.start is None else max(begin, phase.start)


def _interval(rule: str) -> int:
    """INTERVAL of a rule; 1 where it has none."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    return int(parts.get("INTERVAL", "1"))

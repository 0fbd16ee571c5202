"""Totals of a rehearsal: how many messages each person gets, week by week, and when it is most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reminders.engine.ledger.sent import Line
from reminders.slots import Slot, week_of


@dataclass(frozen=True, slots=True)
class Most:
    """The fullest of several: a slot or a week, and what it holds."""

    when: str
    messages: int
    items: int


@dataclass
class Destination:
    """What one destination gets."""

    name: str
    weeks: Counter[date] = field(default_factory=Counter)  # messages by Monday
    messages: int = 0
    items: int = 0
    slot: Most = Most("", 0, 0)
    _open: Most = Most("", 0, 0)

    def add(self, slot: str, items: int) -> None:
        """Count one message; the messages of a slot come together."""
        self.weeks[week_of(Slot.parse(slot).day)] += 1
        self.messages += 1
        self.items += items
        before = self._open if self._open.when == slot else Most(slot, 0, 0)
        self._open = Most(slot, before.messages + 1, before.items + items)
        self.slot = max(self.slot, self._open, key=_fullness)

    @property
    def week(self) -> tuple[date, int]:
        """The fullest week, the first of several."""
        return min(self.weeks.items(), key=lambda pair: (-pair[1], pair[0]))

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        monday, count = self.week
        return {
            "destination": self.name,
            "messages": self.messages,
            "items": self.items,
            "weeks": {str(week): number for week, number in sorted(self.weeks.items())},
            "most_in_week": {"week": str(monday), "messages": count},
            "most_in_slot": {"slot": self.slot.when, "messages": self.slot.messages, "items": self.slot.items},
        }


class Totals:
    """The counts of a rehearsal, made while its lines pass; they grow with people and weeks, not with messages."""

    def __init__(self) -> None:
        self.found: dict[str, Destination] = {}
        self.slot = Most("", 0, 0)
        self.messages = 0
        self._open = Most("", 0, 0)

    def counting(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines, counted as they pass."""
        for line in lines:
            self.add(line)
            yield line

    def add(self, line: Line) -> None:
        """Count one message; lines come in the order of their slots."""
        slot, name, items = line["slot"], line["destination"], len(line["items"])
        self.messages += 1
        self.found.setdefault(name, Destination(name)).add(slot, items)
        before = self._open if self._open.when == slot else Most(slot, 0, 0)
        self._open = Most(slot, before.messages + 1, before.items + items)
        self.slot = max(self.slot, self._open, key=_fullness)

    def destinations(self) -> list[Destination]:
        """Everybody, who gets most first."""
        return sorted(self.found.values(), key=lambda one: (-one.messages, one.name))

    def weeks(self) -> list[date]:
        """The Mondays of the weeks in which anybody gets anything."""
        return sorted({week for one in self.found.values() for week in one.weeks})

    def most_in_week(self) -> Destination | None:
        """Who gets most in one week."""
        return max(self.destinations(), key=lambda one: one.week[1], default=None)

    def most_in_slot(self) -> Destination | None:
        """Who gets most at once."""
        return max(self.destinations(), key=lambda one: _fullness(one.slot), default=None)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "messages": self.messages,
            "fullest_slot": {"slot": self.slot.when, "messages": self.slot.messages, "items": self.slot.items},
            "destinations": [one.to_dict() for one in self.destinations()],
        }


def _fullness(most: Most) -> tuple[int, int]:
    return most.messages, most.items

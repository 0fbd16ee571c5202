"""Each task's schedule as it counts: the cell with the offers that were taken, and the dated things it makes.

Pure: schedules and days in, occurrences and quarters out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reminders.policy import Ladder, ReturnRule
from schedules.occurrences import occurrences
from schedules.schedule import Continuous, Deadline, Phase, Recurring, Triggered, Unscheduled
from schedules.workdays import WorkCalendar

_LADDERS = {
    "yearly": Ladder.QUARTERLY,
    "halfyearly": Ladder.QUARTERLY,
    "quarterly": Ladder.QUARTERLY,
    "bimonthly": Ladder.MONTHLY,
    "monthly": Ladder.MONTHLY,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One schedule row of a task: a phase and where it stands."""

    schedule_id: int
    phase: Phase
    origin: str  # cell, mention
    offer: str  # "", open, taken, left


@dataclass(frozen=True, slots=True)
class Dated:
    """One dated thing that each lead unit of the task will owe."""

    schedule_id: int
    ladder: Ladder
    start_on: date | None
    due_on: date
    due_time: str | None
    count: int


def is_offer(mention: Phase) -> bool:
    """Whether a mention beside a cell is something a person takes or leaves."""
    return isinstance(mention, Deadline | Recurring | Triggered)


def counting(lines: Sequence[Line]) -> list[Line]:
    """The lines that count once every offer is taken or left.

    An offer that the cell covers (第三季度 beside 9月底前) only lends it its start; one that names other days
    (每季度1次 beside 贯穿全年) is a further phase.
    """
    base = [line for line in lines if line.offer == ""]
    taken = [line for line in lines if line.offer == "taken"]
    for offer in taken:
        covering = [index for index, line in enumerate(base) if _covers(line.phase, offer.phase)]
        if not covering:
            base.append(offer)
        elif isinstance(offer.phase, Deadline) and offer.phase.start is not None:
            base[covering[0]] = _started(base[covering[0]], offer.phase.start)
    return base


def dated(lines: Sequence[Line], year: int) -> list[Dated]:
    """Everything of a task that falls due on a day, in the order of the days."""
    found = []
    for line in lines:
        if not isinstance(line.phase, Deadline | Recurring):
            continue
        ladder = ladder_of(line.phase)
        if ladder is Ladder.NONE:
            continue
        last = line.phase.due if isinstance(line.phase, Deadline) else date(year, 12, 31)
        first = min(date(year, 1, 1), last)
        found += [
            Dated(line.schedule_id, ladder, item.start, item.due, item.time, item.count)
            for item in occurrences(line.phase, first, last)
        ]
    return sorted(found, key=lambda item: item.due_on)


def ladder_of(phase: Deadline | Recurring) -> Ladder:
    """Which rungs a dated phase has; recurring shorter than a month has none."""
    return Ladder.DEADLINE if isinstance(phase, Deadline) else _LADDERS.get(phase.freq, Ladder.NONE)


def is_routine(phase: Phase) -> bool:
    """例行: recurring oftener than monthly, a line in the digest."""
    return isinstance(phase, Recurring) and ladder_of(phase) is Ladder.NONE


def is_undated(phase: Phase) -> bool:
    """待明确时限: a duty whose words name no date."""
    return isinstance(phase, Unscheduled)


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter, written 2022Q3."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        following = date(self.year + self.number // 4, self.number * 3 % 12 + 1, 1)
        return following - timedelta(days=1)

    @property
    def words(self) -> str:
        """第三季度."""
        return f"第{'一二三四'[self.number - 1]}季度"

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read 2022Q3."""
        year, _, number = text.partition("Q")
        return cls(int(year), int(number))


def quarters_of(phases: Sequence[Phase]) -> set[Quarter]:
    """The quarters in which a standing duty runs."""
    found: set[Quarter] = set()
    for phase in phases:
        if not isinstance(phase, Continuous):
            continue
        day = phase.start
        while day <= phase.end:
            quarter = Quarter.of(day)
            found.add(quarter)
            day = quarter.last + timedelta(days=1)
    return found


@dataclass(frozen=True, slots=True)
class ReturnDays:
    """When one quarter's return is asked and due."""

    opens_on: date
    due_on: date


def return_days(quarter: Quarter, rule: ReturnRule, workdays: WorkCalendar) -> ReturnDays:
    """Counted back from Q, the quarter's last working day."""
    last = workdays.on_or_before(quarter.last)
    due = workdays.add_workdays(last, -rule.due) if rule.due else last
    return ReturnDays(workdays.add_workdays(last, -rule.opens), due)


def asks_return(quarter: Quarter, opened_on: date, rule: ReturnRule, workdays: WorkCalendar) -> bool:
    """A quarter with fewer working days left than the rule wants is not asked for."""
    left = workdays.count_between(max(opened_on, quarter.first), quarter.last)
    return opened_on <= quarter.last and left >= rule.needs_left


def _covers(cell: Phase, offer: Phase) -> bool:
    if not isinstance(cell, Deadline):
        return False
    if isinstance(offer, Deadline):
        return offer.due == cell.due
    return isinstance(offer, Recurring) and offer.dues is not None and set(offer.dues) <= {cell.due}


def _started(line: Line, start: date) -> Line:
    assert isinstance(line.phase, Deadline)
    if line.phase.start is not None or start > line.phase.due:
        return line
    return replace(line, phase=replace(line.phase, start=start))

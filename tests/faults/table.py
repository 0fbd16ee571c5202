"""What came out of the faults, as the table that docs/reliability.md keeps, and the list of everything repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.reckoning import Fate
from tests.faults.storm import Kill

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
COLUMNS = (
    *("fault", "times", "messages", "lost", "repeated", "in doubt, not twice"),
    *("of leaders repeated", "left to a person: leaders, others", "seen"),
)
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
_MARKED = re.compile(r"(<!-- fault-table -->\n).*?(<!-- /fault-table -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault and everything that went out while it lasted."""

    fault: str
    times: int
    seen: str
    fates: tuple[Fate, ...]
    wrong: tuple[str, ...] = ()  # every broken promise
    kills: tuple[Kill, ...] = ()

    @property
    def lost(self) -> int:
        return sum(fate.is_lost for fate in self.fates)

    @property
    def repeated(self) -> list[Fate]:
        """What the far end has twice."""
        return [fate for fate in self.fates if fate.copies > 1]

    @property
    def leaders_repeated(self) -> int:
        return sum(fate.is_leaders for fate in self.repeated)

    @property
    def left(self) -> tuple[int, int]:
        """What waits for a person: leaders' messages, and others that were in doubt twice."""
        leaders = sum(fate.is_left and fate.is_leaders for fate in self.fates)
        return leaders, sum(fate.is_left for fate in self.fates) - leaders

    @property
    def doubted_only(self) -> int:
        """In doubt, and at the far end once or not at all: the repeat was needed, or is a person's to decide."""
        return sum(bool(fate.doubts) and fate.copies < 2 for fate in self.fates)

    def line(self) -> str:
        """Its line of the table."""
        left = "{}, {}".format(*self.left)
        mostly = (self.times, len(self.fates), self.lost, len(self.repeated), self.doubted_only)
        figures = (*mostly, self.leaders_repeated, left)
        return f"| {self.fault} | {' | '.join(str(figure) for figure in figures)} | {self.seen} |"


def shown(entries: Sequence[Entry], seed: int, day: str) -> str:
    """The table with its sum, and below it the repeats one by one."""
    total = Entry(
        "**all**",
        sum(entry.times for entry in entries),
        "",
        tuple(fate for entry in entries for fate in entry.fates),
    )
    lines = "\n".join(entry.line() for entry in (*entries, total))
    count = len(total.repeated)
    return (
        f"{HEAD}\n{lines}\n\nMeasured on {day} with seed {seed}. "
        f"The {count} messages that arrived twice, each with the same bytes and the same Message-ID or number:\n\n"
        f"<details><summary>one by one</summary>\n\n{_repeats(entries)}\n\n</details>\n"
    )


def keep(table: str) -> None:
    """Put the table into the page, between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_MARKED.sub(lambda found: f"{found[1]}{table}{found[2]}", text), encoding="utf-8")


def kept() -> str:
    """The table as it stands in the page."""
    found = _MARKED.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def _repeats(entries: Iterable[Entry]) -> str:
    lines = [
        f"- `{fate.name}` to a {fate.role}, {fate.copies} times: {entry.fault}; {', '.join(fate.doubts)}"
        for entry in entries
        for fate in entry.repeated
    ]
    return "\n".join(lines) or "none"

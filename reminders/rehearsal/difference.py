"""The difference between two rehearsals: which messages move, change what they say, come anew or are not sent any more.

Pure: two lists of lines in, the difference out.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from reminders.engine.ledger.sent import Line

Key = Callable[[Line], Hashable]


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of the messages of one rehearsal in another; a pair is (before, after)."""

    same: int
    moved: tuple[tuple[Line, Line], ...]  # the same thing to the same destination, in another slot
    changed: tuple[tuple[Line, Line], ...]  # the same slot and destination, other items
    added: tuple[Line, ...]
    dropped: tuple[Line, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.moved or self.changed or self.added or self.dropped)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "same": self.same,
            "moved": [{**after, "was": before["slot"]} for before, after in self.moved],
            "changed": [{**after, "was": before["items"]} for before, after in self.changed],
            "added": list(self.added),
            "dropped": list(self.dropped),
        }


def compare(before: Iterable[Line], after: Iterable[Line]) -> Difference:
    """Pair the messages of two rehearsals, each with the one that is most like it.

    Of what differs, the same items with the same due days in another slot come first, then the same items with other
    due days, then other items in the same slot.
    """
    same, old, new = _pairs(list(before), list(after), _exact)
    dated, old, new = _pairs(old, new, _saying)
    moved, old, new = _pairs(old, new, _asking)
    # The same steps in the same slot for another due day are no move: the message says something else.
    changed, old, new = _pairs(old, new, _place)
    stayed = [pair for pair in (*dated, *moved) if pair[0]["slot"] == pair[1]["slot"]]
    gone = [pair for pair in (*dated, *moved) if pair[0]["slot"] != pair[1]["slot"]]
    return Difference(
        same=len(same),
        moved=tuple(sorted(gone, key=_order)),
        changed=tuple(sorted([*stayed, *changed], key=_order)),
        added=tuple(new),
        dropped=tuple(old),
    )


def _pairs(old: list[Line], new: list[Line], key: Key) -> tuple[list[tuple[Line, Line]], list[Line], list[Line]]:
    """Those that agree in a key, one for one in the order of time; what is left of both."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for place, line in enumerate(new):
        waiting[key(line)].append(place)
    found, left, taken = [], [], set()
    for line in old:
        places = waiting.get(key(line))
        if not places:
            left.append(line)
            continue
        taken.add(places[0])
        found.append((line, new[places.popleft()]))
    return found, left, [line for place, line in enumerate(new) if place not in taken]


def _exact(line: Line) -> Hashable:
    return line["slot"], _saying(line)


def _saying(line: Line) -> Hashable:
    items = tuple(sorted((str(i["task"]), i["step"], str(i["due"])) for i in line["items"]))
    return line["destination"], line["kind"], items


def _asking(line: Line) -> Hashable:
    """What a message says without its due days; one that says nothing is like no other."""
    items = tuple(sorted((str(i["task"]), i["step"]) for i in line["items"]))
    return line["destination"], line["kind"], items or line["slot"]


def _place(line: Line) -> Hashable:
    return line["slot"], line["destination"], line["kind"]


def _order(pair: tuple[Line, Line]) -> tuple[str, str, str]:
    before, _ = pair
    return before["slot"], before["destination"], before["kind"]

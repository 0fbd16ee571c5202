"""What was worked out for one obligation holds for every other that differs only in whose it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field, fields, replace

from reminders.obligations import Change, Obligation
from reminders.replanning.difference import Moved

WHOSE = ("id", "plan_id", "unit_id", "task_id", "occurrence_id")
MOST = 10_000  # kept at a time
_TELLING = tuple(f.name for f in fields(Obligation) if f.name not in (*WHOSE, "policy", "before"))

Worked = tuple[Change, list[Moved]]


@dataclass
class Alike:
    """Plans obligations anew, each kind of them once."""

    work: Callable[[Obligation, Collection[str]], Worked]
    _known: dict[Hashable, tuple[Obligation, Worked]] = field(default_factory=dict)

    def __call__(self, before: Obligation, taken: Collection[str] = ()) -> Worked:
        """The change of one obligation, and the steps that move."""
        key = _key(before, taken)
        if key not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = before, self.work(before, taken)  # with `before` its policy stays the same object
        _, (change, moved) = self._known[key]
        whose = {name: getattr(before, name) for name in WHOSE}
        after = replace(change.obligation, **whose)
        return replace(change, obligation=after), [replace(one, obligation=after) for one in moved]


def _key(obligation: Obligation, taken: Collection[str]) -> Hashable:
    told = tuple(getattr(obligation, name) for name in _TELLING)
    return told, id(obligation.policy), repr(obligation.before), frozenset(taken)

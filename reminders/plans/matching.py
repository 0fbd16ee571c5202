"""Which task of a revised plan is which task of the one before: by number and wording, whatever moved.

The same both ways round: matching the other way gives the same pairs. A task is known again by its exact wording, else
by what is rare in it, so that the phrases all tasks of a plan share say nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from reminders.plans.plan import Task

SAME_NUMBER = 0.35  # so alike a task under its old number has to be, of 1
OTHER_NUMBER = 0.6  # and one under another number
_COMMON = 50  # a pair of characters in more tasks than this points at none of them

Key = Callable[[Task], Hashable]
Pairs = list[tuple[int, int]]  # places in the first list and in the second


def match(before: Sequence[Task], after: Sequence[Task]) -> Pairs:
    """The places of each task that stands in both lists, in the order of the first list."""
    found: Pairs = []
    left, right = list(range(len(before))), list(range(len(after)))
    for key in _KEYS:
        pairs = _same(before, after, left, right, key)
        found += pairs
        left, right = _without(left, (i for i, _ in pairs)), _without(right, (j for _, j in pairs))
    return sorted(found + _alike(before, after, left, right))


def wording(task: Task) -> str:
    """What a task says, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", f"{task.title}{task.requirement}{task.measure}" or task.short)


def _rest(task: Task) -> Hashable:
    return task.deadline_text, task.lead, task.support


_KEYS: tuple[Key, ...] = (
    lambda task: (task.number, wording(task), _rest(task)),
    lambda task: (wording(task), _rest(task)),
    lambda task: (task.number, wording(task)),
    wording,
)


def _same(before: Sequence[Task], after: Sequence[Task], left: Sequence[int], right: Sequence[int], key: Key) -> Pairs:
    """Tasks with the same key; where several have it, in their order."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for place in reversed(right):
        waiting[key(after[place])].append(place)
    return [(place, there.pop()) for place in left if (there := waiting.get(key(before[place])))]


def _without(places: Sequence[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in places if place not in gone]


@dataclass(frozen=True, slots=True)
class _Grams:
    """The pairs of characters of one task, each weighed by how rare it is in both plans together."""

    weights: dict[str, float]
    total: float

    def likeness(self, other: _Grams) -> float:
        """0 to 1, the same both ways round."""
        shared = sum(sorted(min(weight, other.weights.get(gram, 0.0)) for gram, weight in self.weights.items()))
        return 2 * shared / (self.total + other.total) if self.total + other.total else 0.0


def _alike(before: Sequence[Task], after: Sequence[Task], left: Sequence[int], right: Sequence[int]) -> Pairs:
    """What is left, the most alike first. Ties cannot depend on the direction: they go to the lesser sum of places."""
    if not left or not right:
        return []
    common = Counter(gram for task in (*before, *after) for gram in set(_pairs_of(task)))
    first = {i: _grams(before[i], common) for i in left}
    second = {j: _grams(after[j], common) for j in right}
    scored = []
    for i, j in _candidates(before, after, first, second):
        likeness = first[i].likeness(second[j])
        same = before[i].number == after[j].number
        if likeness >= (SAME_NUMBER if same else OTHER_NUMBER):
            scored.append((-likeness, not same, i + j, i, j))
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    found: Pairs = []
    for _, _, _, i, j in sorted(scored):
        if i not in taken_left and j not in taken_right:
            taken_left.add(i)
            taken_right.add(j)
            found.append((i, j))
    return found


def _candidates(
    before: Sequence[Task], after: Sequence[Task], first: dict[int, _Grams], second: dict[int, _Grams]
) -> set[tuple[int, int]]:
    """Tasks that share a number or a rare pair of characters: comparing all with all would take too long."""
    by_number: dict[str, list[int]] = defaultdict(list)
    by_gram: dict[str, list[int]] = defaultdict(list)
    for j, grams in second.items():
        by_number[after[j].number].append(j)
        for gram in grams.weights:
            by_gram[gram].append(j)
    found = {(i, j) for i in first for j in by_number[before[i].number]}
    for i, grams in first.items():
        rare = (gram for gram, weight in grams.weights.items() if weight >= 1 / _COMMON)
        found |= {(i, j) for gram in rare for j in by_gram.get(gram, ())}
    return found


def _grams(task: Task, common: Counter[str]) -> _Grams:
    weights = {gram: 1 / common[gram] for gram in set(_pairs_of(task))}
    return _Grams(weights, sum(sorted(weights.values())))


def _pairs_of(task: Task) -> list[str]:
    text = f"^{wording(task)}"
    return [text[at : at + 2] for at in range(len(text) - 1)]

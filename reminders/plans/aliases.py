"""Names that may mean the same unit: proposed to a person, never assumed.

指挥处 may be 指挥中心, 局办公室 is likely 办公室, and a misprint (相关单位室) lies one character beside 相关单位.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from reminders.plans.names import is_collective
from reminders.plans.plan import Task

_PREFIX: Final = re.compile(r"^(?:本|我)?(?:省|市|区|县|局|厅|委|院|部|机关)(?=.{2,})")
_SUFFIX: Final = re.compile(r"(?:办公室|中心|处|室|科|股|办|部|组)$")


@dataclass(frozen=True, slots=True)
class Alias:
    """Two names as written that may be one unit."""

    first: str
    second: str
    reason: str


def units_of(tasks: Iterable[Task]) -> tuple[str, ...]:
    """Every unit that the tasks name, in the order of first mention."""
    return tuple(dict.fromkeys(unit for task in tasks for unit in (*task.lead, *task.support)))


def propose_aliases(units: Sequence[str]) -> tuple[Alias, ...]:
    """The pairs of names that may mean the same unit, each with its reason."""
    pairs = combinations(units, 2)
    return tuple(Alias(first, second, reason) for first, second in pairs if (reason := _reason(first, second)))


def _reason(first: str, second: str) -> str:
    if is_collective(first) != is_collective(second):
        return ""
    if _PREFIX.sub("", first) == _PREFIX.sub("", second):
        return "只差前面的机关名"
    stems = _SUFFIX.sub("", first), _SUFFIX.sub("", second)
    if stems[0] == stems[1] and len(stems[0]) >= 2 and not is_collective(first):
        return "只差末尾的“处”“室”“中心”"
    if is_collective(first):
        return "只差一个字，可能是笔误" if abs(len(first) - len(second)) == 1 and _one_apart(first, second) else ""
    return "只差一个字，可能是笔误" if min(len(first), len(second)) >= 4 and _one_apart(first, second) else ""


def _one_apart(first: str, second: str) -> bool:
    """Whether one character changed, added or removed turns one name into the other."""
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]

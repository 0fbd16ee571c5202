"""What a revised plan changes: tasks added, changed, removed and unchanged. Pure: two plans in, differences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from reminders.exceptions import NotFound, Refused
from reminders.plans.matching import match
from reminders.plans.plan import Task
from reminders.plans.wording import phrases

NUMBER, SECTION, WORDING, DEADLINE, READING = "number", "section", "wording", "deadline", "reading"
LEAD, SUPPORT, DUTY = "lead", "support", "duty"
FIELD_NAMES = {
    NUMBER: "编号",
    SECTION: "章节",
    WORDING: "文字",
    DEADLINE: "时限",
    READING: "时限读法",
    LEAD: "牵头",
    SUPPORT: "配合",
    DUTY: "无此职责",
}


_TEXTS = ("工作任务", "工作要求", "落实措施", "简称")
_BEFORE, _SHOWN = 6, 40  # characters of a text that differs: so many before the place, so many in all


@dataclass(frozen=True, slots=True)
class Pair:
    """One task in both plans, with the fields in which it differs."""

    before: Task
    after: Task
    was_at: int  # its place in the old plan, from 0
    is_at: int  # its place in the new one
    fields: tuple[str, ...]

    def has(self, *fields: str) -> bool:
        """Whether one of these fields differs."""
        return any(field in self.fields for field in fields)


@dataclass(frozen=True, slots=True)
class Revision:
    """The differences between two plans, each in the order of its plan."""

    pairs: tuple[Pair, ...]  # of every task that stands in both, changed or not
    added: tuple[tuple[int, Task], ...]  # place in the new plan, task
    removed: tuple[tuple[int, Task], ...]  # place in the old plan, task

    @property
    def changed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.fields)

    @property
    def unchanged(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.fields)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)

    def tasks(self) -> tuple[Task, ...]:
        """The tasks that stand once the revision is taken, in the order of the new plan."""
        placed = [(pair.is_at, pair.after) for pair in self.pairs] + list(self.added)
        return tuple(task for _, task in sorted(placed, key=lambda one: one[0]))

    def to_dict(self, year: int) -> dict[str, Any]:
        """The JSON of `cuiban import --revises … --json`."""
        return {
            "added": [_described(task, year) for _, task in self.added],
            "changed": [difference(pair, year) for pair in self.changed],
            "removed": [_described(task, year) for _, task in self.removed],
            "unchanged": [pair.after.number for pair in self.unchanged],
        }


def compare(before: Sequence[Task], after: Sequence[Task]) -> Revision:
    """The differences between the tasks of two plans; a task that was only renumbered or moved is the same task."""
    found = match(before, after)
    kept_before, kept_after = {i for i, _ in found}, {j for _, j in found}
    pairs = [Pair(before[i], after[j], i, j, differing(before[i], after[j])) for i, j in found]
    return Revision(
        pairs=tuple(sorted(pairs, key=lambda pair: pair.is_at)),
        added=tuple((j, task) for j, task in enumerate(after) if j not in kept_after),
        removed=tuple((i, task) for i, task in enumerate(before) if i not in kept_before),
    )


def differing(before: Task, after: Task) -> tuple[str, ...]:
    """The fields in which a task differs, as FIELD_NAMES orders them."""
    asked = {
        NUMBER: before.number != after.number,
        SECTION: before.section != after.section,
        WORDING: _words(before) != _words(after),
        DEADLINE: before.deadline_text != after.deadline_text,
        READING: before.phases != after.phases,
        LEAD: before.lead != after.lead,
        SUPPORT: before.support != after.support,
        DUTY: before.no_duty != after.no_duty,
    }
    return tuple(field for field, differs in asked.items() if differs)


def chosen(revision: Revision, numbers: Sequence[str] | None) -> Revision:
    """Only the differences of these tasks: by their new numbers, or the old ones of what is removed. None: all.

    NotFound for a number that differs in nothing, Refused where what is left out would have the same number.
    """
    if numbers is None:
        return revision
    wanted = set(numbers)
    pairs = [
        pair if pair.after.number in wanted else replace(pair, after=pair.before, fields=()) for pair in revision.pairs
    ]
    pairs += [Pair(task, task, i, i, ()) for i, task in revision.removed if task.number not in wanted]
    part = Revision(
        tuple(pairs),
        tuple((j, task) for j, task in revision.added if task.number in wanted),
        tuple((i, task) for i, task in revision.removed if task.number in wanted),
    )
    known = {pair.after.number for pair in part.changed} | {task.number for _, task in (*part.added, *part.removed)}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise NotFound(f"--apply 中的第{'、'.join(unknown)}项没有差别；请按列出的编号写，或写 --apply all。")
    twice = [number for number, times in Counter(task.number for task in part.tasks()).items() if times > 1]
    if twice:
        raise Refused(f"只采用这几项，第{'、'.join(twice)}项就有两项；编号顺延时请一并采用，或写 --apply all。")
    return part


def _words(task: Task) -> tuple[str, ...]:
    return task.title, task.requirement, task.measure, task.short


def _described(task: Task, year: int) -> dict[str, Any]:
    return {"number": task.number, "short": task.short} | {
        field: _value(task, field, year) for field in (DEADLINE, READING, LEAD, SUPPORT)
    }


def difference(pair: Pair, year: int) -> dict[str, Any]:
    """What differs in one task, before and after."""
    differences = {
        field: {"before": _value(pair.before, field, year), "after": _value(pair.after, field, year)}
        for field in pair.fields
    }
    return {"number": pair.after.number, "short": pair.after.short, "fields": differences}


def _value(task: Task, field: str, year: int) -> Any:
    match field:
        case "wording":
            return {"title": task.title, "requirement": task.requirement, "measure": task.measure, "short": task.short}
        case "reading":
            return [phase.to_dict() for phase in task.phases]
        case _:
            names = {DEADLINE: "deadline_text", DUTY: "no_duty"}
            value = getattr(task, names.get(field, field))
            return list(value) if isinstance(value, tuple) else value


def in_words(pair: Pair, year: int) -> list[str]:
    """Each difference of a task as a line for a person: 时限：9月底前 → 10月底前."""
    lines = []
    for field in pair.fields:
        if field == WORDING:
            lines += _wordings(pair)
            continue
        lines.append(f"{FIELD_NAMES[field]}：{_word(pair.before, field, year)} → {_word(pair.after, field, year)}")
    return lines


def _word(task: Task, field: str, year: int) -> str:
    if field == READING:
        return phrases(task.phases, year) or "读不懂"
    if field == DEADLINE:
        return task.deadline_text or "未写明"
    if field == DUTY:
        return "是" if task.no_duty else "否"
    value = getattr(task, field)
    return ("、".join(value) if isinstance(value, tuple) else value) or "无"


def _wordings(pair: Pair) -> list[str]:
    found = []
    for name, was, now in zip(_TEXTS, _words(pair.before), _words(pair.after), strict=True):
        if was != now:
            same = next(
                (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
            )
            found.append(f"{name}：{_around(was, same)} → {_around(now, same)}")
    return found


def _around(text: str, at: int) -> str:
    """A text where it begins to differ, cut to what fits a line."""
    first = max(0, at - _BEFORE)
    piece = text[first : first + _SHOWN].replace("\n", " ")
    return ("…" if first else "") + piece + ("…" if first + _SHOWN < len(text) else "") or "无"

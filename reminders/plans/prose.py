"""Numbered items of prose as tasks.

Where items carry their responsibility in brackets, whatever carries one is a task, at any level, and a numbered line
without text is only a heading. Where none does, the items of the deepest level with text of their own are the tasks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from reminders.documents import Line
from reminders.plans.brackets import Bracket, is_label_line, parts_of, responsibilities
from reminders.plans.facts import read_date
from reminders.plans.markers import BRACKETED, DIGIT_BRACKETED, MAIN, PART, Marker, marker_of
from reminders.plans.raw import RawTask
from reminders.plans.warnings import warn

# Sections that state aims; without a responsibility they are no tasks.
_AIMS: Final = re.compile(
    r"^(?:总体要求|总体思路|总体目标|指导思想|基本原则|工作目标|主要目标|目标任务|工作思路|背景|适用范围|总则|附则)"
)
_TAIL: Final = re.compile(r"^(?:附件|附：|抄送|联系人|联系电话|（?此件|公开方式|主动公开|\(此件|注：|备注：|[—-]{2,})")
_ORGAN_ONLY: Final = re.compile(
    r"^[\u4e00-\u9fff（）()]{4,30}(?:局|厅|委|委员会|办公室|办公厅|政府|领导小组|中心|院|署)$"
)
_HEADING_LENGTH: Final = 40
_TITLE_LENGTH: Final = 40


@dataclass(slots=True, eq=False)
class _Item:
    """One numbered item and everything written under it."""

    marker: Marker
    texts: list[str]
    place: str
    labels: list[str] = field(default_factory=list)  # lines 责任单位：… below it
    children: list["_Item"] = field(default_factory=list)
    parent: "_Item | None" = None
    heading_above: str = ""  # a heading of the same level that only looks like an item

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def brackets(self) -> list[Bracket]:
        return responsibilities(self.text)

    @property
    def owed(self) -> bool:
        return bool(self.labels or self.brackets)

    @property
    def heading_like(self) -> bool:
        return len(self.texts) == 1 and len(self.text) <= _HEADING_LENGTH and not re.search(r"[。；;，,：:]", self.text)

    def family(self) -> Iterator["_Item"]:
        yield self
        for child in self.children:
            yield from child.family()


@dataclass(frozen=True, slots=True)
class Prose:
    """The tasks of a prose plan, and the lines that belong to none."""

    tasks: tuple[RawTask, ...]
    outside: tuple[Line, ...]


def tasks_of_prose(lines: Sequence[Line]) -> Prose:
    """The numbered items that are tasks, in order."""
    roots, outside = _tree(lines)
    items = [item for root in roots for item in root.family()]
    owed = sum(1 for item in items if item.owed)
    chosen = _owed_items(roots) if owed >= 2 or (owed and len(items) <= 3) else _leaf_items(items)
    tasks = [task for item in chosen for task in _tasks_of(item)]
    _number(tasks, chosen)
    return Prose(tuple(tasks), tuple(outside))


# Lines into a tree


def _tree(lines: Sequence[Line]) -> tuple[list[_Item], list[Line]]:
    roots: list[_Item] = []
    outside: list[Line] = []
    path: list[_Item] = []
    closed = True
    for line in lines:
        marker = marker_of(line.text)
        if marker is not None and line.text[marker.end :].strip():
            path = [item for item in path if item.marker.level < marker.level]
            item = _Item(marker, [line.text[marker.end :].strip()], line.place, parent=path[-1] if path else None)
            (path[-1].children if path else roots).append(item)
            path.append(item)
            closed = bool(item.brackets)
        elif path and is_label_line(line.text):
            path[-1].labels.append(line.text.strip().strip("（）()【】[]"))
        elif closed or not path or _is_tail(line.text):
            outside.append(line)
            closed = True
        else:
            path[-1].texts.append(line.text)
            closed = bool(responsibilities(line.text))
    return roots, outside


def _is_tail(text: str) -> bool:
    flat = "".join(text.split())
    return bool(_TAIL.match(flat) or _ORGAN_ONLY.match(flat) or read_date(text))


# Which items are tasks


def _owed_items(roots: Sequence[_Item]) -> list[_Item]:
    """Items with a responsibility, and leaves without one that are more than a heading."""
    chosen = [item for root in roots for item in _owed_below(root)]
    tasks = {id(item) for item in chosen}
    heading = ""
    for item in [entry for root in roots for entry in root.family()]:
        if id(item) in tasks:
            item.heading_above = heading
        elif item.heading_like and not item.children:
            heading = _heading(item)
        elif item.marker.level in (PART, MAIN):
            heading = ""
    return chosen


def _owed_below(item: _Item) -> list[_Item]:
    owed_children = [child for child in item.children if any(entry.owed for entry in child.family())]
    if item.owed and not owed_children:
        return [item]
    if not owed_children:
        leaf_task = not item.heading_like and not _AIMS.match(item.text)
        if not item.children:
            return [item] if leaf_task else []
        return [] if _AIMS.match(item.text) else [entry for child in item.children for entry in _owed_below(child)]
    if owed_children == item.children[-1:] and len(item.children) > 1 and _enumerates(item.children):
        return [item]  # a list of steps whose one responsibility stands behind the last
    found = [entry for child in item.children for entry in _owed_below(child)]
    for entry in found:
        if not entry.owed and item.owed:
            entry.labels.extend(bracket.inner for bracket in item.brackets)
            entry.labels.extend(item.labels)
    return found


def _enumerates(children: Sequence[_Item]) -> bool:
    return all(child.text.rstrip().endswith(("；", ";", "，", ",")) for child in children[:-1])


def _leaf_items(items: Sequence[_Item]) -> list[_Item]:
    """Without any responsibility: leaves, except enumerations inside an item that has text of its own."""
    leaves = [item for item in items if not item.children or _children_are_steps(item)]
    leaves = [item for item in leaves if not any(_children_are_steps(above) for above in _ancestors(item))]
    leaves = [item for item in leaves if not _AIMS.match(item.text) and not _below_aims(item)]
    long = [item for item in leaves if not item.heading_like]
    return long if len(long) >= 0.5 * len(leaves) else leaves


def _children_are_steps(item: _Item) -> bool:
    """Whether an item is a task whose children only enumerate its steps: （一） with a text, then 1. 2. 3. below it."""
    deep = item.children and all(child.marker.level > BRACKETED for child in item.children)
    small = item.children and all(child.marker.level >= DIGIT_BRACKETED for child in item.children)
    return bool(small or (deep and not item.heading_like and len(item.text) > _HEADING_LENGTH))


def _ancestors(item: _Item) -> Iterator[_Item]:
    above = item.parent
    while above is not None:
        yield above
        above = above.parent


def _below_aims(item: _Item) -> bool:
    return any(_AIMS.match(above.text) for above in _ancestors(item))


# Items into tasks


def _tasks_of(item: _Item) -> Iterator[RawTask]:
    """One task per item; an item with several responsibilities is one task for each."""
    text = _whole_text(item)
    brackets = responsibilities(text)
    section = _section(item)
    if len(brackets) <= 1:
        yield _task(item, text, [*item.labels, *(bracket.inner for bracket in brackets)], section)
        return
    start = 0
    for count, bracket in enumerate(brackets, start=1):
        task = _task(item, text[start : bracket.end], [bracket.inner], section)
        if count > 1 and not task.title:
            task.title, _ = _split_title(text)
        task.warnings.append(
            warn(
                "subordinate", f"{item.place}一项里写有{len(brackets)}处责任单位，已分列为{len(brackets)}项任务：对吗？"
            )
        )
        start = bracket.end
        yield task


def _whole_text(item: _Item) -> str:
    """An item with the steps below it, each on its line with its number."""
    steps = [f"{entry.marker.number}. {entry.text}" for entry in list(item.family())[1:]]
    return "\n".join([item.text, *steps])


def _task(item: _Item, text: str, owed: Sequence[str], section: str) -> RawTask:
    read = [parts_of(part) for part in owed]
    deadline = next((found for _, found in read if found), None)
    bare = text
    for bracket in reversed(responsibilities(text)):
        bare = bare[: bracket.start] + bare[bracket.end :].lstrip("。")
    title, requirement = _split_title(bare.strip())
    units = "；".join(part for part, _ in read if part)
    return RawTask(
        place=item.place,
        number=item.marker.number,
        section=section,
        title=title,
        requirement=requirement,
        deadline=deadline,
        unit=units,
        prose=True,
    )


def _split_title(text: str) -> tuple[str, str]:
    """The heading sentence of an item and the rest; a text without a short first sentence has no title."""
    head = re.match(rf"(.{{2,{_TITLE_LENGTH}}}?)(?:[。：:\n]|$)", text)
    if not head:
        return "", text
    rest = text[head.end() :].strip()
    return head[1].strip(), rest


def _section(item: _Item) -> str:
    """The headings above an item; one that only looks like an item takes their place."""
    return item.heading_above or "　".join(_heading(above) for above in reversed(list(_ancestors(item))))


def _heading(item: _Item) -> str:
    written = {PART: f"{item.marker.number}　", MAIN: f"{item.marker.number}、", BRACKETED: f"（{item.marker.number}）"}
    title = re.split(r"[。\n]", item.text)[0][:_HEADING_LENGTH]
    return written.get(item.marker.level, f"{item.marker.number}. ") + title


def _number(tasks: Sequence[RawTask], items: Sequence[_Item]) -> None:
    """Numbers as written where they are unique, else with those of the headings above: 三（一）."""
    plain = Counter(item.marker.number for item in items)
    by_place = {item.place: item for item in items}
    for task in tasks:
        item = by_place[task.place]
        task.number = item.marker.number if max(plain.values(), default=0) == 1 else _path(item)
    counts = Counter(task.number for task in tasks)
    seen: Counter[str] = Counter()
    for task in tasks:
        written = task.number
        seen[written] += 1
        if counts[written] > 1:
            task.number = f"{written}-{seen[written]}"


def _path(item: _Item) -> str:
    number = ""
    for entry in [*reversed(list(_ancestors(item))), item]:
        bracketed = entry.marker.level in (BRACKETED, DIGIT_BRACKETED) and number
        number += (
            f"（{entry.marker.number}）"
            if bracketed
            else f"{'.' if _both_digits(number, entry) else ''}{entry.marker.number}"
        )
    return number


def _both_digits(number: str, entry: _Item) -> bool:
    return number[-1:].isdigit() and entry.marker.number[:1].isdigit()

"""Rows as tasks: several tasks in one row are told apart, a task cut by a page break is put together again.

A scanned table often has three items in a cell, two measures beside them, and the third measure in the next row after
the page break. Rows are joined only where all their columns then hold equally many paragraphs; whatever cannot be
aligned is kept in order and flagged for a person.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from reminders.plans.columns import OWED_ROLES, Role
from reminders.plans.markers import chinese_value, marker_of
from reminders.plans.paragraphs import ALIGNED, items_of, taken_apart
from reminders.plans.raw import RawTask
from reminders.plans.rows import Row, Table
from reminders.plans.warnings import warn

_LOOK_AHEAD: Final = 3  # a task is cut by one page break, rarely two
_OPEN_ENDS: Final = "，、；,;：:（("
_SENTENCE_ENDS: Final = "。；;！!”）)"
_NAMES: Final = {Role.MEASURE: "措施", Role.DEADLINE: "时限", Role.UNIT: "责任单位", Role.LEAD: "牵头单位"}


def tasks_of_table(table: Table) -> list[RawTask]:
    """The tasks of a table in their order."""
    return list(_Alignment(table).tasks())


class _Alignment:
    """One pass over the rows of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._anchor = table.anchor
        self._tasks: list[RawTask] = []
        self._title = self._title_section = ""

    def tasks(self) -> list[RawTask]:
        rows = taken_apart(self._table)
        index = 0
        while index < len(rows):
            taken = self._band_length(rows, index)
            band = rows[index : index + taken]
            if items_of(self._table, band[0]) or (taken > 1 and any(items_of(self._table, row) for row in band)):
                self._tasks.extend(self._split(band))
            else:
                self._attach(band[0])
            index += taken
        self._number()
        return self._tasks

    # What a row holds

    def _counts(self, band: Sequence[Row]) -> tuple[int, list[int]]:
        """How many items a band holds, and how many paragraphs each of its other columns."""
        columns = [role for role in ALIGNED if role in self._table.roles and role is not self._anchor]
        return sum(len(items_of(self._table, row)) for row in band), [
            sum(len(row.texts[role].split("\n")) for row in band if role in row.own) for role in columns
        ]

    def _band_length(self, rows: Sequence[Row], index: int) -> int:
        """How many rows to read together: more than one only where that alone makes the columns agree."""
        items, columns = self._counts(rows[index : index + 1])
        if not items or self._anchor is None or min(columns, default=items) >= items:
            return 1
        for length in range(2, _LOOK_AHEAD + 1):
            if index + length > len(rows):
                break
            items, columns = self._counts(rows[index : index + length])
            if all(count == items for count in columns):
                return length
        return 1

    # Rows into tasks

    def _split(self, band: Sequence[Row]) -> Iterator[RawTask]:
        made: list[RawTask] = []
        for row in band:
            title, section = self._title_of(row), row.section
            made.extend(self._begun(item, row, title, section) for item in items_of(self._table, row))
        self._fill(made, band)
        if len(band) > 1:
            whole = min(self._counts(band[:1])[1], default=0)
            for task in made[whole : len(items_of(self._table, band[0]))]:
                where = f"第{task.number}项所在的行在分页处断开（{band[0].place}）"
                task.warnings.append(warn("cut-row", f"{where}，其余各栏取自{band[1].place}：对吗？"))
        for row in band:
            made[-1].warnings.extend(row.warnings)
        yield from made

    def _title_of(self, row: Row) -> str:
        """The title of a row; a blank one is that of the row above, within the section."""
        if row.section != self._title_section:
            self._title, self._title_section = "", row.section
        if Role.TITLE in row.texts and self._anchor is not Role.TITLE:
            self._title = row.texts[Role.TITLE]
        return self._title

    def _begun(self, item: str, row: Row, title: str, section: str) -> RawTask:
        task = RawTask(place=row.place, section=_section(section, row.texts.get(Role.SECTION, "")), title=title)
        if self._anchor is Role.NUMBER:
            task.number = item.strip().strip("（）().、．")
            task.requirement = row.texts.get(Role.REQUIREMENT, "")
            return task
        marker = marker_of(item) if self._anchor is not None else None
        task.number = marker.number if marker else ""
        text = item[marker.end :] if marker else item
        if self._anchor is Role.TITLE or (self._anchor is None and Role.TITLE in row.own):
            task.title = text
            task.requirement = row.texts.get(Role.REQUIREMENT, "")
        elif self._anchor is Role.MEASURE or (self._anchor is None and Role.REQUIREMENT not in row.own):
            task.measure = text
            task.requirement = row.texts.get(Role.REQUIREMENT, "")
        else:
            task.requirement = text
        return task

    def _fill(self, tasks: list[RawTask], band: Sequence[Row]) -> None:
        """Gives each task its paragraph of every other column."""
        numbered = self._anchor is Role.NUMBER
        for role in (Role.TITLE, Role.REQUIREMENT, Role.MEASURE, Role.DEADLINE, Role.UNIT, Role.LEAD, Role.SUPPORT):
            text_role = role in (Role.TITLE, Role.REQUIREMENT)
            if role is self._anchor or (text_role and not (numbered and len(tasks) > 1)):
                continue
            if self._anchor is None and role is Role.MEASURE and tasks[0].measure:
                continue
            parts = _paragraphs(band, role)
            for task, text in zip(tasks, self._dealt(parts, tasks, role), strict=True):
                _put(task, role, text)
        for task in tasks:
            task.person = " ".join(part for row in band if (part := row.texts.get(Role.PERSON, "")))

    def _dealt(self, parts: list[str], tasks: list[RawTask], role: Role) -> list[str]:
        """One text per task out of a column's paragraphs."""
        count = len(tasks)
        if count == 1:
            return [_joined(parts, role)]
        if len(parts) <= 1:
            return (parts or [""]) * count
        if len(parts) == count:
            self._tell(
                tasks,
                "several-in-cell",
                f"{tasks[0].place}一格写有{count}项，{_NAMES.get(role, '各栏')}已按次序对齐：对吗？",
            )
            return parts
        shown = f"{tasks[0].place}有{count}项任务，{_NAMES.get(role, '这一栏')}却有{len(parts)}段"
        self._tell(
            tasks,
            "unaligned",
            f"{shown}：按次序对应，{'缺的沿用上一段' if len(parts) < count else '多的并入最后一项'}，请核对。",
        )
        if len(parts) < count:
            rest = parts[-1] if role is not Role.MEASURE else ""
            return parts + [rest] * (count - len(parts))
        return [*parts[: count - 1], "\n".join(parts[count - 1 :])]

    def _tell(self, tasks: list[RawTask], kind: str, sentence: str) -> None:
        for task in tasks:
            if all(sentence != known.sentence and kind != known.kind for known in task.warnings):
                task.warnings.append(warn(kind, sentence))

    # Rows without an item of their own

    def _attach(self, row: Row) -> None:
        """A row that begins no item goes on with the task above, or is a further measure of it."""
        if not self._tasks:
            return
        last = self._tasks[-1]
        if self._is_subordinate(row, last):
            task = RawTask(row.place, last.number, last.section, last.title, last.requirement)
            self._fill([task], [row])
            if Role.REQUIREMENT in row.own and self._anchor is not Role.REQUIREMENT:
                task.requirement = row.texts[Role.REQUIREMENT]
            task.warnings.append(
                warn("subordinate", f"第{last.number}项有几行措施（{row.place}），已分别列为任务：对吗？")
            )
            self._tasks.append(task)
            return
        for role in row.own:
            if role in ALIGNED or role in (Role.TITLE, Role.REQUIREMENT, Role.SUPPORT):
                _put(last, role, _continued(_get(last, role), row.texts[role], role))
        last.warnings.append(warn("cut-row", f"第{last.number}项在{row.place}处断开，已与上一行接上：对吗？"))

    def _is_subordinate(self, row: Row, last: RawTask) -> bool:
        """Whether a row is a measure with its own date or unit, and the task above is not cut in mid-sentence."""
        if Role.MEASURE not in row.own or not row.own & {Role.DEADLINE, *OWED_ROLES}:
            return False
        without_date = Role.DEADLINE in row.own and not last.deadline
        without_unit = bool(row.own & {*OWED_ROLES}) and not (last.unit or last.lead)
        if without_date or without_unit:
            return False  # the row brings what the one above lacks: its lower half, overleaf
        return not any(
            text.rstrip().endswith(tuple(_OPEN_ENDS)) for text in (last.measure, last.deadline or "", last.unit)
        )

    # Numbers

    def _number(self) -> None:
        """Numbers where there are none; the same number twice gets a suffix; gaps are told."""
        for index, task in enumerate(self._tasks, start=1):
            task.number = task.number or str(index)
        counts = Counter(task.number for task in self._tasks)
        seen: Counter[str] = Counter()
        for task in self._tasks:
            written = task.number
            seen[written] += 1
            if counts[written] > 1:
                task.number = f"{written}-{seen[written]}"
        _tell_gaps(self._tasks)


def _tell_gaps(tasks: Sequence[RawTask]) -> None:
    values = [(task, chinese_value(task.number)) for task in tasks]
    for (before, low), (task, high) in pairwise(values):
        if low is not None and high is not None and high > low + 1:
            task.warnings.append(
                warn(
                    "number",
                    f"第{before.number}项之后是第{task.number}项（{task.place}），中间的编号没有找到：请核对。",
                )
            )


def _section(section: str, category: str) -> str:
    return "　".join(part for part in (section, category.replace("\n", "")) if part)


def _paragraphs(band: Sequence[Row], role: Role) -> list[str]:
    """The paragraphs of a column over a band; a merged cell that began above counts in the first row only."""
    parts: list[str] = []
    for position, row in enumerate(band):
        if role in row.own or (position == 0 and role in row.texts):
            parts.extend(part for part in row.texts[role].split("\n") if part.strip())
    return parts


def _joined(parts: Sequence[str], role: Role) -> str:
    if role in (Role.DEADLINE,):
        joined = ""
        for part in parts:
            joined += part if not joined or joined.endswith(tuple(_OPEN_ENDS)) else f"，{part}"
        return joined
    return "\n".join(parts)


def _continued(before: str, text: str, role: Role) -> str:
    if not before:
        return text
    unfinished = before[-1] not in _SENTENCE_ENDS or role is Role.DEADLINE
    return before + ("" if unfinished and role not in OWED_ROLES else "\n") + text


def _put(task: RawTask, role: Role, text: str) -> None:
    if role is Role.TITLE:
        task.title = text
    elif role is Role.REQUIREMENT:
        task.requirement = text
    elif role is Role.MEASURE:
        task.measure = text
    elif role is Role.DEADLINE:
        task.deadline = text or None
    elif role is Role.UNIT:
        task.unit = text
    elif role is Role.LEAD:
        task.lead = text
    elif role is Role.SUPPORT:
        task.support = text


def _get(task: RawTask, role: Role) -> str:
    texts = {
        Role.TITLE: task.title,
        Role.REQUIREMENT: task.requirement,
        Role.MEASURE: task.measure,
        Role.DEADLINE: task.deadline,
        Role.UNIT: task.unit,
        Role.LEAD: task.lead,
        Role.SUPPORT: task.support,
    }
    return texts.get(role) or ""

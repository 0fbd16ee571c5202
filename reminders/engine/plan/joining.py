"""Tasks that one act fulfils: proposed to whoever activates a plan, and joined where he says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from reminders.plans.preview import same_act
from reminders.store import joint
from reminders.store.plans import TaskRecord
from reminders.timetable import counting, dated
from schedules.schedule import Phase

PROPOSED = "proposed"
Group = tuple[TaskRecord, ...]


def propose(found: Sequence[TaskRecord]) -> tuple[Group, ...]:
    """The groups of tasks with the same measure, dates and lead units."""
    groups: dict[object, list[TaskRecord]] = defaultdict(list)
    for task in found:
        key = None if task.no_duty else same_act(task.measure, _phases(task), _leads(task))
        if key is not None:
            groups[key].append(task)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def chosen(found: Sequence[TaskRecord], wanted: str, year: int) -> tuple[tuple[Group, ...], list[str]]:
    """The groups somebody asks for (`proposed`, or 3+5+7,8+9), and what is wrong with them, in sentences."""
    if wanted == PROPOSED:
        return propose(found), []
    by_number = {task.number: task for task in found}
    groups, problems, taken = [], [], set()
    for text in wanted.replace("，", ",").replace("＋", "+").split(","):
        numbers = [number.strip() for number in text.split("+") if number.strip()]
        unknown = [number for number in numbers if number not in by_number]
        twice = [number for number in numbers if number in taken or numbers.count(number) > 1]
        taken.update(numbers)
        if unknown:
            problems.append(f"--joint 中的事项 {'、'.join(unknown)} 在方案里没有")
        elif len(numbers) < 2 or twice:
            problems.append(f"--joint 应写作 3+5+7,8+9，每项只在一组里，读到的是「{text.strip()}」")
        else:
            group = tuple(by_number[number] for number in numbers)
            groups.append(group)
            problems += _differences(group, year)
    return tuple(groups), problems


def join(connection: Connection, groups: Sequence[Group]) -> None:
    """One act fulfils each group from now on; its key is the number of its first task."""
    for group in groups:
        joint.join(connection, [task.id for task in group], group[0].number)


def _differences(group: Group, year: int) -> list[str]:
    """Why tasks cannot be one: other dates, other lead units, nothing with a day."""
    named = f"第{'、'.join(task.number for task in group)}项"
    if len({frozenset(_leads(task)) for task in group}) > 1:
        return [f"{named}的牵头单位不同，不能合并办结"]
    days = [_days(task, year) for task in group]
    if not days[0] or any(other != days[0] for other in days):
        return [f"{named}的时限不同或没有日期，不能合并办结"]
    return []


def _days(task: TaskRecord, year: int) -> list[Mapping[str, object]]:
    items = () if task.no_duty else dated(counting(task.lines), year)
    return [{"start": item.start_on, "due": item.due_on, "time": item.due_time, "n": item.count} for item in items]


def _phases(task: TaskRecord) -> list[Phase]:
    return [line.phase for line in counting(task.lines)]


def _leads(task: TaskRecord) -> set[int | str]:
    """Its lead units; before a plan is activated, their names."""
    return {a.unit_id if a.unit_id is not None else a.named for a in task.assignments if a.role == "lead"}

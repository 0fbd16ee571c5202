"""What a person looks at before a plan is activated: warnings by kind, offers, joint completions, doubtful names."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reminders.plans.aliases import Alias, propose_aliases, units_of
from reminders.plans.names import is_collective
from reminders.plans.plan import Mention, Plan, Task, Warning  # noqa: A004 - the word of the design
from reminders.plans.warnings import WARNING_KINDS
from schedules import Continuous, Deadline
from schedules.schedule import Phase

_EMPTY_MEASURE: Final = re.compile(r"按.{0,6}(?:落实|执行)。?$")


@dataclass(frozen=True, slots=True)
class Offer:
    """A dated expression beside a task's cell, to be taken or left."""

    task: str  # number
    mention: Mention


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan with everything that is open about it, in the order in which a person decides it."""

    plan: Plan
    warnings: tuple[tuple[str, str, tuple[Warning, ...]], ...]  # kind, its title, the warnings of that kind
    offers: tuple[Offer, ...]
    joint: tuple[tuple[Task, ...], ...]  # tasks that one act fulfils: same measure, dates and lead units
    outside: tuple[Mention, ...]  # duties outside the rows
    collectives: tuple[str, ...]
    aliases: tuple[Alias, ...]


def preview_of(plan: Plan) -> Preview:
    """The preview of a plan as read."""
    units = units_of(plan.tasks)
    return Preview(
        plan=plan,
        warnings=_by_kind(plan),
        offers=tuple(offer for task in plan.tasks for offer in _offers(task)),
        joint=joint_tasks(plan.tasks),
        outside=plan.mentions,
        collectives=tuple(unit for unit in units if is_collective(unit)),
        aliases=propose_aliases(units),
    )


def joint_tasks(tasks: Sequence[Task]) -> tuple[tuple[Task, ...], ...]:
    """Groups of tasks with the same measure, dated schedule and lead units: proposed for one joint completion."""
    groups: dict[object, list[Task]] = defaultdict(list)
    for task in tasks:
        key = same_act(task.measure, task.phases, task.lead)
        if key is not None:
            groups[key].append(task)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def same_act(measure: str, phases: Sequence[Phase], lead: Iterable[Hashable]) -> object | None:
    """What tasks that one act fulfils have in common; None for a task without an act or without a day."""
    act = re.sub(r"\W", "", measure)
    dated = any(not isinstance(phase, Continuous) for phase in phases)
    if not act or not dated or _EMPTY_MEASURE.search(measure):
        return None
    return _act(act), repr(tuple(phases)), frozenset(lead)


def _act(measure: str) -> str:
    """The act in a measure: what stands before its purpose (第三季度计划开展专题业务培训，增强…)."""
    return measure[:14]


def _offers(task: Task) -> list[Offer]:
    """Mentions beside a cell; without a cell they are the schedule itself."""
    if task.deadline_text is None:
        return []
    return [Offer(task.number, mention) for mention in task.mentions if not _same(task, mention)]


def _same(task: Task, mention: Mention) -> bool:
    dues = {phase.due for phase in task.phases if isinstance(phase, Deadline)}
    return all(isinstance(phase, Deadline) and phase.start is None and phase.due in dues for phase in mention.phases)


def _by_kind(plan: Plan) -> tuple[tuple[str, str, tuple[Warning, ...]], ...]:
    every = [*plan.warnings, *(warning for task in plan.tasks for warning in task.warnings)]
    found: list[tuple[str, str, tuple[Warning, ...]]] = []
    for kind, title in WARNING_KINDS.items():
        of_kind = tuple(dict.fromkeys(warning for warning in every if warning.kind == kind))
        if of_kind:
            found.append((kind, title, of_kind))
    return tuple(found)

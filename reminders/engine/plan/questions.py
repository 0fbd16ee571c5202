"""What somebody has to decide before tasks are owed: who leads them, and which times in their words count."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.engine.plan.membership import needs_lead
from reminders.store.plans import TaskRecord


def open_questions(anew: Sequence[TaskRecord], offering: Sequence[TaskRecord], assign_missing: str | None) -> list[str]:
    """What is open about tasks whose units are named anew, and about tasks whose words offer times, in sentences."""
    problems = []
    idle = [task.number for task in anew if needs_lead(task)]
    if idle and not assign_missing:
        problems.append(f"第{'、'.join(idle)}项没有牵头单位（--assign-missing 单位，或 --no-duty {','.join(idle)}）")
    offers = [task.number for task in offering if any(line.offer == "open" for line in task.lines)]
    if offers:
        problems.append(f"第{'、'.join(offers)}项正文里另有时间要求，请定取舍（--mentions take 或 leave）")
    return problems

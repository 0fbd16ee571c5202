"""The real plans with their gold readings, where they are present beside the project."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from reminders.plans import Mention, Plan, Task
from schedules import Phase

SHARED: Final = Path(__file__).resolve().parents[3].parent / "shared" / "plans"
NAMES: Final = (
    "guangzhou-emergency-2022",
    "jilin-civil-affairs-2022",
    "jilin-emergency-2022",
    "jilin-province-2020",
    "tianjin-emergency-2022",
)
DATED: Final = ("deadline", "recurring", "triggered")


def source(name: str) -> Path:
    """A plan as published; the test is skipped where it is not there."""
    path = SHARED / f"{name}.txt"
    if not path.is_file():
        pytest.skip("the real plans are not beside the project")
    return path


def gold(name: str) -> dict[str, Any]:
    """The reading of a careful person."""
    read: dict[str, Any] = json.loads((SHARED / f"{name}.gold.json").read_text(encoding="utf-8"))
    return read


def without_blanks(text: str | None) -> str:
    return "".join((text or "").split())


def without_rule(phases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Phases as the gold compares them: the rule of a recurrence may be written in several ways."""
    return [{key: value for key, value in phase.items() if key != "rrule"} for phase in phases]


def phases_of(phases: tuple[Phase, ...]) -> list[dict[str, Any]]:
    return without_rule([phase.to_dict() for phase in phases])


def disagreements(task: Task, wanted: dict[str, Any]) -> list[str]:
    """What in a task differs from its gold reading."""
    found: list[str] = []
    if task.number != wanted["n"]:
        found.append(f"number {task.number} for {wanted['n']}")
    if list(task.lead) != wanted["lead"] or list(task.support) != wanted["support"]:
        found.append(f"units {task.lead} {task.support} for {wanted['lead']} {wanted['support']}")
    if without_blanks(task.deadline_text) != without_blanks(wanted["deadline_text"]):
        found.append(f"cell {task.deadline_text!r} for {wanted['deadline_text']!r}")
    if wanted["phases"] and phases_of(task.phases) != without_rule(wanted["phases"]):
        found.append(f"phases {phases_of(task.phases)} for {wanted['phases']}")
    have = [phases_of(mention.phases) for mention in task.mentions]
    for mention in wanted.get("mentions", ()):
        dated = any(phase["kind"] in DATED for phase in mention["phases"])
        if dated and without_rule(mention["phases"]) not in have:
            found.append(f"mention {mention['text']!r} of {[mention.text for mention in task.mentions]}")
    return found


def agree(plan: Plan, name: str) -> None:
    """Fails with everything in which a plan differs from its gold reading."""
    wanted = gold(name)["tasks"]
    numbers = [task.number for task in plan.tasks]
    assert numbers == [task["n"] for task in wanted]
    pairs = zip(plan.tasks, wanted, strict=True)
    assert {task.number: said for task, want in pairs if (said := disagreements(task, want))} == {}


def mention_phases(mentions: tuple[Mention, ...]) -> list[list[dict[str, Any]]]:
    return [phases_of(mention.phases) for mention in mentions]


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

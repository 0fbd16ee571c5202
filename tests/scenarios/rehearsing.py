"""`cuiban rehearse` over the bureau's months, as a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

from reminders.engine.ledger.sent import Line
from tests.scenarios import guangzhou
from tests.scenarios.processes import Processes


def rehearse(processes: Processes, contacts: Path, preset: str, answers: str = guangzhou.ANSWERS) -> list[Line]:
    """What would be sent from August to December."""
    manners = contacts.with_name("answers.jsonl")
    manners.write_text(answers, encoding="utf-8")
    said = processes.command(
        "rehearse",
        str(guangzhou.PLAN),
        *("--from", str(guangzhou.FIRST), "--to", str(guangzhou.LAST)),
        *("--contacts", str(contacts), "--answers", str(manners), *guangzhou.ACTIVATION),
        *("--preset", preset, "--json"),
    )
    found: list[Line] = json.loads(said)
    return found


def to(lines: list[Line], destination: str) -> list[Line]:
    """The messages of one destination."""
    return [line for line in lines if line["destination"] == destination]


def steps(lines: list[Line], slot: str, destination: str, task: str) -> list[str]:
    """The steps about one task in one destination's messages of one slot."""
    return [
        item["step"]
        for line in to(lines, destination)
        if line["slot"] == slot
        for item in line["items"]
        if item["task"] == task
    ]


def speaks_of(line: Line, task: str) -> bool:
    """Whether a message speaks of a task."""
    return any(item["task"] == task for item in line["items"])

"""The tutorial is true: its files are written, its commands are run in order, its output appears."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from reminders.documenting import ROOT

TEXT = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
FIRST_DAY = '{"now": "2027-01-04T08:30:00+08:00"}'


def blocks(kind: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a kind: what stands beside the kind, and the content."""
    for found in re.finditer(rf"^```{kind}(.*)\n((?:(?!```).*\n)*)```$", TEXT, re.MULTILINE):
        yield found.group(1).strip(), found.group(2)


def transcript() -> Iterator[tuple[str, list[str]]]:
    """Each command of the console blocks with the lines that its output shows."""
    for _, content in blocks("console"):
        for part in content.split("$ ")[1:]:
            command, *shown = part.strip("\n").split("\n")
            yield command, shown


def run(command: str, directory: Path) -> str:
    """What a command prints; it must succeed."""
    program, *words = shlex.split(command)
    start = [sys.executable] if program == "python" else [sys.executable, "-m", "reminders"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUIBAN_")}
    ours = {"CUIBAN_CLOCK_FILE": str(directory / "clock.json"), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*start, *words], cwd=directory, env={**kept, **ours}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def test_every_command_of_the_tutorial_shows_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text(FIRST_DAY, encoding="utf-8")
    for kind in ("markdown", "csv"):
        for name, content in blocks(kind):
            (tmp_path / name).write_text(content, encoding="utf-8")
    for command, shown in transcript():
        printed = run(command, tmp_path)
        assert [line for line in shown if line not in printed] == [], f"{command} printed {printed}"


def test_the_tutorial_walks_from_reading_to_answering() -> None:
    acts = [command.split()[1] for command, _ in transcript() if command.startswith("cuiban ")]
    walk = ["read", "rehearse", "contacts", "import", "activate", "tick", "show", "decide"]
    assert sorted(set(acts), key=acts.index) == walk

"""Rehearsing one month and twelve of a large plan: peak memory, and processor time for each message and obligation.

Every figure is a process of its own, one month and twelve in turns. Its peak is what the kernel saw (VmHWM), once over
all and once from the moment at which the plan stands activated in the scratch copy: only from there on do months make
a difference. At the large size a turn takes minutes and memory hardly differs from turn to turn, so there is one.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._plan import ends_of_months, plan
from reminders.engine.assembly import scratch
from reminders.engine.plan.activation import Choices
from reminders.rehearsal import Manners, Span, rehearse_file
from reminders.settings import load_settings

SIZES = (10_000, 100_000)  # obligations
LARGE = 50_000
LEADS, UNITS = 50, 100
TURNS = 7
FIRST = date(2022, 1, 10)
LAST = {"one month": date(2022, 2, 9), "twelve months": date(2023, 1, 9)}
GOAL = 1.2


def main() -> int:
    """Print every figure; 1 where twelve months take more than 1.2 times the memory of one."""
    sizes = tuple(int(word) for word in os.environ.get("CUIBAN_BENCH_SIZES", "").split()) or SIZES
    return max(_compare(size, answers) for size in sizes for answers in _answers(size))


def _answers(size: int) -> tuple[str, ...]:
    """Silence brings most messages; once is enough."""
    return ("prompt", "silent") if size >= LARGE else ("prompt",)


def _compare(size: int, answers: str) -> int:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in LAST}
    for _ in range(TURNS if size < LARGE else 1):
        for name in LAST:
            found[name].append(_child(size, name, answers))
    for name, runs in found.items():
        one = runs[0]
        print(
            f"{size:,} obligations, {answers}, {name:<13}: {one['messages']:>7,} messages, processor "
            f"{_said(runs, 'seconds', 's')}, {_said(runs, 'activated', 's')} of it to activate, "
            f"{1e3 * one['walked'] / max(one['messages'], 1):.2f} ms a message, "
            f"{1e3 * one['seconds'] / size:.2f} ms an obligation, peak {_said(runs, 'peak', 'MB')}, "
            f"from activation on {_said(runs, 'later', 'MB')}"
        )
    months, year = (statistics.median(run["peak"] for run in found[name]) for name in LAST)
    later = statistics.median(run["later"] for run in found["twelve months"])
    before = statistics.median(run["later"] for run in found["one month"])
    short = year / months > GOAL
    print(
        f"{size:,} obligations, {answers}: twelve months / one month {year / months:.2f} of the peak "
        f"({later / before:.2f} from activation on), goal at most {GOAL}{'   MISSED' if short else ''}"
    )
    return int(short)


def _said(runs: list[dict[str, Any]], name: str, unit: str) -> str:
    found = [run[name] for run in runs]
    return f"{statistics.median(found):,.1f} {unit} ({min(found):,.1f}-{max(found):,.1f})"


def _child(size: int, name: str, answers: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.rehearsal", str(size), name, answers]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def measure(size: int, name: str, answers: str) -> dict[str, Any]:
    """One rehearsal, in this process."""
    read = plan(size // 2 // LEADS, LEADS, UNITS, ends_of_months())  # an occurrence brings two obligations
    choices = Choices("第1处", leading_group=("领导",))
    began = time.process_time()
    service = scratch(load_settings())
    lines = rehearse_file(service, read, (), choices, Span(FIRST, LAST[name]), Manners.read(answers))
    activated = time.process_time() - began
    before = _peak()
    _forget_peak()
    messages = sum(1 for _ in lines)
    taken = time.process_time() - began
    later = _peak()
    return {
        "messages": messages,
        "seconds": taken,
        "activated": activated,
        "walked": taken - activated,
        "peak": max(before, later),
        "later": later,
    }


def _peak() -> float:
    """The most memory this process held since the peak was last forgotten, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _forget_peak() -> None:
    """Begin a new peak, where the kernel can."""
    reset = Path("/proc/self/clear_refs")
    if os.access(reset, os.W_OK):
        reset.write_text("5")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(measure(int(sys.argv[1]), sys.argv[2], sys.argv[3])))
    else:
        sys.exit(main())

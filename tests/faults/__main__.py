"""`python -m tests.faults`: every fault, its table, and every message that arrived twice with its cause.

--write keeps the table in docs/reliability.md; --seed repeats the moments of a run.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path

from reminders.clock import SystemClock
from tests.faults.running import (
    EMBEDDED_KILLED,
    KILLED,
    LARGE,
    SMALL,
    in_one_process,
    in_production,
    kills_of,
    production_trials,
)
from tests.faults.table import Entry, keep, shown
from tests.faults.trials import TRIALS


def everything(folder: Path, seed: int) -> list[Entry]:
    """All faults over both kinds of installation."""
    entries = in_production(folder / "production", seed, LARGE, production_trials(seed, KILLED, TRIALS))
    return [*entries, in_one_process(folder / "embedded", seed, SMALL, EMBEDDED_KILLED)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Every fault, and what came out.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", default="", help="only the faults whose name this pattern finds")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/reliability.md")
    given = parser.parse_args()
    print(f"seed {given.seed}")
    folder = Path(tempfile.mkdtemp(prefix="cuiban-faults-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user where we are root
    try:
        if given.only:
            chosen = {fault: trial for fault, trial in TRIALS.items() if re.search(given.only, fault)}
            entries = in_production(folder, given.seed, LARGE, chosen)
        else:
            entries = everything(folder, given.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kills = kills_of(entries)
    print(f"{len(kills)} kills, {sum(kill.between for kill in kills)} of them between claim and outcome")
    table = shown(entries, given.seed, f"{SystemClock().business():%Y-%m-%d}")
    print(table)
    if given.write:
        keep(table)
    return 1 if any(entry.wrong for entry in entries) else 0


if __name__ == "__main__":
    sys.exit(main())

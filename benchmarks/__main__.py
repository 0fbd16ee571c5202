"""`python -m benchmarks [NAME…]`: every benchmark that is here, or the named ones, each figure beside its floor.

Exit status 1 where one misses its goal. A module whose optional dependency is not installed is skipped and says so.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

OURS = ("benchmarks", "channels", "reminders", "schedules", "tests")


def names() -> list[str]:
    """The benchmark modules of this folder."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: Sequence[str]) -> int:
    """Run them in order; 1 where one failed, 2 where a name is none."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    return max([run(name) for name in wanted or names()], default=0)


def run(name: str) -> int:
    """One benchmark; 0 where it was skipped."""
    print(f"== {name}", flush=True)
    try:
        module = importlib.import_module(f"benchmarks.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise  # our own module is missing: that is a fault, not an option
        print(f"skipped: {error.name} is not installed (make setup installs what is optional)", flush=True)
        return 0
    return int(module.main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

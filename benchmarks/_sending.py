"""One sender as a process: it reads an address and ids, says "ready", waits for a word and sends."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.dispatch import _service
from reminders.engine.sending.dispatch import dispatch


def main() -> int:
    """Print how many were sent."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    made = _service(sys.stdin.readline().strip(), port, folder)
    ids = [int(word) for word in sys.stdin.readline().split()]
    print("ready", flush=True)
    sys.stdin.readline()
    size = made.settings.batch
    print(sum(dispatch(made, ids[start : start + size]) for start in range(0, len(ids), size)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

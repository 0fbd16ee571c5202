"""One sender as a process: it reads an address and ids, sends some to be warm, says "ready", waits and sends the rest.

A worker lives for weeks: what its first statements cost to build is not what a message costs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.dispatch import WARM, _service, in_jobs


def main() -> int:
    """Print how many were sent."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    made = _service(sys.stdin.readline().strip(), port, folder)
    ids = [int(word) for word in sys.stdin.readline().split()]
    in_jobs(made, ids[:WARM])
    print("ready", flush=True)
    sys.stdin.readline()
    print(in_jobs(made, ids[WARM:]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

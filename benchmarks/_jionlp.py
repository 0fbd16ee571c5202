"""JioNLP beside our own reader, where somebody installed it in an environment of its own.

It is no dependency of ours: `JIONLP_PYTHON` names the Python of an environment with `jionlp==1.5.29`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence

PYTHON = "JIONLP_PYTHON"
PATIENCE = 120  # seconds
_SCRIPT = """
import json, sys, time
from importlib.metadata import version
import jionlp
texts = json.load(sys.stdin)
base = time.mktime((2022, 8, 22, 9, 0, 0, 0, 0, -1))
def read(text):
    try:
        return jionlp.parse_time(text, time_base=base)
    except ValueError:
        return None
for text in texts:
    read(text)
best = None
for _ in range(5):
    began = time.perf_counter()
    for text in texts:
        read(text)
    taken = (time.perf_counter() - began) / len(texts)
    best = taken if best is None else min(best, taken)
print(json.dumps({"version": version("jionlp"), "seconds": best}), file=sys.stderr)
"""


def compare(texts: Sequence[str], ours: float) -> str:
    """One line: what JioNLP takes for the same texts in the same run, or why it is left out. `ours` is in seconds."""
    python = os.environ.get(PYTHON)
    if not python:
        return f"JioNLP is left out: {PYTHON} names no environment that has it"
    try:
        done = subprocess.run(
            [python, "-c", _SCRIPT],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        found = json.loads(done.stderr.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        return f"JioNLP is left out: {type(error).__name__} from the environment that {PYTHON} names"
    return (
        f"JioNLP {found['version']:<22} {found['seconds'] * 1e6:7.1f} µs each, "
        f"{found['seconds'] / ours:.0f} times what we take"
    )

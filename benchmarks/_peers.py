"""Other schedulers beside ours, where somebody installed them in an environment of their own.

They are no dependencies of ours: `PEERS_PYTHON` names the Python of an environment with celery-redbeat,
django-celery-beat, apscheduler, pgqueuer, psycopg, redis and packaging.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.servers import NoServer, database_on, postgresql, redis_database

PYTHON = "PEERS_PYTHON"
PEERS = ("redbeat", "django-celery-beat", "apscheduler", "pgqueuer")
PATIENCE = 900  # seconds of one peer at one size


def compare(sizes: Sequence[int]) -> Iterator[str]:
    """One line a peer and size: a tick with nothing due, and with a hundred due, or why it is left out."""
    python = os.environ.get(PYTHON)
    if not python:
        yield f"peers are left out: {PYTHON} names no environment that has them"
        return
    for peer in PEERS:
        for size in sizes:
            yield _one(python, peer, size)


def _one(python: str, peer: str, size: int) -> str:
    script = Path(__file__).with_name("_peers_child.py")
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        try:
            redis = stack.enter_context(redis_database(Path(folder), "cuiban-bench:"))
            server = stack.enter_context(postgresql(Path(folder)))
            database = stack.enter_context(database_on(server, f"cuiban_peers_{os.getpid()}"))
        except NoServer as reason:
            return f"  {peer} is left out: {reason}"
        dsn = database.set(drivername="postgresql").render_as_string(hide_password=False)
        environment = {**os.environ, "REDIS": redis.url, "POSTGRESQL": dsn}
        try:
            done = subprocess.run(
                [python, str(script), peer, str(size)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
            found = json.loads(done.stdout.strip().splitlines()[-1])
        except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
            return f"  {peer} is left out at {size:,}: {type(error).__name__}"
    name = f"{peer} {found['version']}"
    idle, due = found["idle"] * 1e3, found["due"] * 1e3
    return f"  {name:<26} {size:>9,} entries: nothing due {idle:8.2f} ms, 100 due {due:9.1f} ms"

"""The real processes of a production installation, started for a test: migrate, web, worker, beat."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
BIN = Path(sys.executable).parent


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE, every: float = 0.02) -> None:
    """Wait for something that other processes do; an assertion with its name where it does not come."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for: {what}"
        time.sleep(every)  # a bounded wait for another process, not a pace


class Processes:
    """Worker, beat and web with one environment; each can be killed and started again."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, *words: str) -> str:
        """Run `cuiban …` to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "reminders", *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"cuiban {' '.join(words)}: {done.stderr}"
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes by name."""
        commands = {
            "worker": [
                str(BIN / "celery"),
                "-A",
                "reminders.worker",
                "worker",
                "--concurrency=1",
                "--loglevel=WARNING",
            ],
            "beat": [str(BIN / "celery"), "-A", "reminders.worker", "beat", "--loglevel=WARNING"],
            "web": [sys.executable, "-m", "reminders", "web"],
        }
        for name in names:
            log = (self._logs / f"{name}.log").open("ab")
            self._running[name] = subprocess.Popen(
                commands[name],
                env=self.environment,
                cwd=self._logs,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            log.close()

    def kill(self, name: str) -> None:
        """SIGKILL a process and its children, as a power cut would."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def stop(self) -> None:
        """End everything."""
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait(PATIENCE)
        self._running.clear()

    def said(self, name: str) -> str:
        """What a process wrote to its log."""
        return (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")

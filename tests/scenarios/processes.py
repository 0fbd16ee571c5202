"""The real processes of a production installation, started for a test: migrate, web, worker, beat."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from reminders.worker.hearing import DEAF

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
BIN = Path(sys.executable).parent
CELERY = (str(BIN / "celery"), "-A", "reminders.worker")
COMMANDS = {
    "worker": (*CELERY, "worker", "--concurrency=1", "--loglevel=WARNING"),
    "beat": (*CELERY, "beat", "--loglevel=WARNING"),
    "web": (sys.executable, "-m", "reminders", "web"),
    "run": (sys.executable, "-m", "reminders", "run"),  # all three in one process
}


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
        self.logs = logs
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

    def start(self, *names: str, **also: str) -> None:
        """Start processes by name, `also` in their environment; worker-2 is a second worker."""
        for name in names:
            log = (self.logs / f"{name}.log").open("ab")
            kind = name.partition("-")[0]
            named = ("-n", f"{name}@%h") if kind == "worker" else ()
            self._running[name] = subprocess.Popen(
                (*COMMANDS[kind], *named),
                env={**self.environment, **also},
                cwd=self.logs,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            log.close()

    def pid(self, name: str) -> int:
        """Of a process that runs."""
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL a process and its children, as a power cut would."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def kill_children(self, name: str) -> None:
        """SIGKILL what a process forked, and leave itself alone."""
        for pid in _children(self._running[name].pid):
            with contextlib.suppress(ProcessLookupError):  # it ended while we looked
                os.kill(pid, signal.SIGKILL)

    def check(self) -> None:
        """Start again what ended itself to be started again; an assertion with its last words for any other end."""
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            said = self.said(name)
            assert DEAF in said[-5000:], f"{name} ended with {process.returncode}: {said[-2000:]}"
            (self.logs / f"{name}.log").rename(self.logs / f"{name}-{process.pid}.log")
            self.start(name)

    def stop(self) -> None:
        """End everything."""
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait(PATIENCE)
        self._running.clear()

    def said(self, name: str) -> str:
        """What a process wrote to its log."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def last_words(self, most: int = 1500) -> str:
        """The end of every log."""
        return "\n".join(f"{name}: {self.said(name)[-most:]}" for name in self._running)


def _children(pid: int) -> list[int]:
    """The processes that a process forked."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, after = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue  # it ended while we looked
        if int(after.split()[1]) == pid:
            found.append(int(entry.parent.name))
    return found

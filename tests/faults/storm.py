"""Processes killed at random moments while messages go out; the moments come from a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.installation import Installation
from tests.faults.watch import Held
from tests.scenarios.processes import PATIENCE

WORKERS = ("worker-1", "worker-2")
MOST_ARRIVALS = 12  # so many messages may go by before the next kill
MOST_SECONDS = 0.04  # and then so much time: a hand-over takes about 15 ms, 5 of them at the far end
CHILD = "worker's child"


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL."""

    who: str
    role: str  # worker, worker's child, beat, web, run
    at: float  # machine time
    held: Held
    work_waited: bool  # whether something was left to send

    @property
    def between(self) -> bool:
        """Whether it fell between a claim and its outcome."""
        return bool(self.held.deliveries)


class Storm:
    """Kills one process after the other and brings each back at once."""

    def __init__(self, town: Installation, moments: random.Random) -> None:
        self._town, self._moments = town, moments
        self.kills: list[Kill] = []

    def rage(self, roles: Sequence[str]) -> list[Kill]:
        """One kill for each role, in this order."""
        for role in roles:
            self.strike(role)
        return self.kills

    def strike(self, role: str) -> Kill:
        """Wait for a random moment, and kill."""
        name = self._victim(role)
        self._wait_for_the_moment()
        town = self._town
        at = town.kill_child(name) if role == CHILD else town.kill(name)
        held = self._newly_held(name) if role in ("worker", CHILD, "run") else Held((), ())
        kill = Kill(town.who(name) or name, role, at, held, town.waiting() > 0)
        self.kills.append(kill)
        if role != CHILD:
            town.start(name)
        return kill

    def _victim(self, role: str) -> str:
        """A process of this role that is at work: a worker is killed when it has begun, not while it starts."""
        if role not in ("worker", CHILD):
            return role
        names = self._moments.sample(WORKERS, len(WORKERS))
        deadline = time.monotonic() + PATIENCE
        while True:
            self._keep_going()
            for name in names:
                if self._town.works(name):
                    return name
            assert time.monotonic() < deadline, "no worker came back"
            time.sleep(0.05)

    def _wait_for_the_moment(self) -> None:
        target = self._town.sinks.count() + self._moments.randint(1, MOST_ARRIVALS)
        deadline, look_at = time.monotonic() + PATIENCE, time.monotonic()
        while self._town.sinks.count() < target:
            assert time.monotonic() < deadline, "messages ceased to flow"
            if time.monotonic() > look_at:
                self._keep_going()
                look_at = time.monotonic() + 0.1
            time.sleep(0.002)
        time.sleep(self._moments.uniform(0, MOST_SECONDS))

    def _keep_going(self) -> None:
        if self._town.is_idle():
            self._town.next_morning()

    def _newly_held(self, name: str) -> Held:
        """What it held; what an earlier child of the same worker had held does not count again."""
        held = self._town.held(name)
        before = {lease for kill in self.kills for lease in kill.held.leases}
        leases = tuple(lease for lease in held.leases if lease not in before)
        return Held(leases, held.deliveries if leases else ())


def taken_over_after(town: Installation, kills: Sequence[Kill]) -> list[float]:
    """For each lease of a killed process how long it took until nothing belonged to it any more."""
    spans = []
    for kill in kills:
        for lease in kill.held.leases:
            freed = town.watch.let_go_at(lease)
            assert freed is not None, f"{kill.who} still holds {lease}"
            spans.append(max(freed - kill.at, 0.0))
    return spans


def gone_on_after(town: Installation, kills: Sequence[Kill]) -> list[float]:
    """After each kill with work left, how long it took until the next message reached a far end."""
    moments = sorted(arrival.at for arrival in town.sinks.arrivals())
    found = []
    for kill in kills:
        later = next((at for at in moments if at > kill.at + MOST_SECONDS), None)
        if kill.work_waited and later is not None:
            found.append(later - kill.at)
    return found

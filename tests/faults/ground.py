"""What a trial may break, and what it says afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.faults.installation import Installation
from tests.faults.storm import Kill
from tests.scenarios.processes import PATIENCE, until
from tests.servers import OwnPostgresql, OwnRedis

EARLY = (2, 12)  # a fault strikes after so many messages of the morning


@dataclass(frozen=True, slots=True)
class Ground:
    """What a trial may break."""

    town: Installation
    postgresql: OwnPostgresql
    redis: OwnRedis
    moments: random.Random

    def mid_batch(self) -> None:
        """Open the next morning, and come back while its messages go out."""
        self.town.next_morning()
        self.more(self.moments.randint(*EARLY))
        time.sleep(self.moments.uniform(0, 0.02))

    def more(self, count: int) -> None:
        """Wait until so many more messages reached a far end, or nothing is left to send."""
        target = self.town.sinks.count() + count

        def enough() -> bool:
            self.town.processes.check()
            return self.town.sinks.count() >= target or self.town.is_quiet()

        until(enough, f"{count} more messages", PATIENCE, every=0.01)

    def first_after(self, at: float) -> float:
        """Seconds from a moment to the first message that reached a far end after it."""

        def gone_on() -> bool:
            self.town.processes.check()
            return any(arrival.at > at for arrival in self.town.sinks.arrivals())

        until(gone_on, "messages to go on", every=0.05)
        return next(a.at for a in self.town.sinks.arrivals() if a.at > at) - at


@dataclass(frozen=True, slots=True)
class Struck:
    """How often a fault struck, and what there was to see."""

    times: int
    seen: str = ""
    kills: tuple[Kill, ...] = ()
    late: tuple[str, ...] = ()  # what was taken over too late


Trial: TypeAlias = Callable[[Ground], Struck]

"""One try of one delivery, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from channels.outcome import Outcome
from reminders.store.leases import Claimed


@dataclass(frozen=True, slots=True)
class Done:
    """One try: the claimed delivery, its message, and what came of it."""

    row: Claimed
    message: Row[Any]
    outcome: Outcome
    at: datetime  # business time
    machine_at: datetime

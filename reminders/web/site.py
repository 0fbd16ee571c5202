"""What every page of one running service shares: its backend, keys, clock and limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from reminders.acknowledgement import Limits, LinkKeys
from reminders.clock import Clock
from reminders.web.backend import Backend
from reminders.web.guard import Patience


@dataclass(frozen=True, slots=True)
class Site:
    """The collaborators of the pages."""

    backend: Backend
    keys: LinkKeys
    clock: Clock
    limits: Limits
    help_line: str = ""  # whom to telephone where a page may show nothing else, e.g. 综合处 何晴 020-5550100
    refresh_seconds: int = 5  # how often the mailbox list reloads itself
    patience: Patience = field(default_factory=Patience)

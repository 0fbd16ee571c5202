"""An expression and its year in, a Schedule out.

Each name is imported when it is first asked for, so that a program that only counts working days loads no grammar.
The due days of a phase are in `schedules.occurrences`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schedules.explain import explain
    from schedules.parser import normalise
    from schedules.scanner import scan
    from schedules.schedule import (
        Continuous,
        Deadline,
        Found,
        Freq,
        Phase,
        Recurring,
        Schedule,
        Triggered,
        Unit,
        Unscheduled,
        phase_from_dict,
    )
    from schedules.workdays import WorkCalendar, china

_VALUES = "Continuous Deadline Found Freq Phase Recurring Schedule Triggered Unit Unscheduled phase_from_dict"
_LATER = {
    **dict.fromkeys(_VALUES.split(), "schedules.schedule"),
    "WorkCalendar": "schedules.workdays",
    "china": "schedules.workdays",
    "explain": "schedules.explain",
    "normalise": "schedules.parser",
    "scan": "schedules.scanner",
}

__all__ = [
    "Continuous",
    "Deadline",
    "Found",
    "Freq",
    "Phase",
    "Recurring",
    "Schedule",
    "Triggered",
    "Unit",
    "Unscheduled",
    "WorkCalendar",
    "china",
    "explain",
    "normalise",
    "phase_from_dict",
    "scan",
]


def __getattr__(name: str) -> Any:
    """A name of another module, fetched once and then kept here."""
    if name not in _LATER:
        raise AttributeError(f"module 'schedules' has no attribute {name!r}")
    found = getattr(importlib.import_module(_LATER[name]), name)
    globals()[name] = found
    return found

"""An expression and its year in, a Schedule out."""

from schedules.explain import explain
from schedules.occurrences import Occurrence, occurrences
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

__all__ = [
    "Continuous",
    "Deadline",
    "Found",
    "Freq",
    "Occurrence",
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
    "occurrences",
    "phase_from_dict",
    "scan",
]

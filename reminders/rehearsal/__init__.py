"""Rehearsal: every message some months would bring, nothing sent and no row left behind.

It drives the same engine over a scratch database with a clock of its own and answers given as a person would; so what
it lists is what the real thing sends under the same answers.
"""

from reminders.rehearsal.alternatives import Alternative, compare_file, compare_stored
from reminders.rehearsal.assumptions import default_choices, invented_contacts
from reminders.rehearsal.difference import Difference
from reminders.rehearsal.manners import Manner, Manners
from reminders.rehearsal.runs import rehearse_file, rehearse_stored
from reminders.rehearsal.totals import Totals
from reminders.rehearsal.walking import READING, Span

__all__ = [
    "READING",
    "Alternative",
    "Difference",
    "Manner",
    "Manners",
    "Span",
    "Totals",
    "compare_file",
    "compare_stored",
    "default_choices",
    "invented_contacts",
    "rehearse_file",
    "rehearse_stored",
]

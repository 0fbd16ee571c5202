"""What is open, planned anew: by a republished calendar, or under another policy, from now on.

Pure, and the same for what is shown and what is done. Nothing that was sent comes again; no step lies in the past; due
dates stay. A step that stands where its rule puts it goes where the rule puts it now; what a person or an outage of
ours put elsewhere keeps the working days it has left. What is due already is left to the slot that opens next.
"""

from reminders.replanning.alike import Alike
from reminders.replanning.calendars import under_calendar
from reminders.replanning.difference import Moved, differences
from reminders.replanning.moment import Moment
from reminders.replanning.policies import WHY, highest_under, under_policy

__all__ = ["WHY", "Alike", "Moment", "Moved", "differences", "highest_under", "under_calendar", "under_policy"]

"""Tables and prose as tasks, the units that owe them, and the facts of the document."""

from reminders.plans.plan import Mention, Plan, Task, Warning  # noqa: A004 - the word of the design
from reminders.plans.preview import Preview, preview_of
from reminders.plans.reader import plan_of, read_plan

__all__ = ["Mention", "Plan", "Preview", "Task", "Warning", "plan_of", "preview_of", "read_plan"]

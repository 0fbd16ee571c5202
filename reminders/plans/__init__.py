"""Tables and prose as tasks, the units that owe them, and the facts of the document."""

from reminders.plans.plan import Mention, Plan, Task, Warning  # noqa: A004 - the word of the design

__all__ = ["Mention", "Plan", "Task", "Warning"]

"""The demo: the project's own sample plan under preset strict, with a fast clock and the local mailbox only."""

from reminders.demo.running import run

__all__ = ["run"]

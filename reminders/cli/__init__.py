"""The command line. Every refusal is one sentence on standard error and exit status 2."""

from reminders.cli.group import main

__all__ = ["main"]

"""`python -m reminders` is `cuiban`."""

from reminders.cli import main

main()

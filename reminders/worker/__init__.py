"""Celery: beat wakes the tick, jobs carry batches of ids; the database alone knows what is due.

Found by `celery -A reminders.worker worker` and `celery -A reminders.worker beat`.
"""

"""The pages: the acknowledgement link, the local mailbox and the health of the service."""

from reminders.web.app import create_app
from reminders.web.guard import log_config

__all__ = ["create_app", "log_config"]

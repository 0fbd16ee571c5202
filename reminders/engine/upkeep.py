"""What follows a tick that went well: foresight, seals of the ledger, the heartbeat. Neither disturbs a round."""

from __future__ import annotations

import logging

from reminders.engine.foreseeing import foresee_ahead
from reminders.engine.heartbeat import beat
from reminders.engine.sealing import seal_when_due
from reminders.engine.service import Service

log = logging.getLogger("cuiban.upkeep")


def after_tick(service: Service) -> None:
    """Do it; a failure is logged by its kind, and the next tick tries again."""
    for work in (foresee_ahead, seal_when_due, beat):
        try:
            work(service)
        except Exception as error:
            log.error("%s failed after a tick: %s", work.__name__, type(error).__name__)

"""What follows a tick that went well: foresight, seals of the ledger, the heartbeat. Neither disturbs a round."""

from __future__ import annotations

import logging
from datetime import timedelta

from reminders.engine.forecast.foreseeing import foresee_ahead
from reminders.engine.ledger.sealing import seal_when_due
from reminders.engine.service import Service
from reminders.engine.watching.heartbeat import beat
from reminders.store import marks

SWEEP = "journals-swept"
SWEEP_EVERY, KEPT = timedelta(hours=6), timedelta(days=7)
log = logging.getLogger("cuiban.upkeep")


def after_tick(service: Service) -> None:
    """Do it; a failure is logged by its kind, and the next tick tries again."""
    for work in (foresee_ahead, seal_when_due, beat, sweep_journals):
        try:
            work(service)
        except Exception as error:
            log.error("%s failed after a tick: %s", work.__name__, type(error).__name__)


def sweep_journals(service: Service) -> None:
    """Now and then remove journals of outcomes that nobody will ask for: their owner died after all was settled."""
    now = service.machine_now()
    with service.database.read() as connection:
        last = marks.mark(connection, SWEEP)
    if last is not None and now - last.machine_at < SWEEP_EVERY:
        return
    service.journals.sweep((now - KEPT).timestamp())
    with service.database.write() as connection:
        marks.set_mark(service.database, connection, SWEEP, service.now(), now, {})

"""Poison: a row that breaks the program itself. It is found by itself, tried a few times, then set aside for a person.

What breaks one row must not hold up the others, nor be tried for ever, nor be told to anybody as an address that fails.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from channels.retry import backoff
from reminders.engine.service import Service
from reminders.exceptions import DatabaseUnreachable
from reminders.store import events, leases, messages
from reminders.store.leases import Claimed

log = logging.getLogger("cuiban.poison")
MOST_STUMBLES = 5
ASIDE = "aside"
NOBODYS = (DatabaseUnreachable, OperationalError)  # a database that does not answer is no row's fault
T = TypeVar("T")


def isolating(
    service: Service, lease: str, rows: Sequence[Claimed], act: Callable[[Sequence[Claimed]], list[T]]
) -> list[T]:
    """`act` on all rows together; where that breaks, on each by itself, and the one at fault is put back.

    A database that does not answer is nobody's poison: that error goes on to the caller.
    """
    if not rows:
        return []
    try:
        return act(rows)
    except NOBODYS:
        raise
    except Exception as error:
        if len(rows) > 1:
            return [one for row in rows for one in isolating(service, lease, [row], act)]
        _stumbled(service, lease, rows[0], error)
        return []


def note(row: Claimed, error: Exception) -> None:
    """Tell the log where a row broke: the frames without the error's own words, which may quote what the row holds."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("delivery %d broke with %s\n%s", row.id, type(error).__name__, frames)


def set_aside(service: Service, connection: Connection, row: Claimed, lease: str, why: str) -> None:
    """Leave a row to a person; it is tried no more."""
    if not leases.settle(connection, row.id, lease, state=ASIDE, stumbles=row.stumbles + 1):
        return
    messages.mark(connection, row.message_id, ASIDE)
    happened = events.Event("delivery.set_aside", message_id=row.message_id, body={"delivery": row.id, "error": why})
    events.append(connection, [happened], at=service.now(), recorded_at=service.machine_now())


def _stumbled(service: Service, lease: str, row: Claimed, error: Exception) -> None:
    note(row, error)
    number = row.stumbles + 1
    with service.database.write() as connection:
        if number < MOST_STUMBLES:
            leases.stumble(connection, [row.id], lease, service.machine_now() + backoff(number))
        else:
            set_aside(service, connection, row, lease, type(error).__name__)

"""Acceptance: a channel took a message, and the waits of its items begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from reminders import delay, silence
from reminders.engine.service import Service
from reminders.messages import MessageKind
from reminders.obligations import Change, Kind, Obligation, State
from reminders.store import events, messages, obligations

UNDELIVERED = "undelivered"


def accepted(
    service: Service, connection: Connection, found: Mapping[int, Row[Any]], now: datetime
) -> list[events.Event]:
    """Channels took messages: the waits of their items begin, once every part was taken. What the ledger says of it."""
    whole = messages.mark_accepted(connection, found, now)
    asking = speaking(connection, {key: found[key] for key in whole})
    levels = [_levels(item for item in asking[key] if _may_wait(item)) for key in sorted(asking)]
    ids = sorted({key for one in levels for key in one})
    standing = {o.id: o for o in obligations.locked(service.database, connection, ids)}
    changed: dict[int, Obligation] = {}
    happened: list[events.Event] = []
    for key, level in ((key, level) for one in levels for key, level in sorted(one.items()) if key in standing):
        before = changed.get(key, standing[key])
        change = _accept(service, before, level, now)
        if change is not None:
            happened += events.of_change(before, change)
            changed[key] = change.obligation
    obligations.save(connection, changed.values())
    return happened


def speaking(connection: Connection, found: Mapping[int, Row[Any]]) -> dict[int, list[Row[Any]]]:
    """The items of messages that tell somebody what he owes.

    The work group's message names nobody, and 未送达 is no asking: neither begins a wait nor proves anything.
    """
    personal = [key for key, message in found.items() if message.kind != MessageKind.WORKGROUP]
    living = messages.living_by_message(connection, personal)
    return {
        key: [item for item in items_of if item.version == item.current_version and item.step != UNDELIVERED]
        for key, items_of in living.items()
    }


def _may_wait(item: Row[Any]) -> bool:
    """Whether acceptance can mean anything to an obligation; most rungs change nothing, and need not be read."""
    return item.state in (State.QUEUED, State.OVERDUE)


def _accept(service: Service, obligation: Obligation, level: int, now: datetime) -> Change | None:
    if obligation.kind is Kind.COMPLETION:
        return delay.accepted(obligation, level)
    return silence.accepted(obligation, level, now.date(), service.slots)


def _levels(items_of: Iterable[Row[Any]]) -> dict[int, int]:
    """The obligations of a message and the highest level at which it speaks of each."""
    found: dict[int, int] = {}
    for item in items_of:
        found[item.obligation_id] = max(item.level, found.get(item.obligation_id, 0))
    return found

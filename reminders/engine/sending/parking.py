"""Parking: a channel that fails for everybody is left alone for a while, and so is a robot of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import Connection

from channels.outcome import Verdict
from channels.retry import Decision
from reminders.engine.sending.done import Done
from reminders.engine.service import SMTP, Service
from reminders.store import events, parking

IN_A_ROW = 3  # recipients that fail one after the other for a cause not theirs: the channel fails for everybody
PARKED = timedelta(minutes=1)
NOT_THEIRS = (Verdict.RETRY_LATER, Verdict.PARK_CHANNEL, Verdict.DEAD_CHANNEL, Verdict.IN_DOUBT)


def park(service: Service, connection: Connection, one: Done, decision: Decision) -> None:
    """A robot is parked by itself, a mail server for everybody."""
    channel = park_key(one.row.channel, one.message.contact_id)
    kind = "channel.dead" if one.outcome.verdict is Verdict.DEAD_CHANNEL else "channel.parked"
    _leave_alone(service, connection, channel, decision.after or PARKED, one, kind)


def park_failing(service: Service, connection: Connection, done: Sequence[Done]) -> None:
    """Three recipients in a row failed for a cause not theirs: the whole channel is left alone for a while."""
    for channel in {one.row.channel for one in done}:
        mine = [one for one in done if one.row.channel == channel]
        failing = list(takewhile(lambda one: one.outcome.verdict in NOT_THEIRS, reversed(mine)))
        if len({one.message.contact_id for one in failing}) >= IN_A_ROW:
            _leave_alone(service, connection, channel, PARKED, failing[0], "channel.parked")


def park_key(channel: str, contact_id: int) -> str:
    """What is parked together: every mail, or one robot."""
    return channel if channel == SMTP else f"{channel}:{contact_id}"


def _leave_alone(service: Service, connection: Connection, channel: str, span: timedelta, one: Done, kind: str) -> None:
    machine_now = service.machine_now()
    parking.park(service.database, connection, channel, machine_now + span, one.outcome.detail, machine_now)
    happened = events.Event(kind, message_id=one.message.id, body={"channel": channel, "code": one.outcome.code})
    events.append(connection, [happened], at=service.now(), recorded_at=machine_now)

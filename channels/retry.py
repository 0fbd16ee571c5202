"""Outcome → what becomes of the delivery, decided once for all channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from channels.outcome import Outcome, Verdict

BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
PARK_AT_LEAST = timedelta(seconds=60)  # WeCom lifts a block when the minute that was hit is over
DEAD_CHANNEL_PROBE = timedelta(minutes=15)  # how soon to look whether the operator has mended it
PLAIN_UNTIL = 3  # tries after which refused words are given up, so that no sender can go round in a circle


class DeliveryState(StrEnum):
    """Where a delivery stands in the outbox."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a delivery after a try."""

    state: DeliveryState
    after: timedelta | None = None  # RETRY: not before; UNKNOWN: a repeat, where one is allowed, not before
    park: bool = False  # nothing else to this destination (WeCom) or channel (mail) before `after`
    plain: bool = False  # RETRY with the channel's render_plain in place of the refused bytes


def next_state(outcome: Outcome, attempt: int) -> Decision:
    """What the outcome of try number `attempt` (1, 2, …) leads to.

    Giving up after two working days of retries is the caller's: only it knows the calendar.
    """
    match outcome.verdict:
        case Verdict.ACCEPTED:
            return Decision(DeliveryState.SENT)
        case Verdict.RETRY_LATER:
            return _retry(outcome, attempt)
        case Verdict.PARK_CHANNEL:
            return Decision(DeliveryState.RETRY, max(outcome.retry_after or PARK_AT_LEAST, PARK_AT_LEAST), park=True)
        case Verdict.DEAD_CHANNEL:
            return Decision(
                DeliveryState.RETRY, max(outcome.retry_after or DEAD_CHANNEL_PROBE, PARK_AT_LEAST), park=True
            )
        case Verdict.REFUSED_CONTENT if outcome.plain_may_pass and attempt <= PLAIN_UNTIL:
            return Decision(DeliveryState.RETRY, timedelta(0), plain=True)
        case Verdict.REFUSED_CONTENT | Verdict.DEAD_RECIPIENT:
            return Decision(DeliveryState.FAILED)
        case Verdict.IN_DOUBT:
            return Decision(DeliveryState.UNKNOWN, backoff(attempt))


def backoff(attempt: int) -> timedelta:
    """How long to wait after try number `attempt`: 1, 5, 15 and then always 60 minutes."""
    return BACKOFF[min(attempt, len(BACKOFF)) - 1]


def _retry(outcome: Outcome, attempt: int) -> Decision:
    if outcome.most_retries is not None and attempt > outcome.most_retries:
        return Decision(DeliveryState.FAILED)
    return Decision(DeliveryState.RETRY, max(backoff(attempt), outcome.retry_after or timedelta(0)))

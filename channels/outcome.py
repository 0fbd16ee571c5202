"""What became of one try: an Outcome, which has one of seven verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """Every answer of every far end, told apart by what has to happen next."""

    ACCEPTED = "accepted"  # handed over; accepted for delivery is not yet read
    RETRY_LATER = "retry_later"  # nothing was taken; the same bytes may pass later
    PARK_CHANNEL = "park_channel"  # nothing was taken, and whoever sends next to this destination makes it worse
    DEAD_RECIPIENT = "dead_recipient"  # this address will never take it
    DEAD_CHANNEL = "dead_channel"  # login, certificate, removed robot: fails for everybody until a person mends it
    REFUSED_CONTENT = "refused_content"  # the address is good; these bytes are not
    IN_DOUBT = "in_doubt"  # handed over, and no answer: it may have been taken


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one try.

    `detail` is one Chinese sentence for pages and messages, without secrets. `code` is the far end's own code
    ("250", "93000") or the name of what the network did ("timeout", "connect", "certificate", "dropped").
    """

    verdict: Verdict
    code: str
    detail: str
    retry_after: timedelta | None = None  # not before, where the far end said so or its rules do
    most_retries: int | None = None  # where the far end forbids more, e.g. 3 for WeCom's -1
    plain_may_pass: bool = False  # refused content of which a short plain text may still get through
    everybody: bool = False  # nobody looked at this message or its recipient: whoever is next fares the same

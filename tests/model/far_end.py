"""The far end of a history: it takes what it is given, or fails as it is told."""

from __future__ import annotations

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from tests.office import RecordingMailbox


class Killed(BaseException):
    """The sender's process dies while the far end holds the message."""


class FarEnd(RecordingMailbox):
    """A far end that fails as it is told, and counts what it may have taken."""

    def __init__(self) -> None:
        super().__init__()
        self.kills = 0
        self.taken: dict[bytes, int] = {}  # by bytes, how often it was taken, or may have been

    def send(self, payload: Payload) -> Outcome:
        """Take it, fail as told, or see the sender die."""
        if self.kills:
            self.kills -= 1
            self.taken[payload.body] = self.taken.get(payload.body, 0) + 1
            raise Killed
        outcome = super().send(payload)
        if outcome.verdict in (Verdict.ACCEPTED, Verdict.IN_DOUBT):
            self.taken[payload.body] = self.taken.get(payload.body, 0) + 1
        self.kept.clear()
        self.payloads.clear()
        return outcome

"""What a fake server saw, kept in memory and, if asked, in a JSON Lines file that other processes can read."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Mail:
    """One message that the fake SMTP server took up to its final dot."""

    sender: str  # envelope, from MAIL FROM
    recipients: tuple[str, ...]  # envelope, from RCPT TO
    raw: bytes  # after un-stuffing the dots, as the receiver would store it
    answer: str  # what was said after the final dot; "" where the connection was dropped instead
    at: float  # machine time, seconds since the epoch

    @property
    def accepted(self) -> bool:
        """Whether the sender was told that it was taken."""
        return self.answer.startswith("2")


@dataclass(frozen=True, slots=True)
class Post:
    """One request to the fake WeCom server."""

    path: str  # /cgi-bin/webhook/send
    key: str  # the robot's key, or the application's access token
    body: str
    errcode: int | None  # what was answered; None where there was no answer in WeCom's form
    at: float  # machine time, seconds since the epoch

    @property
    def accepted(self) -> bool:
        """Whether the sender was told that it was taken."""
        return self.errcode == 0


Seen = TypeVar("Seen", Mail, Post)


class Records(Generic[Seen]):
    """A growing list that may be waited for."""

    def __init__(self, log: Path | None = None) -> None:
        self._seen: list[Seen] = []
        self._log = log
        self._changed = threading.Condition()

    def add(self, record: Seen) -> None:
        with self._changed:
            self._seen.append(record)
            if self._log is not None:
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(_as_json(record), ensure_ascii=False) + "\n")
            self._changed.notify_all()

    def all(self) -> list[Seen]:
        with self._changed:
            return list(self._seen)

    def wait_for(self, enough: Callable[[list[Seen]], bool], seconds: float = 10.0) -> list[Seen]:
        """The records as soon as `enough` says so; AssertionError with what there is after `seconds`."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not enough(self._seen):
                left = deadline - time.monotonic()
                assert left > 0, f"still waiting after {seconds} s; seen: {self._seen!r}"
                self._changed.wait(left)
            return list(self._seen)

    def clear(self) -> None:
        with self._changed:
            self._seen.clear()


def read_mails(log: Path) -> list[Mail]:
    """The mails that a server, perhaps of another process, wrote to its log; a half written last line is left."""
    return [
        Mail(
            sender=line["sender"],
            recipients=tuple(line["recipients"]),
            raw=line["raw"].encode("latin-1"),
            answer=line["answer"],
            at=line["at"],
        )
        for line in _whole_lines(log)
    ]


def read_posts(log: Path) -> list[Post]:
    """The posts that a server, perhaps of another process, wrote to its log; a half written last line is left."""
    return [Post(**line) for line in _whole_lines(log)]


def _as_json(record: Mail | Post) -> dict[str, object]:
    fields: dict[str, object] = asdict(record)
    if isinstance(record, Mail):
        fields["raw"] = record.raw.decode("latin-1")
    return fields


def _whole_lines(log: Path) -> list[dict[str, Any]]:
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]

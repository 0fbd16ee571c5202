"""The journal of outcomes: a file beside each lease, one line before and one after every hand-over.

Outcomes go into the database a batch at a time; the journal makes each of them safe against a kill at the price of two
writes to a file. Its owner holds a lock on it, which the system lets go when the process ends, however it ends: so
another process on the same machine knows at once that nobody works under a lease any more, and reads what became of
its rows. Nothing is forced to the disk, because a write survives the process; after a power cut, known by the
machine's boot id, lines may be missing, and every row that was begun is in doubt.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from channels.outcome import Outcome, Verdict

log = logging.getLogger("cuiban.journal")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux; elsewhere a power cut is told from nothing


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one hand-over."""

    delivery_id: int
    outcome: Outcome
    at: datetime  # business time
    machine_at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """What is known here of the owner of a lease, and of the rows it held."""

    gone: bool  # its process is known to have ended: nobody has to wait for the lease
    alive: bool  # its process is known to live, however slowly
    whole: bool  # the journal is complete: a row without a line was never begun
    entries: tuple[Entry, ...] = ()
    begun: frozenset[int] = frozenset()  # handed over, with or without an outcome
    prepared: bool = False  # rows were checked and worded: none of them is what ended the process before that


NOT_HERE = Left(gone=False, alive=False, whole=False)


class Journal(Protocol):
    """The journal of one lease, held by its owner."""

    @property
    def lasting(self) -> bool:
        """Whether lines outlive the process; where not, each outcome goes into the database before the next row."""

    def prepared(self) -> None:
        """Say that a chunk was checked and worded."""

    def begin(self, delivery_id: int) -> bool:
        """Say that a row is about to be handed over; False where it could not be written down."""

    def end(self, entry: Entry) -> bool:
        """Write an outcome down; False where that was not possible: it must go into the database at once."""

    def done(self) -> None:
        """Everything stands in the database: nobody needs the journal any more."""


class Journals(Protocol):
    """Where journals are kept."""

    def open(self, lease: str) -> contextlib.AbstractContextManager[Journal]:
        """Begin the journal of a lease, before a row is claimed under it."""

    def left(self, lease: str) -> Left:
        """What the owner of a lease left behind."""

    def forget(self, lease: str) -> None:
        """Its rows were taken over."""

    def sweep(self, before: float) -> None:
        """Remove what was left before a moment, in seconds since the epoch: no lease lasts so long."""


class NoJournal:
    """In place of a journal where none can be kept."""

    def __init__(self, *, lasting: bool = False) -> None:
        self.lasting = lasting

    def prepared(self) -> None:
        """As Journal.prepared."""

    def begin(self, _delivery_id: int) -> bool:
        """As Journal.begin."""
        return True

    def end(self, _entry: Entry) -> bool:
        """As Journal.end."""
        return True

    def done(self) -> None:
        """As Journal.done."""


class NoJournals:
    """No files at all; `lasting` for a scratch store that dies with its process, where nothing can be in doubt."""

    def __init__(self, *, lasting: bool = False) -> None:
        self._journal = NoJournal(lasting=lasting)

    @contextlib.contextmanager
    def open(self, _lease: str) -> Iterator[Journal]:
        """As Journals.open."""
        yield self._journal

    def left(self, _lease: str) -> Left:
        """As Journals.left."""
        return NOT_HERE

    def forget(self, _lease: str) -> None:
        """As Journals.forget."""

    def sweep(self, _before: float) -> None:
        """As Journals.sweep."""


@dataclass
class FileJournal:
    """A journal in a file that this process holds locked."""

    descriptor: int
    path: Path
    lasting: bool = True
    finished: bool = field(default=False, init=False)

    def prepared(self) -> None:
        """As Journal.prepared."""
        self._write(b'{"prepared":true}\n')

    def begin(self, delivery_id: int) -> bool:
        """As Journal.begin."""
        return self._write(b'{"begin":%d}\n' % delivery_id)

    def end(self, entry: Entry) -> bool:
        """As Journal.end."""
        return self._write(_line(entry).encode())

    def done(self) -> None:
        """As Journal.done."""
        self.finished = True

    def _write(self, data: bytes) -> bool:
        try:
            written = os.write(self.descriptor, data)
        except OSError as error:
            log.error("the journal of outcomes cannot be written: %s", error.strerror)
            written = 0
        if written != len(data):
            self._give_up()
        return written == len(data)

    def _give_up(self) -> None:
        """A journal with a gap would call a row never begun that was: without one, every begun row is in doubt."""
        self.lasting = False
        self.path.unlink(missing_ok=True)


class FileJournals:
    """Journals in a folder that every process of this machine shares."""

    def __init__(self, folder: Path, boot: str | None = None) -> None:
        """`boot` names the present run of the machine; by default what the system says."""
        self._folder = folder
        self._boot = _boot_id() if boot is None else boot

    @contextlib.contextmanager
    def open(self, lease: str) -> Iterator[Journal]:
        """As Journals.open; without a place to write, one that lasts for nothing."""
        try:
            journal = self._made(lease)
        except OSError as error:
            log.error("no journal of outcomes can be kept in %s (%s)", self._folder, error.strerror)
            yield NoJournal()
            return
        try:
            yield journal
        finally:
            if journal.finished:
                journal.path.unlink(missing_ok=True)
            os.close(journal.descriptor)  # lets the lock go

    def left(self, lease: str) -> Left:
        """As Journals.left."""
        try:
            descriptor = os.open(self._path(lease), os.O_RDONLY)
        except OSError:
            return NOT_HERE
        with open(descriptor, "rb") as file:
            return self._read(file.read(), gone=_try_lock(descriptor))

    def forget(self, lease: str) -> None:
        """As Journals.forget."""
        self._path(lease).unlink(missing_ok=True)

    def sweep(self, before: float) -> None:
        """As Journals.sweep."""
        for path in self._folder.glob("*.journal*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _made(self, lease: str) -> FileJournal:
        # Locked before it has its name: whoever finds it finds it held.
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f"{lease}.journal-draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(descriptor, json.dumps({"boot": self._boot}).encode() + b"\n")
            draft.rename(self._path(lease))
        except OSError:
            os.close(descriptor)
            draft.unlink(missing_ok=True)
            raise
        return FileJournal(descriptor, self._path(lease))

    def _path(self, lease: str) -> Path:
        return self._folder / f"{lease}.journal"

    def _read(self, data: bytes, *, gone: bool) -> Left:
        lines = list(_lines(data))
        same_boot = bool(lines) and lines[0].get("boot") == self._boot
        entries = tuple(_entry(line) for line in lines if "end" in line)
        begun = frozenset(line["begin"] for line in lines if "begin" in line)
        prepared = any("prepared" in line for line in lines)
        return Left(gone=gone, alive=not gone, whole=same_boot, entries=entries, begun=begun, prepared=prepared)


def _boot_id() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The lines that were written whole; the last one may have been cut."""
    for line in data.split(b"\n"):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


_QUOTED = json.JSONEncoder().encode


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _line(entry: Entry) -> str:
    # Two writes a message: put together by hand, because json.dumps of a dict takes longer than the write itself.
    outcome = entry.outcome
    after = outcome.retry_after.total_seconds() if outcome.retry_after is not None else None
    plain, everybody = str(outcome.plain_may_pass).lower(), str(outcome.everybody).lower()
    return (
        f'{{"end":{entry.delivery_id},"verdict":"{outcome.verdict.value}","code":{_QUOTED(outcome.code)},'
        f'"detail":{_QUOTED(outcome.detail)},"after":{_number(after)},"most":{_number(outcome.most_retries)},'
        f'"plain":{plain},"everybody":{everybody},"at":"{entry.at.isoformat()}",'
        f'"machine_at":"{entry.machine_at.isoformat()}"}}\n'
    )


def _entry(line: dict[str, Any]) -> Entry:
    after = timedelta(seconds=line["after"]) if line["after"] is not None else None
    outcome = Outcome(
        Verdict(line["verdict"]), line["code"], line["detail"], after, line["most"], line["plain"], line["everybody"]
    )
    at, machine_at = datetime.fromisoformat(line["at"]), datetime.fromisoformat(line["machine_at"])
    return Entry(line["end"], outcome, at, machine_at)

"""The audit: the chain of seals checked against the events, and the ledger replayed against the obligations.

What is wrong is named by id, one sentence each. The newest events wait for their seal for some minutes; what is done to
them before that, the chain cannot show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from reminders.store import replaying, seals
from reminders.store.database import Database
from reminders.store.replaying import Difference
from reminders.store.seals import Seal

MOST_NAMED = 200  # sentences; more say the same


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit found."""

    sealed: int  # events under a seal
    waiting: int  # events that wait for one
    seals: int
    head: str  # the hash of the newest seal; whoever writes it down can prove later that nothing before it changed
    problems: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(database: Database, *, noted: str = "") -> Audit:
    """Check everything, in one transaction that only reads.

    `noted` is the hash of a seal as somebody wrote it down, or its beginning: it must be in the chain still.
    """
    with database.read() as connection:
        if database.is_postgresql:
            # One snapshot for every statement: what is written meanwhile is no difference.
            connection.exec_driver_sql("set transaction isolation level repeatable read")
        chain = _Chain(noted)
        wrong = list(chain.problems(connection))[:MOST_NAMED]
        wrong += islice((_said(found) for found in replaying.differences(connection)), MOST_NAMED)
        waiting = seals.count_after(connection, chain.last_id)
    return Audit(chain.sealed, waiting, chain.count, chain.head, tuple(wrong))


class _Chain:
    """The walk along the chain, and what it counted."""

    def __init__(self, noted: str) -> None:
        self.sealed = self.count = self.last_id = 0
        self.head = ""
        self._noted = noted.strip().lower()
        self._met = not self._noted

    def problems(self, connection: Connection) -> Iterator[str]:
        """What is wrong, in the order of the ledger."""
        for seal in seals.all_of(connection):
            yield from self._links(seal)
            yield from _inside(connection, seal, self.last_id)
            self.sealed, self.count = self.sealed + seal.count, self.count + 1
            self.last_id, self.head = seal.last_id, seal.hash
            self._met = self._met or seal.hash.startswith(self._noted)
        if not self._met:
            yield f"记下的封条 {self._noted[:64]} 不在链上：封条被换过，或者记错了。"

    def _links(self, seal: Seal) -> Iterator[str]:
        if seal.number != self.count + 1:
            yield f"第 {self.count + 1} 号封条不见了，后面接着第 {seal.number} 号。"
            self.count = seal.number - 1
        elif seal.previous != self.head:
            yield f"第 {seal.number} 号封条不接前一号：其中一号被改过。"
        if seal.hash != seals.digest(seal.previous, seal.leaves):
            yield f"第 {seal.number} 号封条（记录 {seal.first_id} 至 {seal.last_id}）本身被改过。"


def _inside(connection: Connection, seal: Seal, before: int) -> Iterator[str]:
    """The events of one seal against its lines; the gap before its first event belongs to it."""
    lines = seals.pairs(seal.leaves)
    found = {row.id: seals.leaf(row) for row in seals.events_between(connection, before + 1, seal.last_id)}
    for event_id in sorted(lines.keys() | found.keys()):
        if event_id not in found:
            yield f"记录 {event_id} 不见了（第 {seal.number} 号封条里有它）。"
        elif event_id not in lines:
            yield f"记录 {event_id} 是后来插进去的（第 {seal.number} 号封条里没有它）。"
        elif found[event_id] != lines[event_id]:
            yield f"记录 {event_id} 被改过，与第 {seal.number} 号封条不符。"


def _said(found: Difference) -> str:
    if found.stored is None:
        return f"义务 {found.obligation_id} 不见了，记录 {found.last_event_id} 里还有它。"
    if found.replayed is None:
        return f"义务 {found.obligation_id} 没有任何记录说明它的状态。"
    apart = [name for name in replaying.TOLD if found.stored[name] != found.replayed[name]]
    shown = _pairs(apart, found.stored.get), _pairs(apart, found.replayed.get)
    return f"义务 {found.obligation_id} 现为 {shown[0]}，按记录 {found.last_event_id} 应为 {shown[1]}。"


def _pairs(names: Iterable[str], value: Any) -> str:
    return "、".join(f"{name}={value(name)}" for name in names)

"""What the far ends have, held against what the database says: nothing lost, and every repeat with its cause."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from reminders.slots import Slot
from reminders.store.database import Database
from reminders.store.tables import attempts, contacts, deliveries, events, messages, payloads
from tests.faults.sinks import Arrival

WAITING = ("pending", "claimed", "retry")
TAKEN, SET_ASIDE = "sent", "unknown"


@dataclass(frozen=True, slots=True)
class Fate:
    """One delivery: what the database says of it, and how often the far end has it."""

    id: int
    channel: str
    name: str  # Message-ID, or short number
    role: str  # of whom it is for: liaison, head, leader, group
    kind: str
    state: str
    copies: int
    same: bool  # whether every copy has the stored bytes
    doubts: tuple[str, ...]  # why it was in doubt, each time it was

    @property
    def is_leaders(self) -> bool:
        return self.role == "leader"

    @property
    def is_lost(self) -> bool:
        """Nobody got it, and it was neither refused for good nor, a leader's, left to a person.

        Another's message that is left to a person after two doubts and never arrived is lost: it was promised at
        least once.
        """
        if self.copies or self.state in ("failed", "struck"):
            return False
        return not (self.is_left and self.is_leaders)

    @property
    def is_left(self) -> bool:
        """In doubt, and a person decides: a leader's at once, another's when its repeat was in doubt too."""
        return self.state == SET_ASIDE

    @property
    def is_explained(self) -> bool:
        """At most one copy more than once, and only where it was in doubt; a leader's never."""
        most = 1 if self.is_leaders else 2
        return self.copies <= min(1 + len(self.doubts), most)

    def wrong(self) -> list[str]:
        """Everything that breaks the promise."""
        found = []
        if self.is_lost:
            found.append("lost")
        if self.is_left and not self.is_leaders and len(self.doubts) < 2:
            found.append("left to a person without a repeat")
        if self.state in WAITING:
            found.append(f"still {self.state}")
        if self.copies and self.state in ("failed", "struck") and not self.doubts:
            found.append(f"arrived, and stands as {self.state}")
        if not self.is_explained:
            found.append(f"{self.copies} copies, in doubt {len(self.doubts)} times")
        if not self.same:
            found.append("copies with other bytes")
        return [f"delivery {self.id} ({self.role}, {self.kind}, {self.name}): {what}" for what in found]


def newest(database: Database) -> int:
    """The id of the newest delivery: what comes later belongs to the next fault."""
    with database.read() as connection:
        return connection.scalar(select(func.max(deliveries.c.id))) or 0


def fates(database: Database, arrivals: Iterable[Arrival], above: int = 0) -> list[Fate]:
    """Every delivery made after `above`."""
    copies = _copies(arrivals)
    with database.read() as connection:
        doubts = _doubts(connection, above)
        rows = connection.execute(
            select(
                *(deliveries.c[name] for name in ("id", "channel", "state")),
                *(payloads.c[name] for name in ("address", "body")),
                *(messages.c.message_id, messages.c.short_number, messages.c.kind, contacts.c.role),
            )
            .outerjoin(payloads, payloads.c.delivery_id == deliveries.c.id)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .join(contacts, contacts.c.id == messages.c.contact_id)
            .where(deliveries.c.id > above)
            .order_by(deliveries.c.id)
        ).all()
    return [_fate(row, copies, doubts.get(row.id, ())) for row in rows]


def strangers(found: Iterable[Fate], arrivals: Iterable[Arrival]) -> list[Arrival]:
    """What arrived and belongs to no delivery."""
    known = {(fate.channel, fate.name) for fate in found}
    return [arrival for arrival in arrivals if (arrival.channel, arrival.name) not in known]


def unsent(database: Database, slot: Slot) -> list[Row[Any]]:
    """Messages up to a slot that were never sealed, or sealed and given to no channel."""
    none = ~select(deliveries.c.id).where(deliveries.c.message_id == messages.c.id).exists()
    query = select(messages.c.id, messages.c.slot, messages.c.kind, messages.c.state).where(
        messages.c.state.in_(["open", "sealed"]) & none & (messages.c.slot <= str(slot))
    )
    with database.read() as connection:
        return list(connection.execute(query))


def _copies(arrivals: Iterable[Arrival]) -> dict[tuple[str, str, str], list[bytes]]:
    found: dict[tuple[str, str, str], list[bytes]] = defaultdict(list)
    for arrival in arrivals:
        found[arrival.channel, arrival.name, arrival.address].append(arrival.body)
    return found


def _fate(row: Any, copies: dict[tuple[str, str, str], list[bytes]], doubts: tuple[str, ...]) -> Fate:
    name = row.message_id if row.channel == "smtp" else row.short_number
    bodies = copies.get((row.channel, name, row.address or ""), [])
    payload = bytes(row.body or b"")
    return Fate(
        id=row.id,
        channel=row.channel,
        name=name,
        role=row.role,
        kind=row.kind,
        state=row.state,
        copies=len(bodies),
        same=all(body == payload for body in bodies),
        doubts=doubts,
    )


def _doubts(connection: Connection, above: int) -> dict[int, tuple[str, ...]]:
    """For each delivery in doubt why, as often as the ledger says so: no answer came, or its sender was gone."""
    silences: dict[int, list[str]] = defaultdict(list)
    tries = select(attempts.c.delivery_id, attempts.c.code).where(attempts.c.verdict == "in_doubt")
    for row in connection.execute(tries.where(attempts.c.delivery_id > above).order_by(attempts.c.id)):
        silences[row.delivery_id].append(f"no answer ({row.code})")
    senders = _doubted_senders(connection, above)
    query = select(events.c.body).where(events.c.type == "delivery.unknown")
    times = Counter(int(row.body["delivery"]) for row in connection.execute(query))
    found = {}
    for delivery, count in times.items():
        heard = silences[delivery]
        gone = [f"{who} was killed" for who in senders[delivery][len(heard) :]]
        found[delivery] = tuple([*heard, *gone, *["nobody knows"] * count][:count])
    return found


def _doubted_senders(connection: Connection, above: int) -> dict[int, list[str]]:
    """Who had claimed a delivery each time it came to be in doubt."""
    found: dict[int, list[str]] = defaultdict(list)
    owner: dict[int, str] = {}
    query = text("select delivery_id, who, became, doubted from watched where delivery_id > :above order by id")
    for row in connection.execute(query, {"above": above}):
        if row.became == "claimed":
            owner[row.delivery_id] = row.who or "run"
        elif row.doubted:
            found[row.delivery_id].append(owner.get(row.delivery_id, "somebody"))
    return found

"""What the slots to come will send when nobody answers, foreseen a working day ahead (rule 11).

It walks only what falls due in those slots, by the engine's own transitions and destinations, and writes nothing but
the count of each slot. What was foreseen stands until a person's act changes it on purpose: a release, a revision, a
reported event, the end of a pause or an outage. Those call `forget`, and what follows the next tick foresees anew; a
slot that opens before that is not judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from reminders.engine.digests.readers import digest_readers
from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.foresight import unanswered
from reminders.messages import MessageKind
from reminders.obligations import Obligation
from reminders.slots import PM, Slot
from reminders.store import foreseen, obligations, pauses, plans
from reminders.store.directory import Directory
from reminders.store.messages import ItemRow
from reminders.store.tables import obligations as table

BATCH = 500
PERSONAL = (MessageKind.UNIT, MessageKind.OFFICE, MessageKind.LEADERS)
Keys = dict[Slot, set[tuple[int, MessageKind]]]


def foresee_ahead(service: Service) -> int:
    """Foresee what is not foreseen yet of today and the next working day; how many slots that were."""
    if not service.guarded():
        return 0
    first, moments = service.earliest(), (service.now(), service.machine_now())
    with service.database.read() as connection:
        known = foreseen.read(connection)
    missing = [slot for slot in _slots(service, first) if str(slot) not in known]
    if not missing:
        return 0
    wanted = f"{missing[0]} {missing[-1]}"
    with service.database.write() as connection:
        if not foreseen.begin(service.database, connection, wanted, *moments):
            return 0
    with service.database.read() as connection:
        counts = _counts(service, connection, first, missing)
    with service.database.write() as connection:
        foreseen.keep(service.database, connection, counts, *moments, wanted)
    return len(counts)


def forget(service: Service, connection: Connection, first: Slot | None = None) -> None:
    """Something was decided that changes what will be sent: foresee it anew at the next tick."""
    if service.guarded():
        since = first or service.earliest()
        foreseen.forget(service.database, connection, since, service.now(), service.machine_now())


def items_of(
    service: Service, connection: Connection, found: Sequence[Obligation], first: Slot, last: Slot
) -> dict[Slot, list[ItemRow]]:
    """The items that obligations bring in some slots when nobody answers."""
    directory = Directory.load(connection, {o.plan_id for o in found}, {o.unit_id for o in found})
    batches: dict[Slot, Batch] = {}
    for obligation in found:
        before = obligation
        for step in unanswered(obligation, service.slots, first=first, last=last):
            batch = batches.setdefault(step.slot, Batch(service, connection, directory, step.slot))
            batch.add(before, step.change)  # never written: only whom it would reach is looked at
            before = step.change.obligation
    return {slot: batch.items for slot, batch in sorted(batches.items())}


def _slots(service: Service, first: Slot) -> list[Slot]:
    """From a slot to the end of the next working day."""
    last = Slot(service.slots.workdays.add_workdays(first.day, 1), PM)
    found = [first]
    while found[-1] < last:
        found.append(service.slots.after(found[-1]))
    return found


def _counts(service: Service, connection: Connection, first: Slot, wanted: Sequence[Slot]) -> dict[Slot, int]:
    keys: Keys = defaultdict(set)
    last = wanted[-1]
    for found in _due(connection, last):
        for slot, rows in items_of(service, connection, found, first, last).items():
            keys[slot] |= {(row.contact_id, row.kind) for row in rows}
    for slot, readers in _digests(service, connection, first, last):
        keys[slot] = {key for key in keys[slot] if key[0] not in readers or key[1] not in PERSONAL}
        keys[slot] |= {(reader, MessageKind.DIGEST) for reader in readers}
    return {slot: len(keys[slot]) for slot in wanted}


def _due(connection: Connection, last: Slot) -> Iterator[list[Obligation]]:
    """What waits for a slot up to the last, in batches; what is paused goes nowhere."""
    stopped = pauses.active(connection)
    query = select(table.c.id).where(table.c.next_slot.is_not(None), table.c.next_slot <= str(last))
    query = query.where(table.c.plan_id.not_in(stopped.plan_ids), table.c.unit_id.not_in(stopped.unit_ids))
    ids = [row.id for row in connection.execute(query.order_by(table.c.plan_id, table.c.unit_id, table.c.id))]
    for start in range(0, len(ids), BATCH):
        yield obligations.by_ids(connection, ids[start : start + BATCH])


def _digests(service: Service, connection: Connection, first: Slot, last: Slot) -> Iterable[tuple[Slot, set[int]]]:
    readers: dict[Slot, set[int]] = defaultdict(set)
    for row in plans.due_digests(connection, str(last)):
        slot = max(Slot.parse(row.next_digest_slot), first)
        readers[slot] |= set(digest_readers(service, connection, row.id, slot.day))
    return readers.items()

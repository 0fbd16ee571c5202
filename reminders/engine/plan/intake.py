"""Intake: a plan and a list of contacts come into the store, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from reminders import silence
from reminders.contacts import Contact
from reminders.engine.duties.changes import Batch, destinations
from reminders.engine.service import Service
from reminders.exceptions import Refused
from reminders.obligations import Audience, Draft, State
from reminders.plans.plan import Plan
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import obligations as table

AUDIENCES = (Audience.UNIT_AND_HEAD, Audience.OFFICE, Audience.LEADERS)  # who was to be told at each level


@dataclass(frozen=True, slots=True)
class ContactsKept:
    """What a list of contacts changed."""

    new: int
    mended: int
    requeued: int  # undelivered items that go out again


def import_plan(service: Service, plan: Plan, data: bytes, source: str) -> int:
    """Store a plan; its id. Refused where exactly this file stands in the store already."""
    digest = hashlib.sha256(data).hexdigest()
    now = service.now()
    with service.database.write() as connection:
        known = plans.find_by_sha(connection, digest)
        if known is not None:
            raise Refused(f"这个文件已经导入过，是方案 {known}；可用 cuiban plans 查看。")
        plan_id = plans.insert_plan(connection, plan, source=source, sha256=digest, now=now)
        body = {"source": source, "sha256": digest, "tasks": len(plan.tasks)}
        happened = events.Event("plan.imported", plan_id=plan_id, body=body)
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())
        return plan_id


def import_contacts(service: Service, people: Sequence[Contact]) -> ContactsKept:
    """Store contacts; what could not be delivered to a unit that can now be reached waits for the next slot again."""
    now = service.now()
    with service.database.write() as connection:
        before = plans.reachable(connection)
        new = plans.keep_contacts(service.database, connection, people)
        mended = {who for who, ways in plans.reachable(connection).items() if before.get(who) != ways}
        requeued = _requeue(service, connection, mended)
        body = {"new": new, "mended": len(people) - new}
        happened = events.Event("contacts.imported", body=body)
        events.append(connection, [happened], at=now, recorded_at=service.machine_now())
        return ContactsKept(new, len(people) - new, requeued)


def _requeue(service: Service, connection: Connection, mended: set[int]) -> int:
    """Only what waits for somebody whose ways to be reached changed; the rest would be refused once more."""
    stuck = obligations.select_where(connection, table.c.state == State.UNDELIVERABLE.value)
    if not stuck:
        return 0
    directory = Directory.load(connection, {o.plan_id for o in stuck}, {o.unit_id for o in stuck})
    batch = Batch(service, connection, directory, service.earliest())
    count = 0
    for obligation in stuck:
        meant = Draft("", AUDIENCES[obligation.level])
        people = [person for person, _ in destinations(meant, obligation, directory) if person.id in mended]
        if any(service.routes(person) for person in people):
            count += batch.add(obligation, silence.requeue(obligation, service.earliest()))
    batch.write()
    return count

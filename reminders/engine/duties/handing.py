"""Handing over: what one unit owes is owed by another from now on, as a new version (rule 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from reminders import delay, silence
from reminders.engine.duties.asking import ask_again, policy_id_of
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Kind, Obligation, State
from reminders.store import events, obligations, plans
from reminders.store.tables import obligations as table
from reminders.store.tables import occurrences


def hand_over(batch: Batch, moving: Sequence[Obligation], unit_id: int, until: date | None = None) -> None:
    """What one unit owes is owed by another from now on; the first unit owes nothing of it any more.

    What is late gets a new date, one for each schedule, its last; without one it lapses and nobody is told of it.
    """
    completions = [o for o in moving if o.kind is Kind.COMPLETION]
    late = _newest_of_each(batch.connection, [o for o in completions if is_late(batch, o)])
    for old in completions:
        if not is_late(batch, old):
            _hand_over(batch, old, unit_id)
        elif until is not None and old in late:
            _hand_over(batch, old, unit_id, until)
        else:
            _lapse(batch, old, unit_id)
    for old in moving:
        batch.add(old, silence.closed(old, "reassigned"))


def is_late(batch: Batch, obligation: Obligation) -> bool:
    """Its day is over before the new unit could be told of it."""
    return obligation.kind is Kind.COMPLETION and obligation.due_at() < batch.service.earliest().day


def _newest_of_each(connection: Connection, late: Sequence[Obligation]) -> list[Obligation]:
    """Of each schedule the last: two dated things of one schedule cannot have the same day."""
    found = select(occurrences.c.id, occurrences.c.schedule_id).where(
        occurrences.c.id.in_([o.occurrence_id for o in late])
    )
    schedules = {row.id: row.schedule_id for row in connection.execute(found)}
    newest = {schedules[o.occurrence_id or 0]: o for o in sorted(late, key=lambda o: o.due_at())}
    return list(newest.values())


def _lapse(batch: Batch, old: Obligation, unit_id: int) -> None:
    """The dated thing stays where it was, closed; the new unit never owed it."""
    plans.set_occurrence(batch.connection, old.occurrence_id or 0, "closed")
    body = {"due_on": str(old.due_on), "occurrence": old.occurrence_id, "from": old.unit_id}
    batch.happened.append(
        events.Event("occurrence.lapsed", plan_id=old.plan_id, task_id=old.task_id, unit_id=unit_id, body=body)
    )


def _hand_over(batch: Batch, old: Obligation, unit_id: int, until: date | None = None) -> None:
    home = _home(batch.connection, old, unit_id, until or old.due_at())
    service = batch.service
    renewed = delay.armed(_anew(batch, old, unit_id, home, until), service.slots, service.earliest())
    number = obligations.insert(batch.connection, renewed, policy_id_of(batch, old.id))
    taken = renewed.to(State.ARMED, id=number)
    if home != old.occurrence_id:
        plans.set_occurrence(batch.connection, old.occurrence_id or 0, "closed")
    columns = {"unit_id": unit_id, "due_on": taken.due_on, "version": taken.version}
    plans.set_occurrence(batch.connection, home, "armed", **columns)
    body = {"from": old.unit_id, **({"until": str(until)} if until is not None else {})}
    batch.happened.append(events.of_opening(taken, "obligation.handed-over", body))
    ask_again(batch, taken)


def _anew(batch: Batch, old: Obligation, unit_id: int, home: int, until: date | None) -> Obligation:
    """What the other unit owes: the same, of which nothing was said or reported yet."""
    return old.to(
        State.ARMED,
        id=0,
        unit_id=unit_id,
        occurrence_id=home,
        due_on=until or old.due_at(),
        due_time=old.due_time if until is None else None,
        version=_next_version(batch, home, old.kind, unit_id),
        level=0,
        round=0,
        opened_on=batch.service.now().date(),
        answer=None,
        answered_on=None,
        done_on=None,
        before=None,
        marks=(),
        reports=0,
        own_office=batch.directory.plans[old.plan_id].lead_office_id == unit_id,
    )


def _home(connection: Connection, old: Obligation, unit_id: int, due_on: date) -> int:
    """The occurrence that goes over; a unit that had one of its own for that day gets its own back."""
    (mine,) = connection.execute(select(occurrences).where(occurrences.c.id == old.occurrence_id)).all()
    theirs = connection.execute(
        select(occurrences).where(
            occurrences.c.schedule_id == mine.schedule_id,
            occurrences.c.unit_id == unit_id,
            occurrences.c.due_on == due_on,
            occurrences.c.id != mine.id,
        )
    ).first()
    if theirs is None:
        return int(mine.id)
    if theirs.state not in ("closed", "lapsed"):
        raise Refused(f"这个单位 {due_on} 已有这一项的节点，不能再转给它；可以换一个日期（--until）。")
    return int(theirs.id)


def _next_version(batch: Batch, occurrence_id: int, kind: Kind, unit_id: int) -> int:
    """A unit that had it before and gets it back owes it as a new version."""
    mine = (table.c.occurrence_id == occurrence_id, table.c.unit_id == unit_id, table.c.kind == kind.value)
    return int(batch.connection.scalar(select(func.max(table.c.version)).where(*mine)) or 0) + 1

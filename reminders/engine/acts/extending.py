"""延期: what a unit owes is owed on another day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from reminders import delay
from reminders.engine.acts.decision import Decision, completions, future
from reminders.engine.duties.asking import ask_again
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Obligation, State
from reminders.store import plans
from reminders.store.tables import occurrences


def extend(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """Rule 10: a changed due date re-arms the occurrence as a new version."""
    until = future(batch, decision)
    done = []
    for obligation in meant(completions(owed)):
        change = delay.extended(obligation, until, batch.service.earliest(), batch.service.slots)
        if change is not None and batch.add(obligation, change):
            moved(batch, obligation, change.obligation)
            done.append(obligation)
    return done


def meant(candidates: Sequence[Obligation]) -> list[Obligation]:
    """Per unit what an extension is about: what it asked for, else what falls due first, with what is joint with it."""
    found: dict[int, list[Obligation]] = {}
    for obligation in sorted(candidates, key=lambda o: (o.state is not State.FROZEN, o.due_at(), o.id)):
        first = found.setdefault(obligation.unit_id, [obligation])
        joint_with = first[0].due_at() == obligation.due_at() and first[0].task_id != obligation.task_id
        if obligation not in first and (obligation.state is State.FROZEN or joint_with):
            first.append(obligation)
    return [obligation for one_unit in found.values() for obligation in one_unit]


def moved(batch: Batch, before: Obligation, after: Obligation) -> None:
    """Rule 10: the occurrence has its new due date, and its question is asked anew where there is time."""
    if after.version == before.version:
        return
    mine = select(occurrences).where(occurrences.c.id == before.occurrence_id)
    occurrence = batch.connection.execute(mine).one()
    taken = select(occurrences.c.id).where(
        occurrences.c.schedule_id == occurrence.schedule_id,
        occurrences.c.unit_id == occurrence.unit_id,
        occurrences.c.due_on == after.due_on,
        occurrences.c.id != occurrence.id,
    )
    if batch.connection.execute(taken).first() is not None:
        raise Refused(f"{after.due_on} 已有这一项的另一个节点，请换一天。")
    plans.set_occurrence(batch.connection, occurrence.id, "armed", due_on=after.due_on, version=after.version)
    ask_again(batch, after)

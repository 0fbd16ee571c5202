"""Silence that something later speaks for: a confirmation's occurrence turned red, the unit's next return opened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_

from reminders import silence
from reminders.engine.changes import Batch
from reminders.obligations import OPEN_SILENCE, Kind, Obligation, State
from reminders.store import obligations
from reminders.store.tables import obligations as table

STILL_ASKING = [state.value for state in OPEN_SILENCE if state is not State.EXHAUSTED]


def overtake(batch: Batch, taken: Sequence[Obligation]) -> None:
    """Exhaust what the steps of a batch overtook; `taken` are its obligations as they were before."""
    after = {obligation.id: obligation for obligation in batch.changed}
    spoken_for = [_spoken_for(o, after.get(o.id, o)) for o in taken]
    conditions = [condition for condition in spoken_for if condition is not None]
    if not conditions:
        return
    asking = table.c.state.in_(STILL_ASKING)
    for found in obligations.select_where(batch.connection, asking, or_(*conditions)):
        why = "red" if found.kind is Kind.CONFIRMATION else "next return opened"
        now = after.get(found.id, found)
        batch.add(now, silence.overtaken(now, why))


def _spoken_for(before: Obligation, after: Obligation) -> ColumnElement[bool] | None:
    """The rows that one transition speaks for, or None."""
    same_unit = and_(table.c.plan_id == after.plan_id, table.c.unit_id == after.unit_id)
    if after.kind is Kind.COMPLETION and after.state is State.OVERDUE and before.state is not State.OVERDUE:
        return and_(same_unit, table.c.kind == Kind.CONFIRMATION.value, table.c.occurrence_id == after.occurrence_id)
    if after.kind is Kind.RETURN and before.state is State.PLANNED:
        return and_(same_unit, table.c.kind == Kind.RETURN.value, table.c.subject < after.subject)
    return None

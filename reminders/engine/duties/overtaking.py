"""Silence that something later speaks for: a confirmation's occurrence turned red, the unit's next return opened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from reminders import silence
from reminders.engine.duties.changes import Batch
from reminders.obligations import OPEN_SILENCE, Kind, Obligation, State
from reminders.store import obligations
from reminders.store.among import among
from reminders.store.tables import obligations as table

STILL_ASKING = [state.value for state in OPEN_SILENCE if state is not State.EXHAUSTED]


def overtake(batch: Batch, taken: Sequence[Obligation]) -> None:
    """Exhaust what the steps of a batch overtook; `taken` are its obligations as they were before."""
    after = {obligation.id: obligation for obligation in batch.changed}
    steps = [(o, after.get(o.id, o)) for o in taken]
    red = [now for before, now in steps if _turned_red(before, now)]
    asked = [now for before, now in steps if now.kind is Kind.RETURN and before.state is State.PLANNED]
    for found in [*_questions(batch, red), *_earlier(batch, asked)]:
        why = "red" if found.kind is Kind.CONFIRMATION else "next return opened"
        now = after.get(found.id, found)
        batch.add(now, silence.overtaken(now, why))


def _turned_red(before: Obligation, now: Obligation) -> bool:
    return now.kind is Kind.COMPLETION and now.state is State.OVERDUE and before.state is not State.OVERDUE


def _questions(batch: Batch, red: Sequence[Obligation]) -> list[Obligation]:
    """The confirmations of occurrences that turned red: the completion speaks for both."""
    same = {(o.occurrence_id, o.unit_id) for o in red}
    found = _still_asking(batch, Kind.CONFIRMATION, among(table.c.occurrence_id, {number for number, _ in same}), red)
    return [o for o in found if (o.occurrence_id, o.unit_id) in same or o.supports]


def _earlier(batch: Batch, asked: Sequence[Obligation]) -> list[Obligation]:
    """The returns of quarters before the one that opened."""
    latest: dict[tuple[int, int], str] = {}
    for o in asked:
        latest[o.plan_id, o.unit_id] = max(o.subject, latest.get((o.plan_id, o.unit_id), ""))
    found = _still_asking(batch, Kind.RETURN, among(table.c.unit_id, {unit_id for _, unit_id in latest}), asked)
    return [o for o in found if o.subject < latest.get((o.plan_id, o.unit_id), "")]


def _still_asking(
    batch: Batch, kind: Kind, condition: ColumnElement[bool], because: Sequence[Obligation]
) -> list[Obligation]:
    if not because:
        return []
    asking = (table.c.kind == kind.value, table.c.state.in_(STILL_ASKING))
    return obligations.select_where(batch.connection, *asking, condition)

"""能否按期, asked anew: the confirmation that belongs to a completion whose due date or unit changed."""

from __future__ import annotations

from sqlalchemy import select

from reminders import silence
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.supporting import asked_of
from reminders.obligations import Change, Kind, Obligation, State
from reminders.planner import Planned, asking_step
from reminders.store import events, obligations
from reminders.store.tables import obligations as table


def ask_again(batch: Batch, completion: Obligation) -> None:
    """Ask where the rung that asks is still to come; close what was asked before where it is not."""
    asked = asking_step(completion, batch.service.slots)
    ahead = asked if asked is not None and asked.slot >= batch.service.earliest() else None
    found = obligations.select_where(
        batch.connection,
        table.c.kind == Kind.CONFIRMATION.value,
        asked_of(completion.occurrence_id, completion.unit_id),
    )
    for confirmation in found:
        leads_now = confirmation.supports and confirmation.unit_id == completion.unit_id
        if ahead is None or leads_now:
            batch.add(confirmation, silence.closed(confirmation, "due moved"))
        else:
            batch.add(confirmation, Change(renewed(confirmation, completion, ahead), strike=True))
    if ahead is not None and all(confirmation.supports for confirmation in found):
        _open(batch, completion, ahead)


def policy_id_of(batch: Batch, obligation_id: int) -> int:
    """The policy an obligation is frozen to."""
    return int(batch.connection.scalar(select(table.c.policy_id).where(table.c.id == obligation_id)) or 0)


def _open(batch: Batch, completion: Obligation, asked: Planned) -> None:
    opened = renewed(question_of(completion), completion, asked)
    number = obligations.insert(batch.connection, opened, policy_id_of(batch, completion.id))
    batch.happened.append(events.of_opening(opened.to(State.PLANNED, id=number), "obligation.opened", {}))


def question_of(completion: Obligation) -> Obligation:
    """The question of a completion that has none."""
    highest = min(completion.highest, completion.policy.confirmation.highest)
    asked = completion.to(State.PLANNED, id=0, kind=Kind.CONFIRMATION, highest=highest)
    return asked.to(State.PLANNED, count=1, reports=0, before=None, marks=(), done_on=None)


def renewed(confirmation: Obligation, completion: Obligation, asked: Planned) -> Obligation:
    """A question as it is asked of this version of its completion."""
    return confirmation.to(
        State.PLANNED,
        version=completion.version,
        due_on=completion.due_on,
        level=0,
        round=0,
        answer=None,
        answered_on=None,
        accepted_on=None,
        wait_last_on=None,
        next_step=asked.step,
        next_slot=asked.slot,
    )

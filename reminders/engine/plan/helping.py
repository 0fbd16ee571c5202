"""Support units that come and go with a revised plan: who helps now is asked, who left is asked no more."""

from __future__ import annotations

from collections.abc import Sequence

from reminders import silence
from reminders.engine.duties.asking import question_of, renewed
from reminders.engine.duties.assigned import helpers_of
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.opening import Openings, start_of
from reminders.engine.duties.supporting import Supporting, question_to_support
from reminders.obligations import OPEN_SILENCE, SUPPORT, Kind, Obligation, State
from reminders.planner import asking_step
from reminders.policy import Support
from reminders.store import obligations
from reminders.store.tables import obligations as table

WHY = "no support unit any more"


def bring_up_to_date(batch: Batch, plan_id: int, task_ids: Sequence[int]) -> None:
    """Close the questions of units that left some tasks, and open those of units that joined them."""
    plan = batch.directory.plans[plan_id]
    if plan.policy is None or plan.policy.support is Support.NONE or plan.policy_id is None:
        return
    supporting, openings = Supporting(batch.connection), Openings()
    for task_id in task_ids:
        _close(batch, task_id)
        for completion in _armed(batch, task_id):
            question = _question(batch, completion)
            if question is None:
                continue
            for helper in supporting.to_ask(task_id, completion.due_at()):
                openings.add(start_of(question, plan.policy_id), helper, task_id, completion.occurrence_id)
    batch.happened += openings.write(batch.connection)


def _close(batch: Batch, task_id: int) -> None:
    helpers = helpers_of(batch.connection, task_id)
    asked = obligations.select_where(
        batch.connection,
        table.c.task_id == task_id,
        table.c.subject == SUPPORT,
        table.c.state.in_([state.value for state in OPEN_SILENCE]),
    )
    for question in asked:
        if question.unit_id not in helpers:
            batch.add(question, silence.closed(question, WHY))


def _armed(batch: Batch, task_id: int) -> list[Obligation]:
    kind, state = Kind.COMPLETION.value, State.ARMED.value
    return obligations.select_where(
        batch.connection, table.c.task_id == task_id, table.c.kind == kind, table.c.state == state
    )


def _question(batch: Batch, completion: Obligation) -> Obligation | None:
    """What a support unit is asked of a completion, where there is time."""
    asked = asking_step(completion, batch.service.slots)
    if asked is None or asked.slot < batch.service.earliest():
        return None
    return question_to_support(renewed(question_of(completion), completion, asked))

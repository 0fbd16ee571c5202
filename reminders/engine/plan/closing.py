"""Closing a plan: a person says that it is over. The year's end closes nothing by itself.

What is still owed is closed, a return that was asked for and not given is 未填报, what is done stays done; the ledger
stays. Nothing is sent about the plan any more, and what was not handed over is struck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from reminders import silence
from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.exceptions import Refused
from reminders.obligations import ENDED, Change, Kind, Obligation, State
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory
from reminders.store.tables import obligations as table

WHY = "plan closed"


@dataclass(frozen=True, slots=True)
class Open:
    """What a plan still owes: completions by unit and task number, other questions, returns that were asked for."""

    title: str
    unfinished: tuple[tuple[str, str], ...]
    unanswered: int
    not_returned: int


def still_open(service: Service, plan_id: int) -> Open:
    """What closing a plan would end; Refused where it does not run."""
    with service.database.read() as connection:
        return _open(connection, plan_id, _owed(connection, plan_id))


def close_plan(service: Service, plan_id: int, *, by: str, reason: str) -> Open:
    """Close it, in one transaction."""
    with service.database.write() as connection:
        owed = _owed(connection, plan_id)
        found = _open(connection, plan_id, owed)
        directory = Directory.load(connection, {plan_id}, {o.unit_id for o in owed})
        batch = Batch(service, connection, directory, service.current_slot())
        for obligation in owed:
            batch.add(obligation, _end(obligation))
        batch.struck += [o.id for o in owed]
        body = {"by": by, "reason": reason, "closed": len(owed), "not_returned": found.not_returned}
        batch.happened.append(events.Event("plan.closed", plan_id=plan_id, body=body))
        batch.write()
        plans.close(connection, plan_id)
    return found


def _owed(connection: Connection, plan_id: int) -> list[Obligation]:
    plan = plan_record(connection, plan_id)
    if plan.state != "active":
        raise Refused(f"方案 {plan_id}「{plan.title}」没有在执行，不能关闭；cuiban plans 列出全部方案。")
    ended = [state.value for state in ENDED]
    return obligations.select_where(connection, table.c.plan_id == plan_id, table.c.state.not_in(ended))


def _end(obligation: Obligation) -> Change | None:
    if obligation.kind is Kind.RETURN and _was_asked(obligation):
        return silence.overtaken(obligation, WHY)
    return silence.closed(obligation, WHY)


def _was_asked(obligation: Obligation) -> bool:
    return obligation.state not in (State.PLANNED, State.UNDELIVERABLE)


def _open(connection: Connection, plan_id: int, owed: Sequence[Obligation]) -> Open:
    plan = plan_record(connection, plan_id)
    numbers = {task.id: task.number for task in plans.tasks_of(connection, plan_id)}
    directory = Directory.load(connection, {plan_id}, {o.unit_id for o in owed})
    late = [o for o in owed if o.kind is Kind.COMPLETION]
    asked = [o for o in owed if o.kind not in (Kind.COMPLETION, Kind.RETURN) and o.state is not State.PLANNED]
    return Open(
        title=plan.title,
        unfinished=tuple(sorted((directory.unit_name(o.unit_id), numbers.get(o.task_id or 0, "")) for o in late)),
        unanswered=len(asked),
        not_returned=sum(o.kind is Kind.RETURN and _was_asked(o) for o in owed),
    )

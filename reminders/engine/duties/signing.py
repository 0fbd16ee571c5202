"""A later signature: for what was handed over (转办) or changed (改版), and for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from reminders.engine.duties.changes import Batch
from reminders.obligations import Kind, Obligation, State
from reminders.policy import Ladder
from reminders.store import events, obligations
from reminders.store.tables import obligations as table


def sign_for(batch: Batch, plan_id: int, unit_id: int, why: str, task_ids: Sequence[int]) -> Obligation:
    """Ask a unit to sign for some tasks; a later signature that was not asked for yet takes these tasks in."""
    planned = _not_asked_yet(batch, plan_id, unit_id)
    if planned is not None:
        batch.happened.append(events.of_obligation(planned, events.COVERS, {"tasks": list(task_ids)}))
        return planned
    signature, policy_id = _signature(batch, plan_id, unit_id, why)
    opened = replace(signature, id=obligations.insert(batch.connection, signature, policy_id))
    told = {"kind": "signature", "tasks": list(task_ids)}
    batch.happened.append(events.of_opening(opened, "obligation.opened", told))
    return opened


def _not_asked_yet(batch: Batch, plan_id: int, unit_id: int) -> Obligation | None:
    waiting = select(table.c.id).where(
        table.c.plan_id == plan_id,
        table.c.unit_id == unit_id,
        table.c.kind == Kind.SIGNATURE.value,
        table.c.state == State.PLANNED.value,
    )
    found = batch.connection.scalar(waiting.limit(1))
    return obligations.by_ids(batch.connection, [found])[0] if found is not None else None


def _signature(batch: Batch, plan_id: int, unit_id: int, why: str) -> tuple[Obligation, int]:
    """The signature as it begins, and the policy it is frozen to."""
    service, plan = batch.service, batch.directory.plans[plan_id]
    assert plan.policy is not None, "an active plan has its policy"
    assert plan.policy_id is not None, "an active plan has its policy"
    signature = Obligation(
        id=0,
        kind=Kind.SIGNATURE,
        plan_id=plan_id,
        unit_id=unit_id,
        task_id=None,
        occurrence_id=None,
        subject=f"{why} {service.now():%Y-%m-%d %H:%M:%S}",
        version=1,
        policy=plan.policy,
        ladder=Ladder.NONE,
        highest=min(plan.policy.signature.highest, 2 if plan.leader_ids else 1),
        state=State.PLANNED,
        level=0,
        round=0,
        next_step="sign",
        next_slot=service.earliest(),
        opened_on=service.now().date(),
    )
    return signature, plan.policy_id

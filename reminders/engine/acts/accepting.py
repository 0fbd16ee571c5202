"""What the lead office decides about a result that was reported: it is accepted (销号), or goes back to the unit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from reminders import delay
from reminders.answers import Choice
from reminders.engine.acts.decision import Decision, close_confirmations, completions
from reminders.engine.acts.extending import moved
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Obligation, State
from reminders.store import plans
from reminders.store.tables import contacts as contact_table
from reminders.store.tables import events as event_table
from reminders.store.tables import obligations as table


def accept(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """销号: by another person than the one who reported it; where there is nobody else, 单人 stands in the ledger."""
    done = []
    for obligation in completions(owed):
        if obligation.state is not State.SUBMITTED:
            continue
        alone = _reported_by(batch.connection, obligation) == decision.by
        if alone and _has_others(batch, obligation, decision.by):
            raise Refused(f"「{decision.by}」就是报办结的人，请由主管处室另一位同志销号。")
        if batch.add(obligation, delay.done(obligation, alone=alone)):
            plans.set_occurrence(batch.connection, obligation.occurrence_id or 0, "done", done_on=obligation.done_on)
            close_confirmations(batch, obligation, "done")
            done.append(obligation)
    return done


def give_back(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """退回: back to work; after the due day with a date of its own."""
    today, earliest = batch.service.now().date(), batch.service.earliest()
    done = []
    for obligation in completions(owed):
        if obligation.state is not State.SUBMITTED:
            continue
        if obligation.due_at() < today and decision.until is None:
            raise Refused("已过期限，退回时请写明新的日期（--until 2022-10-21）。")
        change = delay.returned(obligation, decision.until, earliest, batch.service.slots, decision.reason)
        if batch.add(obligation, change):
            moved(batch, obligation, change.obligation)
            done.append(obligation)
    return done


def _reported_by(connection: Connection, obligation: Obligation) -> str:
    """Who reported the result last, also in answer to 能否按期: a contact's name, or the name another person gave."""
    same = select(table.c.id).where(
        table.c.occurrence_id == obligation.occurrence_id, table.c.unit_id == obligation.unit_id
    )
    query = (
        select(event_table.c.contact_id, event_table.c.body, contact_table.c.name)
        .outerjoin(contact_table, contact_table.c.id == event_table.c.contact_id)
        .where(event_table.c.obligation_id.in_(same), event_table.c.type == "answer.given")
        .order_by(event_table.c.id.desc())
    )
    for row in connection.execute(query):
        if row.body.get("choice") == Choice.SUBMIT.value:
            return str(row.name or row.body.get("name", ""))
    return ""


def _has_others(batch: Batch, obligation: Obligation, by: str) -> bool:
    plan = batch.directory.plans[obligation.plan_id]
    people = batch.directory.of_unit(plan.lead_office_id, "liaison") + batch.directory.of_unit(
        plan.lead_office_id, "head"
    )
    return any(person.name != by for person in people)

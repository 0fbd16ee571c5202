"""代登记: the lead office records what a unit said by telephone or on paper."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.answers import Answer, Assurance, Choice, Door, Giver
from reminders.engine.acts.answers import give_in
from reminders.engine.duties.assigned import units_of
from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import OPEN_SILENCE, Kind, Obligation, State
from reminders.store import obligations
from reminders.store.tables import obligations as table

CHOICES = {Kind.SIGNATURE: Choice.SIGN, Kind.CONFIRMATION: Choice.ON_TIME, Kind.RETURN: Choice.NORMAL}
ASKED = [state.value for state in OPEN_SILENCE if state is not State.PLANNED]


def confirm(
    batch: Batch, plan_id: int, task_id: int, unit_id: int | None, by: str, reason: str
) -> Sequence[Obligation]:
    """Answer what one unit of a task was asked and has not answered: signature, confirmation, return.

    Refused where several units wait and none is named: a call comes from one of them.
    """
    units = units_of(batch.connection, task_id)
    if unit_id is not None:
        units &= {unit_id}
    waiting = obligations.select_where(
        batch.connection,
        table.c.plan_id == plan_id,
        table.c.unit_id.in_(units),
        table.c.state.in_(ASKED),
        table.c.kind.in_([kind.value for kind in CHOICES]),
        table.c.task_id.is_(None) | (table.c.task_id == task_id),
    )
    if len({o.unit_id for o in waiting}) > 1:
        names = "、".join(dict.fromkeys(batch.directory.unit_name(o.unit_id) for o in waiting))
        raise Refused(f"{names} 都还没有答复，请用 --unit 写明是哪个单位。")
    giver = Giver(contact_id=None, name=by, door=Door.PROXY, assurance=Assurance.A0)
    answers = [Answer(o.id, CHOICES[o.kind], text=reason) for o in waiting]
    accepted = {given.obligation_id for given in give_in(batch.service, batch.connection, answers, giver)}
    return [o for o in waiting if o.id in accepted]

"""What the units do in a rehearsal: the prompt ones answer what they are asked, and report and finish what falls due.

Each act is the transition that an answer through a link and a decision of the lead office lead to, without who gave
it and by which door; all of one slot or day are written together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy import Connection, select

from reminders import delay, silence
from reminders.answers import Choice
from reminders.clock import SHANGHAI
from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.obligations import OPEN_DELAY, OPEN_SILENCE, Kind, Obligation, State
from reminders.rehearsal.manners import Manners
from reminders.rehearsal.scratch import clock_of
from reminders.store import joint, obligations, plans
from reminders.store.among import among
from reminders.store.directory import Directory
from reminders.store.tables import contacts, items, messages, tasks, units
from reminders.store.tables import obligations as table

ANSWERED = {
    Kind.SIGNATURE: Choice.SIGN,
    Kind.CONFIRMATION: Choice.ON_TIME,
    Kind.RETURN: Choice.NORMAL,
}
ASKED = (State.QUEUED, State.WAITING)
FINISHED = [state.value for state in OPEN_DELAY if state is not State.SUSPENDED]
END_OF_DAY = time(18, 0)


@dataclass(frozen=True)
class Units:
    """The units of a rehearsal, each with its manner."""

    scratch: Service
    manners: Manners
    names: Mapping[int, str]  # of the units
    numbers: Mapping[int, str]  # of the tasks

    @classmethod
    def of(cls, scratch: Service, manners: Manners) -> Units:
        """Everybody in the scratch copy."""
        with scratch.database.read() as connection:
            names = {row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))}
            numbers = {row.id: row.number for row in connection.execute(select(tasks.c.id, tasks.c.number))}
        return cls(scratch, manners, names, numbers)

    def answer(self, message_ids: Sequence[int]) -> None:
        """Each question is answered in the slot in which it arrives, by the one who got it."""
        with self.scratch.database.write() as connection:
            asked = self._prompt(o for o in _asked(connection, message_ids) if o.state in ASKED)
            if not asked:
                return
            asked += [o for o in joint.siblings(connection, asked) if o.state in OPEN_SILENCE]
            batch, day = self._batch(connection, asked), self.scratch.now().date()
            for obligation in asked:
                batch.add(obligation, silence.answered(obligation, ANSWERED[obligation.kind].value, day))
            self._promise(batch, asked, day)
            batch.write()

    def finish(self, since: date, until: date) -> None:
        """Each occurrence due from a day to before another is submitted and accepted together at the end of its day.

        So no 待审核 message comes. What was due before the rehearsal began is finished at its beginning.
        """
        if since >= until:
            return
        with self.scratch.database.read() as connection:
            due = (table.c.due_on >= since, table.c.due_on < until)
            kind = table.c.kind == Kind.COMPLETION.value
            owed = self._prompt(obligations.select_where(connection, kind, *due, table.c.state.in_(FINISHED)))
            owed += [o for o in joint.siblings(connection, owed) if o.state in FINISHED]
        ordered = sorted(owed, key=lambda o: (o.due_at(), o.id))
        for due_on, together in groupby(ordered, Obligation.due_at):
            evening = datetime.combine(due_on, END_OF_DAY, SHANGHAI)
            clock_of(self.scratch).move(max(evening, self.scratch.now()))
            self._finish(list(together))

    def _finish(self, completions: Sequence[Obligation]) -> None:
        day = self.scratch.now().date()
        with self.scratch.database.write() as connection:
            batch = self._batch(connection, completions)
            for obligation in completions:
                self._report(batch, obligation, day)
            for asked in _siblings(connection, completions, Kind.CONFIRMATION, OPEN_SILENCE):
                batch.add(asked, silence.answered(asked, Choice.SUBMIT.value, day))
            done = [o.occurrence_id for o in completions if o.occurrence_id is not None]
            plans.set_occurrences(connection, done, "done", done_on=day)
            batch.write()

    def _report(self, batch: Batch, obligation: Obligation, day: date) -> None:
        """As many reports as are owed, and the acceptance of the last."""
        slots, earliest = self.scratch.slots, self.scratch.earliest()
        while obligation.state is not State.SUBMITTED:
            change = delay.submitted(obligation, day, earliest, slots)
            if change is None or not batch.add(obligation, change):
                return
            obligation = change.obligation
        batch.add(obligation, delay.done(obligation, alone=False))

    def _promise(self, batch: Batch, asked: Sequence[Obligation], day: date) -> None:
        """能按期 also speaks of the completion of the same occurrence."""
        slots, earliest = self.scratch.slots, self.scratch.earliest()
        confirmed = [o for o in asked if o.kind is Kind.CONFIRMATION]
        for completion in _siblings(batch.connection, confirmed, Kind.COMPLETION, OPEN_DELAY):
            batch.add(completion, delay.promised(completion, slots, earliest, day))

    def _prompt(self, owed: Iterable[Obligation]) -> list[Obligation]:
        return [o for o in owed if self.manners.prompt(self.names[o.unit_id], self.numbers.get(o.task_id or 0))]

    def _batch(self, connection: Connection, about: Sequence[Obligation]) -> Batch:
        directory = Directory.load(connection, {o.plan_id for o in about}, {o.unit_id for o in about})
        return Batch(self.scratch, connection, directory, self.scratch.earliest())


def _asked(connection: Connection, message_ids: Sequence[int]) -> list[Obligation]:
    """What messages to units ask the people of the unit that owes it."""
    query = (
        select(items.c.obligation_id)
        .join(messages, messages.c.id == items.c.message_id)
        .join(table, table.c.id == items.c.obligation_id)
        .join(contacts, contacts.c.id == items.c.contact_id)
        .where(
            among(messages.c.id, message_ids),
            messages.c.kind.in_(["unit", "digest"]),
            contacts.c.unit_id == table.c.unit_id,
            contacts.c.role != "group",
            table.c.kind.in_([kind.value for kind in ANSWERED]),
        )
        .order_by(items.c.id)
    )
    return obligations.by_ids(connection, list(dict.fromkeys(connection.scalars(query))))


def _siblings(
    connection: Connection, about: Sequence[Obligation], kind: Kind, states: Sequence[State]
) -> list[Obligation]:
    """The obligations of another kind that the same occurrences and units owe, in some states."""
    same = {(o.occurrence_id, o.unit_id) for o in about}
    found = obligations.select_where(
        connection,
        among(table.c.occurrence_id, {number for number, _ in same}),
        table.c.kind == kind.value,
        table.c.state.in_([state.value for state in states]),
    )
    return [o for o in found if (o.occurrence_id, o.unit_id) in same]

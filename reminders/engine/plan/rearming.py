"""What a revised plan does to what is owed: handed over, moved to other days, opened, closed, and signed for anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from reminders import silence
from reminders.engine.dates.happening import due_in_calendar, given_day
from reminders.engine.dates.redating import redate
from reminders.engine.dates.shifting import Shifting
from reminders.engine.duties.arming import Arming, arming_of, open_return
from reminders.engine.duties.assigned import involved, lead_units
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.handing import hand_over
from reminders.engine.duties.signing import sign_for
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.plan.helping import bring_up_to_date
from reminders.engine.service import Service
from reminders.engine.views.awaited import spelled
from reminders.engine.views.finding import plan_record
from reminders.obligations import Kind, Obligation
from reminders.store import events, external, obligations, plans, revisions
from reminders.store.directory import Directory
from reminders.store.plans import TaskRecord
from reminders.store.revisions import Rescheduled
from reminders.store.tables import obligations as table
from reminders.timetable import Dated, Quarter, counting, dated, quarters_of
from reminders.triggers import Happening, speaks_of_every_case
from schedules.schedule import Deadline, Triggered

WHY = "plan revised"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who had to do with a task before it was revised."""

    leads: tuple[int, ...] = ()
    units: frozenset[int] = frozenset()


@dataclass
class Rearming:
    """Everything one revision of an active plan changes in what is owed."""

    service: Service
    connection: Connection
    plan_id: int
    arming: Arming
    batch: Batch
    shifting: Shifting
    signing: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # unit → tasks to sign for

    @classmethod
    def begin(cls, service: Service, connection: Connection, plan_id: int) -> Rearming:
        """Ready to write, with every unit on record and what is open held against other writers."""
        found = obligations.select_where(connection, table.c.plan_id == plan_id)
        obligations.locked(service.database, connection, [o.id for o in found if o.is_open])
        directory = Directory.load(connection, [plan_id], plans.unit_ids(connection).values())
        batch = Batch(service, connection, directory, service.earliest())
        arming = arming_of(service, connection, plan_record(connection, plan_id))
        return cls(service, connection, plan_id, arming, batch, Shifting(arming, batch, WHY))

    def remove(self, task_id: int) -> None:
        """A task that is gone: nothing of it is owed or sent."""
        for occurrence in revisions.occurrences_of(self.connection, task_id):
            self.shifting.close(occurrence)
        closed = {obligation.id for obligation in self.batch.changed}
        for obligation in obligations.select_where(self.connection, table.c.task_id == task_id):
            if obligation.id not in closed:
                self.batch.add(obligation, silence.closed(obligation, WHY))

    def add(self, task: TaskRecord) -> None:
        """A task that is new: armed as at activation, and signed for."""
        self.change(task, Standing(), Rescheduled(fresh=tuple(line.schedule_id for line in task.lines)))

    def change(self, task: TaskRecord, was: Standing, rows: Rescheduled) -> None:
        """A task with other units or another schedule."""
        leads = lead_units(task)
        leaving = [unit for unit in was.leads if unit not in leads]
        joining = [unit for unit in leads if unit not in was.leads]
        if len(leaving) == len(joining) == 1 and not self._owed_before(task, joining[0]):
            self._hand_over(task, leaving[0], joining[0])
            self._sign([joining[0]], task)
            joining = []
        else:
            self._leave(task, leaving)
        fresh = self._items(task, rows)
        for unit_id in leads:
            if unit_id in joining:
                self._join(task, unit_id)
                continue
            mine = [one for one in self._occurrences(task, rows.former) if one.unit_id == unit_id]
            moved = redate(self.shifting, task, unit_id, mine, fresh)
            if moved or self._reads_otherwise(task, rows):
                self._sign([unit_id], task)
        self._sign(involved(task) - was.units, task)

    def finish(self) -> None:
        """Returns and signatures, then everything is written; before the plan's first send nothing has a slot."""
        found = plans.tasks_of(self.connection, self.plan_id)
        self._returns(found)
        self._signatures({unit for task in found for unit in involved(task)})
        self.batch.happened[:0] = self.arming.happened
        self.batch.write()
        helped = Batch(self.service, self.connection, self.batch.directory, self.batch.slot)
        bring_up_to_date(helped, self.plan_id, [task.id for task in found if not task.no_duty])
        helped.write()
        forget(self.service, self.connection)
        if self.arming.plan.released_at is None:
            self.connection.execute(table.update().where(table.c.plan_id == self.plan_id).values(next_slot=None))

    def _hand_over(self, task: TaskRecord, giving: int, taking: int) -> None:
        owed = obligations.select_where(self.connection, table.c.task_id == task.id, table.c.unit_id == giving)
        hand_over(self.batch, [o for o in owed if o.is_open], taking)

    def _owed_before(self, task: TaskRecord, unit_id: int) -> bool:
        """A unit that led the task beside others once has closed occurrences of its own, which wake when it joins."""
        return any(one.unit_id == unit_id for one in self._occurrences(task))

    def _leave(self, task: TaskRecord, units: Sequence[int]) -> None:
        for occurrence in self._occurrences(task):
            if occurrence.unit_id in units:
                self.shifting.close(occurrence)

    def _join(self, task: TaskRecord, unit_id: int) -> None:
        mine = [one for one in self._occurrences(task) if one.unit_id == unit_id]
        redate(self.shifting, task, unit_id, mine, dated(counting(task.lines), self.arming.plan.year))

    def _occurrences(self, task: TaskRecord, schedule_ids: Iterable[int] | None = None) -> list[revisions.Occurrence]:
        return revisions.occurrences_of(self.connection, task.id, schedule_ids)

    def _items(self, task: TaskRecord, rows: Rescheduled) -> list[Dated]:
        """The dated things of the new rows, those of events that were reported before among them."""
        lines = counting(task.lines)
        items = [item for item in dated(lines, self.arming.plan.year) if item.schedule_id in rows.fresh]
        texts = dict(zip((line.schedule_id for line in task.lines), task.texts, strict=True))
        for line in lines:
            if isinstance(line.phase, Triggered) and line.schedule_id in rows.fresh:
                items += self._reported(task, line.schedule_id, line.phase, texts[line.schedule_id])
        return items

    def _reported(self, task: TaskRecord, schedule_id: int, phase: Triggered, text: str) -> list[Dated]:
        if speaks_of_every_case(phase, text):
            return []
        items = []
        for report in external.live(self.connection, [self.plan_id]):
            if spelled(report.name) != spelled(phase.event):
                continue
            happening = Happening(report.happened_on, report.happened_at, report.ref)
            due = due_in_calendar(self.service, phase, happening)
            items.append(given_day(self.connection, report.id, task, schedule_id, phase, due))
        return items

    def _reads_otherwise(self, task: TaskRecord, rows: Rescheduled) -> bool:
        """A new phase without a due day of its own: what stands all year, or waits for an event."""
        return any(not isinstance(n.phase, Deadline) for n in counting(task.lines) if n.schedule_id in rows.fresh)

    def _sign(self, units: Iterable[int], task: TaskRecord) -> None:
        for unit_id in units:
            if task.id not in self.signing[unit_id]:
                self.signing[unit_id].append(task.id)

    def _returns(self, found: Sequence[TaskRecord]) -> None:
        """One return per unit and quarter in which it leads a standing task; what stands already stays."""
        wanted = {
            (unit_id, quarter)
            for task in found
            for unit_id in lead_units(task)
            for quarter in quarters_of([line.phase for line in counting(task.lines)])
        }
        there: dict[tuple[int, Quarter], Obligation] = {
            (o.unit_id, Quarter.parse(o.subject)): o for o in self._mine(Kind.RETURN)
        }
        for unit_id, quarter in sorted(wanted - set(there), key=str):
            open_return(self.arming, unit_id, quarter)
        for key, obligation in there.items():
            if key not in wanted:
                self.batch.add(obligation, silence.closed(obligation, WHY))

    def _signatures(self, units: set[int]) -> None:
        """Signed stays signed; each unit signs once for what changed, and one that has no task left for nothing."""
        for obligation in self._mine(Kind.SIGNATURE):
            if obligation.unit_id not in units:
                self.batch.add(obligation, silence.closed(obligation, WHY))
        for unit_id, task_ids in sorted(self.signing.items()):
            if task_ids and unit_id in units:
                sign_for(self.batch, self.plan_id, unit_id, "改版", task_ids)

    def _mine(self, kind: Kind) -> list[Obligation]:
        return obligations.select_where(self.connection, table.c.plan_id == self.plan_id, table.c.kind == kind.value)

    def tell(self, kind: str, body: Mapping[str, Any], task_id: int | None = None) -> None:
        """An event about the plan, or about one task of it."""
        self.batch.happened.append(events.Event(kind, plan_id=self.plan_id, task_id=task_id, body=body))


def standing_of(task: TaskRecord) -> Standing:
    """Who has to do with a task now."""
    return Standing(tuple(lead_units(task)), frozenset(involved(task)))

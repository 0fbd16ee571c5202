"""A plan imported again: compared with the stored one, and its differences taken, all of them or some.

What the revised plan does not change stays as it was decided: an extension, a unit that a task was handed over to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from reminders.engine.plan import membership
from reminders.engine.plan.questions import open_questions
from reminders.engine.plan.rearming import Rearming, Standing, standing_of
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.exceptions import Refused
from reminders.plans.names import is_collective
from reminders.plans.plan import Plan
from reminders.plans.revision import (
    DEADLINE,
    DUTY,
    LEAD,
    NUMBER,
    READING,
    SECTION,
    SUPPORT,
    WORDING,
    Pair,
    Revision,
    chosen,
    compare,
    difference,
)
from reminders.store import events, plans, revisions
from reminders.store.directory import PlanRecord
from reminders.store.plans import TaskRecord
from reminders.store.revisions import Rescheduled, Stored


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person decides about the tasks that are new or changed; the same questions as at activation."""

    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assign_missing: str | None = None
    no_duty: tuple[str, ...] = ()
    mentions: str | None = None  # take, leave


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plan was read from."""

    name: str
    sha256: str


def compare_with(service: Service, plan_id: int, plan: Plan) -> Revision:
    """What a revised plan would change; nothing is stored."""
    with service.database.read() as connection:
        _refuse_another(plan_record(connection, plan_id), plan)
        return compare([one.task for one in revisions.as_written(connection, plan_id)], plan.tasks)


def revise(
    service: Service,
    plan_id: int,
    plan: Plan,
    source: Source,
    *,
    numbers: Sequence[str] | None = None,
    answers: Answers | None = None,
) -> Revision:
    """Take the differences of a revised plan in one transaction, or those of some numbers; what was taken.

    Refused with everything that is open, and nothing is half stored.
    """
    with service.database.write() as connection:
        record = plan_record(connection, plan_id)
        _refuse_another(record, plan)
        stored = revisions.as_written(connection, plan_id)
        revision = chosen(compare([one.task for one in stored], plan.tasks), numbers)
        if numbers is None:
            revisions.update_facts(connection, plan_id, plan, source=source.name, sha256=source.sha256)
        if record.state == "imported":
            _replace(service, connection, plan_id, revision, source)
        elif not revision.is_empty:
            _Taking(service, connection, record, stored, revision, answers or Answers()).take(source)
        return revision


def _refuse_another(record: PlanRecord, plan: Plan) -> None:
    if record.state == "closed":
        raise Refused(f"方案 {record.id}「{record.title}」已经关闭，不能再改。")
    if record.year != plan.year:
        raise Refused(
            f"方案 {record.id} 是{record.year}年的，这个文件读作{plan.year}年：请核对文件，或用 --year {record.year}。"
        )


def _replace(service: Service, connection: Connection, plan_id: int, revision: Revision, source: Source) -> None:
    """Nobody activated the plan yet: its tasks simply give way."""
    revisions.replace_tasks(connection, plan_id, revision.tasks())
    happened = events.Event("plan.revised", plan_id=plan_id, body=_summary(revision, source))
    events.append(connection, [happened], at=service.now(), recorded_at=service.machine_now())


def _summary(revision: Revision, source: Source) -> dict[str, object]:
    return {
        "source": source.name,
        "sha256": source.sha256,
        "added": [task.number for _, task in revision.added],
        "changed": [pair.after.number for pair in revision.changed],
        "removed": [task.number for _, task in revision.removed],
    }


@dataclass
class _Taking:
    """The differences of one active plan on their way into the store, in the order in which they have to go."""

    service: Service
    connection: Connection
    record: PlanRecord
    stored: Sequence[Stored]
    revision: Revision
    answers: Answers
    rows: dict[int, Rescheduled] = field(default_factory=dict)  # by task, what became of its schedule
    renamed: set[int] = field(default_factory=set)  # tasks whose units are named anew

    def take(self, source: Source) -> None:
        """Store the words, settle the questions, then change what is owed."""
        before = {task.id: task for task in plans.tasks_of(self.connection, self.record.id)}
        gone = [self.stored[at] for at, _ in self.revision.removed]
        added = self._store(before, gone)
        self._decide(added)
        after = {task.id: task for task in plans.tasks_of(self.connection, self.record.id)}
        self._resolve(before, after, added)
        after = {task.id: task for task in plans.tasks_of(self.connection, self.record.id)}
        rearming = Rearming.begin(self.service, self.connection, self.record.id)
        rearming.tell("plan.revised", _summary(self.revision, source))
        for one in gone:
            rearming.tell("task.removed", {"number": one.task.number}, one.id)
            rearming.remove(one.id)
        for pair in self.revision.changed:
            self._rearm(rearming, pair, before, after)
        for task_id in added:
            rearming.tell("task.added", {"number": after[task_id].number}, task_id)
            rearming.add(after[task_id])
        rearming.finish()

    def _id(self, pair: Pair) -> int:
        return self.stored[pair.was_at].id

    def _store(self, before: Mapping[int, TaskRecord], gone: Sequence[Stored]) -> list[int]:
        """The words of every task, and the ids of those that are new."""
        for one in gone:
            revisions.remove(self.connection, one.id, one.task.number, self.service.now())
        revisions.free_numbers(self.connection, [self._id(pair) for pair in self.revision.pairs if pair.has(NUMBER)])
        places = {id(task): at for at, task in enumerate(self.revision.tasks(), 1)}
        for pair in self.revision.pairs:
            revisions.place(self.connection, self._id(pair), places[id(pair.after)], pair.after)
            if set(pair.fields) - {NUMBER, SECTION}:
                self._rewrite(pair, before[self._id(pair)])
        return [
            plans.insert_task(self.connection, self.record.id, places[id(task)], task)
            for _, task in self.revision.added
        ]

    def _rewrite(self, pair: Pair, was: TaskRecord) -> None:
        task_id, marked = was.id, pair.after.number in self.answers.no_duty
        no_duty = marked or (pair.after.no_duty if pair.has(LEAD, DUTY) else was.no_duty)
        revisions.rewrite(self.connection, task_id, pair.after, no_duty=no_duty)
        if pair.has(WORDING, DEADLINE, READING):
            self.rows[task_id] = revisions.reschedule(self.connection, task_id, pair.after)
        if pair.has(LEAD, SUPPORT, DUTY):
            standing = [a.named for a in was.assignments if a.role == "lead" and not a.via]
            revisions.end_assignments(self.connection, task_id, self.service.now())
            lead = pair.after.lead if pair.has(LEAD) else standing
            revisions.name_units(self.connection, task_id, lead, pair.after.support)
            self.renamed.add(task_id)

    def _decide(self, added: Sequence[int]) -> None:
        """无此职责 of new tasks, and offers taken or left."""
        for task_id, (_, task) in zip(added, self.revision.added, strict=True):
            if task.number in self.answers.no_duty:
                revisions.rewrite(self.connection, task_id, task, no_duty=True)
        touched = {pair.after.number for pair in self.revision.changed} | {t.number for _, t in self.revision.added}
        unknown = [number for number in self.answers.no_duty if number not in touched]
        if unknown:
            raise Refused(f"--no-duty 中的第{'、'.join(unknown)}项不在要采用的差别里。")
        if self.answers.mentions:
            wanted = {"take": "taken", "leave": "left"}[self.answers.mentions]
            plans.decide_offers(self.connection, [*self.rows, *added], wanted)

    def _resolve(self, before: Mapping[int, TaskRecord], after: Mapping[int, TaskRecord], added: Sequence[int]) -> None:
        """Names become units; Refused with everything that is open."""
        anew = [task for task in after.values() if task.id in {*self.renamed, *added}]
        known = self._known(before, after)
        decided = [name for name in self.answers.members if name in known]
        members, unresolved = membership.resolve(
            self.connection, list(after.values()), {**known, **self.answers.members}
        )
        problems = [f"「{name}」指哪些单位启用时已定，不能在这里改" for name in decided] + unresolved
        offering = [task for task in after.values() if task.id in {*self.rows, *added}]
        problems += open_questions(anew, offering, self.answers.assign_missing)
        if problems:
            raise Refused("还不能采用，请先明确：" + "；".join(problems) + "。")
        database, plan_id = self.service.database, self.record.id
        membership.store(database, self.connection, plan_id, anew, members, self.answers.assign_missing)

    def _known(self, before: Mapping[int, TaskRecord], after: Mapping[int, TaskRecord]) -> dict[str, tuple[str, ...]]:
        """What activation made of each collective that is still named; one without members was left empty."""
        names = {number: name for name, number in plans.unit_ids(self.connection).items()}
        found = {name: () for task in before.values() for a in task.assignments if is_collective(name := a.named)}
        members = revisions.members_of(self.connection, self.record.id)
        known = {**found, **{name: tuple(names[i] for i in ids) for name, ids in members.items()}}
        still = {a.named for task in after.values() for a in task.assignments}
        return {name: units for name, units in known.items() if name in still}

    def _rearm(
        self, rearming: Rearming, pair: Pair, before: Mapping[int, TaskRecord], after: Mapping[int, TaskRecord]
    ) -> None:
        task_id = self._id(pair)
        rearming.tell("task.revised", difference(pair, self.record.year), task_id)
        was, task = before[task_id], after[task_id]
        if task.no_duty:
            rearming.remove(task_id)
            return
        standing = Standing() if was.no_duty else standing_of(was)
        rearming.change(task, standing, self.rows.get(task_id, Rescheduled()))

"""What a report of an event, its correction and its withdrawal share: checks, words, due days, what is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from reminders.engine.duties.changes import Batch
from reminders.engine.service import Service
from reminders.exceptions import InputError
from reminders.obligations import Audience, Change, Draft, Kind, Obligation, fact
from reminders.plans.wording import phrase
from reminders.store import external, obligations
from reminders.store.directory import Directory
from reminders.store.plans import TaskRecord
from reminders.store.tables import obligations as table
from reminders.store.tables import occurrences
from reminders.timetable import Dated
from reminders.triggers import Due, Happening, due_of, ladder_of
from schedules.schedule import Deadline, Triggered

AT_ONCE = "start"
MOST_DAYS_AWAY = 366
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report, a correction or a withdrawal changed, in words; nothing where it had all been done before."""

    sentences: tuple[str, ...]
    changed: bool


def by_whom(by: str) -> dict[str, str]:
    """Who said so, as the ledger keeps it; nothing where nobody was named."""
    return {"by": by} if by else {}


def check(service: Service, happening: Happening) -> None:
    """InputError for a day no office would mean, or a reference that is none."""
    today = service.now().date()
    if abs((happening.on - today).days) > MOST_DAYS_AWAY:
        raise InputError(f"日期 {happening.on} 离今天（{today}）超过一年，请核对后再报告。")
    if len(happening.ref) > MOST_LETTERS or not happening.ref.isprintable():
        raise InputError(f"--ref 应是一行文字，不超过{MOST_LETTERS}个字，例如文号。")


def when(happening: Happening) -> str:
    """2022-09-01 15:30（文号）."""
    clock = f" {happening.at}" if happening.at else ""
    ref = f"（{happening.ref}）" if happening.ref else ""
    return f"{happening.on}{clock}{ref}"


def due_in_calendar(service: Service, phase: Triggered, happening: Happening) -> Due:
    """The due day by the service's own working calendar; InputError where no calendar has it."""
    try:
        return due_of(phase, happening, service.slots.workdays)
    except (ValueError, OverflowError):
        raise InputError(f"「{phase.event}」从 {happening.on} 起算的日子超出了日历，请核对日期和时限。") from None


def dated_item(dated_id: int, phase: Triggered, due: Due) -> Dated:
    """What each lead unit owes by a due day: one completion without a window."""
    return Dated(dated_id, ladder_of(phase), None, due.on, due.time, 1)


def given_day(
    connection: Connection, report_id: int, task: TaskRecord, schedule_id: int, phase: Triggered, due: Due
) -> Dated:
    """A phase has its due day by a report: that is stored, and what each lead unit owes by it comes back."""
    dated_id = external.add_dated(
        connection,
        report_id,
        task_id=task.id,
        schedule_id=schedule_id,
        text=phrase(phase, 0),
        phase=Deadline(None, due.on, time=due.time),
    )
    return dated_item(dated_id, phase, due)


def tell_at_once(service: Service, connection: Connection, plan_id: int, owed: Sequence[Obligation]) -> None:
    """A limit in hours has no rungs: its units get one message in the next slot that opens."""
    directory = Directory.load(connection, [plan_id], {o.unit_id for o in owed})
    batch = Batch(service, connection, directory, service.earliest())
    for obligation in owed:
        taken = fact("step.taken", step=AT_ONCE, level=0)
        batch.add(obligation, Change(obligation, (Draft(AT_ONCE, Audience.UNIT),), (taken,)))
    batch.write()


def completions_of(connection: Connection, dated_ids: Sequence[int]) -> list[Obligation]:
    """The open completions of dated phases."""
    mine = select(occurrences.c.id).where(occurrences.c.schedule_id.in_(dated_ids), occurrences.c.state == "armed")
    return obligations.select_where(connection, table.c.kind == Kind.COMPLETION.value, table.c.occurrence_id.in_(mine))

"""A task's schedule and mentions: its deadline cell, else the dated expressions of its text, else assumed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reminders.plans.events import named_by_sentence
from reminders.plans.plan import Mention, Warning  # noqa: A004 - the word of the design
from reminders.plans.raw import RawTask
from reminders.plans.warnings import warn
from schedules import Continuous, Deadline, Found, Phase, Recurring, Schedule, Triggered, normalise, scan


@dataclass(frozen=True, slots=True)
class Reader:
    """The two questions put to the grammar, with the year and date they are read against."""

    year: int
    issued: date | None
    normalise: Callable[..., Schedule] = normalise
    scan: Callable[..., Sequence[Found]] = scan

    def cell(self, text: str) -> Schedule:
        return self.normalise(text, year=self.year, issued=self.issued)

    def mentions(self, text: str, place: str) -> tuple[Mention, ...]:
        """The dated expressions of a text; standing duties and vague words are none."""
        found = self.scan(text, year=self.year, issued=self.issued)
        return tuple(Mention(one.text, named_by_sentence(one, text), place) for one in found if is_dated(one.phases))


@dataclass(frozen=True, slots=True)
class Timing:
    """When a task is due, what else its text says about time, and what a person has to look at."""

    phases: tuple[Phase, ...]
    mentions: tuple[Mention, ...]
    warnings: tuple[Warning, ...]


def is_dated(phases: Sequence[Phase]) -> bool:
    """Whether an expression carries a date, period, count or event."""
    return any(isinstance(phase, Deadline | Recurring | Triggered) for phase in phases)


def timing_of(task: RawTask, reader: Reader) -> Timing:
    """The schedule of a task as the contract reads it."""
    mentions = _mentions(task, reader)
    if task.deadline is not None:
        return _by_cell(task, reader, mentions)
    dated = tuple(phase for mention in mentions for phase in mention.phases)
    if dated:
        return Timing(dated, mentions, ())
    assumed = Continuous(date(reader.year, 1, 1), date(reader.year, 12, 31), assumed=True)
    note = warn("no-deadline", f"第{task.number}项没有写明时限：暂按{reader.year}年全年持续处理，请确认或补上时限。")
    return Timing((assumed,), mentions, (note,))


def _mentions(task: RawTask, reader: Reader) -> tuple[Mention, ...]:
    texts = (("工作任务", task.title), ("工作要求", task.requirement), ("落实措施", task.measure))
    return tuple(
        mention
        for name, text in texts
        if text
        for mention in reader.mentions(text, f"第{task.number}项" if task.prose else f"第{task.number}项{name}")
    )


def _by_cell(task: RawTask, reader: Reader, mentions: tuple[Mention, ...]) -> Timing:
    text = task.deadline or ""
    schedule = reader.cell(text)
    if schedule.phases:
        notes = tuple(warn("deadline-note", f"第{task.number}项时限“{text}”：{note}") for note in schedule.notes)
        return Timing(schedule.phases, mentions, notes)
    reason = schedule.error or "没有读出日期、周期或持续的意思。"
    note = warn(
        "unreadable-deadline", f"第{task.number}项时限“{text}”（{task.place}）读不懂：{reason}请改写或指定日期。"
    )
    return Timing((), mentions, (note,))

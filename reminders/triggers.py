"""Periods that count from an event (决策文件出台后的10个工作日内): which of them wait for one, and what day it gives.

Pure. The day of the event is not counted (Civil Code, article 201); a period of months or years ends on the
corresponding day, else on that month's last (article 202); working days follow the working calendar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.policy import Ladder
from schedules.periods import add_months
from schedules.rules.triggered import is_own_issue
from schedules.schedule import Triggered
from schedules.spelling import spell
from schedules.workdays import WorkCalendar

MINUTES = {"minute": 1, "hour": 60}
_A_DAY = 24 * 60
# What makes the words before a period a moment: 出台后, 收到之日起, 召开前. Without one they name a thing, and the
# period is a bare limit on every such thing (答复期限不超过5个工作日).
_MARK = re.compile(r"[”’」》）)的]*(?:之?日|当[日天]|以后|之后|后|起|以前|之前|前|至少|提前|\d)")
_HAPPENS = re.compile(r"(?:发布|出台|印发|公布|下发|颁布|下达|召开|结束|开展|启动|竣工|批准|通过|批复|生效|实施|解除)$")
_MATTER = (
    "申请|留言|咨询|举报|投诉|信访|来信|来电|来访|诉求|求助|报案|线索|工单|警情|舆情|质疑|异议|建议|提案|材料|案件|来件"
)
_EVERY_CASE = re.compile(rf"(?:收到|接到|接报|受理|提出|提交).*(?:{_MATTER})|^(?:受理|答复|办理|接报)$|^(?:{_MATTER})")


@dataclass(frozen=True, slots=True)
class Happening:
    """When an event happened (or will): the day, the clock time where it was told, and which one of its name it is."""

    on: date
    at: str | None = None  # 15:30
    ref: str = ""  # a document's number, a meeting's ordinal


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a period, and on it the clock time where one is known."""

    on: date
    time: str | None = None


def speaks_of_every_case(phase: Triggered, text: str) -> bool:
    """Whether a period is a limit on every case (a note), and not counted from an event that somebody can report.

    It is one where its event is the receipt of somebody's matter (收到申请, 接到举报), or where the words of the
    expression name no moment: neither a mark behind the event (后, 之日起, 前) nor a verb that happens once (发布).
    """
    if is_own_issue(phase.event):
        return False
    if _EVERY_CASE.search(phase.event):
        return True
    return _HAPPENS.search(phase.event) is None and not _is_marked(phase.event, spell(text))


def _is_marked(event: str, text: str) -> bool:
    places = (match.end() for match in re.finditer(re.escape(event), text))
    return bool(event) and any(_MARK.match(text, place) for place in places)


def is_by_the_clock(phase: Triggered) -> bool:
    """Hours and minutes: one message at once, no rungs."""
    return phase.unit in MINUTES


def ladder_of(phase: Triggered) -> Ladder:
    """As a deadline; a limit by the clock leaves no time for rungs."""
    return Ladder.NONE if is_by_the_clock(phase) else Ladder.DEADLINE


def due_of(phase: Triggered, happening: Happening, workdays: WorkCalendar) -> Due:
    """The last day of a period, after its event or before it. ValueError or OverflowError where no calendar has it.

    Hours and minutes count from the clock time of the event; where only its day is known, by the whole days in them,
    to the end of that day: two hours end with the day itself, 24 hours with the next.
    """
    n = phase.n if phase.after else -phase.n
    if phase.unit in MINUTES:
        return _by_the_clock(n * MINUTES[phase.unit], happening)
    if n == 0:
        return Due(happening.on)
    if phase.unit == "workday":
        return Due(workdays.add_workdays(happening.on, n))
    if phase.unit in ("month", "year"):
        return Due(add_months(happening.on, n * (12 if phase.unit == "year" else 1)))
    return Due(happening.on + timedelta(days=n * (7 if phase.unit == "week" else 1)))


def _by_the_clock(minutes: int, happening: Happening) -> Due:
    if happening.at is None:
        days = abs(minutes) // _A_DAY
        return Due(happening.on + timedelta(days=days if minutes > 0 else -days))
    ends = datetime.combine(happening.on, time.fromisoformat(happening.at)) + timedelta(minutes=minutes)
    return Due(ends.date(), f"{ends:%H:%M}")

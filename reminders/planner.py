"""When each step falls due: pure arithmetic on working days, slots and a policy.

Engine, preview and rehearsal call the same functions; none of them reads a clock, a database or the network.
T0 is the last working day on or before the due date; T-n counts working days back from it, T+n forward from the due
date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reminders.obligations import Obligation
from reminders.policy import Ladder, LeadersRhythm, Policy, Rung
from reminders.slots import AM, Slot, SlotCalendar, week_of
from schedules.workdays import WorkCalendar

BREAK = 3  # so many days off in a row make «last» one day earlier


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """One step and the slot it waits for."""

    slot: Slot
    step: str


def t_zero(due_on: date, workdays: WorkCalendar) -> date:
    """T0, the last working day on or before the due date."""
    return workdays.on_or_before(due_on)


def rung_day(due_on: date, before: int, workdays: WorkCalendar) -> date:
    """T-n for n = `before`."""
    last = t_zero(due_on, workdays)
    return workdays.add_workdays(last, -before) if before else last


def days_off_after(day: date, workdays: WorkCalendar) -> int:
    """How many days off follow `day` without a break."""
    return (workdays.add_workdays(day, 1) - day).days - 1


def asking_rung(policy: Policy, ladder: Ladder) -> Rung | None:
    """The rung that asks 能否按期, where the ladder has one."""
    return next((rung for rung in policy.rungs.get(ladder, ()) if rung.asks), None)


def asking_step(obligation: Obligation, slots: SlotCalendar) -> Planned | None:
    """Where the confirmation of an occurrence is asked for."""
    rung = asking_rung(obligation.policy, obligation.ladder)
    if rung is None:
        return None
    day = rung_day(obligation.due_at(), rung.before, slots.workdays)
    return Planned(Slot(day, AM), f"T-{rung.before}")


def rungs(obligation: Obligation, slots: SlotCalendar) -> list[Planned]:
    """The reminders of a completion in the order of time, never two in one slot: the later one wins.

    Where the rung that asks has a slot, nothing else of the occurrence takes it: the question says it all. What was
    planned anew after a part of it had been sent has exceptions: `moved` names steps that are past already, and those
    that come in another slot.
    """
    planned: dict[Slot, str] = {}
    exceptions: Mapping[str, str | None] = (obligation.before or {}).get("moved") or {}
    for step in (*_window_steps(obligation, slots), *_ladder_steps(obligation, slots)):
        if step.step in exceptions:
            instead = exceptions[step.step]
            if instead is not None:
                planned[Slot.parse(instead)] = step.step
        elif step.slot.day <= obligation.due_at():  # a share of the window that ends in days off is past the due day
            planned[step.slot] = step.step
    asking = asking_step(obligation, slots)
    if asking is not None:
        planned.pop(asking.slot, None)
    return [Planned(slot, step) for slot, step in sorted(planned.items())]


def next_rung(obligation: Obligation, slots: SlotCalendar, *, after: Slot | None) -> Planned:
    """The next reminder of a completion after a slot (None: from the start), or T+1 when none is left."""
    for planned in rungs(obligation, slots):
        if after is None or planned.slot > after:
            return planned
    return overdue_step(obligation, slots, days=obligation.policy.overdue_level1, after=after)


def overdue_step(obligation: Obligation, slots: SlotCalendar, *, days: int, after: Slot | None) -> Planned:
    """T+n, or the slot after `after` where T+n is past: what was missed is made up one level a slot."""
    slot = Slot(slots.workdays.add_workdays(obligation.due_at(), days), AM)
    if after is not None and slot <= after:
        slot = slots.after(after)
    return Planned(slot, f"T+{days}")


def leaders_slot(policy: Policy, slots: SlotCalendar, earliest: Slot) -> Slot:
    """The first slot on or after `earliest` in which leaders may get a message: mornings, once a week Tuesday's.

    Where that day is off, the week's next working morning that is no Saturday or Sunday takes its place.
    """
    morning = earliest if earliest.half == AM else slots.after(earliest)
    if policy.leaders is LeadersRhythm.DAILY:
        return morning
    monday = week_of(morning.day)
    while True:
        day = _leaders_day(monday, policy.leaders_weekday, slots.workdays)
        if day is not None and day >= morning.day:
            return Slot(day, AM)
        monday += timedelta(days=7)


def _leaders_day(monday: date, weekday: int, workdays: WorkCalendar) -> date | None:
    candidates = (monday + timedelta(days=n) for n in range(weekday - 1, 5))
    return next((day for day in candidates if workdays.is_workday(day)), None)


def _ladder_steps(obligation: Obligation, slots: SlotCalendar) -> list[Planned]:
    steps = []
    for rung in obligation.policy.rungs.get(obligation.ladder, ()):
        if rung.asks or not _applies(rung, obligation, slots.workdays):
            continue
        before = _days_before(rung, obligation.due_at(), slots.workdays)
        day = rung_day(obligation.due_at(), before, slots.workdays)
        steps.append(Planned(Slot(day, AM), f"T-{before}" if before else "T0"))
    return steps


def _applies(rung: Rung, obligation: Obligation, workdays: WorkCalendar) -> bool:
    if rung.unless_on_time and obligation.answer == "on_time":
        return False
    if not rung.needs_left:
        return True
    left = workdays.count_between(obligation.opened_on, t_zero(obligation.due_at(), workdays))
    return left >= rung.needs_left


def _days_before(rung: Rung, due_on: date, workdays: WorkCalendar) -> int:
    if rung.early_before_break and days_off_after(t_zero(due_on, workdays), workdays) >= BREAK:
        return rung.before + 1
    return rung.before


def _window_steps(obligation: Obligation, slots: SlotCalendar) -> list[Planned]:
    """启动 and the middle of a long window, and each k/n of one that owes n reports."""
    if obligation.ladder is not Ladder.DEADLINE:
        return []
    start, due = obligation.start_on, obligation.due_at()
    steps = []
    if start is not None and (due - start).days + 1 > obligation.policy.long_window_over:
        steps.append(Planned(slots.morning(start), "start"))
        steps.append(Planned(_within(start, due, 1, 2, slots), "middle"))
    first, n = start or obligation.opened_on, obligation.count
    behind = (Planned(_within(first, due, k, n, slots), f"count-{k}") for k in range(obligation.reports + 1, n))
    return [*steps, *behind]


def _within(start: date, due: date, k: int, n: int, slots: SlotCalendar) -> Slot:
    return slots.morning(start + timedelta(days=(due - start).days * k // n))

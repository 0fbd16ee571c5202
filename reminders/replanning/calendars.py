"""What is open, by a republished working calendar.

Nothing is skipped: a rung that was still to come and would lie in the past comes in the first slot. A wait keeps the
working days it has left, so that nobody is reported for a day he was never told. Due dates stay.
"""

from __future__ import annotations

from collections.abc import Collection

from reminders.obligations import Kind, Obligation, State
from reminders.planner import Planned, asking_step, leaders_slot, overdue_step, rungs
from reminders.replanning.ladder import key_of, laddered
from reminders.replanning.moment import Moment, Shift
from reminders.replanning.returns import reminded_by
from reminders.slots import AM, Slot, SlotCalendar
from reminders.timetable import Quarter, return_days


def under_calendar(
    obligation: Obligation, was: SlotCalendar, now: SlotCalendar, moment: Moment, taken: Collection[str] = ()
) -> Obligation:
    """The next step of an obligation by another working calendar; `taken` are the steps of its version that were sent.

    Nothing is skipped: a rung that was still to come and would lie in the past comes in the first slot. A wait keeps
    the working days it has left.
    """
    slot = obligation.next_slot
    if slot is None or slot < moment.coming or not obligation.is_open:
        return obligation
    plan = Shift(was, now, moment)
    match obligation.kind, obligation.state:
        case Kind.COMPLETION, State.ARMED:
            return _armed(obligation, plan, taken)
        case Kind.CONFIRMATION, State.PLANNED:
            return _question(obligation, plan)
        case Kind.RETURN, (State.PLANNED | State.WAITING):
            return _return(obligation, plan)
        case _, (State.PLANNED | State.SUSPENDED):  # a day that somebody named
            return obligation.to(obligation.state, next_slot=max(plan.on(slot), moment.earliest))
        case _:
            return _running(obligation, plan)


def _armed(obligation: Obligation, plan: Shift, taken: Collection[str]) -> Obligation:
    slot, before = obligation.next_slot, obligation.before or {}
    assert slot is not None
    if "spared" in before:
        return obligation.to(State.ARMED, next_slot=plan.slot(slot))
    waiting = [planned for planned in rungs(obligation, plan.was) if planned.slot >= slot]
    found = laddered(obligation, plan.now, plan.moment, taken, {key_of(p.step, obligation) for p in waiting})
    if not waiting and found.next_slot == plan.moment.earliest and found.next_step == obligation.next_step:
        # T+1 by the new days is past: whoever was told a later day is not reported before it.
        return found.to(State.ARMED, next_slot=plan.slot(slot))
    return found


def _question(obligation: Obligation, plan: Shift) -> Obligation:
    slot = obligation.next_slot
    asked, anew = asking_step(obligation, plan.was), asking_step(obligation, plan.now)
    assert slot is not None
    if asked is None or anew is None or asked != Planned(slot, obligation.next_step or ""):
        return obligation.to(State.PLANNED, next_slot=plan.slot(slot))
    return obligation.to(State.PLANNED, next_slot=max(anew.slot, plan.moment.earliest))


def _return(obligation: Obligation, plan: Shift) -> Obligation:
    slot, rule = obligation.next_slot, obligation.policy.ask_return
    assert slot is not None
    quarter = Quarter.parse(obligation.subject)
    before, after = (return_days(quarter, rule, slots.workdays) for slots in (plan.was, plan.now))
    if obligation.state is State.PLANNED and obligation.level == 0:
        # Nobody was told its due day yet, which is counted back from the quarter's last working day.
        due_on = after.due_on if after.due_on >= plan.moment.earliest.day else obligation.due_at()
        opened = slot != plan.was.morning(before.opens_on)
        opens = plan.slot(slot) if opened else max(plan.now.morning(after.opens_on), plan.moment.earliest)
        return obligation.to(State.PLANNED, next_slot=opens, due_on=due_on)
    if obligation.next_step == "return-remind":
        return reminded_by(obligation, plan.now, plan.moment, made_up=True)
    return _after_due(obligation, plan.now, plan.slot(slot), plan.moment)


def _after_due(obligation: Obligation, slots: SlotCalendar, otherwise: Slot, moment: Moment) -> Obligation:
    """What follows a due day that stays: the next working morning, where that is still to come."""
    due_on = obligation.due_at()
    following = Slot(slots.workdays.add_workdays(due_on, 1), AM)
    asked_late = obligation.accepted_on is not None and obligation.accepted_on > due_on
    slot = otherwise if asked_late or following < moment.earliest else following
    return obligation.to(obligation.state, next_slot=slot)


def _running(obligation: Obligation, plan: Shift) -> Obligation:
    """A wait that runs, for an answer or a decision: it keeps the working days it has left."""
    slot, last_on = obligation.next_slot, obligation.wait_last_on
    assert slot is not None
    moved = plan.slot(slot)
    if _waits_for_leaders(obligation, plan.was):
        stays = slot if leaders_slot(obligation.policy, plan.now, slot) == slot else moved
        moved = leaders_slot(obligation.policy, plan.now, stays)
    return obligation.to(obligation.state, next_slot=moved, wait_last_on=plan.day(last_on) if last_on else None)


def _waits_for_leaders(obligation: Obligation, slots: SlotCalendar) -> bool:
    """Whether the slot is a leaders' morning that was waited for after the end of a wait."""
    slot, last_on = obligation.next_slot, obligation.wait_last_on
    assert slot is not None
    if leaders_slot(obligation.policy, slots, slot) != slot:
        return False
    if obligation.state is State.HELD or (obligation.before or {}).get("released"):
        return True
    if obligation.kind is Kind.COMPLETION:
        return obligation.level == 1 and obligation.state is State.OVERDUE and slot != _reported(obligation, slots)
    ends = Slot(slots.workdays.add_workdays(last_on, 1), AM) if last_on is not None else slot
    return obligation.state is State.WAITING and (obligation.next_step or "").startswith("level2") and slot != ends


def _reported(obligation: Obligation, slots: SlotCalendar) -> Slot:
    """T+5 by the days alone."""
    return overdue_step(obligation, slots, days=obligation.policy.overdue_level2, after=None).slot

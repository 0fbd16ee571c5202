"""Delay: the transitions of a completion, as in the table of the design.

Colour is derived from the due day and never stored; an occurrence is red by the day of completion, not of its report.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from reminders.obligations import Audience, Change, Draft, Obligation, State, fact
from reminders.planner import leaders_slot, next_rung, overdue_step, rungs
from reminders.policy import Level2
from reminders.silence import UNDECIDED
from reminders.slots import AM, Slot, SlotCalendar

RUNNING = (State.ARMED, State.OVERDUE)
SUBMITTABLE = (State.ARMED, State.OVERDUE, State.HELD, State.FROZEN, State.EXHAUSTED)


def advance(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """What the opening of its slot leads to."""
    match obligation.state:
        case State.ARMED if slot.day > obligation.due_at() and (obligation.before or {}).get("spared"):
            return _made_up(obligation, slot, slots)
        case State.ARMED if slot.day > obligation.due_at():
            return _turned_red(obligation, slot, slots)
        case State.ARMED:
            return _rung(obligation, slot, slots)
        case State.OVERDUE if obligation.level == 0:
            return _turned_red(obligation, slot, slots)
        case State.OVERDUE:
            return _climb(obligation, slot, slots)
        case State.HELD:
            return _to_leaders(obligation, slot, slots, mark=UNDECIDED)
        case State.SUBMITTED:
            return _review(obligation, slot, slots, every=obligation.policy.review_every)
        case State.SUSPENDED:
            return _review(obligation, slot, slots, every=obligation.policy.suspended_review_every)
        case State.FROZEN:
            return _undecided(obligation, slot, slots)
        case _:
            return Change(obligation.to(obligation.state, next_step=None, next_slot=None))


def armed(obligation: Obligation, slots: SlotCalendar, earliest: Slot) -> Obligation:
    """An obligation waiting for its first rung on or after a slot; rungs already past are dropped."""
    planned = next_rung(obligation, slots, after=_before(earliest, slots))
    return obligation.to(State.ARMED, next_step=planned.step, next_slot=planned.slot)


def rescheduled(obligation: Obligation, slots: SlotCalendar, earliest: Slot) -> Obligation:
    """The next rung of an armed obligation after something changed; one whose slot is open and not yet taken stays."""
    waiting = obligation.next_slot
    return armed(obligation, slots, waiting if waiting is not None and waiting < earliest else earliest)


def accepted(obligation: Obligation, level: int) -> Change | None:
    """The leaders' message was accepted: nothing more is sent alone, the digest lists it until done."""
    if obligation.state is not State.OVERDUE or obligation.level != 2 or level != 2:
        return None
    ended = obligation.to(State.EXHAUSTED, next_step=None, next_slot=None)
    return Change(ended, facts=(fact("obligation.exhausted", why="leading group told", level=2),))


def promised(obligation: Obligation, slots: SlotCalendar, earliest: Slot, day: date) -> Change | None:
    """The unit said 能按期: rungs that only nudge are dropped from here on."""
    if obligation.state is not State.ARMED:
        return None
    return Change(rescheduled(obligation.to(State.ARMED, answer="on_time", answered_on=day), slots, earliest))


def unpromised(obligation: Obligation, slots: SlotCalendar, earliest: Slot) -> Change | None:
    """能按期 was taken back: the rungs that nudge come again."""
    if obligation.answer != "on_time":
        return None
    silent = obligation.to(obligation.state, answer=None, answered_on=None)
    return Change(rescheduled(silent, slots, earliest) if silent.state is State.ARMED else silent)


def submitted(obligation: Obligation, done_on: date, earliest: Slot, slots: SlotCalendar) -> Change | None:
    """已完成待审核: the clock stops; with `count` n only the n-th report asks for acceptance."""
    if obligation.state not in SUBMITTABLE:
        return None
    reports = obligation.reports + 1
    told = fact("completion.reported", done_on=str(done_on), report=reports, of=obligation.count)
    if reports < obligation.count:
        counted = obligation.to(obligation.state, reports=reports)
        still = rescheduled(counted, slots, earliest) if counted.state is State.ARMED else counted
        return Change(still, facts=(told,))
    waiting = obligation.to(
        State.SUBMITTED,
        reports=reports,
        done_on=done_on,
        before=_memory(obligation),
        next_step="review",
        next_slot=earliest,
    )
    return Change(waiting, facts=(told, fact("completion.submitted", done_on=str(done_on))), strike=True)


def done(obligation: Obligation, *, alone: bool) -> Change | None:
    """销号: the result was accepted, by another person where there is one."""
    if obligation.state is not State.SUBMITTED:
        return None
    marks = (*obligation.marks, "单人") if alone else obligation.marks
    ended = obligation.to(State.DONE, marks=marks, next_step=None, next_slot=None)
    return Change(ended, facts=(fact("completion.accepted", alone=alone or None),), strike=True)


def returned(obligation: Obligation, until: date | None, earliest: Slot, slots: SlotCalendar, reason: str) -> Change:
    """退回: back to work; after the due day with a date of its own."""
    assert obligation.state is State.SUBMITTED
    reports = obligation.reports - 1
    open_again = obligation.to(State.ARMED, done_on=None, before=None, reports=reports)
    facts = (fact("completion.returned", reason=reason, until=str(until) if until else None),)
    if until is not None and until != obligation.due_on:
        return Change(armed(rearmed(open_again, until), slots, earliest), facts=facts, strike=True)
    memory = obligation.before or {}
    if memory.get("state") == State.FROZEN:  # who reports it done has no extension to be decided any more
        memory = memory.get("before") or {}
    return Change(_as_before(open_again, memory, earliest, slots), facts=facts, strike=True)


def taken_back(obligation: Obligation, earliest: Slot, slots: SlotCalendar, reason: str) -> Change | None:
    """The report or the question was withdrawn by the unit: everything as before it."""
    if obligation.state is State.FROZEN:
        return thawed(obligation, reason, earliest, slots)
    if obligation.state is not State.SUBMITTED:
        return None
    reported = obligation.to(State.SUBMITTED, done_on=None, reports=obligation.reports - 1)
    back = _as_before(reported, obligation.before, earliest, slots)
    return Change(back, facts=(fact("completion.withdrawn", reason=reason),), strike=True)


def frozen(obligation: Obligation, why: str, wanted: date | None, day: date, slots: SlotCalendar) -> Change | None:
    """An extension was asked for, or the unit says that the task is not its own: the clock stands until decided."""
    if obligation.state not in RUNNING:
        return None
    until = slots.morning_after(day, obligation.policy.extension_undecided)
    memory = {**_memory(obligation), "why": why, "wanted": str(wanted) if wanted else None}
    stopped = obligation.to(State.FROZEN, before=memory, next_step="undecided", next_slot=until)
    facts = (fact("obligation.frozen", why=why, wanted=memory["wanted"]),)
    step = "extension" if why == "extension" else "objection"
    return Change(stopped, (Draft(step, Audience.OFFICE),), facts, strike=True)


def thawed(obligation: Obligation, reason: str, earliest: Slot, slots: SlotCalendar) -> Change | None:
    """Refused or undecided: as before, what was missed is made up one level a slot."""
    if obligation.state not in (State.FROZEN, State.SUSPENDED):
        return None
    back = _as_before(obligation, obligation.before, earliest, slots)
    return Change(back, facts=(fact("obligation.resumed", reason=reason),))


def extended(obligation: Obligation, until: date, earliest: Slot, slots: SlotCalendar) -> Change | None:
    """A new due date re-arms the obligation as a new version."""
    if obligation.state not in (*RUNNING, State.FROZEN, State.HELD, State.SUSPENDED, State.EXHAUSTED):
        return None
    renewed = armed(rearmed(obligation, until), slots, earliest)
    facts = (fact("due.changed", was=str(obligation.due_on), until=str(until), version=renewed.version),)
    return Change(renewed, facts=facts, strike=True)


def suspended(obligation: Obligation, review_on: date, reason: str, slots: SlotCalendar) -> Change | None:
    """挂账, with the day on which it is looked at again."""
    if obligation.state not in (*RUNNING, State.HELD, State.FROZEN, State.EXHAUSTED, State.SUBMITTED):
        return None
    parked = obligation.to(
        State.SUSPENDED, before=_memory(obligation), next_step="review", next_slot=slots.morning(review_on)
    )
    return Change(parked, facts=(fact("obligation.suspended", review_on=str(review_on), reason=reason),), strike=True)


def released(obligation: Obligation, slots: SlotCalendar, earliest: Slot) -> Change | None:
    """The lead office lets a held item go on to the leading group, or one it knows of before it is held."""
    before_held = obligation.state is State.OVERDUE and obligation.level == 1 and obligation.highest >= 2
    if obligation.state is not State.HELD and not before_held:
        return None
    slot = leaders_slot(obligation.policy, slots, earliest)
    goes = obligation.to(State.OVERDUE, next_step=_level2_step(obligation), next_slot=slot, before={"released": True})
    return Change(goes, facts=(fact("obligation.released", slot=str(slot)),))


def refused(obligation: Obligation, reason: str) -> Change | None:
    """The lead office keeps a held item from the leading group, with a reason."""
    if obligation.state is not State.HELD:
        return None
    ended = obligation.to(State.EXHAUSTED, next_step=None, next_slot=None)
    return Change(ended, facts=(fact("obligation.release-refused", reason=reason),))


def held(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change | None:
    """The lead office stops an overdue item on its way to the leading group; None for one that never gets there."""
    if obligation.state is not State.OVERDUE or obligation.level != 1 or obligation.highest < 2:
        return None
    return _held(obligation, slot, slots)


def rearmed(obligation: Obligation, due_on: date) -> Obligation:
    """A new version with another due date; everything that belonged to the old one is forgotten.

    A last report that nobody accepted is owed again.
    """
    return obligation.to(
        State.ARMED,
        version=obligation.version + 1,
        due_on=due_on,
        due_time=None,
        level=0,
        round=0,
        reports=min(obligation.reports, obligation.count - 1),
        answer=None,
        before=None,
        done_on=None,
    )


def _rung(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    due = [planned for planned in rungs(obligation, slots) if planned.slot <= slot]
    following = next_rung(obligation, slots, after=slot)
    moved = obligation.to(State.ARMED, next_step=following.step, next_slot=following.slot)
    if not due or (obligation.next_slot is not None and due[-1].slot < obligation.next_slot):
        return Change(moved)
    missed = [p for p in due[:-1] if obligation.next_slot is not None and p.slot >= obligation.next_slot]
    facts = [fact("step.superseded", step=p.step, slot=str(p.slot)) for p in missed]
    facts.append(fact("step.taken", step=due[-1].step, level=0))
    return Change(moved, (Draft(due[-1].step, Audience.UNIT),), tuple(facts))


def _made_up(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """The due day fell into an outage of ours: the last rung comes now, T+1 as many working days later."""
    days = int((obligation.before or {})["spared"])
    later = Slot(slots.workdays.add_workdays(slot.day, days), AM)
    step = f"T+{obligation.policy.overdue_level1}"
    spared = obligation.to(State.ARMED, before=None, next_step=step, next_slot=later)
    return Change(spared, (Draft("T0", Audience.UNIT),), (fact("step.made-up", step="T0", until=str(later)),))


def _turned_red(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """T+1: 催办 to liaison and head, an item to the lead office."""
    step = f"T+{obligation.policy.overdue_level1}"
    red = obligation.to(State.OVERDUE, level=1, next_step=None, next_slot=None)
    if obligation.highest >= 2:
        planned = overdue_step(obligation, slots, days=obligation.policy.overdue_level2, after=slot)
        red = red.to(State.OVERDUE, next_step=planned.step, next_slot=planned.slot)
    items: tuple[Draft, ...] = (Draft(step, Audience.UNIT_AND_HEAD),)
    if obligation.office_head or not obligation.own_office:
        items = (*items, Draft(step, Audience.OFFICE, 1))
    told = () if obligation.state is State.OVERDUE else (fact("occurrence.overdue", due_on=str(obligation.due_on)),)
    return Change(red, items, (*told, fact("step.taken", step=step, level=1)))


def _climb(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """T+5: to the leading group, or held until the lead office decides."""
    if obligation.level >= 2 or obligation.highest < 2:
        return Change(obligation.to(State.OVERDUE, next_step=None, next_slot=None))
    released_by_person = bool((obligation.before or {}).get("released"))
    if obligation.policy.level2 is Level2.HOLD and not obligation.own_office and not released_by_person:
        return _held(obligation, slot, slots)
    return _to_leaders(obligation, slot, slots)


def _held(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    goes_on = leaders_slot(obligation.policy, slots, slots.morning_after(slot.day, obligation.policy.held_for))
    waiting = obligation.to(State.HELD, next_step=_level2_step(obligation), next_slot=goes_on)
    return Change(waiting, (Draft("held", Audience.OFFICE, 1),), (fact("obligation.held", until=str(goes_on)),))


def _to_leaders(obligation: Obligation, slot: Slot, slots: SlotCalendar, mark: str | None = None) -> Change:
    allowed = leaders_slot(obligation.policy, slots, slot)
    if allowed != slot:
        return Change(obligation.to(obligation.state, next_slot=allowed))
    marks = obligation.marks if mark is None or mark in obligation.marks else (*obligation.marks, mark)
    step = _level2_step(obligation)
    told = obligation.to(State.OVERDUE, level=2, round=1, next_step=None, next_slot=None, marks=marks, before=None)
    return Change(told, (Draft(step, Audience.LEADERS, 2),), (fact("step.taken", step=step, level=2, mark=mark),))


def _level2_step(obligation: Obligation) -> str:
    return f"T+{obligation.policy.overdue_level2}"


def _review(obligation: Obligation, slot: Slot, slots: SlotCalendar, *, every: int) -> Change:
    again = Slot(slots.workdays.add_workdays(slot.day, every), AM)
    waiting = obligation.to(obligation.state, next_step="review", next_slot=again)
    return Change(waiting, (Draft("review", Audience.OFFICE),), (fact("step.taken", step="review", level=0),))


def _undecided(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    back = _as_before(obligation, obligation.before, slots.after(slot), slots)
    facts = (fact("obligation.undecided", why=(obligation.before or {}).get("why")),)
    return Change(back, (Draft("undecided", Audience.OFFICE),), facts)


def _memory(obligation: Obligation) -> dict[str, Any]:
    """What a stopped clock goes back to; a stop inside a stop keeps both."""
    return {
        "state": obligation.state.value,
        "level": obligation.level,
        "round": obligation.round,
        "before": obligation.before,
    }


def _as_before(
    obligation: Obligation, memory: dict[str, Any] | None, earliest: Slot, slots: SlotCalendar
) -> Obligation:
    """The state an obligation had before its clock stopped, with the next step it still owes."""
    memory = memory or {}
    state, level = State(memory.get("state", State.ARMED)), int(memory.get("level", 0))
    back = obligation.to(state, level=level, round=int(memory.get("round", 0)), before=memory.get("before"))
    if state is State.SUBMITTED:
        return back.to(state, next_step="review", next_slot=earliest)
    if state is State.FROZEN:
        until = slots.morning_after(earliest.day, back.policy.extension_undecided)
        return back.to(state, next_step="undecided", next_slot=until)
    if state is State.ARMED and earliest.day <= back.due_at():
        return armed(back, slots, earliest)
    if state in (State.ARMED, State.OVERDUE) and level == 0:
        return back.to(State.OVERDUE, next_step=f"T+{back.policy.overdue_level1}", next_slot=earliest)
    if state is State.OVERDUE and level == 1 and back.highest >= 2:
        days = back.policy.overdue_level2
        planned = overdue_step(back, slots, days=days, after=_before(earliest, slots))
        return back.to(state, next_step=planned.step, next_slot=planned.slot)
    if state is State.HELD:
        return back.to(state, next_step=_level2_step(back), next_slot=leaders_slot(back.policy, slots, earliest))
    return back.to(state, next_step=None, next_slot=None)


def _before(slot: Slot, slots: SlotCalendar) -> Slot:
    """The slot before, so that «after» it means «on or after» the given one."""
    if slot.half != AM:
        return Slot(slot.day, AM)
    return Slot(slots.workdays.add_workdays(slot.day, -1), "pm")

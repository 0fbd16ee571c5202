"""What is open, under other figures than those it was armed with.

What runs is never shortened: its date was told. Rungs already past are dropped, not made up; what has come to rest
stays at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from reminders import silence
from reminders.obligations import Change, Kind, Obligation, State, fact
from reminders.planner import Planned, asking_step, leaders_slot
from reminders.policy import Policy, Support
from reminders.replanning.ladder import exceptions_of, key_of, laddered
from reminders.replanning.moment import Moment
from reminders.replanning.returns import reminded_by
from reminders.slots import AM, Slot, SlotCalendar
from reminders.timetable import Quarter, return_days

WHY = "policy"


def under_policy(
    obligation: Obligation,
    policy: Policy,
    slots: SlotCalendar,
    moment: Moment,
    taken: Collection[str] = (),
    *,
    cap: int,
) -> Change:
    """An open obligation under other figures; `cap` is the highest level its plan has anybody for.

    What runs is never shortened: its date was told. Rungs already past are dropped, not made up.
    """
    if not obligation.is_open:
        return Change(obligation)
    if obligation.supports and policy.support is Support.NONE:
        return silence.closed(replace(obligation, policy=policy), WHY) or Change(obligation)
    renewed = replace(obligation, policy=policy, highest=max(highest_under(obligation, policy, cap), obligation.level))
    if (obligation.state is State.HELD and renewed.highest < 2) or _is_past_its_highest(obligation, policy, cap):
        return _no_further(renewed)
    slot = obligation.next_slot
    if slot is None and obligation.kind is Kind.RETURN and obligation.state is State.PLANNED:
        return Change(_return_under(obligation, renewed, slots, moment).to(State.PLANNED, next_slot=None))
    if slot is None or slot < moment.coming:
        return Change(renewed)
    return _under(obligation, renewed, slots, moment, taken)


def _under(was: Obligation, now: Obligation, slots: SlotCalendar, moment: Moment, taken: Collection[str]) -> Change:
    match was.kind, was.state:
        case Kind.COMPLETION, State.ARMED:
            return Change(_armed_under(was, now, slots, moment, taken))
        case Kind.COMPLETION, State.OVERDUE:
            return Change(_overdue_under(was, now, slots))
        case Kind.CONFIRMATION, State.PLANNED:
            return _question_under(was, now, slots, moment)
        case Kind.RETURN, _:
            return Change(_return_under(was, now, slots, moment))
        case _, State.HELD:
            return Change(_lengthened(now, slots, now.policy.held_for - was.policy.held_for))
        case _, State.FROZEN:
            return Change(_lengthened(now, slots, now.policy.extension_undecided - was.policy.extension_undecided))
        case _, State.WAITING:
            return Change(_waiting_under(was, now, slots))
        case _:
            return Change(now)


def _armed_under(
    was: Obligation, now: Obligation, slots: SlotCalendar, moment: Moment, taken: Collection[str]
) -> Obligation:
    slot = was.next_slot
    assert slot is not None
    step = f"T+{now.policy.overdue_level1}"
    if "spared" in (was.before or {}):
        return now.to(State.ARMED, next_step=step)
    if moment.earliest.day > was.due_at():
        later = Slot(slots.workdays.add_workdays(was.due_at(), now.policy.overdue_level1), AM)
        return now.to(State.ARMED, next_step=step, next_slot=max(slot, later))
    made_up = [name for name, instead in exceptions_of(was).items() if instead is not None]
    return laddered(now, slots, moment, taken, {key_of(name, now) for name in made_up})


def _overdue_under(was: Obligation, now: Obligation, slots: SlotCalendar) -> Obligation:
    slot = was.next_slot
    assert slot is not None
    if now.level == 0:
        return now.to(State.OVERDUE, next_step=f"T+{now.policy.overdue_level1}")
    if now.highest < 2:
        return now.to(State.OVERDUE, next_step=None, next_slot=None)
    step, days = f"T+{now.policy.overdue_level2}", now.policy.overdue_level2
    if days <= was.policy.overdue_level2:
        return now.to(State.OVERDUE, next_step=step)
    later = Slot(slots.workdays.add_workdays(slot.day, days - was.policy.overdue_level2), AM)
    return now.to(State.OVERDUE, next_step=step, next_slot=later)


def _question_under(was: Obligation, now: Obligation, slots: SlotCalendar, moment: Moment) -> Change:
    """A question that was not asked yet goes to its new day; where that is past, or gone, it is dropped."""
    slot = was.next_slot
    assert slot is not None
    if asking_step(was, slots) != Planned(slot, was.next_step or ""):
        return Change(now)
    asked = asking_step(now, slots)
    if asked is None or asked.slot < moment.earliest:
        dropped = silence.closed(now, WHY)
        assert dropped is not None, "it was open"
        return dropped
    return Change(now.to(State.PLANNED, next_step=asked.step, next_slot=asked.slot))


def _return_under(was: Obligation, now: Obligation, slots: SlotCalendar, moment: Moment) -> Obligation:
    """One that was not asked yet follows the new rule; one that was asked keeps the due day it was asked for."""
    rule = now.policy.ask_return
    if was.state is State.WAITING and was.next_step == "return-remind":
        if rule.reminds == was.policy.ask_return.reminds:
            return now
        return reminded_by(now, slots, moment, made_up=False)
    days = return_days(Quarter.parse(now.subject), rule, slots.workdays)
    same = rule == was.policy.ask_return
    if was.state is not State.PLANNED or was.level or same or days.due_on < moment.earliest.day:
        return now
    return now.to(State.PLANNED, next_slot=max(slots.morning(days.opens_on), moment.earliest), due_on=days.due_on)


def _waiting_under(was: Obligation, now: Obligation, slots: SlotCalendar) -> Obligation:
    longer = _lengthened(now, slots, _span(now) - _span(was))
    if now.level < 2:
        return longer
    return longer.to(State.WAITING, next_step="level2b" if now.round < now.policy.rounds else "exhaust")


def _lengthened(obligation: Obligation, slots: SlotCalendar, days: int) -> Obligation:
    """A wait that runs, longer by working days; never shorter."""
    slot, last_on = obligation.next_slot, obligation.wait_last_on
    assert slot is not None
    if days > 0:
        slot = Slot(slots.workdays.add_workdays(slot.day, days), slot.half)
        last_on = slots.workdays.add_workdays(last_on, days) if last_on is not None else None
    if obligation.state is State.HELD:
        slot = leaders_slot(obligation.policy, slots, slot)
    return obligation.to(obligation.state, next_slot=slot, wait_last_on=last_on)


def _span(obligation: Obligation) -> int:
    """The working days of the wait that runs."""
    rule, policy = silence.waits(obligation), obligation.policy
    if obligation.level == 0:
        skipped = obligation.own_office and not obligation.office_head
        return rule.w0 + (rule.w1 if skipped else 0)
    if obligation.level == 1:
        return rule.w1
    return policy.round2_after if obligation.round < policy.rounds else policy.exhausted_after


def highest_under(obligation: Obligation, policy: Policy, cap: int) -> int:
    """How high an obligation may climb under a policy; `cap` is the highest level its plan has anybody for."""
    top: dict[Kind, Callable[[], int]] = {
        Kind.SIGNATURE: lambda: policy.signature.highest,
        Kind.COMPLETION: lambda: policy.climbs.of(obligation.ladder),
        Kind.CONFIRMATION: lambda: min(
            policy.confirmation.highest, policy.climbs.of(obligation.ladder), 1 if obligation.supports else 2
        ),
        Kind.RETURN: lambda: 1,
    }
    return min(top[obligation.kind](), cap)


def _is_past_its_highest(obligation: Obligation, policy: Policy, cap: int) -> bool:
    """Whether a person let it go to the leading group, to which the new figures do not lead any more."""
    released = bool((obligation.before or {}).get("released"))
    return released and obligation.level < 2 and highest_under(obligation, policy, cap) < 2


def _no_further(obligation: Obligation) -> Change:
    """On its way to the leading group, which is not told of it any more."""
    if obligation.kind is Kind.COMPLETION:
        ended = obligation.to(State.OVERDUE, before=None, next_step=None, next_slot=None)
        return Change(ended, facts=(fact("obligation.not-held", why=WHY),))
    change = silence.overtaken(obligation.to(State.WAITING, before=None), WHY)
    assert change is not None, "it was open"
    return change

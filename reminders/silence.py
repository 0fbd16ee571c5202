"""Silence: the transitions of signature, confirmation and return, as in the table of the design.

A wait of n working days ends with the n-th working day after the day of acceptance, which is not counted; the step
after it has the next slot.
"""

from __future__ import annotations

from datetime import date

from reminders.obligations import Audience, Change, Draft, Kind, Obligation, State, fact
from reminders.planner import Planned, asking_rung, leaders_slot
from reminders.policy import Level2, Silence
from reminders.slots import AM, Slot, SlotCalendar

FIRST_ROUND, LAST_ROUND = 1, 2
UNDECIDED = "主管处室未处理"


def advance(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """What the opening of its slot leads to."""
    if obligation.kind is Kind.CONFIRMATION and slot.day > obligation.due_at():
        return _exhausted(obligation, "red")
    match obligation.state, obligation.level:
        case State.PLANNED, _:
            return _ask(obligation, slot, slots)
        case State.WAITING, 0:
            return _from_unit(obligation, slot, slots)
        case State.WAITING, 1:
            return _from_office(obligation, slot, slots)
        case State.WAITING, _:
            return _from_leaders(obligation, slot, slots)
        case State.HELD, _:
            return _to_leaders(obligation, slot, slots, mark=UNDECIDED)
        case _:
            return Change(_idle(obligation))


def accepted(obligation: Obligation, level: int, day: date, slots: SlotCalendar) -> Change | None:
    """The first channel accepted the message of a level: the wait begins. None where nothing waited for it."""
    if obligation.state is not State.QUEUED or obligation.level != level:
        return None
    last_on, planned = _wait(obligation, day, slots)
    waiting = obligation.to(
        State.WAITING,
        accepted_on=day,
        wait_last_on=last_on,
        next_step=planned.step if planned else None,
        next_slot=planned.slot if planned else None,
    )
    return Change(waiting, facts=(fact("wait.began", level=level, until=str(last_on)),))


def undeliverable(obligation: Obligation) -> Change | None:
    """Nobody can be reached at this level: the lead office is told once, no wait runs, the unit is not blamed."""
    if obligation.state not in (State.QUEUED, State.WAITING):
        return None
    changed = obligation.to(State.UNDELIVERABLE, next_step=None, next_slot=None)
    return Change(
        changed,
        items=(Draft("undelivered", Audience.OFFICE, obligation.level),),
        facts=(fact("obligation.undeliverable", level=obligation.level),),
    )


def requeue(obligation: Obligation, slot: Slot) -> Change | None:
    """The contact was mended: the step that could not be delivered waits for the next slot again."""
    if obligation.state is not State.UNDELIVERABLE:
        return None
    second = "level2b" if obligation.round >= LAST_ROUND else "level2"
    step = {0: first_step(obligation), 1: "level1"}.get(obligation.level, second)
    return Change(
        obligation.to(State.PLANNED, next_step=step, next_slot=slot), facts=(fact("obligation.requeued", step=step),)
    )


def first_step(obligation: Obligation) -> str:
    """The step that asks."""
    if obligation.kind is Kind.CONFIRMATION:
        asking = asking_rung(obligation.policy, obligation.ladder)
        return f"T-{asking.before}" if asking is not None else "T-10"
    return "sign" if obligation.kind is Kind.SIGNATURE else "return"


def answered(obligation: Obligation, answer: str, day: date) -> Change | None:
    """Any answer ends the silence, also that of an exhausted one. None where it had ended before."""
    if not obligation.is_open:
        return None
    state = State.DONE if obligation.kind is Kind.RETURN else State.ACKNOWLEDGED
    done = obligation.to(state, answer=answer, answered_on=day, next_step=None, next_slot=None)
    return Change(done, facts=(fact("obligation.answered", answer=answer, level=obligation.level),), strike=True)


def withdrawn(obligation: Obligation, day: date, slots: SlotCalendar) -> Change | None:
    """The answer was taken back: the same level waits once more, a full wait."""
    if obligation.state not in (State.ACKNOWLEDGED, State.DONE):
        return None
    queued = obligation.to(State.QUEUED, answer=None, answered_on=None, accepted_on=None)
    change = accepted(queued, obligation.level, day, slots)
    assert change is not None
    return Change(change.obligation, facts=(fact("answer.withdrawn", level=obligation.level), *change.facts))


def released(obligation: Obligation, slots: SlotCalendar, earliest: Slot) -> Change | None:
    """The lead office lets a held item go on to the leading group, or one it knows of before it is held."""
    asked = obligation.state is State.WAITING and obligation.level == 1 and obligation.highest >= 2
    if obligation.state is not State.HELD and not (asked and obligation.kind is not Kind.RETURN):
        return None
    slot = leaders_slot(obligation.policy, slots, earliest)
    planned = obligation.to(State.WAITING, level=1, next_step="level2", next_slot=slot, before={"released": True})
    return Change(planned, facts=(fact("obligation.released", slot=str(slot)),))


def refused(obligation: Obligation, reason: str) -> Change | None:
    """The lead office keeps a held item from the leading group, with a reason."""
    if obligation.state is not State.HELD:
        return None
    change = _exhausted(obligation, "refused")
    return Change(change.obligation, facts=(fact("obligation.release-refused", reason=reason), *change.facts))


def closed(obligation: Obligation, why: str) -> Change | None:
    """The task was done, suspended, reassigned or cancelled."""
    if not obligation.is_open:
        return None
    shut = obligation.to(State.CLOSED, next_step=None, next_slot=None)
    return Change(shut, facts=(fact("obligation.closed", why=why),), strike=True)


def overtaken(obligation: Obligation, why: str) -> Change | None:
    """Something later speaks for it: its occurrence turned red, or the unit's next return opened."""
    if not obligation.is_open or obligation.state is State.EXHAUSTED:
        return None
    return _exhausted(obligation, why)


def waits(obligation: Obligation) -> Silence:
    """The waits that apply; a return has none."""
    policy = obligation.policy
    return policy.signature if obligation.kind is Kind.SIGNATURE else policy.confirmation


def _ask(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    """planned → queued(k); k is 0 but for a step that could not be delivered before."""
    step = obligation.next_step or first_step(obligation)
    if step == "level1":
        return _to_office(obligation)
    if step.startswith("level2"):
        return _to_leaders(obligation, slot, slots)
    asked = _queued(obligation, level=0)
    return Change(asked, (Draft(step, Audience.UNIT),), (fact("step.taken", step=step, level=0),))


def _from_unit(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    reminder = "return-remind" if obligation.kind is Kind.RETURN else "remind"
    last_on = obligation.wait_last_on
    if obligation.next_step != reminder or last_on is None or slot.day > last_on:
        return _past_unit(obligation, slot, slots)
    after = Slot(slots.workdays.add_workdays(last_on, 1), AM)
    reminded = obligation.to(State.WAITING, next_step="level1", next_slot=after)
    audience = Audience.UNIT if obligation.kind is Kind.RETURN else Audience.UNIT_AND_HEAD
    return Change(reminded, (Draft(reminder, audience),), (fact("step.taken", step=reminder, level=0),))


def _past_unit(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    if obligation.highest < 1:
        return _exhausted(obligation, "highest level")
    if not (obligation.own_office and not obligation.office_head):
        return _to_office(obligation)
    return _past_office(obligation, slot, slots)


def _to_office(obligation: Obligation) -> Change:
    if obligation.supports:
        told = (Draft("level1", Audience.LEAD, 1),)
        return Change(_queued(obligation, level=1), told, (fact("step.taken", step="level1", level=1),))
    # The lead office's own head is the office's destination already; nobody is told twice.
    copies = () if obligation.own_office else (Draft("level1", Audience.HEAD),)
    items = (Draft("level1", Audience.OFFICE, 1), *copies)
    return Change(_queued(obligation, level=1), items, (fact("step.taken", step="level1", level=1),))


def _from_office(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    if obligation.kind is Kind.RETURN:
        return Change(_idle(obligation))
    return _past_office(obligation, slot, slots)


def _past_office(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    if obligation.highest < 2 or obligation.kind is Kind.RETURN:
        return _exhausted(obligation, "highest level")
    released_by_person = bool((obligation.before or {}).get("released"))
    if obligation.policy.level2 is Level2.AUTO or obligation.own_office or released_by_person:
        return _to_leaders(obligation, slot, slots)
    return _held(obligation, slot, slots)


def _held(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    goes_on = leaders_slot(obligation.policy, slots, slots.morning_after(slot.day, obligation.policy.held_for))
    held = obligation.to(State.HELD, level=1, next_step="level2", next_slot=goes_on)
    return Change(held, (Draft("held", Audience.OFFICE, 1),), (fact("obligation.held", until=str(goes_on)),))


def _to_leaders(obligation: Obligation, slot: Slot, slots: SlotCalendar, mark: str | None = None) -> Change:
    allowed = leaders_slot(obligation.policy, slots, slot)
    if allowed != slot:
        return Change(obligation.to(obligation.state, next_slot=allowed))
    # What waited at level 2 has had its first round; what could not be delivered there says itself which it is.
    again = obligation.level == 2 and obligation.next_step == "level2b"
    step, number = ("level2b", LAST_ROUND) if again else ("level2", FIRST_ROUND)
    queued = _queued(obligation, level=2).to(State.QUEUED, round=number, marks=_marked(obligation, mark))
    return Change(queued, (Draft(step, Audience.LEADERS, 2),), (fact("step.taken", step=step, level=2, mark=mark),))


def _from_leaders(obligation: Obligation, slot: Slot, slots: SlotCalendar) -> Change:
    if obligation.round >= obligation.policy.rounds:
        return _exhausted(obligation, "last round")
    return _to_leaders(obligation, slot, slots)


def _wait(obligation: Obligation, day: date, slots: SlotCalendar) -> tuple[date, Planned | None]:
    if obligation.kind is Kind.RETURN:
        return _return_wait(obligation, day, slots)
    policy, rule = obligation.policy, waits(obligation)
    if obligation.level == 0:
        skipped = obligation.own_office and not obligation.office_head
        last_on = slots.workdays.add_workdays(day, rule.w0 + (rule.w1 if skipped else 0))
        return last_on, Planned(Slot(last_on, AM), "remind")
    if obligation.level == 1:
        return slots.workdays.add_workdays(day, rule.w1), Planned(slots.morning_after(day, rule.w1), "level2")
    again = obligation.round < policy.rounds
    span = policy.round2_after if again else policy.exhausted_after
    step = "level2b" if again else "exhaust"
    return slots.workdays.add_workdays(day, span), Planned(slots.morning_after(day, span), step)


def _return_wait(obligation: Obligation, day: date, slots: SlotCalendar) -> tuple[date, Planned | None]:
    due_on = obligation.due_at()
    if obligation.level > 0:
        return due_on, None
    quarter_end = return_quarter_end(obligation, slots)
    remind_on = slots.workdays.add_workdays(quarter_end, -obligation.policy.ask_return.reminds)
    if day < remind_on <= due_on:
        return due_on, Planned(Slot(remind_on, AM), "return-remind")
    after = Slot(slots.workdays.add_workdays(max(due_on, day), 1), AM)
    return due_on, Planned(after, "level1")


def return_quarter_end(obligation: Obligation, slots: SlotCalendar) -> date:
    """Q, the last working day of the quarter a return is for; its subject is 2022Q3."""
    year, quarter = obligation.subject.split("Q")
    month = int(quarter) * 3
    following = date(int(year) + month // 12, month % 12 + 1, 1)
    return slots.workdays.add_workdays(following, -1)


def _queued(obligation: Obligation, *, level: int) -> Obligation:
    return obligation.to(
        State.QUEUED, level=level, next_step=None, next_slot=None, accepted_on=None, wait_last_on=None, before=None
    )


def _exhausted(obligation: Obligation, why: str) -> Change:
    ended = obligation.to(State.EXHAUSTED, next_step=None, next_slot=None)
    return Change(ended, facts=(fact("obligation.exhausted", why=why, level=obligation.level),))


def _idle(obligation: Obligation) -> Obligation:
    return obligation.to(obligation.state, next_step=None, next_slot=None)


def _marked(obligation: Obligation, mark: str | None) -> tuple[str, ...]:
    return obligation.marks if mark is None or mark in obligation.marks else (*obligation.marks, mark)

"""The rungs of a completion planned anew: which were sent, which are still to come, which would lie in the past."""

from __future__ import annotations

from collections.abc import Collection

from reminders.obligations import Obligation, State
from reminders.planner import next_rung, rungs
from reminders.policy import Ladder, Policy
from reminders.replanning.moment import Moment, slot_before
from reminders.slots import SlotCalendar


def laddered(
    obligation: Obligation, slots: SlotCalendar, moment: Moment, taken: Collection[str], waiting: Collection[str]
) -> Obligation:
    """The next rung from the first slot on; of the rungs in `waiting` that would be past the last comes in it."""
    bare = obligation.to(State.ARMED, before=_without_moved(obligation))
    natural = rungs(bare, slots)
    done = {p.step for p in natural if taken_already(p.step, bare.policy, bare.ladder, taken)}
    moved: dict[str, str | None] = {p.step: None for p in natural if p.slot >= moment.earliest and p.step in done}
    ahead = [p for p in natural if p.slot >= moment.earliest and p.step not in done]
    late = [
        p for p in natural if p.slot < moment.earliest and p.step not in done and key_of(p.step, obligation) in waiting
    ]
    if late and moment.earliest.day <= bare.due_at() and all(p.slot != moment.earliest for p in ahead):
        moved[late[-1].step] = str(moment.earliest)
    if moved:
        bare = bare.to(State.ARMED, before={**(bare.before or {}), "moved": moved})
    following = next_rung(bare, slots, after=slot_before(moment.earliest, slots))
    return bare.to(State.ARMED, next_step=following.step, next_slot=following.slot)


def taken_already(step: str, policy: Policy, ladder: Ladder, taken: Collection[str]) -> bool:
    """Whether a rung was sent, or one that comes after it; the last one counts under either of its names."""
    if step in taken:
        return True
    number = _number(step)
    if number is None:
        return False
    names = _names_of_last(policy, ladder)
    if step in names and any(name in taken for name in names):
        return True
    sent = [found for found in map(_number, taken) if found is not None]
    return bool(sent) and number >= min(sent)


def key_of(step: str, obligation: Obligation) -> str:
    """A rung's identity: the last one is the same whether it comes on T0 or a day earlier."""
    return "last" if step in _names_of_last(obligation.policy, obligation.ladder) else step


def exceptions_of(obligation: Obligation) -> dict[str, str | None]:
    """The rungs that an earlier planning took out of their places."""
    return dict((obligation.before or {}).get("moved") or {})


def _names_of_last(policy: Policy, ladder: Ladder) -> tuple[str, ...]:
    found = policy.rungs.get(ladder, ())
    if not any(rung.early_before_break for rung in found):
        return ()
    return ("T0",) if any(rung.before == 1 for rung in found) else ("T0", "T-1")


def _number(step: str) -> int | None:
    """20 of T-20, 0 of T0; None of anything else."""
    if step == "T0":
        return 0
    return int(step[2:]) if step.startswith("T-") and step[2:].isdigit() else None


def _without_moved(obligation: Obligation) -> dict[str, object] | None:
    return {name: value for name, value in (obligation.before or {}).items() if name != "moved"} or None

"""What the lead office stops and lets go: requests refused, 挂账 and its end, the way to the leading group."""

from __future__ import annotations

from collections.abc import Sequence

from reminders import delay, silence
from reminders.engine.acts.attending import bring_before_leaders
from reminders.engine.acts.decision import Decision, close_confirmations, completions, future
from reminders.engine.acts.extending import meant
from reminders.engine.duties.changes import Batch
from reminders.obligations import Kind, Obligation, State


def refuse(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """An extension or an objection is refused; or a held item is kept from the leading group."""
    earliest, slots = batch.service.earliest(), batch.service.slots
    done = []
    for obligation in owed:
        if obligation.state is State.FROZEN:
            change = delay.thawed(obligation, decision.reason, earliest, slots)
        elif obligation.kind is Kind.COMPLETION:
            change = delay.refused(obligation, decision.reason)
        else:
            change = silence.refused(obligation, decision.reason)
        if batch.add(obligation, change):
            done.append(obligation)
    return done


def suspend(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """挂账, until a day on which it is looked at again."""
    review_on = future(batch, decision)
    done = []
    for obligation in completions(owed):
        change = delay.suspended(obligation, review_on, decision.reason, batch.service.slots)
        if batch.add(obligation, change):
            close_confirmations(batch, obligation, "suspended")
            done.append(obligation)
    return done


def resume(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """挂账 ends: everything is as before it."""
    done = []
    for obligation in completions(owed):
        if obligation.state is not State.SUSPENDED:
            continue
        change = delay.thawed(obligation, decision.reason, batch.service.earliest(), batch.service.slots)
        if batch.add(obligation, change):
            done.append(obligation)
    return done


def release(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """Held items go on to the leading group; where none is held, what is on its way there; else what is due first."""
    earliest, slots = batch.service.earliest(), batch.service.slots
    held = [o for o in owed if o.state is State.HELD]
    done = []
    for obligation in held or owed:
        module = delay if obligation.kind is Kind.COMPLETION else silence
        if batch.add(obligation, module.released(obligation, slots, earliest)):
            done.append(obligation)
    return done or bring_before_leaders(batch, meant(completions(owed)), decision.reason)


def hold(batch: Batch, owed: Sequence[Obligation], decision: Decision) -> list[Obligation]:
    """What is overdue is stopped on its way to the leading group."""
    found = [o for o in completions(owed) if o.state is State.OVERDUE]
    return [o for o in found if batch.add(o, delay.held(o, batch.service.earliest(), batch.service.slots))]

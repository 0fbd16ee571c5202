"""Obligations out of thin air, for the pure transitions: one plan, one unit, any day."""

from __future__ import annotations

from datetime import date
from typing import Any

from reminders import delay
from reminders.obligations import Change, Kind, Obligation, State
from reminders.policy import PRESETS, Ladder, Preset
from reminders.slots import Slot
from tests.office import SLOTS


def owing(kind: Kind, *, preset: Preset = Preset.STRICT, **more: Any) -> Obligation:
    """An obligation of a kind as arming makes it, opened on 22 August 2022."""
    silent = kind is not Kind.COMPLETION
    known: dict[str, Any] = {
        "id": 1, "plan_id": 1, "unit_id": 2, "task_id": 3, "occurrence_id": 4, "subject": "", "version": 1,
        "policy": PRESETS[preset], "ladder": Ladder.NONE if kind is Kind.SIGNATURE else Ladder.DEADLINE,
        "highest": 2, "state": State.PLANNED if silent else State.ARMED, "level": 0, "round": 0,
        "next_step": None, "next_slot": None, "opened_on": date(2022, 8, 22),
        "due_on": None if kind is Kind.SIGNATURE else date(2022, 9, 30),
    }  # fmt: skip
    return Obligation(kind=kind, **{**known, **more})


def armed(due: str, *, opened: str = "2022-08-22", preset: Preset = Preset.STRICT, **more: Any) -> Obligation:
    """A completion due on a day, armed from the morning it was opened."""
    day = date.fromisoformat(opened)
    obligation = owing(Kind.COMPLETION, preset=preset, due_on=date.fromisoformat(due), opened_on=day, **more)
    return delay.armed(obligation, SLOTS, SLOTS.morning(day))


def some(change: Change | None) -> Change:
    """A change that has to be one."""
    assert change is not None
    return change


def steps(change: Change) -> list[str]:
    """Its items as «T+1 office»."""
    return [f"{draft.step} {draft.audience.value}" for draft in change.items]


def due_steps(obligation: Obligation) -> dict[str, str]:
    """Every step a completion takes until the leading group knows, with its slot: {"T-5": "2022-09-23/am", …}."""
    taken: dict[str, str] = {}
    now = obligation
    while now.next_slot is not None:
        slot = now.next_slot
        change = delay.advance(now, slot, SLOTS)
        taken |= {draft.step: str(slot) for draft in change.items}
        now = change.obligation
    return taken


def at(text: str) -> Slot:
    """2022-09-30/am."""
    return Slot.parse(text)

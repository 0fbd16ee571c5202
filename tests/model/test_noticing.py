"""The model can fail: an engine broken on purpose is noticed by a few acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reminders import silence
from reminders.obligations import Change, Obligation
from reminders.slots import SlotCalendar
from reminders.store import events
from tests.model.curt import without_words
from tests.model.telling import Teller
from tests.model.world import World

WITHDRAWN, OF_CHANGE = silence.withdrawn, events.of_change


def fallen(obligation: Obligation, day: date, slots: SlotCalendar) -> Change | None:
    """An answer that is taken back begins again at the bottom."""
    change = WITHDRAWN(obligation, day, slots)
    return change and replace(change, obligation=replace(change.obligation, level=0))


def untold(before: Obligation, change: Change, contact_id: int | None = None) -> list[events.Event]:
    """A step up that the ledger says nothing of."""
    return [] if change.obligation.level > before.level else OF_CHANGE(before, change, contact_id)


@pytest.mark.parametrize(
    ("module", "name", "broken", "said"),
    [(silence, "withdrawn", fallen, "level"), (events, "of_change", untold, "not from this state")],
)
def test_what_is_broken_is_noticed(
    module: Any, name: str, broken: Callable[..., Any], said: str, in_ram: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, broken)
    with without_words(), pytest.raises(AssertionError, match=said):
        a_few_acts(Teller(in_ram).open(0, False))


def a_few_acts(world: World) -> None:
    """Nobody answers until the lead office is told; then somebody does, and takes it back."""
    world.do("time_passes", days=12)
    world.do("a_unit_answers", which=0, choice=0, many=99, who=0, days=0)
    world.do("an_answer_is_taken_back", which=0, disputed=False)

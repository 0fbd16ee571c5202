"""The model can fail: an engine broken on purpose is noticed by a few acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reminders import silence
from reminders.engine.dates import republishing
from reminders.engine.round import looking
from reminders.obligations import Change, Obligation
from reminders.slots import SlotCalendar
from reminders.store import events
from tests.model.curt import without_words
from tests.model.telling import Teller
from tests.model.world import World

WITHDRAWN, ANSWERED, OF_CHANGE = silence.withdrawn, silence.answered, events.of_change


def fallen(obligation: Obligation, day: date, slots: SlotCalendar) -> Change | None:
    """An answer that is taken back begins again at the bottom."""
    change = WITHDRAWN(obligation, day, slots)
    return change and replace(change, obligation=replace(change.obligation, level=0))


def untold(before: Obligation, change: Change, contact_id: int | None = None) -> list[events.Event]:
    """A step up that the ledger says nothing of."""
    return [] if change.obligation.level > before.level else OF_CHANGE(before, change, contact_id)


def kept(obligation: Obligation, answer: str, day: date) -> Change | None:
    """An answer that strikes nothing: what was written and not sent still leaves."""
    change = ANSWERED(obligation, answer, day)
    return change and replace(change, strike=False)


def silent_then_taken_back(world: World) -> None:
    """Nobody answers until the lead office is told; then somebody does, and takes it back."""
    world.do("time_passes", days=12)
    world.do("a_unit_answers", which=0, choice=0, many=99, who=0, days=0)
    world.do("an_answer_is_taken_back", which=0, disputed=False)


def answered_before_it_left(world: World) -> None:
    """The workers sleep, and a unit answers what it was not sent yet."""
    world.do("the_workers_sleep", rounds=9)
    world.do("next_slot")
    world.do("a_unit_answers", which=0, choice=0, many=99, who=0, days=0)


def unmoved(before: Obligation, *_: Any) -> Obligation:
    """A republished calendar that moves nothing."""
    return before


def nothing(*_: Any) -> None:
    """What should be done is not."""


def by_other_days(world: World) -> None:
    """While waits run, day after day of the weeks to come is off after all."""
    world.do("next_slot")
    for ahead in range(1, 21):
        world.do("the_calendar_is_republished", ahead=ahead)


def without_a_page(world: World) -> None:
    """The page is away while the first waits run."""
    world.do("next_slot")
    world.do("the_page_is_away", days=9)


def after_a_leap(world: World) -> None:
    """The clock is days ahead at once."""
    world.do("the_clock_leaps", days=5)


@pytest.mark.parametrize(
    ("module", "name", "broken", "acts", "said"),
    [
        (silence, "withdrawn", fallen, silent_then_taken_back, "level"),
        (events, "of_change", untold, silent_then_taken_back, "not from this state"),
        (silence, "answered", kept, answered_before_it_left, "not struck"),
        (republishing, "under_calendar", unmoved, by_other_days, "waits for a day off"),
        (looking, "give_back", nothing, without_a_page, "without a page"),
        (looking, "stop_for", nothing, after_a_leap, "sending goes on"),
    ],
)
def test_what_is_broken_is_noticed(
    module: Any,
    name: str,
    broken: Callable[..., Any],
    acts: Callable[[World], None],
    said: str,
    in_ram: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, broken)
    with without_words(), pytest.raises(AssertionError, match=said):
        acts(Teller(in_ram).open(0, False))


@pytest.mark.parametrize(
    "acts", [silent_then_taken_back, answered_before_it_left, by_other_days, without_a_page, after_a_leap]
)
def test_the_same_acts_pass_where_nothing_is_broken(acts: Callable[[World], None], in_ram: Path) -> None:
    with without_words():
        acts(Teller(in_ram).open(0, False))

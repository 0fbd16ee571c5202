"""The two presets are the table of the design, figure by figure."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from reminders.policy import PRESETS, Ladder, LeadersRhythm, Level2, Policy, Preset, Rung

GENTLE, STRICT = PRESETS[Preset.GENTLE], PRESETS[Preset.STRICT]

# figure: gentle, strict
TABLE: dict[str, tuple[Any, Any]] = {
    "signature.w0": (3, 2),
    "signature.w1": (5, 2),
    "signature.highest": (2, 2),
    "confirmation.w0": (3, 2),
    "confirmation.highest": (1, 2),
    "level2": (Level2.HOLD, Level2.AUTO),
    "leaders": (LeadersRhythm.WEEKLY, LeadersRhythm.DAILY),
    "ask_return.opens": (10, 10),
    "ask_return.reminds": (3, 3),
    "ask_return.due": (2, 0),
    "ask_return.needs_left": (20, 20),
    "digest_everyone": (False, True),
    "digest_horizon": (10, 10),
    "workgroup_per_week": (2, None),
    "long_window_over": (31, 31),
    "yellow_from": (3, 3),
    "overdue_level1": (1, 1),
    "overdue_level2": (5, 5),
    "held_for": (2, 2),
    "round2_after": (5, 5),
    "exhausted_after": (10, 10),
    "review_every": (3, 3),
    "suspended_review_every": (5, 5),
    "extension_undecided": (3, 3),
}

RUNGS = {
    (Preset.GENTLE, Ladder.DEADLINE): [20, 10, 3, 0],
    (Preset.GENTLE, Ladder.QUARTERLY): [10, 3, 0],
    (Preset.GENTLE, Ladder.MONTHLY): [3, 0],
    (Preset.STRICT, Ladder.DEADLINE): [10, 5, 3, 1, 0],
    (Preset.STRICT, Ladder.QUARTERLY): [10, 5, 1, 0],
    (Preset.STRICT, Ladder.MONTHLY): [3, 0],
}


def figure(policy: Policy, path: str) -> Any:
    found: Any = policy
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("path", TABLE)
def test_each_figure_is_that_of_the_table(path: str) -> None:
    assert (figure(GENTLE, path), figure(STRICT, path)) == TABLE[path]


def test_strict_silence_about_a_confirmation_climbs_after_two_days_like_a_signature() -> None:
    assert STRICT.confirmation.w1 == 2


@pytest.mark.parametrize(("preset", "ladder"), RUNGS)
def test_each_ladder_is_that_of_the_table(preset: Preset, ladder: Ladder) -> None:
    assert [rung.before for rung in PRESETS[preset].rungs[ladder]] == RUNGS[preset, ladder]


def test_only_t_minus_10_asks_and_only_gentle_spares_who_promised() -> None:
    for preset, policy in PRESETS.items():
        every = [rung for rungs in policy.rungs.values() for rung in rungs]
        assert {rung.before for rung in every if rung.asks} == {10}
        assert {rung.before for rung in every if rung.unless_on_time} == ({3} if preset is Preset.GENTLE else set())


def test_gentle_has_a_last_rung_that_avoids_the_eve_of_a_break_and_strict_names_its_days() -> None:
    assert all(rungs[-1].early_before_break for rungs in GENTLE.rungs.values() if rungs)
    assert not any(rung.early_before_break for rungs in STRICT.rungs.values() for rung in rungs)


def test_a_policy_is_named_by_its_figures_and_comes_back_from_json_as_it_was() -> None:
    assert Policy.model_validate_json(GENTLE.to_json()) == GENTLE
    assert GENTLE.digest() != STRICT.digest()
    assert GENTLE.model_copy().digest() == GENTLE.digest()


def test_a_figure_out_of_range_and_a_word_nobody_knows_are_refused() -> None:
    with pytest.raises(ValidationError):
        Rung(before=-1)
    with pytest.raises(ValidationError):
        Policy.model_validate({**GENTLE.model_dump(), "patience": 3})

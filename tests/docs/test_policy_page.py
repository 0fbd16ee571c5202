"""docs/policy.md says what the figures are: its tables are those of the code, its example is a policy."""

from __future__ import annotations

import re

from reminders.documenting import ROOT, policy_table
from reminders.figures import LADDERS, values
from reminders.policy import PRESETS, Preset
from reminders.policy_file import policy_from

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_table_of_figures_is_that_of_the_code() -> None:
    assert policy_table() in PAGE, "write it anew with reminders.documenting.policy_table()"


def test_the_ladders_are_those_of_the_presets() -> None:
    gentle, strict = values(PRESETS[Preset.GENTLE]), values(PRESETS[Preset.STRICT])
    for ladder in LADDERS:
        path = f"rungs.{ladder.value}"
        assert f"| `{path}` | {gentle[path]} | {strict[path]} |" in PAGE


def test_every_example_of_a_file_is_a_policy() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert examples
    assert all(policy_from(example, "example.toml").name == "strict（有改动）" for example in examples)

"""cuiban policy …, and a plan that is run by a file of figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from reminders.policy import PRESETS, Preset
from reminders.policy_file import policy_from

Run = Callable[..., Result]
ACTIVATE = ("--lead-office", "办公室", "--leading-group", "杜若谷", "--mentions", "take", "--release")


def test_a_preset_is_written_edited_and_runs_a_plan(run: Run, tmp_path: Path) -> None:
    run("contacts", "import", "people.csv")
    run("import", "plan.txt")
    shown = run("policy", "show", "strict").stdout
    assert policy_from(shown, "") == PRESETS[Preset.STRICT]
    (tmp_path / "office.toml").write_text(shown.replace("w0 = 2", "w0 = 4", 1), encoding="utf-8")
    done = run("activate", "1", *ACTIVATE, "--policy", "office.toml")
    assert done.exit_code == 0, done.stderr
    assert policy_from(run("policy", "show", "1").stdout, "").signature.w0 == 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("policy", "show", "soft"), "「soft」应是方案编号，或 gentle、strict。"),
        (("policy", "show", "7"), "没有编号为 7 的方案"),
        (("policy", "show", "1"), "方案 1 还没有启用"),
        (("policy", "apply", "1", "strict"), "还没有启用，启用时用 --policy 或 --preset 写明"),
        (("policy", "apply", "1", "none.toml", "--confirm"), "读不到规则文件「none.toml」"),
        (("activate", "1", *ACTIVATE, "--policy", "none.toml"), "读不到规则文件「none.toml」"),
        (("activate", "1", *ACTIVATE, "--policy", "plan.txt"), "规则文件「plan.txt」"),
        (("activate", "1", *ACTIVATE, "--policy", "x.toml", "--preset", "strict"), "--preset 和 --policy 只写一个"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    run("contacts", "import", "people.csv")
    run("import", "plan.txt")
    refused = run(*words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert sentence in refused.stderr
    assert "未启用" in run("plans").stdout


def test_the_difference_is_listed_then_taken(office: Run) -> None:
    shown = office("policy", "apply", "1", "strict").stdout
    assert "条提醒将改期" in shown
    assert "signature.w0：3 → 2" in shown
    assert "还没有改动" in shown
    assert policy_from(office("policy", "show", "1").stdout, "") == PRESETS[Preset.GENTLE]
    taken = office("policy", "apply", "1", "strict", "--confirm", "--by", "方晓禾")
    assert "已改用" in taken.stdout, taken.stderr
    assert "没有差别" in office("policy", "apply", "1", "strict").stdout
    assert "台账核对无误" in office("audit", "verify").stdout


def test_the_difference_is_json_for_programs(office: Run) -> None:
    told = json.loads(office("policy", "apply", "1", "strict", "--json").stdout)
    assert (told["plan"], told["applied"]) == (1, False)
    assert told["figures"]["level2"] == {"was": "hold", "now": "auto"}
    assert {"unit", "task", "kind", "step", "was", "now"} == set(told["moved"][0])
    assert told["waits"] == []


def test_a_rehearsal_is_run_by_the_file_as_well(run: Run, tmp_path: Path) -> None:
    (tmp_path / "late.toml").write_text("rungs.deadline = [{ before = 7 }]\n", encoding="utf-8")
    options = ("--from", "2026-11-16", "--to", "2026-12-31", "--answers", "silent")
    steps = run("rehearse", "plan.txt", *options, "--policy", "late.toml").stdout
    assert "T-7" in steps
    assert "T-20" not in steps

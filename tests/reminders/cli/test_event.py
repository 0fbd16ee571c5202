"""cuiban event: what plans wait for, reported, corrected and withdrawn, and one sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import Result

from reminders.clock import SHANGHAI

Run = Callable[..., Result]
ISSUED = "规范性文件出台"
NOW = datetime.now(SHANGHAI)
TODAY, LATER = str(NOW.date()), str((NOW + timedelta(days=7)).date())


def test_the_events_that_plans_wait_for_are_listed_with_task_and_period(office: Run) -> None:
    lines = office("event", "--list").stdout.splitlines()
    place = lines.index(ISSUED)
    assert lines[place + 1].startswith("  1/8　")
    assert lines[place + 1].endswith("法规处　规范性文件出台后10个工作日内　还没有报告")


def test_a_report_says_what_falls_due_and_a_second_one_that_nothing_changed(office: Run) -> None:
    first = office("event", ISSUED, "--on", TODAY, "--ref", "〔2026〕7号")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "第8项" in first.stdout
    assert "已经报告过" in office("event", ISSUED, "--on", TODAY, "--ref", "〔2026〕7号").stdout
    assert f"{TODAY}（〔2026〕7号） → " in office("event", "--list").stdout
    assert "法规处　办结：在办" in office("show", "1/8").stdout


def test_a_report_is_corrected_and_withdrawn(office: Run) -> None:
    office("event", ISSUED, "--on", TODAY)
    assert f"由 {TODAY} 更正为 {LATER}" in office("event", ISSUED, "--on", LATER, "--was", TODAY).stdout
    assert "已撤回" in office("event", ISSUED, "--on", LATER, "--withdraw").stdout
    assert "还没有报告" in office("event", "--list").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("大会召开", "--on", TODAY), "没有方案在等「大会召开」，在等的是"),
        ((ISSUED,), "请写明事件和日期"),
        ((ISSUED, "--on", "九月一日"), "应写作 2022-09-01"),
        ((ISSUED, "--on", "2026-09-31"), "应写作 2022-09-01"),
        ((ISSUED, "--on", "2226-09-01"), "离今天"),
        ((ISSUED, "--on", TODAY, "--plan", "9"), "方案 9 没有登记"),
        ((ISSUED, "--on", TODAY, "--withdraw"), "没有报告过"),
        ((ISSUED, "--on", TODAY, "--withdraw", "--was", TODAY), "请分两次做"),
        ((ISSUED, "--list"), "不用再写名称"),
    ],
)
def test_what_is_wrong_gets_one_sentence_and_stores_nothing(office: Run, words: tuple[str, ...], sentence: str) -> None:
    refused = office("event", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert sentence in refused.stderr
    assert "还没有报告" in office("event", "--list").stdout

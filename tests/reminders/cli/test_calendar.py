"""cuiban calendar: the difference first, then the next tick takes it; an earlier calendar only on a person's word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def published(office: Run, tmp_path: Path) -> Run:
    """The sample plan under way, and a file of days off that is newer than what is built in."""
    assert office("tick", "--now", "2026-11-23T09:05").exit_code == 0
    (tmp_path / "new.txt").write_text("2026-12-25 休\n2026-12-27 班\n", encoding="utf-8")
    return office


def test_the_difference_is_shown_and_the_next_tick_takes_it(published: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = published("calendar", "diff", "new.txt").stdout
    assert "工作日历有变，2 天不同" in shown
    assert "条提醒将改期" in shown
    assert "2026-12-25（星期五）改为休息" in shown
    assert "与台账记下的一致" in published("calendar", "show").stdout, "only shown"
    monkeypatch.setenv("CUIBAN_HOLIDAYS_FILE", "new.txt")
    assert "下一次心跳按它重新安排" in published("check").stdout
    published("tick", "--now", "2026-11-23T09:06")
    assert "与台账记下的一致" in published("calendar", "show").stdout
    assert "没有差别" in published("calendar", "diff").stdout
    assert "台账核对无误" in published("audit", "verify").stdout


def test_an_earlier_calendar_comes_back_only_on_a_persons_word(published: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUIBAN_HOLIDAYS_FILE", "new.txt")
    published("tick", "--now", "2026-11-23T09:06")
    monkeypatch.delenv("CUIBAN_HOLIDAYS_FILE")
    published("tick", "--now", "2026-11-23T09:07")
    assert "换下的旧日历" in published("calendar", "show").stdout
    checked = published("check")
    assert "换下的旧日历" in checked.stdout
    assert checked.exit_code == 1
    assert "还没有改动" in published("calendar", "apply").stdout
    assert "已按新的工作日历重新安排" in published("calendar", "apply", "--confirm").stdout
    assert "与台账记下的一致" in published("calendar", "show").stdout


def test_the_difference_is_json_for_programs(published: Run) -> None:
    told = json.loads(published("calendar", "diff", "new.txt", "--json").stdout)
    assert told["days"] == [{"day": "2026-12-25", "worked": False}, {"day": "2026-12-27", "worked": True}]
    assert told["applied"] is False
    assert {"unit", "task", "kind", "step", "was", "now"} == set(told["moved"][0])


@pytest.mark.parametrize("file", ["missing.txt", "plan.txt"])
def test_a_file_that_is_none_gets_one_sentence(published: Run, file: str) -> None:
    refused = published("calendar", "diff", file)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert f"节假日文件「{file}」不能用" in refused.stderr

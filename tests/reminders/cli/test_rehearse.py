"""cuiban rehearse: a list for people and one for programs, totals, and what would be otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
SPRING = ("plan.txt", "--from", "2026-03-02", "--to", "2026-03-13", "--contacts", "people.csv")


def said(done: Result) -> Any:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_people_read_slots_units_and_steps_in_their_own_words(run: Run) -> None:
    shown = run("rehearse", *SPRING).stdout
    assert "2026-03-02 周一上午\n" in shown
    assert "  通知    办公室 联络员　签收，第3项 T-10\n" in shown
    assert "一周最多：" in shown
    assert shown.endswith("条通知，什么也没有发出。\n")


def test_nothing_to_send_is_an_empty_list(run: Run) -> None:
    day = ("--from", "2026-03-08", "--to", "2026-03-08")
    assert said(run("rehearse", "plan.txt", *day, "--json")) == []


def test_totals_count_the_same_messages_by_person_and_week(run: Run) -> None:
    lines, totals = said(run("rehearse", *SPRING, "--json")), said(run("rehearse", *SPRING, "--totals", "--json"))
    assert (totals["from"], totals["messages"]) == ("2026-03-02", len(lines))
    first = totals["destinations"][0]
    mine = [line for line in lines if line["destination"] == first["destination"]]
    assert first["messages"] == len(mine) == sum(first["weeks"].values())
    assert run("rehearse", *SPRING, "--totals").stdout.startswith("周一")


def test_another_policy_is_compared_and_nothing_is_stored(run: Run, tmp_path: Path) -> None:
    shown = run("rehearse", *SPRING, "--against-policy", "strict").stdout
    assert "新增" in shown.splitlines()[0]
    assert "什么也没有改" in shown
    found = said(run("rehearse", *SPRING, "--against-policy", "strict", "--json"))
    assert set(found) == {"from", "to", "same", "moved", "changed", "added", "dropped"}
    assert not (tmp_path / "var").exists()


def test_a_new_holiday_moves_messages_of_a_file_and_of_an_active_plan(office: Run, tmp_path: Path) -> None:
    (tmp_path / "days.txt").write_text("2026-12-14..2026-12-18 休\n", encoding="utf-8")
    months = ("--from", "2026-12-01", "--to", "2026-12-31", "--against-holidays", "days.txt")
    for plan in ("1", "plan.txt"):
        first = office("rehearse", plan, *months).stdout.splitlines()[0]
        assert first.startswith("这 "), first
        assert "条通知改期" in first


def test_the_same_plan_again_differs_in_nothing(office: Run) -> None:
    months = ("--from", "2026-12-01", "--to", "2026-12-31")
    shown = office("rehearse", "1", *months, "--against-plan", "plan.txt").stdout
    assert shown.startswith("没有差别")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--against-holidays", "nowhere.txt"), "nowhere.txt"),
        (("--against-policy", "nowhere.toml"), "nowhere.toml"),
        (("--against-plan", "nowhere.docx"), "nowhere.docx"),
        (("--against-policy", "strict", "--totals"), "--totals"),
    ],
)
def test_what_cannot_be_compared_gets_one_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    done = run("rehearse", *SPRING, *words)
    assert (done.exit_code, done.stderr.strip().count("\n")) == (2, 0)
    assert sentence in done.stderr

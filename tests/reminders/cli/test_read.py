"""What `cuiban read` shows, and how it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from reminders.cli.read import read
from reminders.sample import sample_plan

KEYS = ["title", "issuer", "number", "year", "issued", "mentions", "tasks"]
TASK_KEYS = (
    *("number", "short", "section", "title", "requirement", "measure", "deadline_text", "phases", "lead", "support"),
    *("mentions", "warnings"),
)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(sample_plan(2026), encoding="utf-8")
    return path


def test_the_json_has_the_keys_of_the_contract(plan: Path) -> None:
    result = CliRunner().invoke(read, [str(plan), "--json"])
    made = json.loads(result.stdout)
    assert result.exit_code == 0
    assert sorted(made) == sorted(KEYS)
    assert all(sorted(task) == sorted(TASK_KEYS) for task in made["tasks"])
    assert made["tasks"][0]["phases"] == [{"kind": "deadline", "start": None, "due": "2026-03-11", "count": 1}]


def test_a_person_sees_a_table_the_warnings_and_the_questions(plan: Path) -> None:
    shown = CliRunner().invoke(read, [str(plan)]).stdout
    assert "共 26 项任务" in shown
    assert "9月30日前" in shown
    assert "“各处室”指哪些单位？" in shown
    assert "第21项文中另有“第三季度”" in shown


def test_the_year_can_be_given(plan: Path) -> None:
    made = json.loads(CliRunner().invoke(read, [str(plan), "--json", "--year", "2030"]).stdout)
    assert made["tasks"][1]["phases"][0]["due"] == "2030-03-15"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "是空的"),
        (b"\x00\x01\x02binary" * 50, "二进制"),
        ("请各处室参加会议。\n".encode(), "没有找到任务"),
        (b"\xff\xff\xff\xfe\xfe", "编码认不出来"),
    ],
)
def test_a_file_that_gives_no_plan_ends_with_status_2_and_one_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    result = CliRunner().invoke(read, [str(path), "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(read, [str(tmp_path / "nothing.txt")])
    assert result.exit_code == 2
    assert "找不到文件" in result.stderr


def test_a_plan_without_a_year_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("工作任务分工方案\n任务\t完成时限\t责任单位\n修订制度\t3月底前\t办公室\n", encoding="utf-8")
    assert "--year" in CliRunner().invoke(read, [str(path)]).stderr
    assert CliRunner().invoke(read, [str(path), "--year", "2026"]).exit_code == 0


def test_the_workbook_to_check_reads_back_as_the_same_plan(plan: Path, tmp_path: Path) -> None:
    target = tmp_path / "review.xlsx"
    assert "26 项任务" in CliRunner().invoke(read, [str(plan), "--to", str(target)]).stdout
    first = json.loads(CliRunner().invoke(read, [str(plan), "--json"]).stdout)
    again = json.loads(CliRunner().invoke(read, [str(target), "--json"]).stdout)
    for task in first["tasks"]:
        task["warnings"] = []
    assert again == first

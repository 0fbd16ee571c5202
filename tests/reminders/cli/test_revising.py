"""cuiban import PLAN --revises ID, and the review workbook on its way to an active plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result

from reminders.plans import read_plan
from reminders.plans.review import MENTIONS, TASKS
from reminders.sample import sample_plan

Run = Callable[..., Result]
ACTIVATE = ("--lead-office", "办公室", "--leading-group", "杜若谷", "--mentions", "take", "--release")
YEAR = 2026


@pytest.fixture
def workbook(office: Run, tmp_path: Path) -> openpyxl.Workbook:
    """The review workbook of the active plan, to be edited and saved as revised.xlsx."""
    assert office("read", "plan.txt", "--to", "revised.xlsx").exit_code == 0
    return openpyxl.load_workbook(tmp_path / "revised.xlsx")


def heads(book: openpyxl.Workbook) -> list[object]:
    return [cell.value for cell in book[TASKS][1]]


def put(book: openpyxl.Workbook, row: int, heading: str, text: str) -> None:
    book[TASKS].cell(row, heads(book).index(heading) + 1).value = text


def test_the_same_file_again_differs_in_nothing(office: Run) -> None:
    done = office("import", "plan.txt", "--revises", "1")
    assert (done.exit_code, done.stdout) == (0, "与方案 1 没有差别（26 项）。\n")


def test_the_differences_are_listed_then_taken(office: Run, workbook: openpyxl.Workbook) -> None:
    put(workbook, 2, "完成时限", "12月20日前")
    workbook[TASKS].delete_rows(4)
    workbook[TASKS].append(["27", "补充事项", "", "补充事项", "", "", "10月底前", "", "办公室"])
    workbook.save("revised.xlsx")
    listed = office("import", "revised.xlsx", "--revises", "1").stdout
    assert "差别：新增 1，改动 1，删去 1，不变 24" in listed
    assert "+ 第27项　补充事项　10月31日前　办公室" in listed
    assert "→ 12月20日前" in listed
    assert "- 第3项" in listed
    assert "还没有改动" in listed
    taken = office("import", "revised.xlsx", "--revises", "1", "--apply")
    assert "已采用：新增 1" in taken.stdout, taken.stderr
    assert "没有差别" in office("import", "revised.xlsx", "--revises", "1").stdout
    assert "2026-12-20到期" in office("show", "1/1").stdout
    assert "没有找到事项" in office("show", "1/3").stderr


def test_the_differences_are_json_for_programs(office: Run, workbook: openpyxl.Workbook) -> None:
    put(workbook, 3, "牵头单位", "培训中心")
    workbook.save("revised.xlsx")
    told = json.loads(office("import", "revised.xlsx", "--revises", "1", "--json").stdout)
    assert (told["plan"], told["applied"], told["added"], told["removed"]) == (1, False, [], [])
    (changed,) = told["changed"]
    assert (changed["number"], changed["fields"]["lead"]["after"]) == ("2", ["培训中心"])
    assert len(told["unchanged"]) == 25


def test_only_the_numbers_that_are_named_are_taken(office: Run, workbook: openpyxl.Workbook) -> None:
    for row in (2, 3):
        put(workbook, row, "落实措施", "按修订后的办法办理")
    workbook.save("revised.xlsx")
    assert "改动 1" in office("import", "revised.xlsx", "--revises", "1", "--apply", "2").stdout
    left = office("import", "revised.xlsx", "--revises", "1").stdout
    assert "~ 第1项" in left
    assert "~ 第2项" not in left


def test_a_question_left_open_stores_nothing(office: Run, workbook: openpyxl.Workbook) -> None:
    put(workbook, 2, "落实措施", "按修订后的办法办理")
    put(workbook, 3, "牵头单位", "")
    workbook.save("revised.xlsx")
    refused = office("import", "revised.xlsx", "--revises", "1", "--apply")
    assert (refused.exit_code, refused.stderr.strip().count("\n")) == (2, 0)
    assert "第2项没有牵头单位（--assign-missing 单位，或 --no-duty 2）" in refused.stderr
    assert "改动 2" in office("import", "revised.xlsx", "--revises", "1").stdout
    done = office("import", "revised.xlsx", "--revises", "1", "--apply", "all", "--no-duty", "2")
    assert done.exit_code == 0, done.stderr


def test_what_belongs_to_a_revision_is_refused_at_a_first_import(run: Run) -> None:
    done = run("import", "plan.txt", "--apply", "all")
    assert done.exit_code == 2
    assert "--revises" in done.stderr


def test_the_review_workbook_reaches_activation_exactly_as_it_stands(run: Run, tmp_path: Path) -> None:
    run("contacts", "import", "people.csv")
    assert run("read", "plan.txt", "--to", "review.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    put(book, 2, "完成时限", "12月20日前")
    put(book, 2, "牵头单位", "办公室")
    put(book, 2, "简称", "年底前办结的事")
    put(book, 3, "无此职责", "是")
    book[TASKS].delete_rows(4)
    book[MENTIONS].delete_rows(2, 100)
    book.save(tmp_path / "review.xlsx")
    imported = run("import", "review.xlsx")
    assert "25 项" in imported.stdout, imported.stderr
    activated = run("activate", "1", *ACTIVATE)
    assert activated.exit_code == 0, activated.stderr
    shown = run("show", "1/1").stdout
    assert "年底前办结的事" in shown
    assert "办公室　办结：在办，2026-12-20到期" in shown
    assert "（无此职责）" in run("show", "1/2").stdout
    assert "没有找到事项" in run("show", "1/3").stderr
    before = read_plan(sample_plan(YEAR).encode(), "plan.txt")
    assert before.tasks[4].measure.split("\n")[0] in run("show", "1/5").stdout

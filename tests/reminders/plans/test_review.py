"""The workbook a clerk checks: what stands in it is imported, nothing else."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reminders.exceptions import InputError, ReviewRejected
from reminders.plans import Plan, read_plan
from reminders.plans.review import FACTS, MENTIONS, TASKS, write_review
from reminders.sample import sample_plan
from tests.reminders.plans.shared import NAMES, source
from tests.reminders.plans.tables import read


def edited(plan: Plan, folder: Path, edit: Callable[[Any], object] = lambda _: None) -> Plan:
    """The plan after its workbook was written, edited and read."""
    target = folder / "review.xlsx"
    write_review(plan, target)
    book = openpyxl.load_workbook(target)
    edit(book)
    book.save(target)
    return read_plan(target)


def cell(book: Any, sheet: str, row: int, heading: str) -> Any:
    """A cell by its heading."""
    head = [one.value for one in book[sheet][1]]
    return book[sheet].cell(row, head.index(heading) + 1)


def sample() -> Plan:
    return read(sample_plan(2026))


def without_warnings(plan: Plan) -> list[object]:
    return [dataclasses.replace(task, warnings=()) for task in plan.tasks]


def test_an_unedited_workbook_gives_back_the_plan(tmp_path: Path) -> None:
    plan = sample()
    again = edited(plan, tmp_path)
    assert without_warnings(again) == without_warnings(plan)
    assert (again.title, again.issuer, again.number, again.year, again.issued, again.mentions) == (
        plan.title,
        plan.issuer,
        plan.number,
        plan.year,
        plan.issued,
        plan.mentions,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_real_plan_comes_back_whole(name: str, tmp_path: Path) -> None:
    plan = read_plan(source(name))
    again = edited(plan, tmp_path)
    assert without_warnings(again) == without_warnings(plan)
    assert again.mentions == plan.mentions


def test_a_changed_deadline_is_read_anew_and_only_that(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        cell(book, TASKS, 3, "完成时限").value = "4月15日前"

    plan, again = sample(), edited(sample(), tmp_path, edit)
    assert again.tasks[1].to_dict()["phases"][0]["due"] == "2026-04-15"
    assert again.tasks[2].phases == plan.tasks[2].phases


def test_units_stand_as_they_were_typed(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        cell(book, TASKS, 2, "牵头单位").value = "甲和乙联合组"
        cell(book, TASKS, 2, "配合单位").value = "丙、丁, 戊"

    task = edited(sample(), tmp_path, edit).tasks[0]
    assert (task.lead, task.support) == (("甲和乙联合组",), ("丙", "丁", "戊"))


def test_a_deleted_row_is_gone_and_a_new_one_is_there(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book[TASKS]
        sheet.delete_rows(2)
        sheet.append(["27", "补充事项", "", "补充事项", "", "", "10月底前", "", "办公室"])

    again = edited(sample(), tmp_path, edit)
    assert (again.tasks[0].number, again.tasks[-1].number, len(again.tasks)) == ("2", "27", 26)
    assert again.tasks[-1].to_dict()["phases"][0]["due"] == "2026-10-31"


def test_a_mention_that_was_struck_out_is_no_offer_any_more(tmp_path: Path) -> None:
    plan = sample()
    assert any(task.mentions for task in plan.tasks)
    again = edited(plan, tmp_path, lambda book: book[MENTIONS].delete_rows(2, 50))
    assert not any(task.mentions for task in again.tasks)


def test_a_task_can_be_marked_as_no_duty(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        cell(book, TASKS, 2, "无此职责").value = "是"

    assert edited(sample(), tmp_path, edit).tasks[0].no_duty


def test_everything_that_cannot_be_used_is_named_by_row(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        cell(book, TASKS, 2, "完成时限").value = "2月30日前"
        cell(book, TASKS, 3, "编号").value = "1"
        cell(book, TASKS, 4, "简称").value = "长" * 21
        cell(book, TASKS, 5, "无此职责").value = "可能"
        cell(book, TASKS, 6, "数据").value = "not json"
        cell(book, FACTS, 5, "内容").value = "今年"

    with pytest.raises(ReviewRejected) as refused:
        edited(sample(), tmp_path, edit)
    said = str(refused.value)
    for part in ("第 2 行：“2月30日前”", "第 3 行：编号“1”重复", "第 4 行：简称", "第 5 行", "第 6 行", "年度“今年”"):
        assert part in said


def test_a_text_that_begins_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    plan = read("2026年方案\n任务\t完成时限\t责任单位\n=1+1的计算\t3月底前\t办公室\n@修订\t3月底前\t办公室\n")
    assert [task.title for task in edited(plan, tmp_path).tasks] == ["=1+1的计算", "@修订"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="写不了"):
        write_review(sample(), tmp_path / "nowhere" / "review.xlsx")

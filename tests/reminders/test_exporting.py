"""The ledger as a workbook: what each sheet holds, that it opens whole, and what never stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reminders.answers import Answer, Choice, Door
from reminders.engine.acts.answers import give
from reminders.engine.acts.decision import Act
from reminders.engine.dates.reporting import report
from reminders.engine.ledger.exporting import Words, export
from reminders.engine.ledger.spreadsheet import MOST_IN_CELL, Sheet, plain, write_book
from reminders.engine.views.finding import find_task
from reminders.exceptions import InputError, NotFound
from reminders.obligations import Kind
from reminders.plans.plan import Task
from reminders.policy import Preset
from reminders.store.revisions import remove
from reminders.triggers import Happening
from reminders.web.labels import CHANNELS, EVENTS, STATES, TRIES
from tests.office import EVERYBODY, OFFICE_CLERK, PUMPS, RIVER, WATER, WATER_CLERK, Story, person, task

WORDS = Words(EVENTS, STATES, CHANNELS, TRIES)
SECRET = "7f3c9f0e-webhook-key"
Rows = list[dict[str, Any]]


def exported(story: Story, folder: Path, sheet: str = "任务") -> Rows:
    target = folder / "ledger.xlsx"
    export(story.service, story.plan_id, target, WORDS)
    return rows_of(target, sheet)


def rows_of(target: Path, sheet: str) -> Rows:
    book = openpyxl.load_workbook(target)
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def a_year(story: Story, *found: Task) -> Story:
    story.activate(*found or (task("12", "9月底前", WATER, support=[RIVER]),), preset=Preset.STRICT)
    story.until("2022-08-22/pm")
    return story


def test_a_task_stands_with_its_words_its_reading_and_its_units(short_story: Story, tmp_path: Path) -> None:
    (row,) = exported(a_year(short_story), tmp_path)
    assert (row["序号"], row["完成时限"], row["读作"]) == ("12", "9月底前", "9月30日前")
    assert (row["牵头单位"], row["配合单位"], row["责任单位"]) == (WATER, RIVER, WATER)
    assert (row["到期日"].date(), row["状态"], row["灯"]) == (date(2022, 9, 30), "在办", "绿")


def test_answers_extensions_and_the_result_stand_with_day_and_name(story: Story, tmp_path: Path) -> None:
    a_year(story)
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    story.until("2022-09-16/am")
    story.answer(Kind.CONFIRMATION, Choice.EXTEND, until=date(2022, 10, 21), text="等上级目录")
    story.decide(Act.EXTEND, until=date(2022, 10, 21))
    story.at("2022-10-20 10:00")
    story.answer(Kind.COMPLETION, Choice.SUBMIT, done_on=date(2022, 10, 19), text="已印发，见网站")
    story.decide(Act.ACCEPT)
    (row,) = exported(story, tmp_path)
    assert row["签收"] == "2022-08-22 白岸 签收（链接）"
    assert "2022-09-16 白岸 申请延期（链接）" in row["答复"]
    assert "申请延至 2022-10-21：等上级目录" in row["延期和改期"]
    assert "期限 2022-09-30 → 2022-10-21" in row["延期和改期"]
    assert "任远 同意延期，至 2022-10-21：会议议定" in row["延期和改期"]
    assert (row["办结日期"].date(), row["状态"]) == (date(2022, 10, 19), "已办结")
    assert "办结于 2022-10-19：已印发，见网站" in row["办结情况"]


def test_every_lead_unit_and_every_due_day_has_its_row(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story, task("1", "每季度1次", WATER, PUMPS), task("2", "贯穿全年", WATER), task("3", "适时", RIVER))
    rows = exported(short_story, tmp_path)
    assert [row["责任单位"] for row in rows] == [WATER] * 4 + [PUMPS] * 4 + [WATER, RIVER]
    assert [row["状态"] for row in rows[:4]] == ["启用前已到期", "启用前已到期", "在办", "在办"]
    assert [row["灯"] for row in rows[:4]] == ["灰", "灰", "绿", "绿"]
    assert [row["状态"] for row in rows[8:]] == ["按季填报", "待明确时限"]


def test_what_waits_for_an_event_says_so_and_then_has_its_day(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story, task("4", "决策文件出台后的20个工作日内", WATER), task("5", "答复期限不超过5个工作日", WATER))
    assert [row["状态"] for row in exported(short_story, tmp_path)] == ["等待事件", "按件计"]
    short_story.at("2022-09-01 10:00")
    report(short_story.service, "决策文件出台", Happening(date(2022, 9, 1)))
    first = exported(short_story, tmp_path)[0]
    assert (first["到期日"].date(), first["状态"]) == (date(2022, 9, 30), "在办")


def test_a_task_without_duty_and_a_plan_that_is_not_active_say_so(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story, task("1", "9月底前"), task("3", "9月底前"))
    assert len(exported(short_story, tmp_path)) == 2
    fresh = short_story.imported(replace(task("8", "年底前"), no_duty=True), task("9", "年底前"))
    assert fresh == short_story.plan_id
    assert [row["状态"] for row in exported(short_story, tmp_path)] == ["无此职责", "未启用"]


def test_what_a_unit_did_before_it_handed_the_task_over_stays(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story, task("1", "第三季度、第四季度", WATER))
    first = next(o for o in short_story.all(Kind.COMPLETION) if str(o.due_on) == "2022-09-30")
    give(short_story.service, [Answer(first.id, Choice.SUBMIT, text="已提前完成")], short_story.giver(WATER_CLERK))
    short_story.decide(Act.ACCEPT, "1")
    short_story.decide(Act.REASSIGN, "1", unit=PUMPS)
    rows = exported(short_story, tmp_path)
    assert [(row["责任单位"], row["状态"]) for row in rows] == [(PUMPS, "在办"), (WATER, "已办结")]
    assert "已提前完成" in rows[1]["办结情况"]


def test_what_was_done_for_a_task_that_a_revised_plan_dropped_stays(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story, task("1", "9月底前"), task("2", "10月底前"))
    with short_story.service.database.write() as connection:
        remove(connection, find_task(connection, f"{short_story.plan_id}/1"), "1", short_story.service.now())
    rows = exported(short_story, tmp_path)
    assert [(row["序号"], row["状态"]) for row in rows] == [
        ("2", "在办"),
        ("1（已删去1）", "已删去"),
        ("1（已删去1）", "在办"),
    ]


def test_messages_stand_with_slot_person_subject_and_what_became_of_them(story: Story, tmp_path: Path) -> None:
    a_year(story)
    rows = exported(story, tmp_path, "通知")
    first = next(row for row in rows if row["收件人"] == "白岸")
    assert (first["时段"], first["类别"], first["单位"]) == ("2022-08-22/am", "通知", WATER)
    assert first["标题"].startswith("【请签收】")
    assert (first["投递"], first["次数"], first["送达时间"]) == ("已送达", 1, "2022-08-22 09:01")


def test_everything_that_happened_stands_in_order_with_people_by_name(story: Story, tmp_path: Path) -> None:
    a_year(story)
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    rows = exported(story, tmp_path, "记录")
    assert [row["记录"] for row in rows if row["类型"].startswith("plan.")] == ["导入方案", "启用方案", "开始发送"]
    given = next(row for row in rows if row["类型"] == "answer.given")
    assert (given["由"], given["单位"], given["记录"]) == ("白岸", WATER, "答复")
    assert [row["时间"] for row in rows] == sorted(row["时间"] for row in rows)


def test_no_address_webhook_or_link_stands_in_it(story: Story, tmp_path: Path) -> None:
    group = replace(person(WATER, "group", "供水群", email=""), webhook=f"https://qyapi.example/send?key={SECRET}")
    story.activate(task("12", "9月底前"), people=[*EVERYBODY, group])
    story.until("2022-08-26/am")
    story.answer(Kind.SIGNATURE, Choice.SIGN)
    links = [word for message in story.mailbox.kept for word in message.text.split() if "/a/" in word]
    assert links
    target = tmp_path / "ledger.xlsx"
    export(story.service, story.plan_id, target, WORDS)
    book = openpyxl.load_workbook(target)
    said = "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "供水群" in said
    for secret in (SECRET, "/a/", "@water.example", "qyapi"):
        assert secret not in said


def test_a_recorded_call_names_who_recorded_it(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story)
    short_story.decide(Act.CONFIRM, by=OFFICE_CLERK.name, unit=WATER, reason="电话答复")
    (row,) = exported(short_story, tmp_path)
    assert row["签收"] == f"2022-08-22 {OFFICE_CLERK.name} 签收（代登记）"
    assert Door.PROXY.value not in row["签收"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_cell_begins_a_formula(start: str, short_story: Story, tmp_path: Path) -> None:
    wicked = f'{start}HYPERLINK("http://evil.example",1)'
    short_story.activate(replace(task("12", "9月底前"), requirement=wicked))
    export(short_story.service, short_story.plan_id, tmp_path / "l.xlsx", WORDS)
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "l.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_what_a_cell_cannot_hold_is_left_out_or_cut() -> None:
    assert plain("a\x00\x0b\ufffeb") == "ab"
    cut = plain("长" * 40_000)
    assert isinstance(cut, str)
    assert (len(cut), cut[-6:]) == (MOST_IN_CELL, "…（已截断）")


def test_a_wrong_place_gets_one_sentence_and_leaves_what_was_there(short_story: Story, tmp_path: Path) -> None:
    a_year(short_story)
    kept = tmp_path / "ledger.csv"
    kept.write_text("旧的", encoding="utf-8")
    for target in (kept, tmp_path / "nowhere" / "ledger.xlsx"):
        with pytest.raises(InputError):
            export(short_story.service, short_story.plan_id, target, WORDS)
    with pytest.raises(NotFound):
        export(short_story.service, 99, tmp_path / "ledger.xlsx", WORDS)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.csv"]
    assert kept.read_text(encoding="utf-8") == "旧的"


def test_a_failure_half_way_leaves_the_older_file(tmp_path: Path) -> None:
    target = tmp_path / "ledger.xlsx"
    write_book(target, [Sheet("任务", (("序号", 8),), [["1"]])])

    def breaks() -> Any:
        row: Sequence[Any] = ["2"]
        yield row
        raise InputError("停电。")

    with pytest.raises(InputError):
        write_book(target, [Sheet("任务", (("序号", 8),), breaks())])
    assert [row["序号"] for row in rows_of(target, "任务")] == ["1"]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.xlsx"]

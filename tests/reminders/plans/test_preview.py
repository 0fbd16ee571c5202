"""What a person is asked before a plan is activated."""

import pytest

from reminders.plans import preview_of, read_plan
from reminders.plans.aliases import propose_aliases
from reminders.plans.warnings import WARNING_KINDS, warn
from reminders.sample import sample_plan
from tests.reminders.plans.shared import source
from tests.reminders.plans.tables import plan, read

TRAINING = ("集中授课，提高能力", "9月底前", "培训中心")


def test_warnings_stand_by_kind_each_sentence_once() -> None:
    several = ("", "1. 甲事项/2. 乙事项", "起草/授课", "3月底前/6月底前", "相关处室/办公室")
    preview = preview_of(plan(several))
    assert [(kind, len(warnings)) for kind, _, warnings in preview.warnings] == [
        ("several-in-cell", 1),
        ("vague-unit", 1),
    ]


def test_a_date_beside_a_cell_is_an_offer_unless_the_cell_says_it_already() -> None:
    rows = (
        ("", "1. 甲事项", "第三季度授课", "9月底前", "办公室"),
        ("", "2. 乙事项", "9月30日前授课", "9月底前", "办公室"),
        ("", "3. 丙事项", "每季度检查1次", "贯穿全年", "办公室"),
    )
    assert [(offer.task, offer.mention.text) for offer in preview_of(plan(*rows)).offers] == [
        ("1", "第三季度"),
        ("3", "每季度检查1次"),
    ]


def test_tasks_that_one_act_fulfils_are_proposed_together() -> None:
    rows = (
        ("", "1. 甲事项", *TRAINING),
        ("", "2. 乙事项", *TRAINING),
        ("", "3. 丙事项", "集中授课", "年底前", "办公室"),
    )
    assert [[task.number for task in group] for group in preview_of(plan(*rows)).joint] == [["1", "2"]]


def test_standing_duties_and_empty_measures_are_not_proposed_together() -> None:
    rows = [("", f"{number}. 事项", "按要求落实。", "9月底前", "办公室") for number in (1, 2)]
    standing = [("", f"{number}. 事项", "持续做好工作", "贯穿全年", "办公室") for number in (3, 4)]
    assert preview_of(plan(*rows, *standing)).joint == ()


def test_names_that_may_be_one_unit_are_proposed_never_joined() -> None:
    pairs = propose_aliases(("办公室", "局办公室", "指挥处", "指挥中心", "相关单位", "相关单位室", "法规处", "宣传处"))
    assert [(alias.first, alias.second) for alias in pairs] == [
        ("办公室", "局办公室"),
        ("指挥处", "指挥中心"),
        ("相关单位", "相关单位室"),
    ]


def test_duties_outside_the_rows_are_shown_with_their_place() -> None:
    text = "2026年方案\n请于12月20日前报送总结。\n任务\t完成时限\t责任单位\n修订制度\t3月底前\t办公室\n"
    assert [(mention.text, mention.place) for mention in preview_of(read(text)).outside] == [("12月20日前", "第2行")]


def test_collectives_are_listed_for_the_clerk_to_resolve() -> None:
    assert preview_of(read(sample_plan(2026))).collectives == ("各处室", "直属单位")


def test_the_questions_of_the_scanned_plan() -> None:
    preview = preview_of(read_plan(source("guangzhou-emergency-2022")))
    assert [[task.number for task in group] for group in preview.joint] == [["20", "31", "35"]]
    assert {(alias.first, alias.second) for alias in preview.aliases} == {
        ("指挥处", "指挥中心"),
        ("相关单位", "相关单位室"),
    }
    assert [offer.task for offer in preview.offers] == ["11", "11", "12", "20", "31", "33", "33", "34", "34", "35"]


def test_a_warning_of_an_unknown_kind_cannot_be_written() -> None:
    assert all(warn(kind, "一句话。").kind == kind for kind in WARNING_KINDS)
    with pytest.raises(KeyError):
        warn("no-such-kind", "一句话。")

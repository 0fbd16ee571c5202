"""The proposed short titles: at most 20 characters, whole clauses, the task's own."""

import pytest

from reminders.plans.raw import RawTask
from reminders.plans.titles import MAX_SHORT, short_titles


def short(title: str = "", requirement: str = "", measure: str = "") -> str:
    return short_titles([RawTask("第1行", "1", title=title, requirement=requirement, measure=measure)])[0]


@pytest.mark.parametrize(
    ("title", "proposed"),
    [
        ("（一）修订公开制度。", "修订公开制度"),
        ("强化监督，提升质效", "强化监督"),
        ("第四季度，协调领导小组召开会议，研究解决难点问题", "协调领导小组召开会议"),
        ("制定规划和规范性文件时，同步开展解读", "同步开展解读"),
        ("进一步规范政府信息公开申请的登记审核办理工作", "规范政府信息公开申请的登记审核办理工作"),
        ("把政府信息公开条例列为领导干部学习内容的重要组成部分", "把政府信息公开条例列为领导干部学习内容…"),
    ],
)
def test_a_title_gives_its_first_clause_that_says_something_and_fits(title: str, proposed: str) -> None:
    assert short(title) == proposed
    assert len(proposed) <= MAX_SHORT


def test_a_title_that_several_tasks_share_gives_way_to_their_own_words() -> None:
    tasks = [
        RawTask("第1行", "1", title="（一）建章立制", requirement="修订公开指南，写清楚渠道。"),
        RawTask("第2行", "2", title="（一）建章立制", requirement="更新公开目录，逐项核对。"),
    ]
    assert short_titles(tasks) == ["修订公开指南", "更新公开目录"]


def test_a_measure_that_says_nothing_is_no_title() -> None:
    requirement = "涉及公众利益调整并且需要公众广泛知晓的行政决策应当遵循科学民主依法决策的原则"
    assert short(requirement=requirement, measure="按要求落实。") == "涉及公众利益调整并且需要公众广泛知晓…"


def test_a_task_without_words_is_called_by_its_number() -> None:
    assert short() == "第1项"

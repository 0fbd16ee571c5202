"""Phases in the words of an office."""

from datetime import date

import pytest

from reminders.plans.wording import phrase, phrases
from schedules import Continuous, Deadline, Phase, Recurring, Triggered, Unscheduled

QUARTERS = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Deadline(None, date(2026, 8, 31)), "8月31日前"),
        (Deadline(None, date(2027, 1, 31)), "2027年1月31日前"),
        (Deadline(date(2026, 7, 1), date(2026, 9, 30)), "7月1日至9月30日"),
        (Deadline(date(2026, 1, 1), date(2026, 12, 31), 3), "1月1日至12月31日，至少3次"),
        (Deadline(None, date(2026, 12, 20), time="17:00"), "12月20日17:00前"),
        (Recurring("quarterly", "", QUARTERS), "每季度（3月31日、6月30日、9月30日、12月31日）"),
        (Recurring("weekly", "", None), "每周"),
        (Continuous(date(2026, 1, 1), date(2026, 12, 31)), "全年持续"),
        (Continuous(date(2026, 1, 1), date(2026, 12, 31), assumed=True), "全年持续（暂定）"),
        (Continuous(date(2026, 9, 1), date(2026, 12, 31)), "9月1日至12月31日持续"),
        (Triggered("决策文件出台", 10, "workday", True), "决策文件出台后10个工作日内"),
        (Triggered("会议召开", 3, "day", False), "会议召开前3日内"),
        (Unscheduled(), "待明确"),
    ],
)
def test_a_phase_is_written_as_an_office_says_it(phase: Phase, words: str) -> None:
    assert phrase(phase, 2026) == words


def test_a_schedule_names_its_phases_in_order() -> None:
    both = (Deadline(None, date(2026, 6, 30)), Continuous(date(2026, 7, 1), date(2026, 12, 31)))
    assert phrases(both, 2026) == "6月30日前；7月1日至12月31日持续"

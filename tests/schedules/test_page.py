"""docs/expressions.md says what the corpus says."""

import pytest

from schedules import Deadline, explain, normalise
from tests.schedules.corpus import FORMS, ISSUED, YEAR
from tests.schedules.page import PAGE, page
from tests.schedules.sayings import SAYINGS


def test_the_page_is_made_of_the_corpus() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_shows_every_form_and_saying() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"### {title}\n" in text for title in [form.title for form in FORMS] + [saying[0] for saying in SAYINGS])


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("8月底前", "2022年8月31日（含当日）", "by 31 August 2022, that day included"),
        ("年内不少于3次", "2022年1月1日至2022年12月31日（含当日），至少3次", "at least 3 times"),
        ("会议结束后5个工作日内", "“会议结束”之后5个工作日内", "within 5 working days after “会议结束”"),
        ("会议召开前3日", "“会议召开”之前3日", "3 days before “会议召开”"),
        ("贯穿全年", "2022年1月1日至2022年12月31日持续进行", "all the time from 1 January 2022"),
        ("每周五17:00前", "每周17:00（FREQ=WEEKLY;BYDAY=FR）", "every week 17:00 (FREQ=WEEKLY;BYDAY=FR)"),
        ("每半年", "每半年，2022年6月30日、12月31日前（含当日）", "every half year: by 30 June 2022"),
        ("适时", "没有写明时间", "no date named"),
    ],
)
def test_a_reading_is_told_in_chinese_and_english(text: str, zh: str, en: str) -> None:
    schedule = normalise(text, year=YEAR, issued=ISSUED)
    assert zh in explain(schedule)[0]
    assert en in explain(schedule, "en")[0]


def test_a_reading_names_its_rule() -> None:
    assert explain(normalise("8月底前", year=YEAR)) == ["8月底前 → 2022年8月31日（含当日）（规则：end of month）"]


def test_a_doubt_is_told_after_the_reading() -> None:
    schedule = normalise("9月第三周", year=YEAR)
    assert isinstance(schedule.phases[0], Deadline)
    assert explain(schedule)[1] == "注意：“第几周”按当月第几个星期一所在的周计算"


def test_a_refusal_is_told_with_its_reason() -> None:
    assert explain(normalise("2月30日前", year=YEAR)) == ["2月30日前 → “2022年2月30日”这一天不存在，请核对"]

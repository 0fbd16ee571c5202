"""Every spelling of the corpus means what stands above it."""

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Deadline, Phase, Recurring, Unscheduled, normalise, scan
from schedules.occurrences import expand
from schedules.parser import OPENING, by_rules
from schedules.shapes import is_one_sentence, shaped
from schedules.spelling import spell
from tests.schedules.corpus import FIRST, FORMS, ISSUED, LAST, RANGES, YEAR, Form
from tests.schedules.sayings import PROSE, REFUSED, SAYINGS, SILENT
from tests.schedules.spellings import STYLES, render

WRITTEN = [(form, spelling) for form in FORMS for spelling in form.spellings]
SAID = [(phases, text) for _, phases, texts in SAYINGS for text in texts]
TEXTS = [render(spelling, form.example, style) for form, spelling in WRITTEN for style in STYLES] + [t for _, t in SAID]


def read(text: str) -> tuple[Phase, ...]:
    return normalise(text, year=YEAR, issued=ISSUED).phases


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("form", "spelling"), WRITTEN, ids=lambda value: value if isinstance(value, str) else "")
def test_every_spelling_of_a_form_means_the_same(form: Form, spelling: str, style: str) -> None:
    assert read(render(spelling, form.example, style)) == form.means(form.example)


@pytest.mark.parametrize(("phases", "text"), SAID, ids=lambda value: value if isinstance(value, str) else "")
def test_every_saying_means_what_stands_above_it(phases: tuple[Phase, ...], text: str) -> None:
    assert read(text) == phases


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(text: str, reason: str) -> None:
    schedule = normalise(text, year=YEAR, issued=ISSUED)
    assert schedule.phases == ()
    assert reason in (schedule.error or "")


@pytest.mark.parametrize("prose", SILENT)
def test_nothing_is_found_where_nothing_is_due(prose: str) -> None:
    assert scan(prose, year=YEAR, issued=ISSUED) == []


@pytest.mark.parametrize(("prose", "expected"), PROSE)
def test_every_expression_of_prose_is_found_at_its_place(prose: str, expected: tuple[str, ...]) -> None:
    found = scan(prose, year=YEAR, issued=ISSUED)
    assert tuple(one.text for one in found) == expected
    assert all(prose[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize("text", TEXTS)
def test_a_shape_reads_what_the_rules_read(text: str) -> None:
    shape = shaped(spell(text), YEAR, ISSUED, OPENING) if is_one_sentence(spell(text)) else None
    slow = by_rules(text, spell(text), year=YEAR, issued=ISSUED)
    assert shape is None or shape == (slow.phases, slow.rule)


BEFORE = """
于 应于 到 计划到 自 将从 时段为 成立于 有效期至 出生日期： 截至 截至目前 每人 第 较 三 几 总结 计划（ 取得 公历 、 1.
通过 全年 及时
"""
SHAPES = """
2025年 8月底前 8月 8月15日 8月上旬 8月前 第三季度 三季度末 上半年 年内 年底前 2023年3月底前 2022年3月15日 明年6月底前
次年1月 7月1日至9月30日 每月5日前 每季度 每季度末月25日前 每年11月20日前 每周 十月十五日前 3-5月 2月30日前 2021年6月底前
"""
BEHIND = """
完成 ，并常态落实 至少1次 报送上月情况 ，发表讲话 召开会议审议 起施行 的通知 ，已完成 ，主持召开会议 情况表 补助5元 期间
左右 之前 结束 ，9月30日结束 、11月 17:00前 各1次 ，每季度1次 ，年底前总结 ，全省已完成 以来 份 ，及时更新 （8月） 度
"""


@pytest.mark.parametrize("before", ["", *BEFORE.split()])
def test_a_shape_between_other_words_reads_what_the_rules_read(before: str) -> None:
    for form, behind in itertools.product(SHAPES.split(), ["", *BEHIND.split()]):
        text = before + form + behind
        shape, slow = shaped(text, YEAR, ISSUED, OPENING), by_rules(text, text, year=YEAR, issued=ISSUED)
        assert not (shape and shape[0]) or shape == (slow.phases, slow.rule), text


@pytest.mark.parametrize(
    "text", ["2022年3月15日，发表讲话", "2022年6月召开会议审议", "3月5日，主持召开会议", "每月5元"]
)
def test_what_tells_or_names_a_share_stays_silent_also_as_a_shape(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize("behind", ["", "各1次", "各开展一次", "各2次", "前"])
def test_two_months_in_one_cell_are_read_as_the_rules_read_them(behind: str) -> None:
    for first, second in itertools.product(range(1, 13), range(1, 13)):
        text = f"{first}月、{second}月{behind}"
        shape, slow = shaped(text, YEAR, ISSUED, OPENING), by_rules(text, text, year=YEAR, issued=ISSUED)
        assert shape is None or shape == (slow.phases, slow.rule)


def test_a_count_of_the_next_sentence_is_not_that_of_the_shape_before_it() -> None:
    assert read("6月底前完成整改。全市组织培训2次") == (Deadline(None, date(2022, 6, 30)),)


RECURRING = [text for text in TEXTS if any(isinstance(phase, Recurring) and phase.dues for phase in read(text))]


@pytest.mark.parametrize("text", RECURRING)
def test_the_rule_of_a_recurrence_yields_its_due_days(text: str) -> None:
    for phase in read(text):
        if isinstance(phase, Recurring) and phase.dues is not None:
            begin, end = phase.start or FIRST, phase.end or LAST
            assert tuple(expand(phase.rrule, begin, end)) == phase.dues


@st.composite
def any_writing(draw: Any) -> tuple[Form, str, dict[str, int], str]:
    """A form, one of its spellings, numbers for its fields, and a style to write them in."""
    form = draw(st.sampled_from(FORMS))
    fields = {field: draw(st.integers(*RANGES[field])) for field in form.fields}
    return form, draw(st.sampled_from(form.spellings)), fields, draw(st.sampled_from(STYLES))


@given(any_writing())
def test_whatever_is_written_is_read_back(writing: tuple[Form, str, dict[str, int], str]) -> None:
    form, spelling, fields, style = writing
    if form.title.startswith("Months after the plan") and fields["n"] > 16:
        return  # beyond next year the date is not promised: see docs/expressions.md
    if form.title == "From one day to another" and fields["d"] > 27:
        return
    assert read(render(spelling, fields, style)) == form.means(fields)


def test_a_dateless_word_beside_a_date_adds_nothing() -> None:
    assert Unscheduled() not in read("8月底前及时完成")

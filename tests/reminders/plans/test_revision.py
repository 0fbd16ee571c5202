"""Two plans in, differences out: what stayed, however it was moved, and what did not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.exceptions import NotFound, Refused
from reminders.plans.plan import Plan, Task
from reminders.plans.revision import Revision, chosen, compare, in_words
from reminders.sample import sample_plan
from schedules import normalise
from tests.reminders.plans.tables import read

DEADLINES = ("3月底前", "9月底前", "贯穿全年", "每季度")
UNITS = ("办公室", "法规处", "信息处")
_NOUNS = ("公开目录", "政策解读", "门户网站", "热线电话", "办事指南", "投诉举报", "数据开放", "年度报告", "会议旁听")
_VERBS = ("修订", "检查", "改版", "公布", "评估", "培训")
WORDINGS = tuple(f"{verb}{noun}" for noun in _NOUNS for verb in _VERBS)


def made(number: str, wording: str, deadline: str = "9月底前", unit: str = "办公室") -> Task:
    """A task with these words."""
    return Task(
        number=number,
        short=wording[:20],
        section="",
        title=wording,
        requirement="",
        measure="",
        deadline_text=deadline,
        phases=normalise(deadline, year=2026).phases,
        lead=(unit,),
        support=(),
        mentions=(),
        warnings=(),
        place="第1行",
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[Task, ...]:
    words = draw(st.lists(st.sampled_from(WORDINGS), max_size=12))
    return tuple(
        made(str(at), word, draw(st.sampled_from(DEADLINES)), draw(st.sampled_from(UNITS)))
        for at, word in enumerate(words, 1)
    )


def fields(found: Revision) -> dict[str, tuple[str, ...]]:
    return {pair.after.number: pair.fields for pair in found.changed}


def sample() -> Plan:
    return read(sample_plan(2026))


@given(plans())
def test_a_plan_compared_with_itself_has_no_differences(tasks: tuple[Task, ...]) -> None:
    assert compare(tasks, tasks).is_empty


@given(plans(), st.randoms(use_true_random=False))
def test_a_renumbering_alone_keeps_every_task(tasks: tuple[Task, ...], random: object) -> None:
    shuffled = list(tasks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    found = compare(tasks, [replace(task, number=f"{at}") for at, task in enumerate(shuffled, 1)])
    assert not found.added
    assert not found.removed
    assert all(pair.fields in ((), ("number",)) for pair in found.pairs)


@given(plans(), plans())
def test_what_is_added_one_way_is_removed_the_other_way(before: tuple[Task, ...], after: tuple[Task, ...]) -> None:
    there, back = compare(before, after), compare(after, before)
    assert there.added == back.removed
    assert there.removed == back.added
    assert {(p.was_at, p.is_at) for p in there.pairs} == {(p.is_at, p.was_at) for p in back.pairs}


@given(plans(), plans())
def test_taking_every_difference_gives_the_new_plan(before: tuple[Task, ...], after: tuple[Task, ...]) -> None:
    assert compare(before, after).tasks() == after
    assert chosen(compare(before, after), None).tasks() == after


def test_a_reworded_task_that_moved_is_still_the_same_task() -> None:
    tasks = sample().tasks
    reworded = replace(tasks[4], number="30", requirement=tasks[4].requirement + "并及时更新。")
    found = compare(tasks, [*tasks[:4], *tasks[5:], reworded])
    assert (found.added, found.removed) == ((), ())
    assert fields(found) == {"30": ("number", "wording")}


def test_another_task_under_an_old_number_is_one_removed_and_one_added() -> None:
    before = [made("1", "修订公开目录"), made("2", "建设政策咨询窗口")]
    after = [made("1", "修订公开目录"), made("2", "开展消防安全检查")]
    found = compare(before, after)
    assert [task.title for _, task in found.removed] == ["建设政策咨询窗口"]
    assert [task.title for _, task in found.added] == ["开展消防安全检查"]


def test_every_field_that_differs_is_named() -> None:
    old = made("1", "修订公开目录")
    new = replace(made("1", "修订公开目录", "10月底前", "法规处"), support=("信息处",), section="一、基础")
    assert fields(compare([old], [new])) == {"1": ("section", "deadline", "reading", "lead", "support")}


def test_a_deadline_in_other_words_for_the_same_day_is_no_other_reading() -> None:
    assert fields(compare([made("1", "甲", "9月底前")], [made("1", "甲", "9月30日前")])) == {"1": ("deadline",)}


def test_only_the_chosen_differences_are_taken() -> None:
    before = [made(str(at), word) for at, word in enumerate(WORDINGS[:4], 1)]
    after = [
        before[0],
        replace(before[1], lead=("法规处",)),
        replace(before[2], lead=("法规处",)),
        made("9", "新增事项"),
    ]
    part = chosen(compare(before, after), ["3", "9"])
    assert [task.lead[0] for task in part.tasks()] == ["办公室", "办公室", "法规处", "办公室", "办公室"]
    assert not part.removed


def test_a_number_without_a_difference_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="第7项没有差别"):
        chosen(compare([made("1", "甲")], [made("1", "甲", "10月底前")]), ["1", "7"])


def test_half_a_renumbering_is_refused() -> None:
    before = [made("1", WORDINGS[0]), made("2", WORDINGS[8])]
    after = [made("1", "新增的另一件大事"), replace(before[0], number="2"), replace(before[1], number="3")]
    with pytest.raises(Refused, match="第1项就有两项"):
        chosen(compare(before, after), ["1"])


def test_two_long_plans_that_have_nothing_in_common_are_compared_soon() -> None:
    before = [made(str(at), f"第{at}件旧的事情甲{at * 7919}") for at in range(2000)]
    after = [made(str(at + 5000), f"另{at}项新设工作乙{at * 104729}") for at in range(2000)]
    assert len(compare(before, after).added) > 1000


def test_a_difference_is_shown_where_it_begins() -> None:
    old = replace(made("1", "修订公开目录"), measure="逐项核对各科室报送的公开事项，六月以前统一发布")
    new = replace(old, measure="逐项核对各科室报送的公开事项，七月以前统一发布", lead=("法规处",))
    (pair,) = compare([old], [new]).changed
    wording, lead = in_words(pair, 2026)
    assert "公开事项，六月以前" in wording
    assert "公开事项，七月以前" in wording
    assert lead == "牵头：办公室 → 法规处"

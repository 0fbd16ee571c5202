"""Promises of the posted form: what a person chose is what is read, and each mistake gets one sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.answers import CHOICES, Assurance, Choice, Giver
from reminders.forms import WANTED, Reading, read_date, read_form
from reminders.messages import ItemView
from reminders.web.backend import ContactChoice
from tests.reminders.messages_sample import item

TODAY = date(2022, 9, 16)
PEOPLE = (ContactChoice(7, "陆远", "联络员", "020-5550112"), ContactChoice(8, "齐岳", "负责人"))
CONFIRM = item("confirmation", "T-10", obligation_id=41)
SECOND = item("confirmation", "T-10", obligation_id=42, number="15", short="瞭望塔维修")
SIGN = item("signature", "sign", obligation_id=40)
RETURN = item("return", "return", obligation_id=43)


def read(*items: ItemView, group: bool = False, **fields: str) -> Reading:
    """Fields are written q__confirmation for q.confirmation; a blank separates several values."""
    posted = {name.replace("__", "."): tuple(value.split(" ")) for name, value in {"who": "c7", **fields}.items()}
    return read_form(posted, items, PEOPLE, today=TODAY, group=group)


def sentence(reading: Reading) -> str:
    assert len(reading.mistakes) == 1
    return reading.mistakes[0].sentence


def test_one_choice_signs_every_task_of_the_plan() -> None:
    reading = read(SIGN, q__signature="sign")
    assert [(answer.obligation_id, answer.choice) for answer in reading.answers] == [(40, Choice.SIGN)]
    assert reading.giver == Giver(7, "陆远", "020-5550112")


def test_tasks_that_are_not_ours_are_signed_with_their_reason() -> None:
    reading = read(SIGN, q__signature="not_ours", tasks__40="12 9", text__signature__not_ours="属科技处职责")
    assert reading.answers[0].tasks == ("12", "9")
    assert reading.answers[0].text == "属科技处职责"


def test_objection_without_a_task_is_asked_which() -> None:
    assert "勾选" in sentence(read(SIGN, q__signature="not_ours", text__signature__not_ours="x"))


def test_objection_to_a_task_that_is_not_on_the_page_is_not_read() -> None:
    assert "勾选" in sentence(read(SIGN, q__signature="not_ours", tasks__40="999", text__signature__not_ours="x"))


def test_one_answer_holds_for_every_item_of_its_kind() -> None:
    reading = read(CONFIRM, SECOND, q__confirmation="on_time")
    assert {answer.obligation_id: answer.choice for answer in reading.answers} == {
        41: Choice.ON_TIME,
        42: Choice.ON_TIME,
    }


def test_an_item_may_be_answered_differently() -> None:
    differs = read(
        CONFIRM, SECOND, q__confirmation="on_time", pick__42="extend", date__42="2022-10-21", text__42="待检测"
    )
    answers = differs.answers
    assert (answers[0].choice, answers[1].choice) == (Choice.ON_TIME, Choice.EXTEND)
    assert answers[1].until == date(2022, 10, 21)


def test_only_some_items_picked_leaves_the_others_to_be_asked() -> None:
    assert "第12项" in sentence(read(CONFIRM, SECOND, pick__42="on_time"))


def test_a_question_left_alone_stays_open_beside_one_that_was_answered() -> None:
    reading = read(CONFIRM, RETURN, q__return="normal")
    assert [answer.obligation_id for answer in reading.answers] == [43]
    assert not reading.mistakes


def test_nothing_chosen_is_one_sentence() -> None:
    assert "还没有选择答复" in sentence(read(CONFIRM, RETURN))


@pytest.mark.parametrize(
    ("choice", "day", "text", "word"),
    [
        ("extend", "", "台风", "请填写日期（申请延期到）"),
        ("extend", "2022-10-21", "", "请写明原因"),
        ("extend", "2022-09-16", "台风", "已经过去"),
        ("extend", "2022-09-29", "台风", "要比它晚"),
        ("extend", "下个月", "台风", "不是一个日期"),
        ("submit", "2022-09-17", "已发文", "还没有到"),
        ("submit", "2002-09-17", "已发文", "太早"),
        ("submit", "", "已发文", "请填写日期（办结日期）"),
        ("submit", "2022-09-15", "", "请写明办结情况"),
        ("not_ours", "", "", "请写明理由"),
        ("whatever", "", "", "选项不对"),
    ],
)
def test_each_mistake_is_one_clear_sentence(choice: str, day: str, text: str, word: str) -> None:
    fields = {f"date.confirmation.{choice}": (day,), f"text.confirmation.{choice}": (text,)}
    posted = {"who": ("c7",), "q.confirmation": (choice,), **fields}
    assert word in sentence(read_form(posted, (CONFIRM,), PEOPLE, today=TODAY, group=False))


def test_difficulty_needs_words_and_normal_needs_none() -> None:
    assert "请写明" in sentence(read(RETURN, q__return="difficult"))
    assert not read(RETURN, q__return="normal").mistakes


def test_text_beyond_a_thousand_characters_is_refused() -> None:
    assert "1000字以内" in sentence(read(RETURN, q__return="normal", text__return__normal="长" * 1001))


def test_nobody_chosen_is_asked_who() -> None:
    assert "是谁在答复" in sentence(read(CONFIRM, who="", q__confirmation="on_time"))


def test_contact_of_another_unit_is_nobody() -> None:
    assert "是谁在答复" in sentence(read(CONFIRM, who="c99", q__confirmation="on_time"))


@pytest.mark.parametrize(
    ("name", "phone", "word"),
    [
        ("", "020-5550119", "姓名"),
        ("舒和", "", "办公电话"),
        ("舒和", "打我手机", "不像电话号码"),
        ("长" * 21, "1", "太长"),
    ],
)
def test_another_person_gives_name_and_telephone(name: str, phone: str, word: str) -> None:
    assert word in sentence(read(CONFIRM, who="other", q__confirmation="on_time", name=name, phone=phone))


def test_another_person_with_name_and_telephone_is_the_giver() -> None:
    reading = read(CONFIRM, who="other", q__confirmation="on_time", name="舒和", phone="０２０－５５５０１１９")
    assert reading.giver == Giver(None, "舒和", "020-5550119")


def test_group_takes_a_registered_contact_with_four_digits_at_a1() -> None:
    reading = read(CONFIRM, group=True, q__confirmation="on_time", digits="０１１２")
    assert reading.giver is not None
    assert (reading.giver.assurance, reading.digits) == (Assurance.A1, "0112")


def test_group_without_digits_is_asked_for_them() -> None:
    assert "后四位" in sentence(read(CONFIRM, group=True, q__confirmation="on_time", digits="11"))


def test_group_takes_no_return() -> None:
    assert "还没有选择答复" in sentence(read(RETURN, group=True, q__return="normal", digits="0112"))


def test_digits_never_show_in_a_repr() -> None:
    assert "9876" not in repr(read(CONFIRM, group=True, q__confirmation="on_time", digits="9876"))


@pytest.mark.parametrize("text", ["2022-10-21", "2022/10/21", "2022年10月21日", "10月21日", "２０２２．１０．２１"])
def test_dates_are_read_as_people_type_them(text: str) -> None:
    assert read_date(text, TODAY) == date(2022, 10, 21)


def test_every_choice_of_every_kind_has_its_words() -> None:
    assert set(WANTED) == {(kind, choice) for kind, choices in CHOICES.items() for choice in choices}


@given(
    st.dictionaries(
        st.sampled_from(
            ["q.confirmation", "q.signature", "pick.41", "date.41", "text.41", "who", "name", "phone", "tasks.40"]
        ),
        st.lists(st.text(max_size=30), max_size=3).map(tuple),
    )
)
def test_no_form_whatever_breaks_the_reader(fields: dict[str, tuple[str, ...]]) -> None:
    reading = read_form(fields, (SIGN, CONFIRM), PEOPLE, today=TODAY, group=False)
    assert reading.mistakes or (reading.answers and reading.giver)

"""Promises of the words: who does what by when comes first, and nothing from outside does anything."""

from __future__ import annotations

import re
from datetime import date

import pytest

from reminders.messages import Colour, MessageKind, MessageView, Rendered, compose, plan_name, plan_short, step_word
from reminders.messages.render import MARKDOWN_BYTES
from tests.reminders.messages_sample import (
    DAY,
    LINK,
    OFFICE,
    PLAN,
    digest,
    item,
    late,
    leaders_view,
    office_view,
    silent,
    view,
)

LATER = date(2022, 10, 10)
SIGN = view(item("signature", "sign", next_step="9月16日请告知第12项能否按期"))
CONFIRM = view(item("confirmation", "T-10"))
OVERDUE = view(late(level=0, answer_by=date(2022, 10, 12)), day=LATER)
UNIT_VIEWS = {
    "【请签收】": SIGN,
    "【请填报】": view(item("return", "return")),
    "【请答复】": CONFIRM,
    "【到期提醒】": view(item("completion", "T-3", colour=Colour.YELLOW, workdays_left=3)),
    "【已超期】": OVERDUE,
    "【补发】": view(item("confirmation", "T-10"), catch_up=True),
    "【周报】": view(item("confirmation", "T-10"), kind=MessageKind.DIGEST, digest=digest()),
}
OFFICE_VIEWS = {
    "【待办】": office_view(silent()),
    "【未送达】": office_view(item("signature", "undelivered", unit="救援队", evidence=("550 没有这个邮箱",))),
    "【周报】": office_view(silent(), kind=MessageKind.DIGEST, digest=digest()),
}
LEADER = leaders_view(late("level2", level=2), silent("signature", "level2", unit="科技处"), day=LATER)
WORKGROUP = view(item("completion", "line"), silent(), kind=MessageKind.WORKGROUP, role="group", unit="", link="")
EVERY = [*UNIT_VIEWS.values(), *OFFICE_VIEWS.values(), LEADER, WORKGROUP]


def outputs(rendered: Rendered) -> tuple[str, str, str]:
    return rendered.text, rendered.html, rendered.markdown


@pytest.mark.parametrize(("prefix", "message"), [*UNIT_VIEWS.items(), *OFFICE_VIEWS.items()])
def test_subject_says_what_is_asked(prefix: str, message: MessageView) -> None:
    assert compose(message).subject.startswith(prefix)


def test_leaders_subject_has_no_prefix_and_names_the_plan() -> None:
    assert compose(LEADER).subject == "护林防火方案：1项超期，1家未签收，拟请协调"


@pytest.mark.parametrize("message", EVERY)
def test_every_output_names_office_person_and_telephone(message: MessageView) -> None:
    for output in outputs(compose(message)):
        assert all(word in output for word in ("综合处", "何晴", "020-5550100"))


@pytest.mark.parametrize("message", EVERY)
def test_every_output_ends_with_the_short_number(message: MessageView) -> None:
    for output in outputs(compose(message)):
        assert "HLFH-0916-07" in output[-700:]


@pytest.mark.parametrize("message", UNIT_VIEWS.values())
def test_what_to_do_by_when_comes_before_the_link_and_the_reasons_after_it(message: MessageView) -> None:
    text = compose(message).text
    day, link, why = re.search(r"\d+月\d+日（周.）", text), text.index(LINK), text.index("为什么发给您")
    assert day is not None
    assert day.start() < link < why
    assert text.index("请") < link


@pytest.mark.parametrize("message", UNIT_VIEWS.values())
def test_every_message_can_be_answered_without_its_link(message: MessageView) -> None:
    text = compose(message).text
    assert "直接回复" in text or "写在回复里" in text
    assert "效果相同" in text


def test_items_stand_red_yellow_green_and_the_subject_is_of_the_first() -> None:
    yellow = item("completion", "T-3", item_id=2, number="8", colour=Colour.YELLOW)
    rendered = compose(view(item("return", "return"), item("confirmation", "T-10"), yellow, late(number="7", level=0)))
    assert rendered.subject.startswith("【已超期】第7项")
    places = [rendered.text.index(words) for words in ("第7项", "第8项", "第12项", "填报巡护处")]
    assert places == sorted(places)


def test_signature_says_what_it_covers_and_that_one_is_enough() -> None:
    text = compose(SIGN).text
    for words in (
        "巡护处，4项",
        "第12项　林区道路隐患清理，9月30日到期",
        "第9、10项",
        "一次签收，全部有效",
        "不表示办结",
    ):
        assert words in text


def test_reminder_on_the_last_day_says_today() -> None:
    assert "请在今天（9月16日，周五）下班前签收" in compose(view(item("signature", "remind", answer_by=DAY))).text


def test_heads_copy_says_so() -> None:
    message = view(item("signature", "remind"), role="head", recipient="齐岳", copied_from=("陆远",))
    text = compose(message).text
    assert text.startswith("齐岳同志（抄送）：")
    assert "联络员陆远已收到同样的通知" in text


def test_confirmation_asks_and_lists_the_four_answers() -> None:
    text = compose(CONFIRM).text
    assert "请在9月21日（周三）下班前答复下面1项能否按期办结" in text
    for words in (
        "能按期",
        "申请延期到某日",
        "已办结，提交审核",
        "不归本单位",
        "原文时限：“9月底前完成” → 9月30日（含当日）",
    ):
        assert words in text


def test_overdue_says_that_the_day_of_completion_counts() -> None:
    text = compose(OVERDUE).text
    assert "9月30日（周五）到期，已超期1个工作日" in text
    assert "到期日及以前办结的按按期计" in text


def test_message_says_what_comes_next_if_nothing_is_answered() -> None:
    text = compose(SIGN).text
    assert "接下来：9月21日上午仍未签收的，提醒一次并告知单位负责人；逾期由综合处电话联系。" in text
    assert "下一件事：9月16日请告知第12项能否按期。" in text
    assert "到10月12日仍没有办结情况的，由综合处研究是否报请领导小组协调" in compose(OVERDUE).text


def test_lead_office_is_not_told_that_it_telephones_itself() -> None:
    own = view(item("signature", "sign"), unit="综合处", destination="综合处/liaison")
    assert "逾期报告本处负责人" in compose(own).text


def test_reading_that_repeats_the_expression_is_shown_once() -> None:
    text = compose(view(item("confirmation", "T-10", reading="“9月底前完成” → 9月30日（含当日）"))).text
    assert text.count("9月底前完成") == 1


def test_submitted_item_is_not_called_overdue() -> None:
    waiting = item("completion", "review", state="submitted", workdays_left=-3, unit="湿地处")
    assert "已超期" not in compose(office_view(waiting)).text


def test_catch_up_says_whose_fault_it_was() -> None:
    assert "不按未答复处理；方案规定的期限不变" in compose(UNIT_VIEWS["【补发】"]).text


def test_answers_of_others_can_be_contradicted() -> None:
    text = compose(view(item(), confirmed_by_others=("9月15日16:20，齐岳答复第3项“能按期”。",))).text
    assert "齐岳答复第3项" in text
    assert "非本人确认" in text


def test_office_gets_one_line_per_silent_unit_with_telephone_and_evidence() -> None:
    both = (silent(), silent("confirmation", item_id=2, obligation_id=2))
    text = compose(office_view(*both)).text
    assert text.count("　· 巡护处") == 1
    for words in ("第12项未确认能否按期", "未签收", "陆远（联络员） 020-5550112", "9月16日09:05邮件已送达"):
        assert words in text


def test_office_decides_on_what_waits_for_it() -> None:
    steps = ("extension", "objection", "held", "review", "undecided")
    text = compose(office_view(*(item(step=step, item_id=n) for n, step in enumerate(steps)))).text
    assert "请您决定5件" in text
    for words in ("申请延期，待决定", "有异议，待决定", "到期不决定的自动列入", "已提交，待审核", "请尽快决定"):
        assert words in text


def test_undelivered_is_not_unconfirmed() -> None:
    rendered = compose(OFFICE_VIEWS["【未送达】"])
    assert rendered.subject == "【未送达】救援队没有收到通知（不是未签收、未答复）"
    assert "550 没有这个邮箱" in rendered.text


def test_leaders_message_is_whole_without_a_link() -> None:
    for output in outputs(compose(LEADER)):
        assert "http" not in output
        assert "领导小组" in output
        assert "请您协调：督促巡护处办结" in output
        assert "9月16日09:05邮件已送达，至今未答复" in output


def test_workgroup_message_names_nobody() -> None:
    named = (item("completion", "T+1", unit="湿地处", colour=Colour.RED), silent("return", unit="人事处"))
    rendered = compose(view(*named, kind=MessageKind.WORKGROUP, role="group", unit="", link="", recipient="工作群"))
    for output in outputs(rendered):
        assert "1家待填报" in output
        assert not any(name in output for name in ("湿地处", "人事处", "陆远", "第12项"))


def test_digest_of_a_liaison_holds_the_questions_of_its_slot() -> None:
    rendered = compose(UNIT_VIEWS["【周报】"])
    assert rendered.subject.startswith("【周报】9月26日—30日：第12项能否按期")
    assert "打开答复" in rendered.text


def test_digest_names_to_a_leader_what_stands_at_level_two_and_counts_the_rest() -> None:
    week = digest(escalated=(late("level2"),), due=(item(number="99"),), figures=(("已办结", 6),))
    text = compose(leaders_view(kind=MessageKind.DIGEST, digest=week, day=LATER)).text
    assert "第12项" in text
    assert "已办结6" in text
    assert "第99项" not in text


def test_digest_repeats_nothing_that_the_message_asks_already() -> None:
    asked, listed = item("confirmation", "T-10", item_id=5), item("confirmation", "", item_id=0)
    text = compose(view(asked, kind=MessageKind.DIGEST, digest=digest(unanswered=(listed,), overdue=(listed,)))).text
    assert text.count("第12项　林区") == 1


def test_digest_of_an_empty_week_says_that_nothing_is_to_be_done() -> None:
    text = compose(view(kind=MessageKind.DIGEST, digest=digest())).text
    assert "不用办理" in text


def test_digest_of_the_office_has_one_line_per_unit_that_has_not_answered() -> None:
    waiting = (silent(level=0), silent("return", "return", level=0, obligation_id=2))
    text = compose(office_view(kind=MessageKind.DIGEST, digest=digest(unanswered=waiting))).text
    assert "巡护处：待签收，9月21日前；第三季度待填报，9月21日前" in text
    assert "陆远（联络员） 020-5550112" in text


def test_answer_says_first_what_was_decided() -> None:
    said = "第12项申请延期已同意，期限改为10月21日。"
    rendered = compose(view(kind=MessageKind.ANSWER, answer_text=said, link=""))
    assert rendered.text.split("\n")[2] == said
    assert "延期已同意" in rendered.subject


def test_sixty_items_are_grouped_by_plan_and_the_rest_counted() -> None:
    many = [
        item("completion", "T-3", item_id=n, number=str(n), plan_id=n % 3, plan_title=f"{n % 3}号方案")
        for n in range(60)
    ]
    rendered = compose(view(*many, plan_titles=("0号方案", "1号方案", "2号方案")))
    assert rendered.text.count("（其余15项见页面）") == 3
    assert len(rendered.text.split("\n")) < 50
    assert len(rendered.markdown.encode()) <= MARKDOWN_BYTES


@pytest.mark.parametrize("message", [SIGN, CONFIRM, OVERDUE, UNIT_VIEWS["【请填报】"]])
def test_one_question_is_about_five_hundred_bytes_in_wecom(message: MessageView) -> None:
    assert len(compose(message).markdown.encode()) < 640


def test_hostile_title_is_escaped_in_html_and_dead_in_markdown() -> None:
    hostile = '[点我](http://evil.example)<@all>`x`**<script>alert("1")</script>\x07\u202e\n# 标题'
    rendered = compose(view(item("completion", "T-3", short=hostile), office=OFFICE))
    assert "<script" not in rendered.html
    assert "&lt;" in rendered.html
    assert "](http://evil" not in rendered.markdown
    assert "<@" not in rendered.markdown
    assert not any(sign in "".join(outputs(rendered)) for sign in ("\x07", "\u202e"))


def test_encoded_word_in_a_title_cannot_become_a_header() -> None:
    rendered = compose(view(item("completion", "T-3", short="=?utf-8?q?hi=0D=0ABcc:_x?=")))
    assert "=?" not in rendered.subject


def test_html_loads_nothing_and_holds_a_real_button() -> None:
    html = compose(SIGN).html
    assert not re.search(r"<(?:img|link|script|style|iframe)\b|url\(|@import", html)
    assert re.search(r'<td[^>]*bgcolor="#1a4f8b"[^>]*>\s*<a href="' + re.escape(LINK), html)
    assert "max-width:600px" in html


def test_same_view_gives_the_same_bytes() -> None:
    assert compose(SIGN) == compose(SIGN)


@pytest.mark.parametrize(
    ("title", "name", "short"),
    [
        (PLAN, "2022年护林防火工作实施方案", "护林防火方案"),
        ("关于印发《2022年护林防火工作要点任务分工》的通知", "2022年护林防火工作要点任务分工", "护林防火工作要点"),
        ("《2023年度信访工作方案》", "2023年度信访工作方案", "信访方案"),
        ("", "工作方案", "方案"),
    ],
)
def test_plans_are_called_as_people_call_them(title: str, name: str, short: str) -> None:
    assert (plan_name(title, OFFICE.issuer), plan_short(title, OFFICE.issuer)) == (name, short)


@pytest.mark.parametrize(
    ("kind", "step", "message", "word"),
    [
        ("signature", "sign", MessageKind.UNIT, "签收"),
        ("confirmation", "level1", MessageKind.OFFICE, "未确认"),
        ("signature", "level2", MessageKind.LEADERS, "未确认"),
        ("completion", "T-3", MessageKind.UNIT, "到期提醒"),
        ("completion", "T+1", MessageKind.UNIT, "催办"),
        ("completion", "T+1", MessageKind.OFFICE, "超期"),
        ("return", "level1", MessageKind.OFFICE, "未填报"),
        ("signature", "undelivered", MessageKind.OFFICE, "未送达"),
    ],
)
def test_steps_have_one_word_each(kind: str, step: str, message: MessageKind, word: str) -> None:
    assert step_word(kind, step, message) == word

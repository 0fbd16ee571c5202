"""Promises of the acknowledgement link."""

from __future__ import annotations

import copy
from re import search

import pytest

from reminders.answers import Assurance, Choice
from reminders.web.backend import Digits, LinkState, Resent
from tests.reminders.messages_sample import item
from tests.web.conftest import KEYS, Browser, hidden

SIGN = item("signature", "sign", obligation_id=40)
CONFIRM = item("confirmation", "T-10", obligation_id=41)
SECOND = item("confirmation", "T-10", obligation_id=42, number="15", short="瞭望塔维修")
RETURN = item("return", "return", obligation_id=43)
LATE = item("completion", "T+1", obligation_id=44, number="7", short="苗圃验收")


def test_opening_a_link_changes_nothing(browser: Browser) -> None:
    path = browser.link(SIGN)
    before = copy.deepcopy(browser.backend)
    assert browser.client.get(path).status_code == 200
    assert browser.client.head(path).status_code == 200
    assert browser.backend == before


def test_nothing_is_chosen_before_a_person_chooses(browser: Browser) -> None:
    page = browser.client.get(browser.link(SIGN, CONFIRM, RETURN))
    assert " checked" not in page.text
    assert "<script" not in page.text


def test_signing_a_whole_plan_takes_three_touches(browser: Browser) -> None:
    page = browser.post(browser.link(SIGN), q__signature="sign")
    answers, giver = browser.backend.given[0]
    assert [(answer.obligation_id, answer.choice) for answer in answers] == [(40, Choice.SIGN)]
    assert giver.contact_id == 7
    assert "已签收4项。9月16日09:30，陆远代表巡护处。" in page.text


def test_after_an_answer_the_page_says_who_when_number_and_what_comes_next(browser: Browser) -> None:
    page = browser.post(browser.link(CONFIRM), q__confirmation="on_time")
    for words in (
        "已答复“能按期”",
        "陆远",
        "HLFH-0916-07",
        "10分钟内可以撤回",
        "下一件事：9月16日发第三季度填报通知。",
        "可以关闭本页",
    ):
        assert words in page.text


def test_the_same_post_twice_shows_the_state_and_gives_one_answer(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    browser.post(path, q__confirmation="on_time")
    nonce = KEYS.nonce("one-link", browser.clocks.ticking)
    browser.wait(20)
    again = browser.client.post(path, data={"nonce": nonce, "who": "c7", "q.confirmation": "on_time"})
    assert again.status_code == 200
    assert "无需重复办理" in again.text
    assert len(browser.backend.given) == 1


def test_items_may_be_answered_differently(browser: Browser) -> None:
    path = browser.link(CONFIRM, SECOND)
    browser.post(path, q__confirmation="on_time", pick__42="extend", date__42="2022-10-21", text__42="待检测")
    answers, _ = browser.backend.given[0]
    assert [answer.choice for answer in answers] == [Choice.ON_TIME, Choice.EXTEND]


def test_a_mistake_keeps_what_was_filled_in_and_gives_nothing(browser: Browser) -> None:
    page = browser.post(browser.link(CONFIRM), q__confirmation="extend", text__confirmation__extend="台风影响")
    assert page.status_code == 422
    assert "请填写日期（申请延期到）" in page.text
    assert "台风影响" in page.text
    assert 'value="extend" checked' in page.text
    assert not browser.backend.given


def test_what_is_not_answered_yet_stays_on_the_page(browser: Browser) -> None:
    page = browser.post(browser.link(CONFIRM, RETURN), q__confirmation="on_time")
    assert "还有没答复的" in page.text
    assert 'name="q.return"' in page.text


def test_an_overdue_item_says_that_the_day_of_completion_counts(browser: Browser) -> None:
    browser.clocks.now = browser.clocks.now.replace(month=10, day=10)
    assert "按按期计" in browser.client.get(browser.link(LATE)).text


def test_post_without_a_nonce_is_suspect_and_has_no_effect(browser: Browser) -> None:
    page = browser.client.post(browser.link(CONFIRM), data={"q.confirmation": "on_time", "who": "c7"})
    assert "还没有生效" in page.text
    assert [reason for reason, _ in browser.backend.suspects] == ["no_nonce"]
    assert not browser.backend.given


def test_post_within_three_seconds_is_suspect(browser: Browser) -> None:
    page = browser.post(browser.link(CONFIRM), read_for=2, q__confirmation="on_time")
    assert "还没有生效" in page.text
    assert not browser.backend.given


def test_post_within_a_minute_of_acceptance_is_suspect(browser: Browser) -> None:
    path = browser.link(CONFIRM, accepted_at=browser.clocks.now)
    assert "还没有生效" in browser.post(path, read_for=20, q__confirmation="on_time").text
    assert [reason for reason, _ in browser.backend.suspects] == ["just_accepted"]


def test_nonce_of_another_link_is_suspect(browser: Browser) -> None:
    path, nonce = browser.link(CONFIRM), KEYS.nonce("another", browser.clocks.ticking)
    browser.wait(60)
    browser.client.post(path, data={"nonce": nonce, "q.confirmation": "on_time", "who": "c7"})
    assert not browser.backend.given


def test_with_the_number_on_the_page_a_suspect_answer_counts(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    page = browser.post(path, read_for=0, q__confirmation="on_time")
    shown = search(r'class="number">(\d\d)<', page.text)
    assert shown
    done = browser.client.post(path, data={**hidden(page), "number": shown[1]})
    assert "已答复“能按期”" in done.text
    assert browser.backend.given[0][0][0].choice is Choice.ON_TIME


def test_with_another_number_it_still_does_not_count(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    page = browser.post(path, read_for=0, q__confirmation="on_time")
    shown = search(r'class="number">(\d\d)<', page.text)
    assert shown
    wrong = "10" if shown[1] != "10" else "11"
    again = browser.client.post(path, data={**hidden(page), "number": wrong})
    assert "数字不对" in again.text
    assert not browser.backend.given


def test_forged_unknown_and_revoked_links_get_one_identical_404(browser: Browser) -> None:
    token = KEYS.token("never-stored")
    answers = [browser.client.get(f"/a/{path}") for path in (token, "forged", token[:-2], "0" * 300)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1
    assert browser.client.post(f"/a/{token}", data={"who": "c7"}).content == answers[0].content
    assert "020-5550100" in answers[0].text


def test_who_guesses_links_waits_and_a_real_link_still_opens(browser: Browser) -> None:
    path = browser.link(SIGN)
    statuses = [browser.client.get(f"/a/guess{n}").status_code for n in range(31)]
    assert statuses == [404] * 30 + [429]
    assert browser.client.get(path).status_code == 200
    browser.wait(61)
    assert browser.client.get("/a/guess").status_code == 404


def test_expired_link_shows_no_data_and_offers_a_fresh_one(browser: Browser) -> None:
    path = browser.link(SIGN, state=LinkState.EXPIRED)
    page = browser.client.get(path)
    assert page.status_code == 200
    assert "已过期" in page.text
    assert "护林防火" not in page.text
    assert "陆远" not in page.text
    assert f'action="{path}/resend"' in page.text


@pytest.mark.parametrize(("outcome", "words"), [(Resent.SENT, "已重新发送"), (Resent.TOO_SOON, "一小时内已发过")])
def test_fresh_link_goes_to_the_address_on_record(browser: Browser, outcome: Resent, words: str) -> None:
    browser.backend.resent = outcome
    path = browser.link(SIGN, state=LinkState.EXPIRED)
    assert words in browser.client.post(f"{path}/resend").text


def test_posting_an_answer_to_an_expired_link_gives_nothing(browser: Browser) -> None:
    path = browser.link(CONFIRM, state=LinkState.EXPIRED)
    assert "已过期" in browser.client.post(path, data={"q.confirmation": "on_time", "who": "c7"}).text
    assert not browser.backend.given


def test_giver_takes_his_answer_back_within_ten_minutes(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    done = browser.post(path, q__confirmation="on_time")
    browser.wait(9 * 60)
    page = browser.client.post(f"{path}/withdraw", data=hidden(done))
    assert "已撤回" in page.text
    assert browser.backend.withdrawn == [(41,)]
    assert 'name="q.confirmation"' in page.text


def test_after_ten_minutes_he_is_told_to_telephone(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    done = browser.post(path, q__confirmation="on_time")
    browser.wait(11 * 60)
    assert "已超过10分钟" in browser.client.post(f"{path}/withdraw", data=hidden(done)).text
    assert not browser.backend.withdrawn


def test_nobody_withdraws_without_the_receipt_of_the_giver(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    browser.post(path, q__confirmation="on_time")
    browser.client.post(f"{path}/withdraw", data={"receipt": "forged"})
    assert not browser.backend.withdrawn


def test_another_contact_says_that_it_was_not_he(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    browser.post(path, q__confirmation="on_time")
    nonce = browser.nonce(browser.client.get(path))
    browser.wait(20)
    page = browser.client.post(f"{path}/dispute", data={"nonce": nonce, "who": "c8", "obligation": "41"})
    assert "已撤销这次答复" in page.text
    assert [(found, giver.contact_id) for found, giver in browser.backend.disputed] == [((41,), 8)]


def test_a_machine_that_presses_every_button_disputes_nothing(browser: Browser) -> None:
    path = browser.link(CONFIRM)
    browser.post(path, q__confirmation="on_time")
    browser.client.post(f"{path}/dispute", data={"who": "c8", "obligation": "41"})
    assert not browser.backend.disputed


def test_group_link_asks_for_four_digits_and_takes_the_answer_at_a1(browser: Browser) -> None:
    path = browser.link(CONFIRM, RETURN, group=True)
    page = browser.client.get(path)
    assert "后四位" in page.text
    assert "q.return" not in page.text
    browser.post(path, q__confirmation="on_time", digits="0112")
    assert browser.backend.given[0][1].assurance is Assurance.A1


def test_group_link_sends_a_return_to_the_persons_own_link(browser: Browser) -> None:
    assert "请打开本人收到的通知" in browser.client.get(browser.link(RETURN, group=True)).text


@pytest.mark.parametrize(("found", "words"), [(Digits.WRONG, "后四位不对"), (Digits.LOCKED, "锁定一小时")])
def test_group_link_with_wrong_digits_gives_nothing(browser: Browser, found: Digits, words: str) -> None:
    browser.backend.digits = found
    page = browser.post(browser.link(CONFIRM, group=True), q__confirmation="on_time", digits="0112")
    assert words in page.text
    assert not browser.backend.given


def test_hostile_title_is_shown_and_does_nothing(browser: Browser) -> None:
    hostile = item("confirmation", "T-10", short='<script>alert(1)</script>"><img src=x onerror=y>')
    page = browser.client.get(browser.link(hostile))
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text


def test_hostile_answer_comes_back_harmless(browser: Browser) -> None:
    page = browser.post(browser.link(CONFIRM), q__confirmation="extend", text__confirmation__extend="</textarea><b>x")
    assert "</textarea><b>x" not in page.text

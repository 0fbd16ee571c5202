"""Promises of every page: headers, sizes, errors, health, the mailbox and the log."""

from __future__ import annotations

import logging
import re
from datetime import datetime

import pytest

from reminders.clock import SHANGHAI
from reminders.messages import MessageKind, compose
from reminders.web.backend import (
    AttemptView,
    DeliveryView,
    DemoView,
    EventView,
    Health,
    Light,
    Mailbox,
    MailboxLine,
    MailboxMessage,
    StepWord,
)
from reminders.web.guard import HideLinks, log_config
from tests.reminders.messages_sample import item, office_view, silent, view
from tests.web.conftest import Browser
from tests.web.fake_backend import lines

SENT_AT = datetime(2022, 9, 16, 9, 5, tzinfo=SHANGHAI)
PATHS = ["/", "/mailbox", "/mailbox/1", "/healthz", "/a/forged", "/nowhere"]


def message(number: int = 1, **more: object) -> MailboxMessage:
    """One message in the mailbox, to the liaison of 巡护处 or to whom `more` says."""
    rendered = compose(view(item("signature", "sign")))
    known = {
        "message_id": number, "slot": "2022-09-16/am", "kind": MessageKind.UNIT, "destination": "巡护处/liaison",
        "recipient": "陆远", "unit": "巡护处", "role": "liaison", "subject": rendered.subject,
        "steps": (StepWord("signature", "sign"),), "delivery": "sent", "at": SENT_AT,
    }  # fmt: skip
    attempt = AttemptView(SENT_AT, "accepted", "250 ok")
    return MailboxMessage(
        line=MailboxLine(**{**known, **more}),  # type: ignore[arg-type]
        html=rendered.html,
        text=rendered.text,
        markdown=rendered.markdown,
        deliveries=(DeliveryView("email", "luyuan@example.cn", 1, "sent", (attempt,)),),
        events=(EventView(SENT_AT, "wait.began", "等到9月21日"),),
    )


TO_OFFICE = message(
    2,
    kind=MessageKind.OFFICE,
    destination="综合处/liaison",
    recipient="何晴",
    unit="综合处",
    subject=compose(office_view(silent())).subject,
    steps=(StepWord("signature", "level1"), StepWord("completion", "T+1")),
)
TO_LEADER = message(3, kind=MessageKind.LEADERS, destination="leader/宋局", recipient="宋局", unit="", role="leader")


@pytest.fixture
def mailbox(browser: Browser) -> Browser:
    found = (TO_LEADER, TO_OFFICE, message(1))
    browser.backend.messages = list(found)
    recipients = (("巡护处/liaison", "巡护处 陆远"), ("综合处/liaison", "综合处 何晴"))
    demo = DemoView(browser.clocks.now, ("科技处",), ("巡护处",), "护林防火方案")
    browser.backend.mailbox_page = Mailbox(lines(*found), recipients, 3, demo)
    return browser


def text_of(html: str) -> list[str]:
    """The text of each line of a list."""
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line)) for line in re.findall(r"<li>.*?</li>", html, re.DOTALL)]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_carries_the_same_careful_headers(mailbox: Browser, path: str) -> None:
    headers = mailbox.client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
def test_head_works_wherever_get_does(mailbox: Browser, path: str) -> None:
    got, head = mailbox.client.get(path), mailbox.client.head(path)
    assert head.status_code == got.status_code
    assert not head.content


def test_form_larger_than_64_kib_is_refused(browser: Browser) -> None:
    path = browser.link(item("confirmation", "T-10"))
    page = browser.client.post(path, data={"text.confirmation.extend": "长" * 30_000})
    assert page.status_code == 413
    assert "64KB" in page.text


def test_form_that_hides_its_size_is_refused_too(browser: Browser) -> None:
    path = browser.link(item("confirmation", "T-10"))
    chunks = (b"a=" + b"x" * 10_000 for _ in range(10))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post(path, content=chunks, headers=kind).status_code == 413


def test_uploaded_file_is_refused_with_a_sentence(browser: Browser) -> None:
    page = browser.client.post(browser.link(item()), files={"who": ("x.txt", b"1")})
    assert page.status_code == 400
    assert "读不出来" in page.text


def test_error_is_a_page_with_a_sentence_and_no_traceback(browser: Browser) -> None:
    def broken(message_id: int) -> MailboxMessage | None:
        raise RuntimeError("secret of the store")

    browser.backend.mailbox_message = broken  # type: ignore[method-assign]
    page = browser.client.get("/mailbox/1")
    assert page.status_code == 500
    assert "没有生效" in page.text
    assert "secret" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_log_never_holds_a_link() -> None:
    line = ("1.2.3.4", "GET", "/a/tok.en~x/withdraw?a=1", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', line, None)
    HideLinks().filter(record)
    assert record.getMessage() == '1.2.3.4 - "GET /a/…?a=1 HTTP/1.1" 200'


def test_every_handler_of_the_web_server_hides_links() -> None:
    assert all(handler["filters"] == ["hide_links"] for handler in log_config()["handlers"].values())


def test_health_is_200_while_the_database_answers(browser: Browser) -> None:
    browser.backend.lights = Health(Light.OK, Light.DOWN, Light.LATE, Light.OK)
    answer = browser.client.get("/healthz")
    assert answer.status_code == 200
    named = [answer.json()[name] for name in ("database", "broker", "last_tick", "oldest_unsent")]
    assert named == ["ok", "down", "late", "ok"]


@pytest.mark.parametrize("lights", [(Light.OK, Light.DOWN, Light.OK), (Light.OK, Light.OK, Light.LATE)])
def test_strict_health_is_503_when_anything_is_not_ok(browser: Browser, lights: tuple[Light, Light, Light]) -> None:
    browser.backend.lights = Health(Light.OK, *lights)
    assert browser.client.get("/healthz?strict").status_code == 503


def test_health_without_a_database_is_503(browser: Browser) -> None:
    browser.backend.database_down = True
    answer = browser.client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_front_page_leads_to_the_mailbox_where_it_may_be_shown(browser: Browser) -> None:
    answer = browser.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/mailbox")
    browser.backend.open_mailbox = False
    assert browser.client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/mailbox", "/mailbox/1"])
def test_mailbox_that_may_not_be_shown_does_not_exist(mailbox: Browser, path: str) -> None:
    mailbox.backend.open_mailbox = False
    assert mailbox.client.get(path).status_code == 404


def test_each_line_says_slot_recipient_subject_kinds_and_delivery(mailbox: Browser) -> None:
    leader, office, unit = text_of(mailbox.client.get("/mailbox").text)
    for words in ("2022-09-16/am", "巡护处", "陆远", "【请签收】", "签收", "已送达"):
        assert words in unit
    assert "未确认" in office
    assert "超期" in office
    assert "领导小组 宋局" in leader


def test_mailbox_can_be_filtered_by_recipient(mailbox: Browser) -> None:
    found = text_of(mailbox.client.get("/mailbox?to=综合处/liaison").text)
    assert len(found) == 1
    assert "综合处" in found[0]


def test_visitor_is_told_what_he_sees_whom_to_watch_and_what_to_try(mailbox: Browser) -> None:
    page = mailbox.client.get("/mailbox").text
    for words in ("演示信箱", "2022年9月16日09:30", "科技处一直不答复", "巡护处会自己确认", "点里面的按钮"):
        assert words in page


def test_only_the_list_reloads_itself(mailbox: Browser) -> None:
    assert 'http-equiv="refresh"' in mailbox.client.get("/mailbox").text
    assert 'http-equiv="refresh"' not in mailbox.client.get("/mailbox/1").text


def test_message_page_shows_mail_text_delivery_attempts_and_events(mailbox: Browser) -> None:
    page = mailbox.client.get("/mailbox/1").text
    for words in ("查看清单并签收", "纯文本", "luyuan@example.cn", "250 ok", "对方已接收", "开始等待答复"):
        assert words in page


def test_mail_with_a_hostile_title_stays_harmless_on_the_message_page(mailbox: Browser) -> None:
    hostile = compose(view(item("completion", "T-3", short="<script>alert(1)</script>")))
    found = message(9)
    mailbox.backend.messages = [MailboxMessage(found.line, hostile.html, hostile.text, hostile.markdown)]
    assert "<script" not in mailbox.client.get("/mailbox/9").text


@pytest.mark.parametrize("query", ["from=-1", "from=x", "from=99999999999999999999", "to=%00"])
def test_odd_queries_show_a_page(mailbox: Browser, query: str) -> None:
    assert mailbox.client.get(f"/mailbox?{query}").status_code == 200

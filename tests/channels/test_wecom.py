"""Group robots: what is posted, within which limits, and what each errcode means."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.channel import Channel
from channels.message import Message, Payload, UnsendableMessage
from channels.outcome import Outcome, Verdict
from channels.posting import HttpSettings
from channels.rate_limit import WECOM_BUDGET, InProcessLimiter
from channels.retry import DeliveryState, next_state
from channels.secrets import destination_key
from channels.wecom import MARKDOWN_BYTES, TEXT_BYTES, WecomChannel
from channels.wecom_content import PLAIN_LEAD, harmless
from channels.wecom_errors import CODES, judge_errcode
from tests.channels.letters import KEY, LINK, robot_letter
from tests.fakes.wecom_server import WecomFault, WecomServer

URL = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


ROBOTS = WecomChannel()


def rendered(message: Message) -> list[dict[str, Any]]:
    return [json.loads(payload.body) for payload in ROBOTS.render(message)]


def contents(message: Message) -> list[str]:
    return [post[post["msgtype"]]["content"] for post in rendered(message)]


def answering(answer: Any) -> WecomChannel:
    return WecomChannel(
        HttpSettings("http://wecom.example.gov.cn"), httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer))
    )


def sent(answer: Any) -> Outcome:
    channel = answering(answer)
    outcome = channel.send(Payload(1, KEY, b"{}"))
    channel.close()
    return outcome


def test_short_message_is_one_markdown_post() -> None:
    assert rendered(robot_letter()) == [{"msgtype": "markdown", "markdown": {"content": robot_letter().markdown}}]


def test_without_markdown_the_text_is_sent_with_its_mentions_beside_it() -> None:
    (post,) = rendered(robot_letter(markdown="", mentions=("zhangsan",), mobiles=("13800000000",)))
    assert post["msgtype"] == "text"
    assert post["text"]["mentioned_list"] == ["zhangsan"]
    assert post["text"]["mentioned_mobile_list"] == ["13800000000"]


def test_mentions_stand_at_the_end_of_the_markdown() -> None:
    (content,) = contents(robot_letter(mentions=("zhangsan", "li.si@x")))
    assert content.endswith("\n<@zhangsan> <@li.si@x>")


def test_mention_already_in_the_words_is_not_repeated() -> None:
    (content,) = contents(robot_letter(markdown="<@zhangsan> 请签收", mentions=("zhangsan",)))
    assert content.count("<@zhangsan>") == 1


def test_mobile_numbers_beside_markdown_are_a_short_text_of_their_own() -> None:
    first, second = rendered(robot_letter(mobiles=("13800000000",)))
    assert first["msgtype"] == "markdown"
    assert second["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert "ZW22-0822-07" in second["text"]["content"]


def test_task_words_cannot_call_people() -> None:
    words = "<@all> <@everyone> 清理"
    assert "<@" not in contents(robot_letter(markdown=words))[0]
    assert "<@" not in contents(robot_letter(markdown="", text=words))[0]


def test_words_from_outside_can_be_made_harmless() -> None:
    found = harmless("# <@all> [点这里](http://evil.example.com) **快**\n`rm`")
    assert not set("<>[]*`#\n") & set(found)
    assert "@all" in found
    assert "［点这里］" in found


def test_every_part_shows_the_number_once() -> None:
    assert contents(robot_letter(markdown="请签收")) == ["请签收\n（编号 ZW22-0822-07）"]
    for part in contents(robot_letter(markdown="请在8月25日前签收\n" * 500)):
        assert part.count("ZW22-0822-07") == 1


def test_long_message_comes_in_numbered_parts() -> None:
    parts = contents(
        robot_letter(markdown="".join(f"第{n}项　规章清理\n\n" for n in range(400)), mentions=("zhangsan",))
    )
    assert len(parts) > 1
    for at, part in enumerate(parts, start=1):
        assert part.startswith(f"({at}/{len(parts)})\n")
        assert len(part.encode()) <= MARKDOWN_BYTES
        assert ("<@zhangsan>" in part) == (at == 1)


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(1, 60), st.booleans())
def test_no_part_passes_the_limit_whatever_the_words(words: str, times: int, as_markdown: bool) -> None:
    long = f"签{words}\r\n" * times
    message = robot_letter(markdown=long if as_markdown else "", text=long, mentions=("zhangsan",))
    try:
        parts = contents(message)
    except UnsendableMessage:
        assert len(long.encode()) > 9 * TEXT_BYTES
        return
    limit = MARKDOWN_BYTES if as_markdown else TEXT_BYTES
    assert all(0 < len(part.encode()) <= limit for part in parts)


def test_same_message_always_gives_the_same_bytes() -> None:
    assert WecomChannel().render(robot_letter()) == WecomChannel().render(robot_letter())


@pytest.mark.parametrize("address", [KEY, URL, f" {URL} ", f"{URL}&debug=1"])
def test_key_and_whole_address_are_both_understood(address: str) -> None:
    assert WecomChannel().render(robot_letter(address=address))[0].address == KEY


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "没有可用的密钥"),
        ("short", "没有可用的密钥"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "没有可用的密钥"),
        (f"https://evil.example.com/cgi-bin/webhook/send?key={KEY}", "主机与设置"),
        (f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", "主机与设置"),
        (f"https://qyapi.weixin.qq.com@evil.example.com/?key={KEY}", "主机与设置"),
        (f"file:///etc/passwd?key={KEY}", "主机与设置"),
    ],
)
def test_address_that_leads_elsewhere_is_refused_without_showing_the_key(address: str, words: str) -> None:
    with pytest.raises(UnsendableMessage, match=words) as refusal:
        WecomChannel().render(robot_letter(address=address))
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"markdown": "", "text": " \n"}, "没有内容"),
        ({"mentions": ("x>[y](http://z)",)}, "不是企业微信的账号"),
        ({"mobiles": ("all",)}, "不是手机号码"),
        ({"mentions": tuple(f"user{n}" * 10 for n in range(90))}, "点名的人太多"),
        ({"markdown": "字" * 20_000}, "上限10条"),
    ],
)
def test_message_that_can_never_be_sent_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsendableMessage, match=words):
        WecomChannel().render(robot_letter(**wrong))


def test_errcode_decides_and_not_its_words() -> None:
    assert sent({"errcode": 0, "errmsg": "ok"}).verdict is Verdict.ACCEPTED
    assert sent({"errcode": 93000, "errmsg": "ok"}).verdict is Verdict.DEAD_CHANNEL
    assert sent({"errcode": 99999, "errmsg": "?"}).verdict is Verdict.REFUSED_CONTENT


@pytest.mark.parametrize("answer", [{}, {"errcode": "0"}, {"errcode": None}, {"errcode": True}, {"errcode": 0.0}])
def test_answer_without_an_errcode_is_doubt(answer: Any) -> None:
    assert sent(answer).verdict is Verdict.IN_DOUBT


def test_table_of_codes_holds_what_the_service_relies_on() -> None:
    assert {code: CODES[code].verdict for code in (0, -1, 45009, 45033, 93000, 93004, 40058, 40204, 81013, 60020)} == {
        0: Verdict.ACCEPTED,
        -1: Verdict.RETRY_LATER,
        45009: Verdict.PARK_CHANNEL,
        45033: Verdict.RETRY_LATER,
        93000: Verdict.DEAD_CHANNEL,
        93004: Verdict.DEAD_CHANNEL,
        40058: Verdict.REFUSED_CONTENT,
        40204: Verdict.REFUSED_CONTENT,
        81013: Verdict.DEAD_RECIPIENT,
        60020: Verdict.DEAD_CHANNEL,
    }


def test_robot_over_its_limit_is_parked_for_a_minute_and_more() -> None:
    decision = next_state(judge_errcode(45009, "api freq out of limit"), 1)
    assert decision.park
    assert decision.after is not None
    assert decision.after >= timedelta(seconds=60)


def test_busy_system_is_asked_three_times_more() -> None:
    busy = judge_errcode(-1, "system busy")
    assert [next_state(busy, attempt).state for attempt in (3, 4)] == [DeliveryState.RETRY, DeliveryState.FAILED]


def test_refused_words_are_tried_once_more_as_a_short_plain_text() -> None:
    channel = answering({"errcode": 40204, "errmsg": "sensitive"})
    message = robot_letter(mentions=("zhangsan",))
    refused = next_state(channel.send(channel.render(message)[0]), 1)
    assert (refused.state, refused.plain) == (DeliveryState.RETRY, True)
    (plain,) = channel.render_plain(message)
    assert next_state(channel.send(plain), 2).state is DeliveryState.FAILED
    channel.close()


def test_plain_text_names_number_and_link_and_none_of_the_refused_words() -> None:
    (payload,) = WecomChannel().render_plain(robot_letter(mentions=("zhangsan",)))
    text = json.loads(payload.body)["text"]
    assert text["content"].startswith(PLAIN_LEAD)
    assert LINK in text["content"]
    assert "ZW22-0822-07" in text["content"]
    assert "签收" not in text["content"]
    assert text["mentioned_list"] == ["zhangsan"]


def test_key_is_nowhere_to_be_seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with WecomServer(keys={KEY}) as server:
        channel: Channel = WecomChannel(HttpSettings(server.url))
        message = robot_letter(address=f"{server.url}/cgi-bin/webhook/send?key={KEY}")
        (payload,) = channel.render(message)
        outcomes = [channel.send(payload)]
        server.script(WecomFault(status=502, times=1), WecomFault(drop=True, times=1), WecomFault(errcode=93000))
        outcomes += [channel.send(payload) for _ in range(3)]
        channel.close()
    assert [outcome.code for outcome in outcomes] == ["0", "502", "dropped", "93000"]
    shown = f"{message!r} {payload!r} {outcomes!r} {channel!r} {destination_key('wecom', KEY)} {caplog.text}"
    assert KEY not in shown


def test_key_is_cut_out_of_the_far_ends_words() -> None:
    assert KEY not in sent({"errcode": 93000, "errmsg": f"invalid webhook url ?key={KEY}, key {KEY}"}).detail


def test_stored_key_that_is_none_is_not_sent_anywhere() -> None:
    channel = answering({"errcode": 0})
    assert channel.send(Payload(1, "x&debug=1", b"{}")).verdict is Verdict.DEAD_CHANNEL
    channel.close()


def test_fake_server_takes_what_is_rendered_and_refuses_an_unknown_robot() -> None:
    with WecomServer(keys={KEY}) as server:
        channel = WecomChannel(HttpSettings(server.url))
        for payload in channel.render(robot_letter(markdown="第1项　清理\n\n" * 500, mobiles=("13800000000",))):
            assert channel.send(payload).verdict is Verdict.ACCEPTED
        (stranger,) = channel.render(robot_letter(address="unknown-robot"))
        assert channel.send(stranger).code == "93000"
        assert server.connections == 1
        channel.close()


def test_budget_keeps_clear_of_the_real_limit() -> None:
    with WecomServer(keys={KEY}, now=lambda: 0.0) as server:
        channel = WecomChannel(HttpSettings(server.url))
        (payload,) = channel.render(robot_letter())
        limiter = InProcessLimiter()
        while limiter.wait(destination_key("wecom", KEY), 0.0) == 0:
            assert channel.send(payload).verdict is Verdict.ACCEPTED
        assert len(server.records) == WECOM_BUDGET
        codes = [channel.send(payload).code for _ in range(3)]
        assert codes == ["0", "0", "45009"]
        channel.close()

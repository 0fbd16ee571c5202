"""Application messages: one member, one token, and the two things WeCom does without an error."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import fakeredis
import pytest

from channels.channel import Channel
from channels.message import Message, UnsendableMessage
from channels.outcome import Verdict
from channels.posting import HttpSettings
from channels.retry import next_state
from channels.wecom_app import CONTENT_BYTES, AppSettings, Form, WecomAppChannel
from channels.wecom_token import TokenInRedis
from tests.channels.letters import LINK, letter
from tests.fakes.wecom_server import SEND, TOKEN, WecomFault, WecomServer

CORP = "ww0123456789abcdef"
SECRET = "Zx8-Q2w_E4r6T8y0U1i3O5p7A9s"  # of the fake application
V = Verdict


@pytest.fixture
def server() -> Iterator[WecomServer]:
    with WecomServer(corpid=CORP, secret=SECRET, members={"zhangsan", "LiSi"}) as running:
        yield running


@pytest.fixture
def channel(server: WecomServer) -> Iterator[WecomAppChannel]:
    running = application(server)
    yield running
    running.close()


def application(server: WecomServer, **changes: Any) -> WecomAppChannel:
    fields: dict[str, Any] = {"corpid": CORP, "agentid": 1000002, "secret": SECRET, "http": HttpSettings(server.url)}
    return WecomAppChannel(AppSettings(**{**fields, **changes}))


def to(userid: str = "zhangsan", **changes: Any) -> Message:
    return letter(address=userid, **changes)


def send(channel: Channel, message: Message) -> tuple[Verdict, str]:
    outcome = channel.send(channel.render(message)[0])
    return outcome.verdict, outcome.code


def posts(channel: Channel, message: Message) -> list[dict[str, Any]]:
    return [json.loads(payload.body) for payload in channel.render(message)]


def test_member_gets_the_markdown(server: WecomServer, channel: WecomAppChannel) -> None:
    assert send(channel, to()) == (V.ACCEPTED, "0")
    body = json.loads(server.records[0].body)
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("zhangsan", 1000002, "markdown")
    assert body["markdown"]["content"] == to().markdown


def test_token_is_fetched_once_for_many_messages(server: WecomServer, channel: WecomAppChannel) -> None:
    for number in range(5):
        assert send(channel, to(number=f"ZW-{number}")) == (V.ACCEPTED, "0")
    assert server.token_fetches == 1


def test_spent_token_is_fetched_anew_within_the_try(server: WecomServer, channel: WecomAppChannel) -> None:
    send(channel, to(number="ZW-1"))
    server.expire_tokens()
    assert send(channel, to(number="ZW-2")) == (V.ACCEPTED, "0")
    assert server.token_fetches == 2


def test_token_that_is_never_good_is_fetched_anew_once(server: WecomServer, channel: WecomAppChannel) -> None:
    server.script(WecomFault(errcode=42001, path=SEND))
    assert send(channel, to()) == (V.DEAD_CHANNEL, "42001")
    assert server.token_fetches == 2


def test_threads_that_find_the_token_spent_fetch_one(server: WecomServer, channel: WecomAppChannel) -> None:
    send(channel, to())
    server.expire_tokens()
    barrier = threading.Barrier(8)
    seen: list[tuple[Verdict, str]] = []

    def work(number: int) -> None:
        barrier.wait()
        seen.append(send(channel, to(number=f"ZW-{number}")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(V.ACCEPTED, "0")] * 8
    assert server.token_fetches == 2


def test_processes_share_one_token_through_redis(server: WecomServer) -> None:
    shared = fakeredis.FakeServer()
    for number in range(2):
        channel = shared_application(server, shared)
        assert send(channel, to(number=f"ZW-{number}")) == (V.ACCEPTED, "0")
        channel.close()
    assert server.token_fetches == 1


def test_without_redis_the_token_is_this_process_own(server: WecomServer) -> None:
    shared = fakeredis.FakeServer()
    shared.connected = False
    channel = shared_application(server, shared)
    for number in range(3):
        assert send(channel, to(number=f"ZW-{number}")) == (V.ACCEPTED, "0")
    channel.close()
    assert server.token_fetches == 1


def shared_application(server: WecomServer, shared: fakeredis.FakeServer) -> WecomAppChannel:
    tokens = TokenInRedis(fakeredis.FakeRedis(server=shared), CORP, 1000002)
    return WecomAppChannel(AppSettings(CORP, 1000002, SECRET, HttpSettings(server.url)), tokens=tokens)


def test_wrong_secret_stops_the_channel_and_is_not_tried_often(server: WecomServer) -> None:
    channel = application(server, secret="wrong-secret-wrong-secret")
    outcome = channel.check()
    channel.close()
    assert (outcome.verdict, outcome.code) == (V.DEAD_CHANNEL, "40001")
    wait = next_state(outcome, 1).after
    assert wait is not None
    assert wait.total_seconds() >= 3600


def test_check_fetches_a_token_and_sends_nothing(server: WecomServer, channel: WecomAppChannel) -> None:
    assert channel.check().verdict is V.ACCEPTED
    assert server.records == []


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [(WecomFault(drop=True, path=TOKEN), V.RETRY_LATER), (WecomFault(status=502, path=TOKEN), V.RETRY_LATER),
     (WecomFault(errcode=-1, path=TOKEN), V.RETRY_LATER), (WecomFault(errcode=45009, path=TOKEN), V.PARK_CHANNEL),
     (WecomFault(drop=True, path=SEND), V.IN_DOUBT), (WecomFault(status=502, path=SEND), V.RETRY_LATER),
     (WecomFault(errcode=60020, path=SEND), V.DEAD_CHANNEL)],
)  # fmt: skip
def test_failure_before_the_message_left_is_never_doubt(
    server: WecomServer, channel: WecomAppChannel, fault: WecomFault, verdict: Verdict
) -> None:
    server.script(fault)
    assert send(channel, to())[0] is verdict


def test_member_who_is_not_reached_is_told_apart_from_success(server: WecomServer, channel: WecomAppChannel) -> None:
    assert send(channel, to("nobody")) == (V.DEAD_RECIPIENT, "81013")
    # Some were reached, so errcode is 0; the names come back in lower case.
    payload = channel.render(to("WangWu"))[0]
    body = json.loads(payload.body) | {"touser": "zhangsan|WangWu"}
    outcome = channel.send(type(payload)(1, "WangWu", json.dumps(body).encode()))
    assert (outcome.verdict, outcome.code) == (V.DEAD_RECIPIENT, "invaliduser")


def test_member_whose_name_has_capitals_is_reached(channel: WecomAppChannel) -> None:
    assert send(channel, to("LiSi")) == (V.ACCEPTED, "0")


def test_repeat_after_doubt_is_shown_once(server: WecomServer, channel: WecomAppChannel) -> None:
    (payload,) = channel.render(to())
    body = json.loads(payload.body)
    assert (body["enable_duplicate_check"], body["duplicate_check_interval"]) == (1, 14400)
    server.script(WecomFault(drop=True, path=SEND, times=1))
    assert [channel.send(payload).verdict for _ in range(2)] == [V.IN_DOUBT, V.ACCEPTED]
    assert server.held_back == 1


def test_long_message_comes_in_parts_of_half_a_robots_size(channel: WecomAppChannel) -> None:
    parts = posts(channel, to(markdown="第1项　规章清理\n\n" * 200))
    assert len(parts) > 1
    assert all(len(part["markdown"]["content"].encode()) <= CONTENT_BYTES for part in parts)


def test_nobody_else_is_called(channel: WecomAppChannel) -> None:
    (post,) = posts(channel, to(markdown="<@all> 签收", mentions=("lisi",), mobiles=("13800000000",)))
    assert "<@" not in post["markdown"]["content"]


def test_card_carries_title_words_and_link(server: WecomServer) -> None:
    channel = application(server, form="card")
    (post,) = posts(channel, to())
    assert post["textcard"] == {
        "title": to().subject,
        "description": "张三同志：\n\n请在8月25日（周四）下班前签收。\n（编号 ZW22-0822-07）",
        "url": LINK,
        "btntxt": "查看",
    }
    assert send(channel, to()) == (V.ACCEPTED, "0")
    channel.close()


@pytest.mark.parametrize(
    "message", [to(text="没有链接"), to(text=f"{'字' * 513}\n{LINK}"), to(subject="字" * 129), to(text=LINK, number="")]
)
def test_words_that_fit_no_card_go_as_markdown(server: WecomServer, message: Message) -> None:
    channel = application(server, form=Form.CARD)
    assert posts(channel, message)[0]["msgtype"] == "markdown"
    channel.close()


def test_without_markdown_the_text_is_sent(channel: WecomAppChannel) -> None:
    assert posts(channel, to(markdown=""))[0]["msgtype"] == "text"


def test_refused_words_are_tried_once_more_as_plain_text(server: WecomServer, channel: WecomAppChannel) -> None:
    server.script(WecomFault(errcode=40204, path=SEND, times=2))
    refused = channel.send(channel.render(to())[0])
    again = channel.send(channel.render_plain(to())[0])
    assert (refused.plain_may_pass, again.plain_may_pass) == (True, False)
    assert LINK in json.loads(channel.render_plain(to())[0].body)["text"]["content"]


@pytest.mark.parametrize("userid", ["", "@all", "a|b", "张三", "a" * 65])
def test_address_that_is_no_member_is_refused(channel: WecomAppChannel, userid: str) -> None:
    with pytest.raises(UnsendableMessage, match="不是企业微信的账号"):
        channel.render(to(userid))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"corpid": ""}, "企业ID"), ({"secret": " "}, "Secret"), ({"agentid": 0}, "AgentId"), ({"form": "x"}, "形式")],
)
def test_setting_that_can_never_work_stops_the_start(server: WecomServer, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        application(server, **wrong)


def test_secret_and_token_are_nowhere_to_be_seen(server: WecomServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = application(server)
    server.script(WecomFault(errcode=60020, path=SEND, times=1))
    outcomes = [channel.send(channel.render(to())[0]) for _ in range(2)]
    channel.close()
    settings = AppSettings(CORP, 1, SECRET)
    shown = f"{outcomes!r} {settings!r} {channel!r} {caplog.text}"
    assert SECRET not in shown
    assert "token-0001" not in shown

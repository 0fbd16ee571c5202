"""WeCom group robots: a Message as one or more posts to a robot's webhook.

`POST /cgi-bin/webhook/send?key=KEY` (document 91770): markdown of at most 4096 bytes of UTF-8, text of at most 2048; 20
posts a minute and robot; failures come back as HTTP 200 with an errcode. The key is the whole credential: whoever has
it can post, so it appears in no log, repr, page or error. There is no idempotence key: a repeat is known by its number.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from channels.channel import Limits
from channels.message import Message, Payload, UnsendableMessage
from channels.outcome import Outcome, Verdict
from channels.posting import HttpSettings, JsonClient, origin_of
from channels.rate_limit import WECOM_BUDGET
from channels.wecom_content import (
    MOST_PARTS,
    PLAIN_LEAD,
    as_json,
    markdown_parts,
    mobiles,
    number_note,
    plain_words,
    text_parts,
    userids,
)
from channels.wecom_errors import errcode_outcome

MARKDOWN_BYTES = 4096
TEXT_BYTES = 2048
_PATH = "/cgi-bin/webhook/send"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
_PLAIN = PLAIN_LEAD.encode("utf-8")


class WecomChannel:
    """The channel of group robots; one client for all of them."""

    name = "wecom"
    limits = Limits(per_minute=WECOM_BUDGET, parts=MOST_PARTS, content_bytes=MARKDOWN_BYTES)

    def __init__(self, settings: HttpSettings | None = None, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests. Raises ValueError for settings of no use."""
        self._settings = settings or HttpSettings()
        self._client = JsonClient(self._settings, transport)

    def render(self, message: Message) -> tuple[Payload, ...]:
        """Markdown where the message has it, else text; raises UnsendableMessage.

        Mentions of mobile numbers are possible only in text: beside markdown they are a short text of their own.
        """
        key = robot_key(message.address, self._settings)
        posts = _markdown_posts(message) if message.markdown else _text_posts(message)
        return tuple(Payload(part, key, as_json(post)) for part, post in enumerate(posts, start=1))

    def render_plain(self, message: Message) -> tuple[Payload, ...]:
        """One short neutral text with the link, for a message whose words WeCom refused."""
        post = _text_post(plain_words(message), userids(message), mobiles(message))
        return (Payload(1, robot_key(message.address, self._settings), as_json(post)),)

    def send(self, payload: Payload) -> Outcome:
        """One post; the answer is WeCom's errcode, not the HTTP status."""
        if not _KEY.fullmatch(payload.address):
            return Outcome(
                Verdict.DEAD_CHANNEL, "address", "机器人密钥的形式不对；请从企业微信群里重新复制机器人地址。"
            )
        answer = self._client.post(_PATH, {"key": payload.address}, payload.body)
        outcome = answer if isinstance(answer, Outcome) else errcode_outcome(answer, (payload.address,))
        # The short text was the last resort: where that is refused too, there is nothing left to try.
        return replace(outcome, plain_may_pass=False) if _PLAIN in payload.body else outcome

    def close(self) -> None:
        """Close the connections; a later send opens new ones."""
        self._client.close()


def robot_key(address: str, settings: HttpSettings) -> str:
    """The robot's key, from the key itself or the whole webhook URL, both of which people paste.

    Raises UnsendableMessage, without the key, for what is neither, and for a URL that leads to another host than the
    one configured: a list of contacts from outside must not decide where messages go.
    """
    address = address.strip()
    if "://" in address:
        if origin_of(address) != settings.origin:
            raise UnsendableMessage(
                "机器人地址的主机与设置的企业微信地址不同，没有发出；请核对机器人地址或企业微信地址。"
            )
        address = parse_qs(urlsplit(address).query).get("key", [""])[0]
    if not _KEY.fullmatch(address):
        raise UnsendableMessage("机器人地址里没有可用的密钥（key=…）；请从企业微信群里重新复制机器人地址。")
    return address


def _markdown_posts(message: Message) -> list[dict[str, Any]]:
    posts: list[dict[str, Any]] = [
        {"msgtype": "markdown", "markdown": {"content": part}} for part in markdown_parts(message, MARKDOWN_BYTES)
    ]
    if mobiles(message):
        posts.append(_text_post(f"请看上面的通知{number_note(message)}", (), mobiles(message)))
    return posts


def _text_posts(message: Message) -> list[dict[str, Any]]:
    first, *rest = text_parts(message, TEXT_BYTES)
    return [_text_post(first, userids(message), mobiles(message)), *(_text_post(part, (), ()) for part in rest)]


def _text_post(content: str, who: tuple[str, ...], numbers: tuple[str, ...]) -> dict[str, Any]:
    text: dict[str, Any] = {"content": content}
    if who:
        text["mentioned_list"] = list(who)
    if numbers:
        text["mentioned_mobile_list"] = list(numbers)
    return {"msgtype": "text", "text": text}

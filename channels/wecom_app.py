"""WeCom application messages: a Message to one member of the office, who alone sees it and its link.

`POST /cgi-bin/message/send` (document 90236): markdown of at most 2048 bytes of UTF-8 (a robot's may have 4096), a card
of a title of 128 and a description of 512 characters. Two things are quiet there and loud here: errcode 0 with the
member in `invaliduser`, and more than 30 messages a minute to a member, which WeCom drops without an error.
`enable_duplicate_check` holds an identical request back for up to four hours, so that a repeat after doubt is harmless.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import httpx2

from channels.channel import Limits
from channels.message import Message, Payload, UnsendableMessage
from channels.outcome import Outcome, Verdict
from channels.posting import HttpSettings, JsonClient
from channels.wecom_content import (
    FIRST_LINK,
    MOST_PARTS,
    PLAIN_LEAD,
    as_json,
    clean,
    markdown_parts,
    plain_words,
    text_parts,
)
from channels.wecom_errors import TOKEN_SPENT, errcode_outcome
from channels.wecom_token import Token, TokenInMemory, TokenStore

CONTENT_BYTES = 2048
CARD_TITLE, CARD_WORDS, CARD_URL_BYTES = 128, 512, 2048
MEMBER_BUDGET = 24  # of the 30 a minute beyond which WeCom drops messages without a word
DUPLICATE_SECONDS = 4 * 3600  # the longest WeCom allows
_PATH = "/cgi-bin/message/send"
_USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_PLAIN = PLAIN_LEAD.encode("utf-8")


class Form(StrEnum):
    """How a message looks on the telephone."""

    MARKDOWN = "markdown"
    CARD = "card"  # 文本卡片; also shown to those who read through the WeChat plug-in. Long words still go as markdown


@dataclass(frozen=True, slots=True)
class AppSettings:
    """A self-built application. Raises ValueError, with a sentence for the operator, for what can never work."""

    corpid: str
    agentid: int
    secret: str = field(repr=False)
    http: HttpSettings = field(default_factory=HttpSettings)
    form: Form = Form.MARKDOWN

    def __post_init__(self) -> None:
        if self.form not in list(Form):
            raise ValueError(f"企业微信应用消息的形式“{self.form}”不认识；请用 markdown 或 card。")
        object.__setattr__(self, "form", Form(self.form))
        if not self.corpid.isalnum() or not self.corpid.isascii():
            raise ValueError("企业ID（corpid）不可用；请在企业微信管理后台“我的企业”页复制。")
        if not self.secret.isascii() or not self.secret.isprintable() or not self.secret.strip():
            raise ValueError("应用密钥（Secret）为空或含有不该有的字符；请在应用页面重新复制。")
        if self.agentid <= 0:
            raise ValueError("应用编号（AgentId）应是正整数；请在应用页面复制。")


class WecomAppChannel:
    """The channel of one application; a message's address is a userid."""

    name = "wecom_app"
    limits = Limits(per_minute=MEMBER_BUDGET, parts=MOST_PARTS, content_bytes=CONTENT_BYTES)

    def __init__(
        self,
        settings: AppSettings,
        transport: httpx2.BaseTransport | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        """`transport` stands in for the network in tests; `tokens` may be shared between processes."""
        self._settings = settings
        self._client = JsonClient(settings.http, transport)
        self._token = Token(self._client, settings.corpid, settings.secret, tokens or TokenInMemory())

    def render(self, message: Message) -> tuple[Payload, ...]:
        """A card, markdown, or text where the message has no markdown; raises UnsendableMessage."""
        message = replace(message, mentions=(), mobiles=())  # only the member reads it: nobody is to be called
        card = _card(message) if self._settings.form is Form.CARD else None
        if card is not None:
            contents = [("textcard", card)]
        elif message.markdown:
            contents = [("markdown", {"content": part}) for part in markdown_parts(message, CONTENT_BYTES)]
        else:
            contents = [("text", {"content": part}) for part in text_parts(message, CONTENT_BYTES)]
        return self._payloads(message, contents)

    def render_plain(self, message: Message) -> tuple[Payload, ...]:
        """One short neutral text with the link, for a message whose words WeCom refused."""
        return self._payloads(message, [("text", {"content": plain_words(message)})])

    def send(self, payload: Payload) -> Outcome:
        """One message; a spent token is fetched anew within the same try, once."""
        token = self._token.get()
        outcome = token if isinstance(token, Outcome) else self._post(token, payload)
        if isinstance(token, str) and outcome.code in TOKEN_SPENT:
            token = self._token.get(spent=token)
            outcome = token if isinstance(token, Outcome) else self._post(token, payload)
        return replace(outcome, plain_may_pass=False) if _PLAIN in payload.body else outcome

    def check(self) -> Outcome:
        """Fetch a token where there is none, send nothing: accepted, or why not."""
        token = self._token.get()
        return token if isinstance(token, Outcome) else Outcome(Verdict.ACCEPTED, "ok", "企业微信应用可以登录。")

    def close(self) -> None:
        """Close the connections; a later send opens new ones."""
        self._client.close()

    def _payloads(self, message: Message, contents: list[tuple[str, dict[str, Any]]]) -> tuple[Payload, ...]:
        userid = message.address.strip()
        if not _USERID.fullmatch(userid):
            raise UnsendableMessage(f"“{clean(userid)[:40]}”不是企业微信的账号；请改成通讯录中的账号（字母、数字）。")
        fixed = {
            "touser": userid,
            "agentid": self._settings.agentid,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        return tuple(
            Payload(part, userid, as_json({**fixed, "msgtype": kind, kind: content}))
            for part, (kind, content) in enumerate(contents, start=1)
        )

    def _post(self, token: str, payload: Payload) -> Outcome:
        answer = self._client.post(_PATH, {"access_token": token}, payload.body)
        if isinstance(answer, Outcome):
            return answer
        outcome = errcode_outcome(answer, (token, self._settings.secret))
        return _unreached(answer, payload.address) or outcome if outcome.verdict is Verdict.ACCEPTED else outcome


def _unreached(answer: dict[str, Any], userid: str) -> Outcome | None:
    """errcode 0 says only that the request was good; the member may still be among those not reached."""
    for name, why in (
        ("invaliduser", "接收人无效，或不在应用可见范围内"),
        ("unlicenseduser", "接收人没有基础接口许可"),
    ):
        if userid.lower() in str(answer.get(name) or "").lower().split("|"):
            return Outcome(Verdict.DEAD_RECIPIENT, name, f"{why}：{userid}")
    return None


def _card(message: Message) -> dict[str, Any] | None:
    """The message as a card, or None where its words or its link do not fit one whole."""
    text = clean(message.text)
    link = FIRST_LINK.search(text)
    title = clean(message.subject).strip()
    if link is None or not title:
        return None
    lines = [line for line in text.strip().splitlines() if line.strip() != link[0]]
    words = "\n".join(lines).strip()
    if message.number and message.number not in words:
        words = f"{words}\n（编号 {clean(message.number)}）"
    fits = len(title) <= CARD_TITLE and 0 < len(words) <= CARD_WORDS and len(link[0].encode("utf-8")) <= CARD_URL_BYTES
    return {"title": title, "description": words, "url": link[0], "btntxt": "查看"} if fits else None

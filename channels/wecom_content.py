"""The words of a message in WeCom's form: cleaned, mentioned, numbered, and cut to WeCom's byte limits."""

from __future__ import annotations

import json
import re
from typing import Any

from channels.message import Message, UnsendableMessage
from channels.splitting import LINK, byte_size, split

MOST_PARTS = 10  # a robot may post 20 a minute; more than ten in a row is no reminder any more
PLAIN_LEAD = "有一条新的通知，原文未能在企业微信中显示。"
_HEAD_BYTES = byte_size(f"({MOST_PARTS}/{MOST_PARTS})\n")
_USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_MOBILE = re.compile(r"\+?[0-9-]{5,20}")
_MENTION = re.compile(r"<@([^<>\n]*)>")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
FIRST_LINK = re.compile(LINK)
# A full-width twin stands 0xFEE0 above its ASCII character.
_SYNTAX = {ord(character): ord(character) + 0xFEE0 for character in "<>[]*`#"}


def harmless(words: str) -> str:
    """Words from outside for use inside markdown: on one line, with no link, mention or emphasis of their own.

    WeCom's markdown knows no escape, so the characters of its syntax become their full-width twins.
    """
    return _CONTROL.sub(" ", words.replace("\n", " ")).translate(_SYNTAX)


def markdown_parts(message: Message, limit: int) -> list[str]:
    """The markdown in parts of at most `limit` bytes, mentions at the end of the first; raises UnsendableMessage."""
    text = _without_strangers(clean(message.markdown), userids(message))
    missing = [userid for userid in userids(message) if f"<@{userid}>" not in text]
    mentions = "\n" + " ".join(f"<@{userid}>" for userid in missing) if missing else ""
    return _numbered(text, message, mentions, limit)


def text_parts(message: Message, limit: int) -> list[str]:
    """The plain text in parts of at most `limit` bytes; who is mentioned goes beside it, not into it."""
    return _numbered(_without_strangers(clean(message.text), ()), message, "", limit)


def plain_words(message: Message) -> str:
    """A short neutral text that says a message waits and where, for words that WeCom refused to carry."""
    link = FIRST_LINK.search(message.text) or FIRST_LINK.search(message.markdown)
    where = f"请打开链接查看：{link[0]}" if link else "请查看邮件，或与主管处室联系。"
    return f"{PLAIN_LEAD}{number_note(message)}\n{where}"


def number_note(message: Message) -> str:
    """The message's number as it stands in a text; "" where it has none."""
    return f"（编号 {clean(message.number)}）" if message.number else ""


def userids(message: Message) -> tuple[str, ...]:
    """The userids to mention; raises UnsendableMessage for one that could be read as something else."""
    for userid in message.mentions:
        if not _USERID.fullmatch(userid):
            raise UnsendableMessage(
                f"“{clean(userid)[:40]}”不是企业微信的账号；请在联系人里改成通讯录中的账号（字母、数字）。"
            )
    return message.mentions


def mobiles(message: Message) -> tuple[str, ...]:
    """The mobile numbers to mention; raises UnsendableMessage for what is none."""
    for mobile in message.mobiles:
        if not _MOBILE.fullmatch(mobile):
            raise UnsendableMessage(f"“{clean(mobile)[:40]}”不是手机号码；请在联系人里改正。")
    return message.mobiles


def as_json(content: dict[str, Any]) -> bytes:
    """The body of a post; the same content always gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def clean(text: str) -> str:
    """The text with \\n line ends and without characters that JSON or a client would stumble over."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", text)


def _without_strangers(text: str, known: tuple[str, ...]) -> str:
    # <@…> in a task's words would call people the message is not meant for.
    return _MENTION.sub(lambda found: found[0] if found[1] in known else found[0].translate(_SYNTAX), text)


def _numbered(text: str, message: Message, mentions: str, limit: int) -> list[str]:
    text = text.strip("\n")
    if not text.strip():
        raise UnsendableMessage("通知没有内容，不能发到企业微信。")
    room = limit - byte_size(mentions) - byte_size("\n" + number_note(message))
    if room < limit // 2:
        raise UnsendableMessage("点名的人太多，企业微信一条消息放不下；请减少点名。")
    if byte_size(text) <= room:
        return [text + mentions + _foot(message, text)]
    pieces = [piece.strip("\n") for piece in split(text, room - _HEAD_BYTES) if piece.strip("\n")]
    if len(pieces) > MOST_PARTS:
        raise UnsendableMessage(f"通知要分成{len(pieces)}条企业微信消息，上限{MOST_PARTS}条；请改用邮件或减少事项。")
    return [
        f"({at}/{len(pieces)})\n{piece}{mentions if at == 1 else ''}{_foot(message, piece)}"
        for at, piece in enumerate(pieces, start=1)
    ]


def _foot(message: Message, piece: str) -> str:
    # A repeat after doubt is known by its number, so every part shows it, and none shows it twice.
    return "" if clean(message.number) in piece else "\n" + number_note(message)

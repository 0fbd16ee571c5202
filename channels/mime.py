"""A Message as the bytes of a mail: fixed headers, a text part and an HTML part, both base64.

One narrow case, many times faster than the standard library's general one, and held to the standard library's parser
by tests/channels/test_mime.py. Base64 throughout: many mail servers in offices do not offer 8BITMIME, and no line of it
can begin with a dot or be mistaken for a boundary.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime

from channels.headers import identifiers, mailbox, outside_text, unstructured
from channels.message import Message, UnsendableMessage

_BOUNDARY = b"=_cuiban_="  # "=_" occurs in no base64 text, so one fixed boundary keeps the bytes of a message fixed
_BASE64_LINE = re.compile(rb"[^\n]{1,76}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_PART = b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"


class Letterhead:
    """What every mail of one sender has in common, made once."""

    def __init__(self, address: str, name: str = "", reply_to: str = "") -> None:
        """Raises UnsendableMessage where the sender's own address or name cannot stand in a header."""
        fixed = mailbox("From", outside_text(name, "发件人名称"), address)
        names = [b"From"]
        if reply_to:
            fixed += mailbox("Reply-To", "", reply_to)
            names.append(b"Reply-To")
        # RFC 3834 asks responders not to answer; the second line asks the same of Exchange.
        fixed += b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
        fixed += b"Content-Language: zh-CN\r\nMIME-Version: 1.0\r\n"
        self._fixed = fixed
        self._names = [
            *names,
            *(b"Auto-Submitted", b"X-Auto-Response-Suppress", b"Content-Language", b"MIME-Version"),
        ]

    def mail(self, message: Message) -> bytes:
        """The whole mail with CRLF line ends, as it follows DATA, before dot-stuffing.

        Raises UnsendableMessage for an address, id or words that cannot stand in a header.
        """
        head, names = self._head(message)
        # Nothing from outside can open a header; should a change ever let it, the mail stays here.
        if _NAMES.findall(head) != names:
            raise UnsendableMessage("邮件头与预期不一致，没有发出；请把这封通知的主题和收件人姓名告诉管理员。")
        return head + _body(message)

    def _head(self, message: Message) -> tuple[bytes, list[bytes]]:
        lines = [
            mailbox("To", outside_text(message.name, "收件人姓名"), message.address),
            unstructured("Subject", outside_text(message.subject, "主题")),
            _date(message.sent_at),
            identifiers("Message-ID", (message.message_id,)),
        ]
        names = [*self._names, b"To", b"Subject", b"Date", b"Message-ID"]
        if message.in_reply_to:
            lines.append(identifiers("In-Reply-To", (message.in_reply_to,)))
            names.append(b"In-Reply-To")
        if message.references:
            lines.append(identifiers("References", _first_and_last(message.references)))
            names.append(b"References")
        if message.bulk:
            lines.append(b"Precedence: bulk\r\n")
            names.append(b"Precedence")
        return self._fixed + b"".join(lines), names


def _date(moment: datetime) -> bytes:
    # strftime would write the names of days and months in the language of the machine.
    offset = moment.utcoffset()
    if offset is None:
        raise UnsendableMessage("邮件的发出时间没有时区，不能写进 Date。")
    minutes = int(offset.total_seconds()) // 60
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    day = f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04}"
    return f"Date: {day} {moment.hour:02}:{moment.minute:02}:{moment.second:02} {zone}\r\n".encode("ascii")


def _first_and_last(ids: tuple[str, ...]) -> tuple[str, ...]:
    # RFC 5322 §3.6.4 lets a long thread be shortened; the first one holds it together.
    return ids if len(ids) <= 20 else (ids[0], *ids[-19:])


def _body(message: Message) -> bytes:
    text = _part(b"plain", message.text)
    if not message.html:
        return text
    return b"".join((
        b'Content-Type: multipart/alternative; boundary="' + _BOUNDARY + b'"\r\n\r\n--' + _BOUNDARY + b"\r\n",
        text, b"--" + _BOUNDARY + b"\r\n", _part(b"html", message.html), b"--" + _BOUNDARY + b"--\r\n",
    ))  # fmt: skip


def _part(subtype: bytes, text: str) -> bytes:
    lines = _BASE64_LINE.findall(b64encode(_canonical(text)))
    return _PART % subtype + b"\r\n".join(lines) + b"\r\n"


def _canonical(text: str) -> bytes:
    """The text with CRLF line ends (RFC 2046 §4.1.1); control characters, which copying brings along, become blanks."""
    text = _CONTROL.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n").encode("utf-8", "replace")

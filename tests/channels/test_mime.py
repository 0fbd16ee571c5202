"""The mails we build are the mails a reader gets: the standard library's parser is the judge."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.message import UnsendableMessage
from channels.mime import Letterhead
from tests.channels.letters import MORNING, letter

HEAD = Letterhead("zwgk@example.gov.cn", "新闻处 〔经办人〕", "reply@example.gov.cn")
FIXED = ["From", "Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version"]
CONTROLS = [*range(9), 11, 12, *range(14, 32), *range(127, 133), *range(134, 160)]
# What people type, what hides in copied text, and what attackers try.
PIECES = st.one_of(
    st.text(st.characters(exclude_characters=[chr(code) for code in CONTROLS], exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["=?utf-8?q?hi=0D=0ABcc:_evil=40x.com?=", "\r\nBcc: evil@x.com", "=?", "?=", "\r\n\r\n", "\n "]),
)  # fmt: skip
WORDS = st.lists(PIECES, max_size=6).map("".join)


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=policy.default)


def said(text: str) -> str:
    """A text as it may come back: one kind of blank, and no broken-up syntax."""
    return "".join(text.replace("= ?", "=?").split())


def test_reader_sees_what_was_written() -> None:
    message = letter(in_reply_to="<first@example.gov.cn>", references=("<first@example.gov.cn>", "<b@example.gov.cn>"))
    mail = parsed(HEAD.mail(message))
    assert mail["From"] == "新闻处 〔经办人〕 <zwgk@example.gov.cn>"
    assert mail["To"] == "张三 <liaison@example.gov.cn>"
    assert mail["Subject"] == message.subject
    assert mail["Message-ID"] == message.message_id
    assert mail["In-Reply-To"] == "<first@example.gov.cn>"
    assert mail["References"].split() == ["<first@example.gov.cn>", "<b@example.gov.cn>"]
    assert parsedate_to_datetime(mail["Date"]) == MORNING
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-CN"


def test_both_bodies_arrive_text_first() -> None:
    message = letter()
    plain, html = parsed(HEAD.mail(message)).iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == message.text
    assert html.get_content().replace("\r\n", "\n") == message.html


def test_without_html_the_mail_is_the_text_alone() -> None:
    mail = parsed(HEAD.mail(letter(html="")))
    assert mail.get_content_type() == "text/plain"


def test_only_digests_are_bulk() -> None:
    assert parsed(HEAD.mail(letter(bulk=True)))["Precedence"] == "bulk"
    assert "Precedence" not in parsed(HEAD.mail(letter()))


def test_same_message_always_gives_the_same_bytes() -> None:
    assert HEAD.mail(letter()) == Letterhead("zwgk@example.gov.cn", "新闻处 〔经办人〕", "reply@example.gov.cn").mail(
        letter()
    )


def test_whole_mail_is_seven_bit_in_short_crlf_lines() -> None:
    raw = HEAD.mail(letter(subject="清理" * 200, text="字" * 5000))
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert not any(b"\r" in line or b"\n" in line or line.startswith(b".") for line in lines)


def test_long_thread_keeps_its_first_and_its_last() -> None:
    ids = tuple(f"<{n}@example.gov.cn>" for n in range(50))
    kept = parsed(HEAD.mail(letter(references=ids)))["References"].split()
    assert kept == [ids[0], *ids[-19:]]


@given(subject=WORDS, name=WORDS, text=WORDS, html=WORDS)
@example(subject="=?utf-8?q?hi=0D=0ABcc:_evil=40x.com?=", name="=?utf-8?q?a=0D=0ABcc:_e=40x.com?=", text=".", html="")
@example(subject="a" * 70, name="b" * 70, text="", html="x")
@example(subject="Re: a\x85b\u2028c", name="x, y <z@z.z>", text="\r", html="\r\n.\r\n")
def test_no_words_from_outside_open_a_header(subject: str, name: str, text: str, html: str) -> None:
    raw = HEAD.mail(letter(subject=subject, name=name, text=text, html=html))
    mail = parsed(raw)
    body = ["Content-Type"] if html else ["Content-Type", "Content-Transfer-Encoding"]
    assert mail.keys() == [*FIXED, "To", "Subject", "Date", "Message-ID", *body]
    assert not mail.defects
    assert said(mail["Subject"]) == said(subject)
    # And once more, as a program does that reads a mail and passes it on.
    assert parsed(mail.as_bytes(policy=policy.SMTP)).keys() == mail.keys()


def test_encoded_word_from_outside_is_not_left_for_a_careless_reader_to_decode() -> None:
    mail = parsed(HEAD.mail(letter(subject="=?utf-8?q?hi=0D=0ABcc:_evil=40x.com?=", name="=?utf-8?q?a?=")))
    assert "=?" not in mail["Subject"]
    assert "=?" not in mail["To"]


def test_control_characters_of_copied_text_are_blanks_in_a_body() -> None:
    (plain, _) = parsed(HEAD.mail(letter(text="第一行\x0b第二行\x00\x85完"))).iter_parts()
    assert plain.get_content() == "第一行 第二行  完"


@given(name=WORDS)
def test_recipient_stays_one_mailbox_whatever_the_name(name: str) -> None:
    to = parsed(HEAD.mail(letter(name=name)))["To"]
    assert [address.addr_spec for address in to.addresses] == ["liaison@example.gov.cn"]
    assert said(to.addresses[0].display_name) == said(name)


@given(text=WORDS, html=WORDS.filter(bool))
def test_bodies_survive_the_journey(text: str, html: str) -> None:
    parts = parsed(HEAD.mail(letter(text=text, html=html))).iter_parts()
    for part, sent in zip(parts, (text, html), strict=True):
        content: bytes = part.get_payload(decode=True)  # type: ignore[assignment]
        unix = sent.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", " ")
        assert content.decode("utf-8") == unix.replace("\n", "\r\n")


@given(st.text(st.sampled_from("清理abc （）=?"), max_size=300))
def test_folded_subject_never_tears_a_character(subject: str) -> None:
    raw = HEAD.mail(letter(subject=subject))
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert said(parsed(raw)["Subject"]) == said(subject)


@pytest.mark.parametrize("code", CONTROLS)
def test_control_characters_in_a_header_are_refused_with_their_place(code: int) -> None:
    with pytest.raises(UnsendableMessage, match=f"主题第3个字符是控制字符（U\\+{code:04X}）"):
        HEAD.mail(letter(subject="ab" + chr(code)))


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.cn", "a b@c.cn", "a@b.cn\r\nRCPT TO:<x@y.cn>", "张三@b.cn", "a@b..cn", "<a@b.cn>",
     "a@b.cn,c@d.cn", "=?utf-8?q?a?=@b.cn", f"{'a' * 250}@b.cn", "a@b.cn\n"],
)  # fmt: skip
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UnsendableMessage, match="不是可用的邮件地址"):
        HEAD.mail(letter(address=address))


@pytest.mark.parametrize("wrong", ["", "no-brackets@x.cn", "<a@b>\r\nBcc: x@y.cn", "<a b@c>", "<=?utf-8?q?a?=@c>"])
def test_message_id_must_have_its_form(wrong: str) -> None:
    with pytest.raises(UnsendableMessage, match="邮件编号"):
        HEAD.mail(letter(message_id=wrong))


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(UnsendableMessage, match="没有时区"):
        HEAD.mail(letter(sent_at=datetime(2022, 8, 22, 9, 5)))  # noqa: DTZ001 - the mistake itself


def test_date_is_written_in_english_in_any_zone() -> None:
    raw = HEAD.mail(letter(sent_at=datetime(2022, 8, 2, 1, 5, tzinfo=UTC)))
    assert b"\r\nDate: Tue, 02 Aug 2022 01:05:00 +0000\r\n" in raw

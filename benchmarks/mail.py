"""Mail: building one beside the standard library and beside the templates alone, sending beside a bare smtplib loop.

Only ratios are worth keeping: every pair is measured in turns in one process, with the same bytes where bytes are sent.
"""

from __future__ import annotations

import smtplib
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment

from benchmarks._sink import sink
from channels.message import Message, Payload
from channels.mime import Letterhead
from channels.outcome import Verdict
from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings

ROUNDS = 7
BUILD_SECONDS = 0.15  # of each side in each round
MAILS = 400  # of each side in each round
SENDER = "zwgk@example.gov.cn"
ENVIRONMENT = Environment(autoescape=True)
TEXT = ENVIRONMENT.from_string(
    "{{ name }}同志：\n\n{% for item in items %}{{ item.number }}　{{ item.title }}　{{ item.due }}前\n{% endfor %}\n"
    "请在{{ by }}前答复：{{ link }}\n打不开链接的，直接回复本邮件，效果相同。\n（编号 {{ number }}）\n"
)
HTML = ENVIRONMENT.from_string(
    "<p>{{ name }}同志：</p><table>{% for item in items %}<tr><td>{{ item.number }}</td><td>{{ item.title }}</td>"
    '<td>{{ item.due }}前</td></tr>{% endfor %}</table><p>请在{{ by }}前<a href="{{ link }}">答复</a>。'
    "打不开链接的，直接回复本邮件，效果相同。</p><p>（编号 {{ number }}）</p>"
)
WORDS = {
    "name": "张三",
    "items": [{"number": f"第{n}项", "title": "规章和文件清理", "due": "9月30日"} for n in range(1, 5)],
    "by": "9月16日（周五）",
    "link": "http://zwgk.example.gov.cn/a/WyIxIiwiYWJjIl0.c2ln",
    "number": "ZW22-0916-03",
}


def render() -> tuple[str, str]:
    """The words of one mail, text and HTML."""
    return TEXT.render(WORDS), HTML.render(WORDS)


def message() -> Message:
    """One reminder of four items."""
    text, html = render()
    return Message(
        "liaison@example.gov.cn",
        "张三",
        "【请答复】第12项能否按期（9月30日）；第三季度填报",
        text,
        html,
        "",
        message_id="<zw22-0916-03@example.gov.cn>",
        in_reply_to="<zw22-0822-07@example.gov.cn>",
        references=("<zw22-0822-07@example.gov.cn>",),
        sent_at=datetime(2022, 9, 16, 9, 5, tzinfo=timezone(timedelta(hours=8))),
    )


def standard_mail(given: Message) -> bytes:
    """The same mail by the standard library."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"新闻处 <{SENDER}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = "zh-CN"
    mail["To"] = f"{given.name} <{given.address}>"
    mail["Subject"] = given.subject
    mail["Date"] = format_datetime(given.sent_at)
    mail["Message-ID"] = given.message_id
    mail["In-Reply-To"] = given.in_reply_to
    mail["References"] = " ".join(given.references)
    mail.set_content(given.text, cte="base64")
    mail.add_alternative(given.html, subtype="html", cte="base64")
    return mail.as_bytes()


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second `work` can be done."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(20):
            work()
        done += 20
    return done / spent


def medians(*works: Callable[[], float]) -> list[float]:
    """The median figure of each, measured in turns."""
    rounds = [[work() for work in works] for _ in range(ROUNDS)]
    return [statistics.median(figures) for figures in zip(*rounds, strict=True)]


def building() -> list[tuple[str, float, float]]:
    """Name, ratio and goal of each comparison."""
    head, given = Letterhead(SENDER, "新闻处"), message()
    ours, standard, templates = medians(
        lambda: rate(lambda: head.mail(given), BUILD_SECONDS),
        lambda: rate(lambda: standard_mail(given), BUILD_SECONDS),
        lambda: rate(render, BUILD_SECONDS),
    )
    return [
        ("build a mail / EmailMessage", ours / standard, 25.0),
        ("build a mail / the templates alone", ours / templates, 0.75),
    ]


def sending() -> list[tuple[str, float, float]]:
    """Name, ratio and goal of each comparison."""
    body = Letterhead(SENDER, "新闻处").mail(message())
    payload = Payload(1, "liaison@example.gov.cn", body)
    with sink() as pipelined, sink("--no-pipelining") as plain:
        bare, ours, ours_plain = medians(
            lambda: bare_loop(pipelined, body), lambda: our_loop(pipelined, payload), lambda: our_loop(plain, payload)
        )
    return [
        ("send a mail, PIPELINING offered / bare smtplib", ours / bare, 1.5),
        ("send a mail, not offered / bare smtplib", ours_plain / bare, 0.9),
    ]


def bare_loop(port: int, body: bytes) -> float:
    """Mails a second of smtplib on one connection."""
    with smtplib.SMTP("127.0.0.1", port, "example.gov.cn") as client:
        start = time.perf_counter()
        for _ in range(MAILS):
            client.sendmail(SENDER, ["liaison@example.gov.cn"], body)
        return MAILS / (time.perf_counter() - start)


def our_loop(port: int, payload: Payload) -> float:
    """Mails a second of the channel, with its usual number of mails on one connection."""
    channel = SmtpChannel(SmtpSettings("127.0.0.1", port, SENDER, Security.NONE))
    start = time.perf_counter()
    for _ in range(MAILS):
        outcome = channel.send(payload)
        assert outcome.verdict is Verdict.ACCEPTED, outcome
    spent = time.perf_counter() - start
    channel.close()
    return MAILS / spent


def main() -> int:
    """Print every ratio beside its goal; 1 where one falls below nine tenths of it."""
    missed = 0
    for name, ratio, goal in [*building(), *sending()]:
        short = ratio < 0.9 * goal
        missed += short
        print(f"{name:<52} {ratio:7.2f}   goal {goal:5.2f}{'   MISSED' if short else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

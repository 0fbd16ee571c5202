"""cuiban check: database, broker, SMTP login, WeCom, clock, calendar coverage, each with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import click
import redis
from sqlalchemy.exc import DBAPIError

from channels.message import Message
from channels.outcome import Outcome, Verdict
from channels.smtp import SmtpChannel
from reminders.cli.calendar import STANDINGS
from reminders.engine.assembly import assemble
from reminders.engine.dates.republishing import Standing, standing
from reminders.engine.forecast.surprises import lines_of
from reminders.engine.service import MAILBOX, SMTP, WECOM, Service
from reminders.exceptions import CuibanError
from reminders.settings import load_settings
from reminders.store import pauses
from reminders.store.migrating import is_current

Finding = tuple[bool, str]


@click.command("check")
@click.option("--send-test", "address", is_flag=False, flag_value="", default=None, help="向这个地址发一封测试邮件。")
@click.pass_context
def check(context: click.Context, address: str | None) -> None:
    """逐项检查这套安装。"""
    service = assemble(load_settings())
    bad = 0
    for fine, sentence in findings(service, address):
        bad += not fine
        click.echo(f"{'好' if fine else '坏'}　{sentence}")
    context.exit(1 if bad else 0)


def findings(service: Service, address: str | None) -> Iterator[Finding]:
    """Every part in its turn."""
    parts: list[Callable[[Service], Finding]] = [_database, _broker, _mail, _wecom, _calendar, _planned_by, _stopped]
    for part in parts:
        yield part(service)
    if address is not None:
        yield _test_mail(service, address)


def _database(service: Service) -> Finding:
    try:
        current = is_current(service.database)
    except CuibanError as error:
        return False, str(error)
    where = service.database.described()
    return (
        (True, f"数据库 {where}。") if current else (False, f"数据库 {where} 的结构不是最新，请执行 cuiban migrate。")
    )


def _broker(service: Service) -> Finding:
    address = service.settings.redis_url.get_secret_value()
    if not address:
        return True, "没有配置 Redis：网页、任务、定时在一个进程里运行（cuiban run）。"
    try:
        client = redis.Redis.from_url(address, socket_timeout=3, socket_connect_timeout=3)
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
        kept = client.config_get("appendonly").get("appendonly", "")
    except (redis.RedisError, OSError, ValueError):
        return False, "连不上 Redis（CUIBAN_REDIS_URL）；通知不会丢失，可临时由 cron 每分钟执行 cuiban tick。"
    if policy != "noeviction":
        return False, f"Redis 的 maxmemory-policy 是 {policy}，应为 noeviction。"
    return True, "Redis。" if kept == "yes" else "Redis；没有打开 AOF，重启后由下一次心跳补上。"


def _mail(service: Service) -> Finding:
    channel = service.channels.get(SMTP)
    if not isinstance(channel, SmtpChannel):
        kind = "只用本地信箱" if MAILBOX in service.channels else "没有配置"
        return MAILBOX in service.channels, f"邮件：{kind}（CUIBAN_SMTP_HOST）。"
    return _said("邮件登录", channel.check())


def _wecom(service: Service) -> Finding:
    if WECOM not in service.channels:
        return True, "企业微信：没有启用（CUIBAN_WECOM_ENABLED）。"
    return True, f"企业微信：{service.settings.wecom_base_url}；机器人地址在发送时检查。"


def _calendar(service: Service) -> Finding:
    now = service.now()
    years = [year for year in (now.year, now.year + 1) if service.slots.workdays.is_provisional(year)]
    if now.year in years:
        return False, f"{now.year}年的放假安排还没有，暂按周末和固定节日计算；请用 CUIBAN_HOLIDAYS_FILE 补上。"
    note = f"；{years[0]}年的放假安排公布后请补上" if years else ""
    return True, f"时间 {now:%Y-%m-%d %H:%M}，工作日历{note}。"


def _stopped(service: Service) -> Finding:
    """What waits for a person: a pause, a slot that is held."""
    try:
        held = lines_of(service)
        with service.database.read() as connection:
            stopped = pauses.active(connection)
    except (CuibanError, DBAPIError):
        return True, "发送：数据库可用以后再看。"
    if held:
        return False, held[0]
    if stopped.everything:
        return False, "已暂停全部发送：cuiban resume 列出原因和会发什么。"
    return True, "发送：没有暂停，没有被扣住的时段。"


def _planned_by(service: Service) -> Finding:
    """Whether what is open is planned by the calendar of these settings."""
    try:
        found = standing(service) if is_current(service.database) else Standing.FIRST
    except CuibanError:
        found = Standing.FIRST  # the database has a sentence of its own
    return found is not Standing.EARLIER, f"工作日历：{STANDINGS[found]}"


def _test_mail(service: Service, address: str) -> Finding:
    channel = service.channels.get(SMTP)
    if channel is None or not address:
        return False, "没有配置邮件，或没有写收件地址（--send-test 您的邮箱）。"
    payloads = channel.render(_letter(service, address, service.now()))
    return _said(f"测试邮件 {address}", channel.send(payloads[0]))


def _letter(service: Service, address: str, now: datetime) -> Message:
    text = f"这是催办于 {now:%Y-%m-%d %H:%M} 发出的测试邮件，收到即说明邮件通道正常，不用回复。"
    return Message(
        address=address,
        name="",
        subject="催办：测试邮件",
        text=text,
        html="",
        markdown="",
        message_id=f"<test.{service.random(8).hex()}@{service.settings.mail_domain()}>",
        sent_at=now,
    )


def _said(what: str, outcome: Outcome) -> Finding:
    fine = outcome.verdict is Verdict.ACCEPTED
    return fine, f"{what}：{'正常' if fine else outcome.detail}"

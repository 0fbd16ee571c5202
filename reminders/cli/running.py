"""cuiban run, web, migrate, tick, digest."""

from __future__ import annotations

import json
from datetime import datetime

import click

from reminders.cli.opening import open_service
from reminders.clock import SHANGHAI, FixedClock
from reminders.engine.digests.weekly import digest_lines
from reminders.engine.forecast.surprises import lines_of
from reminders.engine.round.tick import tick
from reminders.engine.round.upkeep import after_tick
from reminders.engine.sending.dispatch import dispatch
from reminders.engine.service import MAILBOX, Service
from reminders.exceptions import InputError, Refused
from reminders.settings import load_settings


@click.command("run")
@click.option("--demo", is_flag=True, help="演示：自带的方案、快进的时钟，只用本地信箱。")
def run(demo: bool) -> None:
    """在一个进程里运行网页、任务和定时。"""
    from reminders import demo as demonstration
    from reminders import embedded

    settings = load_settings()
    if demo:
        demonstration.run(settings)
    else:
        embedded.run(settings)


@click.command("web")
def web() -> None:
    """只运行网页（生产环境；任务和定时用 celery -A reminders.worker 启动）。"""
    from reminders import embedded

    embedded.serve_only(load_settings())


@click.command("migrate")
def migrate_command() -> None:
    """把数据库升级到最新的结构。"""
    open_service()
    click.echo("数据库结构已是最新。")


class Moment(click.ParamType[datetime]):
    """A moment written 2022-09-30T09:05, Asia/Shanghai where it names no zone."""

    name = "时刻"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"时刻「{value}」应写作 2022-09-30T09:05。", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


@click.command("tick")
@click.option("--now", "moment", type=Moment(), help="当作这个时刻（只在本地信箱是唯一通道时可用）。")
def tick_command(moment: datetime | None) -> None:
    """不经队列做完整的一轮：到期的写出、封好、发出。"""
    service = open_service()
    if moment is not None:
        if set(service.channels) != {MAILBOX}:
            raise Refused("已配置真实的邮件或企业微信，不能用 --now 改变时间。")
        service = service.with_clock(FixedClock(moment))
    click.echo(_round(service))


def _round(service: Service) -> str:
    """Ticks and dispatches until nothing waits, so that a cron entry is a whole substitute for worker and beat."""
    steps = sealed = sent = 0
    for _ in range(50):
        done = tick(service)
        steps, sealed = steps + done.steps, sealed + done.sealed
        handed_over = dispatch(service, done.waiting) if done.waiting else 0
        sent += handed_over
        if not handed_over and not done.steps:
            break
    after_tick(service)
    for line in lines_of(service):
        click.echo(line)
    return f"到期 {steps} 步，封好 {sealed} 条通知，发出 {sent} 件。"


@click.command("digest")
@click.option("--week", help="这一周的任意一天，2022-09-26；不给则为本周。")
@click.option("--dry-run", is_flag=True, help="只显示会发给谁，不发送。")
def digest(week: str | None, dry_run: bool) -> None:
    """周报：本周发给谁。"""
    service = open_service()
    try:
        day = datetime.fromisoformat(week).date() if week else service.now().date()
    except ValueError:
        raise InputError(f"日期「{week}」应写作 2022-09-26。") from None
    for line in digest_lines(service, day, dry_run=dry_run):
        click.echo(json.dumps(line, ensure_ascii=False))

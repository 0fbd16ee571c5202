"""cuiban watchdog."""

from __future__ import annotations

import threading

import click

from reminders.engine.assembly import assemble
from reminders.engine.watching.alarms import alarm
from reminders.engine.watching.telling import can_tell
from reminders.engine.watching.watchdog import Watchdog
from reminders.settings import load_settings


@click.command("watchdog")
@click.option("--once", is_flag=True, help="只看一次（由 systemd 定时器或 cron 调用）；有停摆或故障时退出状态为 1。")
@click.pass_context
def watchdog(context: click.Context, once: bool) -> None:
    """看门狗：没有心跳、通道全断时直接告诉运维人员，恢复后再告诉一次。"""
    service = assemble(load_settings())
    dog = Watchdog(service)
    if not can_tell(service):
        click.echo("没有能通知到的运维人员：请设置 CUIBAN_OPERATOR_MAIL 和邮件，否则只写日志。", err=True)
    if not once:
        dog.watch(threading.Event())
    standing = dog.look()
    if standing is None:
        click.echo(f"数据库 {service.database.described()} 没有应答。", err=True)
    for incident in standing or ():
        click.echo(alarm([incident], service.machine_now()).subject, err=True)
    context.exit(1 if standing is None or standing else 0)

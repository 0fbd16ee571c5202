"""cuiban outbox: deliveries that wait for a person, and what he found out about one of them."""

from __future__ import annotations

import click

from reminders.cli.opening import open_service
from reminders.clock import SHANGHAI
from reminders.engine.sending.doubts import Doubt, doubts, settle
from reminders.exceptions import InputError

STATES = {"unknown": "不知是否送达", "aside": "程序出错，已搁置"}
SETTLED = {
    "sent": "记为已送达，时限从今天起算。",
    "pending": "下一轮再发一次。",
    "struck": "其中的事项都已了结，不再发。",
}
CHANNELS = {"smtp": "邮件", "wecom": "企业微信", "mailbox": "本地信箱"}


@click.command("outbox")
@click.argument("delivery_id", type=int, required=False)
@click.argument("found", type=click.Choice(["arrived", "again"]), required=False)
@click.option("--by", help="核实的人。")
def outbox_command(delivery_id: int | None, found: str | None, by: str | None) -> None:
    """列出需要人核实的投递；核实以后写 编号 arrived（已送达）或 编号 again（再发一次）。"""
    if delivery_id is None:
        _list(doubts(open_service()))
        return
    if found is None or not by:
        raise InputError("请写明结果和核实的人，例如：cuiban outbox 12 arrived --by 何文。")
    done = settle(open_service(), delivery_id, arrived=found == "arrived", by=by)
    click.echo(f"{done.destination} {done.slot}：{SETTLED[done.state]}")


def _list(found: list[Doubt]) -> None:
    if not found:
        click.echo("没有需要核实的投递。")
    for one in found:
        at = f"{one.tried_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.tried_at else "未曾交出"
        channel = CHANNELS.get(one.channel, one.channel)
        click.echo(
            f"{one.delivery_id}　{one.destination}　{one.slot}　{channel}　{STATES[one.state]}　{at}　{one.subject}"
        )

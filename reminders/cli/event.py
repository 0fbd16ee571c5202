"""cuiban event: report, correct or withdraw an event that plans wait for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.options import DAY
from reminders.engine.dates.correcting import correct, withdraw
from reminders.engine.dates.happening import Reported
from reminders.engine.dates.reporting import report
from reminders.engine.service import Service
from reminders.engine.views.awaited import waiting_lines
from reminders.exceptions import InputError
from reminders.triggers import Happening

When = tuple[date, str | None]


class Moment(click.ParamType[When]):
    """A date 2022-09-01, or with a clock time 2022-09-01T15:30."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> When:
        if isinstance(value, tuple):
            return value
        try:
            if len(value) == len("2022-09-01"):
                return date.fromisoformat(value), None
            moment = datetime.strptime(value.replace(" ", "T"), "%Y-%m-%dT%H:%M")  # noqa: DTZ007  # local, as offices write it
        except ValueError:
            self.fail(f"日期「{value}」应写作 2022-09-01，知道时刻的写作 2022-09-01T15:30。", param, ctx)
        return moment.date(), f"{moment:%H:%M}"


@click.command("event")
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help="在等哪些事件。")
@click.option("--on", "moment", type=Moment(), help="哪天发生的（以小时计的时限可写到时刻：2022-09-01T15:30）。")
@click.option("--ref", default="", help="文号、会次等；同名、同日、同文号是同一次。")
@click.option("--plan", "plan_id", type=int, help="只记到这个方案。")
@click.option("--was", type=DAY, help="更正：原来报告的日期。")
@click.option("--withdraw", "withdrawn", is_flag=True, help="撤回这一次报告，关闭它带来的节点。")
@click.option("--by", default="", help="谁报告的，记入台账。")
def event_command(
    name: str | None,
    listed: bool,
    moment: When | None,
    ref: str,
    plan_id: int | None,
    was: date | None,
    withdrawn: bool,
    by: str,
) -> None:
    """方案等待的事件：报告发生日期后，从它起算的时限才有到期日。"""
    if listed:
        _list(open_service(), name)
        return
    if not name or moment is None:
        raise InputError(
            "请写明事件和日期，例如 cuiban event 决策文件出台 --on 2022-09-01；在等的事件见 cuiban event --list。"
        )
    if was is not None and withdrawn:
        raise InputError("--was（更正）和 --withdraw（撤回）请分两次做。")
    happening = Happening(moment[0], moment[1], ref.strip())
    for sentence in _act(open_service(), name, happening, plan_id, was, withdrawn=withdrawn, by=by.strip()).sentences:
        click.echo(sentence)


def _list(service: Service, name: str | None) -> None:
    if name:
        raise InputError("--list 列出全部在等的事件，不用再写名称。")
    with service.database.read() as connection:
        for line in waiting_lines(connection):
            click.echo(line)


def _act(
    service: Service,
    name: str,
    happening: Happening,
    plan_id: int | None,
    was: date | None,
    *,
    withdrawn: bool,
    by: str,
) -> Reported:
    if withdrawn:
        return withdraw(service, name, happening, plan_id=plan_id, by=by)
    if was is not None:
        return correct(service, name, was, happening, plan_id=plan_id, by=by)
    return report(service, name, happening, plan_id=plan_id, by=by)

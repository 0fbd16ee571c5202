"""cuiban activate, decide, pause, resume, release."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.options import DAY, activation_options, choices_from
from reminders.engine.acts.deciding import decide
from reminders.engine.acts.decision import Act, Decision
from reminders.engine.forecast import outlook, surprises
from reminders.engine.plan.activation import activate
from reminders.engine.plan.closing import close_plan, still_open
from reminders.engine.standstill import pausing
from reminders.engine.views.finding import find_task
from reminders.exceptions import InputError


@click.command("activate")
@click.argument("plan_id", type=int)
@activation_options(required=True)
def activate_command(plan_id: int, **options: Any) -> None:
    """启用一份方案：定主管处室、领导小组和集合单位，开始计时。"""
    choices = choices_from(options)
    assert choices is not None, "--lead-office is required"
    service = open_service()
    done = activate(service, plan_id, choices)
    if done.units:
        click.echo(f"已启用方案 {plan_id}：{done.units} 个单位，{done.armed} 个节点，{done.lapsed} 个启用前已到期。")
    elif done.released:
        click.echo(f"方案 {plan_id} 从下一个时段起开始发送。")
    for numbers in done.joint:
        click.echo(f"第{'、'.join(numbers)}项合并办结：一次答复、一次销号。")
    if choices.joint and not done.joint:
        click.echo("没有措施、时限、牵头单位都相同的事项，没有合并。")
    if done.proposed:
        groups = ",".join("+".join(numbers) for numbers in done.proposed)
        click.echo(f"可以合并办结的（措施、时限、牵头单位相同）：{groups}。")
        click.echo("没有合并；要合并的，在开始发送的那一次写 --joint proposed，或只写其中几组。")
    for warning in done.warnings:
        click.echo(f"注意：{warning}。")
    first = outlook.first_send(service, plan_id)
    slot = f"（时段 {first[0].slot}）" if first else ""
    click.echo(f"第一次{'将' if done.released else '会'}发出 {len(first)} 件{slot}：")
    for line in outlook.lines(first):
        click.echo(line)
    if not done.released:
        click.echo(
            f"还没有开始发送。以后会发什么：cuiban rehearse {plan_id} --from 日期 --to 日期；"
            "开始发送：再次执行并加 --release。"
        )


@click.command("close")
@click.argument("plan_id", type=int)
@click.option("--by", required=True, help="决定关闭的人。")
@click.option("--reason", required=True, help="理由，例如年度工作结束。")
@click.option("--confirm", is_flag=True, help="看过以后，关闭。")
def close_command(plan_id: int, by: str, reason: str, confirm: bool) -> None:
    """关闭一份方案：先列出还没有办结、没有答复的，加 --confirm 才关闭；跨年不会自动关闭。"""
    service = open_service()
    found = close_plan(service, plan_id, by=by, reason=reason) if confirm else still_open(service, plan_id)
    left = f"{len(found.unfinished)} 项没有办结，{found.unanswered} 项没有答复，{found.not_returned} 份没有填报"
    click.echo(
        f"方案 {plan_id}「{found.title}」{'已关闭' if confirm else '还'}{'，当时有 ' if confirm else '有 '}{left}。"
    )
    for unit, number in found.unfinished:
        click.echo(f"  {unit}　第{number}项")
    if not confirm:
        click.echo("还没有改动。确认关闭：再次执行并加 --confirm；关闭以后不再提醒，台账保留。")


@click.command("decide")
@click.argument("task")
@click.argument("act", type=click.Choice([act.value for act in Act]))
@click.option("--by", required=True, help="作决定的人。")
@click.option("--reason", required=True, help="理由。")
@click.option("--until", type=DAY, help="新的期限，或挂账的复查日期。")
@click.option("--unit", help="哪个单位的；转办时是新的单位。")
def decide_command(task: str, act: str, by: str, reason: str, until: date | None, unit: str | None) -> None:
    """主管处室的一个决定，TASK 写作 方案编号/序号。"""
    service = open_service()
    with service.database.read() as connection:
        task_id = find_task(connection, task)
    done = decide(service, task_id, Decision(Act(act), by, reason, until, unit))
    for sentence in done.sentences:
        click.echo(sentence)


@click.command("pause")
@click.option("--plan", "plan_id", type=int, help="只暂停这个方案。")
@click.option("--unit", help="只暂停这个单位。")
@click.option("--reason", default="未写明", help="原因。")
@click.option("--by", default="运维", help="谁暂停的。")
def pause(plan_id: int | None, unit: str | None, reason: str, by: str) -> None:
    """暂停发送；时钟停住，什么也不发。"""
    click.echo(pausing.pause(open_service(), plan_id=plan_id, unit=unit, reason=reason, by=by))


@click.command("resume")
@click.option("--plan", "plan_id", type=int, help="只恢复这个方案。")
@click.option("--unit", help="只恢复这个单位。")
@click.option("--confirm", is_flag=True, help="不再询问。")
@click.option("--dry-run", is_flag=True, help="只列出会发什么，不恢复。")
def resume(plan_id: int | None, unit: str | None, confirm: bool, dry_run: bool) -> None:
    """恢复发送：先列出会发什么，在终端上问过才恢复；停住的时间不计入等待。"""
    service = open_service()
    for line in pausing.would_send(service, plan_id=plan_id, unit=unit):
        click.echo(line)
    asks = sys.stdin.isatty() and not confirm
    if dry_run or (asks and not click.confirm("现在恢复发送吗？")):
        click.echo("还没有恢复。")
        return
    click.echo(pausing.resume(service, plan_id=plan_id, unit=unit))


@click.command("release")
@click.argument("slot", required=False)
@click.option("--by", help="谁放行的。")
def release(slot: str | None, by: str | None) -> None:
    """被扣住的时段：不写时段则列出为什么扣住、会发什么；写明时段和 --by 则放行。"""
    service = open_service()
    if slot is None:
        for line in surprises.lines_of(service) or ["没有被扣住的时段。"]:
            click.echo(line)
        return
    if not by:
        raise InputError("放行请写明是谁决定的（--by 姓名）。")
    click.echo(surprises.release(service, slot, by=by))

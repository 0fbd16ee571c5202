"""cuiban import PLAN --revises ID: what a revised plan changes, and taking it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.options import Command, members_of, names_of
from reminders.engine.plan.revising import Answers, Source, compare_with, revise
from reminders.exceptions import InputError
from reminders.plans import Plan, Task, read_plan
from reminders.plans.revision import Revision, in_words
from reminders.plans.wording import phrases

ALL = "all"


def revising_options(command: Command) -> Command:
    """What `cuiban import` takes beside the file."""
    options: list[Callable[[Any], Any]] = [
        click.option("--revises", type=int, help="这是方案 ID 的修订稿：先列出差别，不改动。"),
        click.option("--apply", "wanted", is_flag=False, flag_value=ALL, help="采用全部差别，或只采用几项：3,12。"),
        click.option("--json", "as_json", is_flag=True, help="差别输出为 JSON（格式见 docs/plans.md）。"),
        click.option("--members", multiple=True, help="新出现的各处室=单位,单位。"),
        click.option("--assign-missing", help="没有牵头单位的新事项交给这个单位。"),
        click.option("--no-duty", default="", help="无此职责的事项序号，用逗号隔开。"),
        click.option("--mentions", type=click.Choice(["take", "leave"]), help="正文里另有的时间要求：采纳或不设。"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def refuse_without_revises(wanted: str | None, *, as_json: bool, **answers: Any) -> None:
    """InputError for options that mean nothing at a first import."""
    if wanted or as_json or any(answers.values()):
        raise InputError("--apply、--json、--members 等只用于导入修订稿，请一并写明 --revises 方案编号。")


def revising(path: Path, year: int | None, plan_id: int, wanted: str | None, *, as_json: bool, **given: Any) -> None:
    """List the differences, and take them where that was asked for."""
    plan = read_plan(path, year=year)
    service = open_service()
    if wanted is None:
        found = compare_with(service, plan_id, plan)
    else:
        numbers = None if wanted == ALL else names_of(wanted)
        source = Source(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        found = revise(service, plan_id, plan, source, numbers=numbers, answers=_answers(**given))
    if as_json:
        told = {"plan": plan_id, "title": plan.title, "applied": wanted is not None, **found.to_dict(plan.year)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _show(found, plan, plan_id, taken=wanted is not None)


def _answers(members: Sequence[str], assign_missing: str | None, no_duty: str, mentions: str | None) -> Answers:
    return Answers(members_of(members), assign_missing, names_of(no_duty), mentions)


def _show(found: Revision, plan: Plan, plan_id: int, *, taken: bool) -> None:
    """A plain list: + added, ~ changed with its fields, - removed."""
    if found.is_empty:
        click.echo(f"与方案 {plan_id} 没有差别（{len(found.pairs)} 项）。")
        return
    head = "已采用" if taken else "差别"
    counts = f"新增 {len(found.added)}，改动 {len(found.changed)}，删去 {len(found.removed)}"
    click.secho(f"方案 {plan_id}「{plan.title}」{head}：{counts}，不变 {len(found.unchanged)}。", bold=True)
    for _, task in found.added:
        click.secho(f"+ {_line(task, plan.year)}", fg="green")
    for pair in found.changed:
        click.secho(f"~ 第{pair.after.number}项　{pair.after.short}", fg="yellow")
        for line in in_words(pair, plan.year):
            click.echo(f"    {line}")
    for _, task in found.removed:
        click.secho(f"- {_line(task, plan.year)}", fg="red")
    if not taken:
        click.echo("还没有改动。全部采用：再次执行并加 --apply；只采用几项：--apply 序号,序号。")


def _line(task: Task, year: int) -> str:
    when = phrases(task.phases, year) or "读不懂"
    return f"第{task.number}项　{task.short}　{when}　{'、'.join(task.lead) or '没有牵头单位'}"

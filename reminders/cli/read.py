"""cuiban read: what an import would bring. Nothing is stored."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click
from click._termui_impl import ProgressBar

from reminders.cli.columns import fitted
from reminders.exceptions import InputError
from reminders.plans import Plan, Task, preview_of, read_plan
from reminders.plans.preview import Preview
from reminders.plans.review import write_review
from reminders.plans.wording import phrases

_SHOWN = 6  # warnings of one kind; the JSON has them all
_PROGRESS_FROM = 300  # tasks: fewer are read before a bar is drawn


@click.command("read")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="方案年度：文件里没有写明，或与文件不同时用。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（格式见 docs/plans.md）。")
@click.option("--to", "target", type=click.Path(path_type=Path), help="写成核对表（xlsx），修改后可以导入。")
def read(plan: Path, year: int | None, as_json: bool, target: Path | None) -> None:
    """看一看导入 PLAN 会得到什么：任务、单位、时限，以及要核对的地方。不保存。"""
    try:
        found = _read_with_bar(plan, year)
        if target is not None:
            write_review(found, target)
    except InputError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(2) from error
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=1))
    elif target is not None:
        click.echo(f"已写入 {target}：{len(found.tasks)} 项任务。核对修改后用 cuiban import {target.name} 导入。")
    else:
        show(preview_of(found))


def _read_with_bar(path: Path, year: int | None) -> Plan:
    """Reads with a progress bar on a terminal where the plan is long."""
    stream = sys.stderr
    if not stream.isatty():
        return read_plan(path, year=year)
    bar = _Bar(stream)
    found = read_plan(path, year=year, progress=bar)
    bar.close()
    return found


class _Bar:
    """A progress bar that appears only where there is enough to read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn: ProgressBar[int] | None = None

    def __call__(self, done: int, total: int) -> None:
        if total < _PROGRESS_FROM:
            return
        if self._drawn is None:
            self._drawn = click.progressbar(length=total, label="读取任务", file=self._stream)
        self._drawn.update(1)

    def close(self) -> None:
        if self._drawn is not None:
            self._drawn.render_finish()


def show(preview: Preview) -> None:
    """Print a preview for a person."""
    plan = preview.plan
    click.secho(plan.title, bold=True)
    facts = [plan.issuer or "发文单位未写明", plan.number or "无文号", f"{plan.year}年度"]
    click.echo("　".join([*facts, f"{plan.issued:%Y-%m-%d}印发" if plan.issued else "未写印发日期"]))
    if plan.places:
        click.secho("出处：" + "，".join(f"{name} {place}" for name, place in plan.places), dim=True)
    click.echo(f"共 {len(plan.tasks)} 项任务\n")
    _table(plan.tasks, plan.year)
    _warnings(preview)
    _questions(preview)


def _table(tasks: Sequence[Task], year: int) -> None:
    widths = (8, 40, 34, 24, 30)
    click.secho(_row(("编号", "任务", "时限", "牵头", "配合"), widths), bold=True)
    section = ""
    for task in tasks:
        if task.section and task.section != section:
            section = task.section
            click.secho(section, fg="cyan")
        lead = "（无此职责）" if task.no_duty else "、".join(task.lead) or "（未写明）"
        when = phrases(task.phases, year) or f"读不懂：{task.deadline_text}"
        cells = (task.number, task.short, when, lead, "、".join(task.support))
        click.secho(_row(cells, widths), fg=_colour(task))


def _colour(task: Task) -> str | None:
    if not task.phases or not (task.lead or task.no_duty):
        return "red"
    return "yellow" if task.warnings else None


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " ".join(fitted(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _warnings(preview: Preview) -> None:
    for _, title, warnings in preview.warnings:
        click.secho(f"\n{title}（{len(warnings)}）", fg="yellow", bold=True)
        for warning in warnings[:_SHOWN]:
            click.echo(f"  {warning.sentence}")
        if len(warnings) > _SHOWN:
            click.echo(f"  另有 {len(warnings) - _SHOWN} 条，见 --json")


def _questions(preview: Preview) -> None:
    year = preview.plan.year
    lines = [
        f"第{offer.task}项文中另有“{offer.mention.text}”：{phrases(offer.mention.phases, year)}，采纳还是不设？"
        for offer in preview.offers
    ]
    lines += [
        f"第{'、'.join(task.number for task in group)}项措施、时限、单位相同：合并办结？" for group in preview.joint
    ]
    lines += [f"“{unit}”指哪些单位？" for unit in preview.collectives]
    lines += [f"“{alias.first}”和“{alias.second}”是同一个单位吗？（{alias.reason}）" for alias in preview.aliases]
    lines += [
        f"表外（{mention.place}）写有“{mention.text}”：{phrases(mention.phases, year)}，要不要列为任务？"
        for mention in preview.outside
    ]
    if lines:
        click.secho(f"\n启用前要定的事（{len(lines)}）", bold=True)
    for line in lines:
        click.echo(f"  {line}")

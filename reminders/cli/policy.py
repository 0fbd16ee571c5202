"""cuiban policy show: the figures of a plan or a preset as a file; cuiban policy apply: a running plan gets others."""

from __future__ import annotations

import json
from pathlib import Path

import click

from reminders.cli.opening import open_service
from reminders.engine.dates.moving import Line, counted, lines_of
from reminders.engine.plan.reforming import Reform, compare, reform
from reminders.engine.views.finding import plan_record
from reminders.exceptions import InputError, Refused
from reminders.policy import PRESETS, Policy, Preset
from reminders.policy_file import policy_text, read_policy

SHOWN = 60  # lines; the JSON has them all


@click.group("policy")
def policy() -> None:
    """提醒规则：多早提醒、等多久、报到哪一级。"""


@policy.command("show")
@click.argument("which", default=Preset.GENTLE.value)
def show(which: str) -> None:
    """写出一个方案（编号）或预设（gentle、strict）的规则，每个数字附说明；可以存成文件修改。"""
    click.echo(policy_text(_named(which)), nl=False)


def _named(which: str) -> Policy:
    if which in set(Preset):
        return PRESETS[Preset(which)]
    if not which.isdigit():
        raise InputError(f"「{which}」应是方案编号，或 {'、'.join(preset.value for preset in Preset)}。")
    service = open_service()
    with service.database.read() as connection:
        found = plan_record(connection, int(which))
    if found.policy is None:
        raise Refused(f"方案 {found.id} 还没有启用，还没有提醒规则；启用时用 --preset 或 --policy。")
    return found.policy


@policy.command("apply")
@click.argument("plan_id", type=int)
@click.argument("which")
@click.option("--confirm", is_flag=True, help="看过以后，改用。")
@click.option("--by", default="运维", help="谁改的。")
@click.option("--json", "as_json", is_flag=True, help="差别输出为 JSON（格式见 docs/policy.md）。")
def apply(plan_id: int, which: str, confirm: bool, by: str, as_json: bool) -> None:
    """执行中的方案改用另一套规则（文件，或 gentle、strict）：先列出差别，加 --confirm 才生效。"""
    wanted = PRESETS[Preset(which)] if which in set(Preset) else read_policy(Path(which))
    service = open_service()
    found = reform(service, plan_id, wanted, by=by) if confirm else compare(service, plan_id, wanted)
    with service.database.read() as connection:
        lines = lines_of(connection, found.moved)
    if as_json:
        click.echo(json.dumps(_as_json(found, lines, taken=confirm), ensure_ascii=False, indent=1))
    else:
        _show(found, lines, taken=confirm)


def _show(found: Reform, lines: list[Line], *, taken: bool) -> None:
    """The figures, what they move, and how to go on."""
    if not found.figures:
        click.echo(f"方案 {found.plan.id} 的规则就是这一套，没有差别。")
        return
    head = "已改用" if taken else "改用后"
    click.secho(
        f"方案 {found.plan.id}「{found.plan.title}」{head}，设想没有人答复：{counted(found.moved)}。", bold=True
    )
    for path, (was, now) in found.figures.items():
        click.echo(f"  {path}：{_shown(was)} → {_shown(now)}")
    if found.waits:
        click.echo(f"  {len(found.waits)} 个正在等的答复期限延长；正在等的不缩短，已发的不重发，已过的不补发。")
    for line in lines[:SHOWN]:
        click.echo(line.in_words())
    if len(lines) > SHOWN:
        click.echo(f"另有 {len(lines) - SHOWN} 条，见 --json。")
    if not taken:
        click.echo("还没有改动。确认改用：再次执行并加 --confirm。")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_json(found: Reform, lines: list[Line], *, taken: bool) -> dict[str, object]:
    return {
        "plan": found.plan.id,
        "applied": taken and bool(found.figures),
        "figures": {path: {"was": was, "now": now} for path, (was, now) in found.figures.items()},
        "moved": [line.to_dict() for line in lines],
        "waits": [{"obligation": one.id, "was": str(was), "now": str(now)} for one, was, now in found.waits],
    }

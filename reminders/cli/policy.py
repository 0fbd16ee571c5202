"""cuiban policy show: the figures of a plan or a preset as a file; cuiban policy apply: a running plan gets others."""

from __future__ import annotations

import click

from reminders.cli.opening import open_service
from reminders.engine.activation import plan_record
from reminders.exceptions import InputError, Refused
from reminders.policy import PRESETS, Policy, Preset
from reminders.policy_file import policy_text


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

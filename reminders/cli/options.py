"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from reminders.engine.plan.activation import Choices
from reminders.exceptions import InputError
from reminders.policy import Policy, Preset
from reminders.policy_file import read_policy

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A date written 2022-10-21."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"日期「{value}」应写作 2022-10-21。", param, ctx)


DAY = Day()


def activation_options(required: bool) -> Callable[[Command], Command]:
    """The options of `activate`, which `rehearse` takes as well."""

    def add(command: Command) -> Command:
        for option in reversed(_options(required)):
            command = option(command)
        return command

    return add


def _options(required: bool) -> list[Callable[[Any], Any]]:
    return [
        click.option("--lead-office", required=required, help="主管处室。"),
        click.option("--leading-group", default="", help="领导小组成员，用逗号隔开。"),
        click.option("--members", multiple=True, help="各处室=单位,单位；可以写几次，也可以用分号隔开。"),
        click.option("--assign-missing", help="没有牵头单位的事项交给这个单位。"),
        click.option("--no-duty", default="", help="无此职责的事项序号，用逗号隔开。"),
        click.option("--mentions", type=click.Choice(["take", "leave"]), help="正文里另有的时间要求：采纳或不设。"),
        click.option("--lapsed", type=click.Choice(["leave", "overdue"]), default="leave", help="启用前已到期的节点。"),
        click.option("--joint", help="一次办结的事项：proposed（全部采纳建议），或 3+5+7,8+9。"),
        click.option("--preset", type=click.Choice([p.value for p in Preset]), default="gentle", help="提醒的松紧。"),
        click.option("--policy", type=click.Path(path_type=Path), help="本单位的提醒规则（cuiban policy show 写出）。"),
        click.option("--release", is_flag=True, help="启用后即开始发送。"),
    ]


def choices_from(options: dict[str, Any]) -> Choices | None:
    """The options as choices; None where no lead office was named."""
    if not options.get("lead_office"):
        return None
    return Choices(
        lead_office=options["lead_office"],
        leading_group=names_of(options["leading_group"]),
        members=members_of(options["members"]),
        assign_missing=options["assign_missing"],
        no_duty=names_of(options["no_duty"]),
        mentions=options["mentions"],
        lapsed=options["lapsed"],
        joint=options["joint"],
        preset=Preset(options["preset"]),
        policy=policy_of(options),
        release=options["release"],
    )


def policy_of(options: dict[str, Any]) -> Policy | None:
    """The office's own policy; None where a preset is enough. A file names its preset itself."""
    if options["policy"] is None:
        return None
    if options["preset"] != Preset.GENTLE:
        raise InputError("--preset 和 --policy 只写一个：规则文件里 preset 那一行就是它的底本。")
    return read_policy(options["policy"])


def names_of(text: str) -> tuple[str, ...]:
    """Names or numbers between commas of any width."""
    plain = text.replace("，", ",").replace("、", ",")
    return tuple(name.strip() for name in plain.split(",") if name.strip())


def members_of(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """各处室=甲处,乙处;相关处室=丙处 — in one option or in several; what follows `=` may be empty."""
    found: dict[str, tuple[str, ...]] = {}
    current = ""
    for text in given:
        for part in text.replace("；", ";").replace("，", ",").split(";"):
            for piece in part.split(","):
                name, equals, unit = piece.partition("=")
                if equals:
                    current = name.strip()
                    found[current] = names_of(unit)
                elif piece.strip() and current:
                    found[current] = (*found[current], piece.strip())
                elif piece.strip():
                    raise InputError(f"--members 应写作 各处室=甲处,乙处，读到的是「{text}」。")
    return found

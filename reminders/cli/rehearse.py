"""cuiban rehearse: every message some months would bring, nothing sent, no row left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.options import DAY, Command, activation_options, choices_from, members_of, names_of, policy_of
from reminders.cli.rehearsed import print_difference, print_json, print_lines, print_totals
from reminders.contacts import Contact, read_contacts
from reminders.engine.assembly import scratch
from reminders.engine.ledger.sent import Line
from reminders.engine.plan.activation import Choices
from reminders.engine.plan.revising import Answers
from reminders.exceptions import InputError
from reminders.plans import Plan, read_plan
from reminders.policy import PRESETS, Policy, Preset
from reminders.policy_file import read_policy
from reminders.rehearsal import (
    Alternative,
    Difference,
    Manners,
    Span,
    compare_file,
    compare_stored,
    default_choices,
    rehearse_file,
    rehearse_stored,
)
from reminders.settings import load_settings
from schedules.workdays import WorkCalendar, china

PATH = click.Path(path_type=Path)


def alternatives(command: Command) -> Command:
    """What the months are compared with."""
    options: list[Callable[[Any], Any]] = [
        click.option("--against-plan", type=PATH, help="换成这个文件（修订稿），哪些通知会变。"),
        click.option("--against-policy", help="换成这套提醒规则（gentle、strict 或文件），哪些通知会变。"),
        click.option("--against-holidays", type=PATH, help="换成这个节假日文件，哪些通知会变。"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("rehearse")
@click.argument("plan")
@click.option("--from", "first", type=DAY, required=True, help="第一天。")
@click.option("--to", "last", type=DAY, required=True, help="最后一天。")
@activation_options(required=False)
@alternatives
@click.option("--contacts", "contacts_file", type=PATH, help="联系人名单；不给则每个单位设想一名联络员和负责人。")
@click.option("--answers", default="prompt", help="prompt、silent，或 JSON 行的文件。")
@click.option("--year", type=int, help="方案年度，文件里没有写明时用。")
@click.option("--totals", is_flag=True, help="不列通知，只数每人每周有多少条。")
@click.option("--json", "as_json", is_flag=True, help="JSON。")
def rehearse(
    plan: str,
    first: date,
    last: date,
    contacts_file: Path | None,
    answers: str,
    year: int | None,
    totals: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """预演 PLAN（文件，或方案编号）在一段时间里会发的每一条通知。"""
    if last < first:
        raise InputError(f"--to {last} 早于 --from {first}。")
    asked = Asked(plan, Span(first, last), _manners(answers), contacts_file, year, options)
    other = asked.other()
    if other is not None:
        if totals:
            raise InputError("--totals 数的是一次预演；比较两次时（--against-…）请去掉它。")
        print_difference(asked.difference(other), asked.span, as_json=as_json)
    elif totals:
        print_totals(asked.lines(), asked.span, as_json=as_json)
    elif as_json:
        print_json(asked.lines())
    else:
        print_lines(asked.lines())


@dataclass(frozen=True)
class Asked:
    """What is to be rehearsed, as the command line says it."""

    plan: str
    span: Span
    manners: Manners
    contacts_file: Path | None
    year: int | None
    options: dict[str, Any]

    def lines(self) -> Iterator[Line]:
        """The messages, one by one."""
        if self._is_stored():
            choices = choices_from(self.options)
            return rehearse_stored(open_service(), int(self.plan), choices, self.span, self.manners)
        return rehearse_file(scratch(load_settings()), *self._from_file(), self.span, self.manners)

    def difference(self, other: Alternative) -> Difference:
        """What would be otherwise."""
        if self._is_stored():
            choices = choices_from(self.options)
            return compare_stored(open_service(), int(self.plan), choices, self.span, self.manners, other)
        return compare_file(scratch(load_settings()), *self._from_file(), self.span, self.manners, other)

    def other(self) -> Alternative | None:
        """The plan, figures and days to compare with; None where none are named."""
        plan, policy = self.options["against_plan"], self.options["against_policy"]
        holidays = self.options["against_holidays"]
        if not (plan or policy or holidays):
            return None
        return Alternative(
            plan=read_plan(plan, year=self.year) if plan else None,
            policy=_policy(policy) if policy else None,
            workdays=_workdays(holidays) if holidays else None,
            answers=Answers(
                members_of(self.options["members"]),
                self.options["assign_missing"],
                names_of(self.options["no_duty"]),
                self.options["mentions"],
            ),
        )

    def _is_stored(self) -> bool:
        return self.plan.isdigit() and not Path(self.plan).exists()

    def _from_file(self) -> tuple[Plan, Sequence[Contact], Choices | None]:
        """The plan, its people and the choices."""
        found = read_plan(Path(self.plan), year=self.year)
        people = read_contacts(self.contacts_file) if self.contacts_file else ()
        chosen = choices_from(self.options)
        if chosen is None and (self.options["preset"] != Preset.GENTLE or self.options["policy"]):
            preset, policy = Preset(self.options["preset"]), policy_of(self.options)
            chosen = replace(default_choices(found, people), preset=preset, policy=policy)
        return found, people, chosen


def _policy(which: str) -> Policy:
    return PRESETS[Preset(which)] if which in set(Preset) else read_policy(Path(which))


def _workdays(path: Path) -> WorkCalendar:
    try:
        return china(path)
    except (OSError, ValueError) as error:
        raise InputError(f"--against-holidays：{error}") from None


def _manners(answers: str) -> Manners:
    if answers in ("prompt", "silent"):
        return Manners.read(answers)
    try:
        return Manners.read(Path(answers).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise InputError(f"--answers 应为 prompt、silent 或一个 JSON 行文件，「{answers}」读不出来。") from None

"""cuiban rehearse: every message some months would bring, nothing sent, no row left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.options import DAY, activation_options, choices_from, policy_of
from reminders.contacts import read_contacts
from reminders.engine.assembly import scratch
from reminders.engine.sent import Line
from reminders.exceptions import InputError
from reminders.plans import read_plan
from reminders.policy import Preset
from reminders.rehearsal import Manners, Span, default_choices, rehearse_file, rehearse_stored
from reminders.settings import load_settings


@click.command("rehearse")
@click.argument("plan")
@click.option("--from", "first", type=DAY, required=True, help="第一天。")
@click.option("--to", "last", type=DAY, required=True, help="最后一天。")
@activation_options(required=False)
@click.option(
    "--contacts",
    "contacts_file",
    type=click.Path(path_type=Path),
    help="联系人名单；不给则每个单位设想一名联络员和负责人。",
)
@click.option("--answers", default="prompt", help="prompt、silent，或 JSON 行的文件。")
@click.option("--year", type=int, help="方案年度，文件里没有写明时用。")
@click.option("--json", "as_json", is_flag=True, help="JSON。")
def rehearse(
    plan: str,
    first: date,
    last: date,
    contacts_file: Path | None,
    answers: str,
    year: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """预演 PLAN（文件，或方案编号）在一段时间里会发的每一条通知。"""
    if last < first:
        raise InputError(f"--to {last} 早于 --from {first}。")
    span, manners = Span(first, last), _manners(answers)
    lines = list(_lines(plan, span, manners, contacts_file, year, options))
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        _table(lines)


def _lines(
    plan: str, span: Span, manners: Manners, contacts_file: Path | None, year: int | None, options: dict[str, Any]
) -> Iterator[Line]:
    if plan.isdigit() and not Path(plan).exists():
        return rehearse_stored(open_service(), int(plan), choices_from(options), span, manners)
    found = read_plan(Path(plan), year=year)
    people = read_contacts(contacts_file) if contacts_file else ()
    service = scratch(load_settings())
    chosen = choices_from(options)
    if chosen is None and (options["preset"] != Preset.GENTLE or options["policy"]):
        preset, policy = Preset(options["preset"]), policy_of(options)
        chosen = replace(default_choices(found, people), preset=preset, policy=policy)
    return rehearse_file(service, found, people, chosen, span, manners)


def _manners(answers: str) -> Manners:
    if answers in ("prompt", "silent"):
        return Manners.read(answers)
    try:
        return Manners.read(Path(answers).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise InputError(f"--answers 应为 prompt、silent 或一个 JSON 行文件，「{answers}」读不出来。") from None


def _table(lines: list[Line]) -> None:
    slot = ""
    for line in lines:
        if line["slot"] != slot:
            slot = line["slot"]
            click.secho(slot, bold=True)
        said = "，".join(
            f"第{item['task']}项 {item['step']}" if item["task"] else item["step"] for item in line["items"]
        )
        click.echo(f"  {line['kind']:<9} {line['destination']}　{said}")
    click.echo(f"共 {len(lines)} 条通知，什么也没有发出。")

"""cuiban import, cuiban contacts import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reminders.cli.opening import open_service
from reminders.cli.revising import refuse_without_revises, revising, revising_options
from reminders.contacts import read_contacts
from reminders.engine.plan.intake import import_contacts, import_plan
from reminders.exceptions import InputError
from reminders.plans import read_plan


@click.command("import")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="方案年度，文件里没有写明时用。")
@revising_options
def import_command(
    plan: Path, year: int | None, revises: int | None, wanted: str | None, as_json: bool, **answers: Any
) -> None:
    """导入一份方案，或已导入方案的修订稿。"""
    if revises is not None:
        revising(plan, year, revises, wanted, as_json=as_json, **answers)
        return
    refuse_without_revises(wanted, as_json=as_json, **answers)
    found = read_plan(plan, year=year)
    service = open_service()
    plan_id = import_plan(service, found, plan.read_bytes(), plan.name)
    doubtful = sum(bool(task.warnings) for task in found.tasks)
    click.echo(
        f"已导入方案 {plan_id}「{found.title}」：{len(found.tasks)} 项，"
        f"其中 {doubtful} 项请核对（cuiban show {plan_id}/序号）。"
    )


@click.group("contacts")
def contacts() -> None:
    """联系人名单。"""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def contacts_import(file: Path) -> None:
    """导入联系人名单（csv 或 xlsx）。"""
    people = read_contacts(file)
    if not people:
        raise InputError(f"「{file.name}」里没有联系人。")
    kept = import_contacts(open_service(), people)
    again = f"；{kept.requeued} 件未送达的将在下一时段重发" if kept.requeued else ""
    click.echo(f"已登记联系人：新增 {kept.new}，更正 {kept.mended}{again}。")

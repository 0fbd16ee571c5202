"""cuiban export: the ledger of a plan as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from reminders.cli.opening import open_service
from reminders.engine.ledger.exporting import Words, export
from reminders.web.labels import CHANNELS, EVENTS, STATES, TRIES


@click.command("export")
@click.argument("plan_id", type=int)
@click.option("--to", "target", type=click.Path(path_type=Path), required=True, help="写到哪个文件（.xlsx）。")
def export_command(plan_id: int, target: Path) -> None:
    """导出一份方案的台账：任务、通知、记录各一张表。"""
    done = export(open_service(), plan_id, target, Words(EVENTS, STATES, CHANNELS, TRIES))
    click.echo(f"已写出「{target}」：任务 {done.tasks} 行，通知 {done.messages} 行，记录 {done.events} 行。")

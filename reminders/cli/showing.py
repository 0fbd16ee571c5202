"""cuiban plans, cuiban show."""

from __future__ import annotations

import click

from reminders.cli.opening import open_service
from reminders.engine.ledger.showing import plan_lines, task_lines
from reminders.engine.views.finding import find_task


@click.command("plans")
def plans_command() -> None:
    """已导入的方案。"""
    service = open_service()
    with service.database.read() as connection:
        for line in plan_lines(connection):
            click.echo(line)


@click.command("show")
@click.argument("task")
def show(task: str) -> None:
    """一项任务现在的状态，TASK 写作 方案编号/序号。"""
    service = open_service()
    with service.database.read() as connection:
        for line in task_lines(service, connection, find_task(connection, task)):
            click.echo(line)

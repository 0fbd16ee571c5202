"""cuiban audit verify."""

from __future__ import annotations

import click

from reminders.cli.opening import open_service
from reminders.engine.ledger.auditing import Audit, verify


@click.group("audit")
def audit() -> None:
    """台账的封条。"""


@audit.command("verify")
@click.option("--noted", default="", metavar="HASH", help="以前记下的最后一号封条（或它的开头），核对它还在链上。")
@click.pass_context
def verify_command(context: click.Context, noted: str) -> None:
    """核对台账：记录有没有被改、被删、被插，重放后与现状是否一致。"""
    found = verify(open_service().database, noted=noted)
    for sentence in found.problems:
        click.echo(sentence, err=True)
    click.echo(_summary(found))
    context.exit(0 if found.fine else 1)


def _summary(found: Audit) -> str:
    state = "核对无误" if found.fine else f"有 {len(found.problems)} 处不符"
    head = f"；最后一号封条 {found.head}" if found.head else ""
    return f"台账{state}：已封 {found.sealed} 条记录（{found.seals} 号封条），待封 {found.waiting} 条{head}。"

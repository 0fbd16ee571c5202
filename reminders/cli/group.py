"""The group of commands; each is imported only when it is called, so that small ones start fast."""

from __future__ import annotations

import importlib
import logging
import sys
from typing import Any

import click

from reminders.exceptions import CuibanError

# command → (module, attribute)
COMMANDS = {
    "normalise": ("reminders.cli.expressions", "normalise"),
    "scan": ("reminders.cli.expressions", "scan"),
    "read": ("reminders.cli.read", "read"),
    "import": ("reminders.cli.intake", "import_command"),
    "contacts": ("reminders.cli.intake", "contacts"),
    "plans": ("reminders.cli.showing", "plans_command"),
    "show": ("reminders.cli.showing", "show"),
    "export": ("reminders.cli.export", "export_command"),
    "activate": ("reminders.cli.acting", "activate_command"),
    "decide": ("reminders.cli.acting", "decide_command"),
    "close": ("reminders.cli.acting", "close_command"),
    "event": ("reminders.cli.event", "event_command"),
    "pause": ("reminders.cli.acting", "pause"),
    "resume": ("reminders.cli.acting", "resume"),
    "outbox": ("reminders.cli.outbox", "outbox_command"),
    "release": ("reminders.cli.acting", "release"),
    "policy": ("reminders.cli.policy", "policy"),
    "calendar": ("reminders.cli.calendar", "calendar"),
    "rehearse": ("reminders.cli.rehearse", "rehearse"),
    "run": ("reminders.cli.running", "run"),
    "web": ("reminders.cli.running", "web"),
    "migrate": ("reminders.cli.running", "migrate_command"),
    "tick": ("reminders.cli.running", "tick_command"),
    "digest": ("reminders.cli.running", "digest"),
    "watchdog": ("reminders.cli.watchdog", "watchdog"),
    "audit": ("reminders.cli.audit", "audit"),
    "check": ("reminders.cli.check", "check"),
}


class Commands(click.Group):
    """A group that finds its commands by name and turns a refusal into its sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = COMMANDS.get(name)
        if found is None:
            return None
        command: click.Command = getattr(importlib.import_module(found[0]), found[1])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CuibanError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cuiban")
def commands() -> None:
    """催办：按方案提醒每个单位，没有答复的逐级报告。"""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")


def main() -> None:
    """The entry point of `cuiban`."""
    commands(prog_name="cuiban")

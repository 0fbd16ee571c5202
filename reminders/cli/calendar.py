"""cuiban calendar: the working calendar, what another one would move, and taking one that was replaced before."""

from __future__ import annotations

import json
from pathlib import Path

import click

from reminders.cli.opening import open_service
from reminders.engine.dates.moving import counted, lines_of
from reminders.engine.dates.republishing import Republished, Standing, adopt, compare, standing
from reminders.engine.service import Service
from reminders.exceptions import InputError
from schedules.workday_changes import ChangedDay
from schedules.workdays import WorkCalendar, china

SHOWN = 60  # lines of each list; the JSON has them all
STANDINGS = {
    Standing.FIRST: "台账还没有记下工作日历，下一次心跳记下。",
    Standing.SAME: "与台账记下的一致。",
    Standing.NEW: "与台账记下的不同：下一次心跳按它重新安排，先看差别用 cuiban calendar diff。",
    Standing.EARLIER: "这里用的是换下的旧日历：请检查 CUIBAN_HOLIDAYS_FILE 并重启；要改回，用 cuiban calendar apply。",
}


@click.group("calendar")
def calendar() -> None:
    """工作日历：放假和调休。"""


@calendar.command("show")
def show() -> None:
    """哪些年份的放假安排已经有了，与台账记下的是否一致。"""
    service = open_service()
    workdays, year = service.slots.workdays, service.now().year
    announced = workdays.announced
    click.echo(f"已公布的年份：{announced[0]}—{announced[-1]}。")
    for coming in (year, year + 1):
        if workdays.is_provisional(coming):
            click.echo(f"{coming}年还没有公布，暂按周末和法定节日计算；公布后写入 CUIBAN_HOLIDAYS_FILE，届时重新安排。")
    click.echo(STANDINGS[standing(service)])


@calendar.command("diff")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="差别输出为 JSON（格式见 docs/operating.md）。")
def diff(file: Path | None, as_json: bool) -> None:
    """改用 FILE（不写则为现在的设置）以后哪些日子、哪些提醒会变。不改动。"""
    service = open_service()
    _show(service, compare(service, _read(file) if file else service.slots.workdays), as_json=as_json)


@calendar.command("apply")
@click.option("--confirm", is_flag=True, help="看过以后，改用。")
@click.option("--json", "as_json", is_flag=True, help="差别输出为 JSON。")
def apply(confirm: bool, as_json: bool) -> None:
    """现在就按设置里的工作日历重新安排，以前换下的也算；先列出差别，加 --confirm 才生效。"""
    service = open_service()
    found = adopt(service) if confirm else compare(service, service.slots.workdays)
    _show(service, found, as_json=as_json, taken=confirm)
    if found.days and not confirm and not as_json:
        click.echo("还没有改动。确认改用：再次执行并加 --confirm。")


def _read(file: Path) -> WorkCalendar:
    try:
        return china(file)
    except (OSError, ValueError) as error:
        raise InputError(f"节假日文件「{file.name}」不能用：{error}。") from None


def _show(service: Service, found: Republished, *, as_json: bool, taken: bool = False) -> None:
    with service.database.read() as connection:
        lines = lines_of(connection, found.moved)
    if as_json:
        days = [{"day": str(changed.day), "worked": changed.worked} for changed in found.days]
        told = {"applied": taken and bool(days), "days": days, "moved": [line.to_dict() for line in lines]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    if not found.days:
        click.echo("工作日历与台账记下的没有差别。")
        return
    head = "已按新的工作日历重新安排" if taken else "工作日历有变"
    click.secho(f"{head}，{len(found.days)} 天不同；设想没有人答复：{counted(found.moved)}。", bold=True)
    for changed in found.days[:SHOWN]:
        click.echo(f"  {_day(changed)}")
    for line in lines[:SHOWN]:
        click.echo(line.in_words())
    left = max(len(found.days) - SHOWN, 0) + max(len(lines) - SHOWN, 0)
    if left:
        click.echo(f"另有 {left} 行，见 --json。")


def _day(changed: ChangedDay) -> str:
    weekday = "一二三四五六日"[changed.day.weekday()]
    return f"{changed.day}（星期{weekday}）改为{'上班' if changed.worked else '休息'}"

"""What a rehearsal printed: its messages slot by slot, totals by person and week, the difference between two."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import click

from reminders.cli.columns import fitted, width_of
from reminders.engine.ledger.sent import Line
from reminders.rehearsal import Difference, Span, Totals
from reminders.rehearsal.totals import Destination
from reminders.rehearsal.wording import KINDS, destination_words, items_words, slot_words

WEEKS = 12  # beside each other; the next ones come below
SHOWN = 60  # lines of each kind of difference; the JSON has them all
Pair = tuple[Line, Line]


def print_json(lines: Iterable[Line]) -> None:
    """The list as JSON, written while it comes: a year of a large plan does not fit into memory."""
    before = "["
    for line in lines:
        click.echo(f"{before}\n{json.dumps(line, ensure_ascii=False)}", nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def print_lines(lines: Iterable[Line]) -> None:
    """The messages under their slots, and when there are most of them."""
    totals, slot = Totals(), ""
    for line in totals.counting(lines):
        if line["slot"] != slot:
            slot = line["slot"]
            click.secho(slot_words(slot), bold=True)
        click.echo(f"  {_message(line)}")
    for said in _most(totals):
        click.echo(said)
    click.echo(f"共 {totals.messages} 条通知，什么也没有发出。")


def print_totals(lines: Iterable[Line], span: Span, *, as_json: bool) -> None:
    """How many messages each person gets a week."""
    totals = Totals()
    for line in lines:
        totals.add(line)
    if as_json:
        found = {"from": str(span.first), "to": str(span.last), **totals.to_dict()}
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in _table(totals):
        click.echo(row)
    for said in _most(totals):
        click.echo(said)
    click.echo(f"共 {totals.messages} 条通知，{len(totals.found)} 个收件人，什么也没有发出。")


def print_difference(found: Difference, span: Span, *, as_json: bool) -> None:
    """Which messages would move, say something else, be added or dropped."""
    if as_json:
        said = {"from": str(span.first), "to": str(span.last), **found.to_dict()}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    click.secho(_counted(found), bold=True)
    _listed("改期", found.moved, lambda pair: f"{slot_words(pair[0]['slot'])} → {_placed(pair[1])}")
    _listed("内容有变", found.changed, lambda pair: f"{_placed(pair[1])}（{_change(*pair)}）")
    _listed("新增", found.added, _placed)
    _listed("不再发", found.dropped, _placed)
    click.echo("这只是预演：什么也没有改，什么也没有发出。")


def _listed(title: str, found: Sequence[Pair] | Sequence[Line], words: Callable[..., str]) -> None:
    if not found:
        return
    click.secho(f"{title}（{len(found)}）", bold=True)
    for one in found[:SHOWN]:
        click.echo(f"  {words(one)}")
    if len(found) > SHOWN:
        click.echo(f"  另有 {len(found) - SHOWN} 条，见 --json。")


def _change(before: Line, after: Line) -> str:
    """What a message said before, or, where it says the same of other days, which days."""
    if items_words(before["items"]) != items_words(after["items"]):
        return f"原：{items_words(before['items']) or '没有条目'}"
    days = [(was["due"], now["due"]) for was, now in zip(before["items"], after["items"], strict=True)]
    return "期限 " + "，".join(f"{was} → {now}" for was, now in dict.fromkeys(days) if was != now)


def _counted(found: Difference) -> str:
    """这 14 条通知改期，新增 2 条，其余 90 条不变。"""
    if not found:
        return f"没有差别：{found.same} 条通知都不变。"
    parts = [
        f"这 {len(found.moved)} 条通知改期" if found.moved else "",
        f"{len(found.changed)} 条内容有变" if found.changed else "",
        f"新增 {len(found.added)} 条" if found.added else "",
        f"不再发 {len(found.dropped)} 条" if found.dropped else "",
    ]
    return "，".join(part for part in parts if part) + f"；其余 {found.same} 条不变。"


def _message(line: Line) -> str:
    kind = KINDS.get(str(line["kind"]), "通知")
    return f"{fitted(kind, 8)}{destination_words(line['destination'])}　{items_words(line['items'])}".rstrip("　")


def _placed(line: Line) -> str:
    return f"{slot_words(line['slot'])}　{_message(line)}"


def _table(totals: Totals) -> Iterator[str]:
    """A row for each person, a column for each week, named by its Monday."""
    people, weeks = totals.destinations(), totals.weeks()
    wide = max((width_of(destination_words(one.name)) for one in people), default=6) + 2
    for start in range(0, len(weeks), WEEKS):
        shown = weeks[start : start + WEEKS]
        heads = "".join(f"{f'{week.month}/{week.day}':>6}" for week in shown)
        yield f"{fitted('周一', wide)}  合计{heads}"
        yield from (_row(one, shown, wide) for one in people)
        yield ""


def _row(one: Destination, weeks: Sequence[date], wide: int) -> str:
    cells = "".join(f"{one.weeks.get(week) or '·':>6}" for week in weeks)
    return f"{fitted(destination_words(one.name), wide)}{one.messages:>6}{cells}"


def _most(totals: Totals) -> Iterator[str]:
    """When it is most, for everybody and for one person."""
    week, slot = totals.most_in_week(), totals.most_in_slot()
    if week is None or slot is None:
        return
    monday, count = week.week
    yield f"最满的一个时段：{slot_words(totals.slot.when)}，全部收件人共 {totals.slot.messages} 条。"
    yield f"一周最多：{destination_words(week.name)}，{monday.month}月{monday.day}日起的一周 {count} 条。"
    at_once = f"{slot.slot.messages} 条、{slot.slot.items} 个条目"
    yield f"一个时段最多：{destination_words(slot.name)}，{slot_words(slot.slot.when)} {at_once}。"

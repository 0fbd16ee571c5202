"""`cuiban normalise` and `cuiban scan`: what expressions mean, one JSON record a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

import schedules
from reminders.exceptions import InputError

Record = dict[str, Any]

_YEARS = click.IntRange(1900, 2199)
_ISSUED = "The date on which the plan was issued, 2022-08-22; periods such as 30日内 count from it."


@click.command("normalise")
@click.argument("texts", nargs=-1, metavar="[TEXT…]")
@click.option("--year", type=_YEARS, help="The plan year.")
@click.option("--issued", help=_ISSUED)
@click.option("--jsonl", is_flag=True, help='Records {"text","year","issued"} from standard input, one a line.')
@click.option("--explain", "told", is_flag=True, help="Sentences instead of JSON.")
def normalise(texts: tuple[str, ...], year: int | None, issued: str | None, jsonl: bool, told: bool) -> None:
    """The schedule that each TEXT means, as JSON, one a line."""
    given = _records(_read(None)) if jsonl else _lines(texts or _read(None).splitlines(), year, issued)
    for record in [_complete(record, place, year, issued) for place, record in enumerate(given, start=1)]:
        schedule = schedules.normalise(record["text"], year=record["year"], issued=_day(record, "issued"))
        if told:
            click.echo("\n".join(schedules.explain(schedule)))
        else:
            _print(record | schedule.to_dict())


@click.command("scan")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--year", type=_YEARS, help="The plan year.")
@click.option("--issued", help=_ISSUED)
@click.option("--jsonl", is_flag=True, help='Records {"text","year","issued"}, one a line.')
def scan(file: Path | None, year: int | None, issued: str | None, jsonl: bool) -> None:
    """The expressions inside the prose of FILE (or standard input), each with its place."""
    text = _read(file)
    given = _records(text) if jsonl else iter([{"text": text}])
    for record in [_complete(record, place, year, issued) for place, record in enumerate(given, start=1)]:
        found = schedules.scan(record["text"], year=record["year"], issued=_day(record, "issued"))
        shown = record if jsonl else {"year": record["year"]}
        _print(shown | {"found": [one.to_dict() for one in found]})


def _print(record: Record) -> None:
    line = json.dumps(record, ensure_ascii=False)
    # A lone surrogate (from an escape in the input) has no UTF-8; JSON can still write it.
    click.echo(line if _has_utf8(line) else json.dumps(record))


def _has_utf8(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _lines(texts: Sequence[str], year: int | None, issued: str | None) -> Iterator[Record]:
    for text in texts:
        if text.strip():
            record: Record = {"text": text, "year": year}
            yield record if issued is None else record | {"issued": issued}


def _read(file: Path | None) -> str:
    """The text of a file, or of standard input."""
    try:
        raw = sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"文件「{file}」打不开：{error.strerror}。请核对路径。") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"「{file or '标准输入'}」不是 UTF-8 编码的文本，请另存为 UTF-8 后再试。") from error


def _records(text: str) -> Iterator[Record]:
    """The records of a text; the first line that is none is named."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f'第{number}行不是 JSON，应写作 {{"text":"8月底前","year":2022}}。') from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise InputError(f'第{number}行没有 text，应写作 {{"text":"8月底前","year":2022}}。')
        yield record


def _complete(record: Record, place: int, year: int | None, issued: str | None) -> Record:
    """The record with the year and date of issue of the options where it has none of its own."""
    if record.get("year") is None:
        if year is None:
            raise InputError("不知道是哪一年的方案，请加上 --year 2022（或在记录里写 year）。")
        record = record | {"year": year}
    if record.get("issued") is None and issued is not None:
        record = record | {"issued": issued}
    if isinstance(record["year"], bool) or not isinstance(record["year"], int) or not 1900 <= record["year"] < 2200:
        raise InputError(f"第{place}条的 year「{record['year']}」应是 1900 到 2199 之间的数。")
    _day(record, "issued", place)
    return record


def _day(record: Record, name: str, place: int = 0) -> date | None:
    value = record.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"第{place}条的 {name}「{value}」应写作 2022-08-22。") from error

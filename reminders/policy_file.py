"""A policy as a file that an office edits: a comment on every figure, a sentence on every mistake.

The file is TOML. What it leaves out is that of the preset it names; a word nobody knows, a figure out of its range and
figures that contradict each other are refused with one sentence that names the file, the key and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from reminders.exceptions import InputError
from reminders.figures import ANY, LADDERS, TABLES, allowed, fits, plain, table_model
from reminders.policy import PRESETS, Policy, Preset, Rung

MOST_BYTES = 64 * 1024
MOST_RUNGS = 20
MOST_PROBLEMS = 8
_OPENING = """\
# 提醒规则。日数都是工作日，另有说明的除外；改好后：
#   启用方案时用    cuiban activate 方案编号 --policy 文件 …
#   执行中的方案用  cuiban policy apply 方案编号 文件（先列出差别，加 --confirm 才生效）
# 没有写的数字，按 preset 那一行的预设。
"""


def read_policy(path: Path) -> Policy:
    """The policy a file describes; InputError with one sentence where it cannot be used."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到规则文件「{path.name}」（{error.strerror}）：请检查路径和权限。") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"规则文件「{path.name}」超过 {MOST_BYTES // 1024} KB，不像是提醒规则。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"规则文件「{path.name}」不是 UTF-8 编码，请另存为 UTF-8。") from None
    return policy_from(text, path.name)


def policy_from(text: str, name: str) -> Policy:
    """The policy a text describes; `name` is how sentences call it."""
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"规则文件「{name}」{_where(str(error))}写法不对，应形如 yellow_from = 3。") from None
    problems = list(_problems(given, Policy, ""))
    if problems:
        more = "；等" if len(problems) > MOST_PROBLEMS else ""
        raise InputError(f"规则文件「{name}」不能用：{'；'.join(problems[:MOST_PROBLEMS])}{more}。")
    base = PRESETS[Preset(given.get("preset", Preset.GENTLE))]
    try:
        return Policy.model_validate(_merged(base.model_dump(), given))
    except ValidationError as error:
        said = str(error.errors()[0].get("ctx", {}).get("error", "有的数字互相矛盾"))
        raise InputError(f"规则文件「{name}」不能用：{said}。") from None


def policy_text(policy: Policy) -> str:
    """A policy as the file: every figure with a comment that says what it is and may be."""
    lines = [_OPENING]
    lines += [_line(name, getattr(policy, name), field) for name, field in plain(Policy)]
    for table, words in TABLES.items():
        lines.append(f"\n[{table}]  # {words}\n")
        part: BaseModel = getattr(policy, table)
        lines += [_line(name, getattr(part, name), field) for name, field in plain(type(part))]
    lines.append("\n[rungs]  # 提醒阶梯：从早到晚，每次一行\n")
    lines += [f"# {name}：{field.description}（{allowed(field)}）\n" for name, field in plain(Rung)]
    for ladder, words in LADDERS.items():
        lines.append(f"{ladder.value} = [  # {words}\n")
        lines += [f"  {_rung_text(rung)},\n" for rung in policy.rungs.get(ladder, ())]
        lines.append("]\n")
    return "".join(lines)


def _line(name: str, value: Any, field: FieldInfo) -> str:
    return f"{name} = {toml(value)}  # {field.description}（{allowed(field)}）\n"


def toml(value: Any) -> str:
    """One value as the file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return f'"{ANY}"'
    return f'"{value}"' if isinstance(value, str) else str(value)


def _rung_text(rung: Rung) -> str:
    said = rung.model_dump(exclude_defaults=True)
    return f"{{ {', '.join(f'{name} = {toml(value)}' for name, value in said.items())} }}"


def _problems(given: Mapping[str, Any], model: type[BaseModel], place: str) -> Iterator[str]:
    """Everything in one table that is not a figure or not what it may be."""
    for name, value in given.items():
        field = model.model_fields.get(name)
        if field is None:
            known = "、".join(model.model_fields)
            yield f"没有「{_clipped(place + name)}」这个数字，{f'{place[:-1]} 里' if place else ''}可以写的有 {known}"
        elif name == "rungs" and model is Policy:
            yield from _ladder_problems(value)
        elif name in TABLES and model is Policy:
            yield from _table_problems(name, value, table_model(field))
        elif not fits(value, field):
            yield f"{place}{name}（{field.description}）应是 {allowed(field)}，读到的是 {_clipped(value)}"


def _table_problems(name: str, value: Any, model: type[BaseModel]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _problems(value, model, f"{name}.")
    else:
        yield f"{name}（{TABLES[name]}）应写成一段 [{name}]，读到的是 {_clipped(value)}"


def _ladder_problems(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"rungs 应写成一段 [rungs]，读到的是 {_clipped(value)}"
        return
    names = {ladder.value: words for ladder, words in LADDERS.items()}
    for name, rungs in value.items():
        if name not in names:
            yield f"没有「rungs.{_clipped(name)}」这个阶梯，可以写的有 {'、'.join(names)}"
        elif not isinstance(rungs, list) or len(rungs) > MOST_RUNGS:
            yield f"rungs.{name}（{names[name]}）应是不超过 {MOST_RUNGS} 次提醒的列表"
        else:
            yield from _rung_problems(name, rungs)


def _rung_problems(name: str, rungs: list[Any]) -> Iterator[str]:
    for number, rung in enumerate(rungs, 1):
        place = f"rungs.{name} 第{number}次的 "
        if not isinstance(rung, dict) or "before" not in rung:
            yield f"rungs.{name} 第{number}次应写作 {{ before = 3 }}，读到的是 {_clipped(rung)}"
        else:
            yield from _problems(rung, Rung, place)


def _merged(base: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the preset with those of the file in their places; a ladder is taken as a whole."""
    merged = dict(base)
    for name, value in given.items():
        known = base.get(name)
        merged[name] = {**known, **value} if isinstance(known, dict) else None if value == ANY else value
    return merged


def _where(message: str) -> str:
    """第3行第5列: the place in what the parser says."""
    found = re.search(r"line (\d+), column (\d+)", message)
    return f"第{found[1]}行第{found[2]}列" if found else "末尾" if "end of document" in message else ""


def _clipped(value: Any) -> str:
    if isinstance(value, dict | list):
        return "一段内容" if isinstance(value, dict) else "一个列表"
    if isinstance(value, int) and value.bit_length() > 64:
        return "一个很大的数"
    shown = value if isinstance(value, str) else str(value).lower()
    plain = "".join(letter if letter.isprintable() else "？" for letter in shown)
    return plain if len(plain) <= 40 else f"{plain[:39]}…"

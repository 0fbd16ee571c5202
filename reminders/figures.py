"""The figures of a policy: each with its sentence and what it may be, and where two policies differ."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reminders.policy import Ladder, Policy, Rung

ANY = "any"  # how a file writes «no limit»; TOML has no word for nothing
LADDERS = {
    Ladder.DEADLINE: "有期限的节点",
    Ladder.QUARTERLY: "每季度及更长一次的节点",
    Ladder.MONTHLY: "每月、每两月一次的节点",
}
TABLES = {
    "signature": "签收",
    "confirmation": "确认（能否按期）",
    "climbs": "超期最高报到哪一级",
    "ask_return": "按季填报（季末是本季度最后一个工作日）",
}


def figures() -> Iterator[tuple[str, FieldInfo]]:
    """Every figure by its path (signature.w0), in the order of the file; the rungs' own come last."""
    yield from plain(Policy)
    for table in TABLES:
        yield from ((f"{table}.{name}", field) for name, field in plain(table_model(Policy.model_fields[table])))
    yield from ((f"rungs.*.{name}", field) for name, field in plain(Rung))


def allowed(field: FieldInfo) -> str:
    """What a figure may be, in words."""
    kind = _kind(field)
    if kind is bool:
        return "true 或 false"
    if issubclass(kind, StrEnum):
        return " 或 ".join(member.value for member in kind)
    low, high = _range(field)
    return f"{low} 至 {high} 的整数" + (f'，或 "{ANY}"（不限）' if _may_lack(field) else "")


def changed(was: Policy, now: Policy) -> dict[str, tuple[Any, Any]]:
    """The figures in which two policies differ: path → what it was, what it is."""
    before, after = values(was), values(now)
    return {path: (before[path], after[path]) for path in after if before[path] != after[path]}


def rungs_in_words(rungs: tuple[Rung, ...]) -> str:
    """T-20（至少剩40天）、T-10 问能否按期、T-3（答复能按期的除外）、T0（连休前提早）."""
    return "、".join(_rung_words(rung) for rung in rungs) or "没有"


def fits(value: Any, field: FieldInfo) -> bool:
    """Whether a value read from a file may stand for a figure."""
    kind = _kind(field)
    if kind is bool:
        return isinstance(value, bool)
    if issubclass(kind, StrEnum):
        return isinstance(value, str) and value in [member.value for member in kind]
    if _may_lack(field) and value == ANY:
        return True
    low, high = _range(field)
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def plain(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The fields of a model that are single figures."""
    for name, field in model.model_fields.items():
        if name not in TABLES and name != "rungs":
            yield name, field


def _kind(field: FieldInfo) -> type:
    found: Any = next(
        (kind for kind in get_args(field.annotation) if kind is not NoneType),
        field.annotation,
    )
    assert isinstance(found, type)
    return found


def _may_lack(field: FieldInfo) -> bool:
    return NoneType in get_args(field.annotation)


def table_model(field: FieldInfo) -> type[BaseModel]:
    """The model behind one table of the file."""
    kind = _kind(field)
    assert issubclass(kind, BaseModel)
    return kind


def _range(field: FieldInfo) -> tuple[int, int]:
    low = next(piece.ge for piece in field.metadata if hasattr(piece, "ge"))
    high = next(piece.le for piece in field.metadata if hasattr(piece, "le"))
    return low, high


def values(policy: Policy) -> dict[str, Any]:
    """Every figure of a policy by its path; a ladder is one figure, in words."""
    found: dict[str, Any] = {}
    for path, field in figures():
        if not path.startswith("rungs."):
            table, _, name = path.rpartition(".")
            value = getattr(getattr(policy, table) if table else policy, name)
            found[path] = ANY if value is None and _may_lack(field) else value
    for ladder in LADDERS:
        found[f"rungs.{ladder.value}"] = rungs_in_words(policy.rungs.get(ladder, ()))
    return found


def _rung_words(rung: Rung) -> str:
    notes = [f"至少剩{rung.needs_left}天"] if rung.needs_left else []
    notes += ["答复能按期的除外"] if rung.unless_on_time else []
    notes += ["连休前提早"] if rung.early_before_break else []
    name = (f"T-{rung.before}" if rung.before else "T0") + ("问能否按期" if rung.asks else "")
    return f"{name}（{'，'.join(notes)}）" if notes else name

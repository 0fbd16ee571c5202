"""What planning anew moves, as a person reads it: by unit and task, which step goes from which slot to which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from reminders.engine.ledger.showing import KINDS
from reminders.replanning import Moved
from reminders.slots import Slot
from reminders.store.tables import tasks, units

MOST = 20_000  # steps that one event lists; it counts them all
STEPS = {
    "sign": "签收",
    "remind": "再次提醒",
    "level1": "报主管处室",
    "level2": "报领导小组",
    "level2b": "再报领导小组",
    "held": "请主管处室核定",
    "start": "启动",
    "middle": "过半",
    "return": "填报",
    "return-remind": "填报提醒",
    "review": "待审核提醒",
    "undecided": "逾期未决定",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step that moves."""

    unit: str
    task: str | None
    kind: str  # 签收, 确认, 办结, 填报
    step: str
    was: Slot | None
    now: Slot | None

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        about = {"unit": self.unit, "task": self.task, "kind": self.kind, "step": self.step}
        return {**about, "was": _text(self.was), "now": _text(self.now)}

    def in_words(self) -> str:
        """供水处　第12项　办结 T-3　2022-09-27/am → 2022-09-26/am."""
        about = f"{self.unit}　第{self.task}项" if self.task else self.unit
        what = f"{self.kind}　{STEPS.get(self.step, self.step)}"
        if self.was is None:
            return f"+ {about}　{what}　{self.now}"
        return f"- {about}　{what}　{self.was}" if self.now is None else f"~ {about}　{what}　{self.was} → {self.now}"


def lines_of(connection: Connection, moved: Iterable[Moved]) -> list[Line]:
    """By unit, task and slot."""
    found = list(moved)
    names = {row.id: row.name for row in connection.execute(select(units.c.id, units.c.name))}
    plan_ids = {one.obligation.plan_id for one in found}
    query = select(tasks.c.id, tasks.c.number).where(tasks.c.plan_id.in_(plan_ids))
    numbers = {row.id: row.number for row in connection.execute(query)}
    lines = [
        Line(
            names.get(one.obligation.unit_id, ""),
            numbers.get(one.obligation.task_id or 0),
            KINDS[one.obligation.kind],
            one.step,
            one.was,
            one.now,
        )
        for one in sorted(found, key=lambda one: (one.obligation.unit_id, one.obligation.task_id or 0))
    ]
    return sorted(lines, key=lambda line: (line.unit, line.task or "", str(line.now or line.was)))


def moved_body(moved: Sequence[Moved]) -> dict[str, Any]:
    """The difference as the ledger keeps it: obligation (0: opened by this), step, from which slot to which."""
    listed = [[one.obligation.id, one.step, _text(one.was), _text(one.now)] for one in moved[:MOST]]
    return {"steps": len(moved), "moved": listed}


def _text(slot: Slot | None) -> str | None:
    return str(slot) if slot is not None else None


def counted(moved: Sequence[Moved]) -> str:
    """这 14 条提醒将改期，新增 3 条，取消 2 条."""
    changed = sum(one.was is not None and one.now is not None for one in moved)
    added = sum(one.was is None for one in moved)
    dropped = sum(one.now is None for one in moved)
    parts = [f"这 {changed} 条提醒将改期"] if changed else []
    parts += [f"新增 {added} 条"] if added else []
    parts += [f"取消 {dropped} 条"] if dropped else []
    return "，".join(parts) or "没有提醒改期"

"""Whether a task is done: each lead unit answers for itself, and the task is done when all of them are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reminders.obligations import Kind, Obligation, State


@dataclass(frozen=True, slots=True)
class Completeness:
    """The lead units of a task that owe something dated, and those that have done all of it."""

    leads: tuple[int, ...]
    done: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing dated is left."""
        return bool(self.leads) and self.leads == self.done

    @property
    def words(self) -> str:
        """全部办结, or how many of the lead units are; empty where nothing dated is owed."""
        if not self.leads:
            return ""
        return "已全部办结" if self.whole else f"{len(self.leads)}家牵头单位中{len(self.done)}家已办结"


def completeness(owed: Iterable[Obligation]) -> Completeness:
    """The completeness of one task, from everything that was ever owed of it; what was handed over is not owed."""
    standing = [o for o in owed if o.kind is Kind.COMPLETION and o.state is not State.CLOSED]
    leads = tuple(dict.fromkeys(o.unit_id for o in sorted(standing, key=lambda o: o.id)))
    left = {o.unit_id for o in standing if o.state is not State.DONE}
    return Completeness(leads, tuple(unit for unit in leads if unit not in left))

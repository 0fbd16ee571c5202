"""Support units that are asked as well (policy `support = confirm`): whether they can do their part in time.

One question per support unit and due day of a task, whose silence climbs to the task's lead unit and no further. It
belongs to the occurrence of the lead unit that is armed first; whatever ends or moves that ends or moves it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from reminders.engine.duties.assigned import helpers_of
from reminders.obligations import SUPPORT, Kind, Obligation, State
from reminders.store.tables import obligations as table

HIGHEST = 1
MARK = "配合事项"


@dataclass
class Supporting:
    """Which support units are to be asked of a plan's tasks, each once for a due day."""

    connection: Connection
    _units: dict[int, list[int]] = field(default_factory=dict)
    _asked: set[tuple[int, int, date]] = field(default_factory=set)

    def to_ask(self, task_id: int, due_on: date) -> list[int]:
        """The support units of a task that nobody asks for this day yet; from now on they are asked."""
        if task_id not in self._units:
            self._units[task_id] = helpers_of(self.connection, task_id)
            self._asked |= self._known(task_id)
        found = [unit for unit in self._units[task_id] if (task_id, unit, due_on) not in self._asked]
        self._asked |= {(task_id, unit, due_on) for unit in found}
        return found

    def _known(self, task_id: int) -> set[tuple[int, int, date]]:
        query = select(table.c.unit_id, table.c.due_on).where(
            table.c.task_id == task_id, table.c.subject == SUPPORT, table.c.state != State.CLOSED.value
        )
        return {(task_id, row.unit_id, row.due_on) for row in self.connection.execute(query)}


def question_to_support(question: Obligation, unit_id: int = 0) -> Obligation:
    """The question of an occurrence, put to a support unit of its task."""
    highest = min(question.highest, HIGHEST)
    return replace(question, unit_id=unit_id, subject=SUPPORT, highest=highest, marks=(MARK,), own_office=False)


def asked_of(occurrence_id: int | None, unit_id: int) -> ColumnElement[bool]:
    """What one unit owes of its occurrence, and what its support units were asked of it."""
    helps = and_(table.c.kind == Kind.CONFIRMATION.value, table.c.subject == SUPPORT)
    return and_(table.c.occurrence_id == occurrence_id, or_(table.c.unit_id == unit_id, helps))

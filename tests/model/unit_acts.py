"""What units do: answer, late or early, by whichever door, and take answers back."""

from __future__ import annotations

from datetime import timedelta

from reminders.answers import CHOICES, Answer, Assurance, Choice, Door, Giver
from reminders.engine.acts.answers import DISPUTE, give, withdraw
from reminders.obligations import Kind, State
from tests.model.core import Core, one_of
from tests.model.watching import Known

ASKED = (State.QUEUED, State.WAITING, State.UNDELIVERABLE, State.HELD, State.EXHAUSTED)
RUNNING = (State.ARMED, State.OVERDUE, State.HELD, State.EXHAUSTED, State.FROZEN)
_PEOPLE = "select id, name from contacts where unit_id = ? and role <> 'group' order by id"


class UnitActs(Core):
    """The acts of units."""

    def a_unit_answers(self, which: int, choice: int, many: int, who: int, days: int) -> str:
        """Somebody of a unit answers some of what it was asked, by one link, by telephone, or not being on record."""
        asked = [row for row in self._rows() if row.state in (ASKED if row.kind is not Kind.COMPLETION else RUNNING)]
        first = one_of(asked, which)
        if first is None or self.watcher.held:
            return ""  # before the first send nobody has anything by which to answer
        same = [row for row in asked if (row.kind, row.unit_id) == (first.kind, first.unit_id) and row.id >= first.id]
        fitting = CHOICES[first.kind.value]
        chosen = fitting[choice % len(fitting)]
        answers = [self._answer(row, chosen, days) for row in same[:many]]
        given = self._try(lambda: give(self.service, answers, self._giver(first.unit_id, who)))
        return f"{chosen} of {first.kind} {[a.obligation_id for a in answers]} → {given}"

    def an_answer_is_taken_back(self, which: int, disputed: bool) -> str:
        """By its giver within ten minutes, by the lead office, or as 「非本人确认」 until the due day."""
        given = (State.ACKNOWLEDGED, State.DONE, State.SUBMITTED, State.FROZEN)
        today = self.service.now().date()
        found = [row for row in self._rows() if row.state in given]
        if disputed:
            found = [row for row in found if row.due_on is None or row.due_on >= today]
        row = one_of(found, which)
        if row is None:
            return ""
        reason = DISPUTE if disputed else "点错"
        taken = self._try(lambda: withdraw(self.service, [row.id], contact_id=None, by="本人", reason=reason))
        return f"{row.kind} {row.id} → {taken}"

    def _answer(self, row: Known, choice: Choice, days: int) -> Answer:
        today = self.service.now().date()
        numbers = tuple(n for n, one in self.tasks.items() if self._unit(row.unit_id) in one.lead)
        objects = choice is Choice.NOT_OURS and row.kind is Kind.SIGNATURE
        return Answer(
            row.id,
            choice,
            until=today + timedelta(days=days) if choice is Choice.EXTEND else None,
            done_on=today - timedelta(days=days % 5) if choice is Choice.SUBMIT else None,
            tasks=numbers[:2] if objects else (),
        )

    def _giver(self, unit_id: int, who: int) -> Giver:
        people = self.read.rows(_PEOPLE, unit_id)
        if who < len(people):
            return Giver(*people[who])
        return Giver(None, "何文", "0755-5550199", Door.PROXY if who % 2 else Door.LINK, Assurance.A0)

    def _unit(self, unit_id: int) -> str:
        return str(self.read.one("select name from units where id = ?", unit_id))

"""What the lead office does: decisions, events from outside, a revised plan, other figures, pauses, digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reminders.engine.acts.deciding import decide
from reminders.engine.acts.decision import Act, Decision
from reminders.engine.dates.correcting import correct
from reminders.engine.dates.correcting import withdraw as withdraw_event
from reminders.engine.dates.reporting import report
from reminders.engine.digests.weekly import digest_lines
from reminders.engine.ledger.sealing import seal
from reminders.engine.plan.reforming import reform
from reminders.engine.plan.revising import Answers, Source, revise
from reminders.engine.standstill.pausing import pause, resume
from reminders.obligations import State
from reminders.policy import PRESETS, Preset
from reminders.triggers import Happening
from tests.model.core import NO, Core, day_of, one_of
from tests.model.offices import DATED, EVENTS, UNITS, written
from tests.office import OFFICE_CLERK, OFFICE_HEAD, plan_of

FITS: dict[Act, tuple[State, ...]] = {
    Act.ACCEPT: (State.SUBMITTED,),
    Act.RETURN: (State.SUBMITTED,),
    Act.EXTEND: (State.FROZEN, State.ARMED, State.OVERDUE, State.HELD, State.EXHAUSTED, State.SUSPENDED),
    Act.REFUSE: (State.FROZEN, State.HELD),
    Act.REASSIGN: (State.FROZEN, State.ARMED),
    Act.SUSPEND: (State.ARMED, State.OVERDUE, State.HELD, State.FROZEN, State.EXHAUSTED, State.SUBMITTED),
    Act.RESUME: (State.SUSPENDED,),
    Act.RELEASE: (State.HELD,),
    Act.HOLD: (State.OVERDUE,),
    Act.CONFIRM: (State.QUEUED, State.WAITING),
}
PENDING: dict[State, tuple[Act, ...]] = {
    State.SUBMITTED: (Act.ACCEPT, Act.ACCEPT, Act.ACCEPT, Act.RETURN),
    State.FROZEN: (Act.EXTEND, Act.REFUSE),
    State.HELD: (Act.RELEASE, Act.REFUSE),
    State.SUSPENDED: (Act.RESUME,),
}


class OfficeActs(Core):
    """The acts of the lead office."""

    def the_lead_office_decides(self, act: int, which: int, days: int, unit: int, by: int) -> str:
        """One decision about a task, where possible one that fits."""
        what = list(Act)[act % len(Act)]
        fitting = [row for row in self._rows() if row.state in FITS[what] and row.task_id is not None]
        row = one_of(fitting, which) or one_of([row for row in self._rows() if row.task_id is not None], which)
        if row is None or row.task_id is None:
            return ""
        named = (*UNITS, "水文站")[unit % 5] if what is Act.REASSIGN else None
        return self._decide(what, row.task_id, days, named, by)

    def the_lead_office_does_what_is_asked(self, which: int, days: int, by: int, fitting: int) -> str:
        """Some of what waits for its decision, alike."""
        asked = [row for row in self._rows() if row.state in PENDING and row.task_id is not None]
        first = one_of(asked, which)
        if first is None:
            return ""
        acts = PENDING[first.state]
        act = acts[fitting % len(acts)]
        tasks = dict.fromkeys(row.task_id for row in asked if row.state is first.state and row.id >= first.id)
        return "; ".join(self._decide(act, task_id or 0, days, None, by) for task_id in [*tasks][:5])

    def an_event_is_reported(self, which: int, days: int, how: str, to: int) -> str:
        """What triggered phases wait for: reported, corrected to another day, or withdrawn."""
        name = list(EVENTS)[which % len(EVENTS)]
        day = self.service.now().date() + timedelta(days=days)
        there = self._reported(name)
        if how == "report" or not there:
            clock = "15:30" if days == 0 else None
            return str(self._try(lambda: report(self.service, name, Happening(day, clock))))
        was = there[to % len(there)]
        if how == "correct":
            return str(self._try(lambda: correct(self.service, name, was, Happening(day, None))))
        return str(self._try(lambda: withdraw_event(self.service, name, Happening(was, None))))

    def the_plan_is_revised(self, which: int, how: str, deadline: int, unit: int) -> str:
        """One task gets another day or unit, goes, comes back, or is new."""
        tasks = dict(self.tasks)
        number = sorted(tasks, key=int)[which % len(tasks)]
        text_of, lead = DATED[deadline % len(DATED)], UNITS[unit % len(UNITS)]
        if how == "day":
            tasks[number] = replace(tasks[number], **_dated(text_of))
        elif how == "unit":
            tasks[number] = replace(tasks[number], lead=(lead,))
        elif how == "gone" and len(tasks) > 1:
            del tasks[number]
        else:
            number = str(max(map(int, tasks)) + 1)
            tasks[number] = written(number, f"新增事项之{number}", text_of, lead)
        again = plan_of(*tasks.values())
        source = Source("revised.txt", f"{len(self.acts)}")
        done = self._try(lambda: revise(self.service, self.story.plan_id, again, source, answers=Answers()))
        if not isinstance(done, NO):
            self.tasks = tasks
        return f"{how} of task {number}: {text_of} {lead} → {done if isinstance(done, NO) else 'taken'}"

    def other_figures_are_applied(self, preset: int) -> str:
        """The running plan gets the figures of a preset."""
        policy = PRESETS[list(Preset)[preset]]
        done = self._try(lambda: reform(self.service, self.story.plan_id, policy, by="何文"))
        return str(done if isinstance(done, NO) else policy.preset)

    def sending_is_paused(self, scope: int) -> str:
        """Everything, the plan, or one unit."""
        plan_id, unit = self._scope(scope)
        return str(self._try(lambda: pause(self.service, plan_id=plan_id, unit=unit, reason="核对", by="何文")))

    def sending_is_resumed(self, scope: int) -> str:
        """The same scope again."""
        plan_id, unit = self._scope(scope)
        return str(self._try(lambda: resume(self.service, plan_id=plan_id, unit=unit)))

    def the_digest_is_asked_for(self) -> str:
        """`cuiban digest`."""
        return str(len(digest_lines(self.service, self.service.now().date(), dry_run=False)))

    def the_ledger_is_sealed(self) -> str:
        """As the tick does it every few minutes."""
        return str(seal(self.service))

    def _decide(self, act: Act, task_id: int, days: int, unit: str | None, by: int) -> str:
        until = self.service.now().date() + timedelta(days=days) if days else None
        decision = Decision(act, (OFFICE_HEAD, OFFICE_CLERK)[by % 2].name, "会议议定", until, unit)
        done = self._try(lambda: decide(self.service, task_id, decision))
        return f"{act} task {task_id} until {until}{f' to {unit}' if unit else ''} → {done}"

    def _reported(self, name: str) -> list[date]:
        query = "select happened_on from external_events where name = ? and withdrawn_at is null order by id"
        return [day_of(day) for (day,) in self.read.rows(query, name)]

    def _scope(self, scope: int) -> tuple[int | None, str | None]:
        choices = [(None, None), (self.story.plan_id, None), *((None, unit) for unit in UNITS[:2])]
        return choices[scope % len(choices)]


def _dated(deadline: str) -> dict[str, Any]:
    one = written("0", "", deadline, "")
    return {"deadline_text": deadline, "phases": one.phases}

"""The onlooker: after every step it reads what the step wrote to the ledger, and holds it against the state tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reminders.engine.service import Service
from reminders.obligations import Kind, State
from reminders.policy import LeadersRhythm, Policy
from reminders.slots import AM, PM, Slot, week_of
from schedules.workdays import WorkCalendar
from tests.model.reading import Found, Reader
from tests.model.table import STRIKING, Life, Standing, begun, follow

_OBLIGATIONS = (
    "select o.id, o.kind, o.unit_id, o.task_id, o.occurrence_id, o.subject, o.version, o.policy_id, o.highest, o.state,"
    " o.level, o.round, o.next_step, o.next_slot, o.due_on, o.accepted_on, o.answer, o.reports, o.plan_id,"
    " p.lead_office_id from obligations o join plans p on p.id = o.plan_id order by o.id"
)
_EVENTS = "select id, type, obligation_id, body from events where id > ? order by id"

# Who could not answer is not reported.
REPORTING = ("level1", "level2", "level2b", "late", "leaders", "obligation.held", "obligation.undecided")
UNDECIDED = (State.WAITING, State.HELD, State.FROZEN, State.OVERDUE)
RUNNING = (State.ARMED, State.FROZEN, State.SUBMITTED, State.SUSPENDED, State.HELD, State.PLANNED)


@dataclass(frozen=True)
class Known:
    """One obligation as its row stands."""

    id: int
    kind: Kind
    unit_id: int
    task_id: int | None
    occurrence_id: int | None
    subject: str
    policy_id: int
    highest: int
    next_step: str | None
    next_slot: str | None
    due_on: date | None
    accepted_on: date | None
    reports: int
    plan_id: int
    own_office: bool
    standing: Standing

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.standing.state

    @property
    def level(self) -> int:
        """How high it has climbed."""
        return self.standing.level


@dataclass
class Told:
    """A transition as the ledger names it, with what was known before it."""

    id: int
    key: str
    body: Mapping[str, Any]
    was: Known
    on: date


@dataclass
class Watcher:
    """What was seen so far of the obligations of one history."""

    service: Service
    held: bool = False  # the first send waits for a release
    closed: bool = False  # a person closed the plan
    spared: frozenset[int] = frozenset()  # who cannot answer: a page is away, and it is given back as it grows
    rows: dict[int, Known] = field(default_factory=dict)
    lives: dict[int, Life] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    stopped_on: dict[int, date] = field(default_factory=dict)  # held or frozen since
    released: set[int] = field(default_factory=set)  # by a person, to the leading group
    anew: dict[int, int] = field(default_factory=dict)  # how often a step of it may come once more
    silenced: set[int] = field(default_factory=set)  # by the last look: what was written of them is taken back
    last_event: int = 0
    plain: dict[int, Found] = field(default_factory=dict)  # the rows as they were read last

    def __post_init__(self) -> None:
        """What stands after activation is where everything starts."""
        self.reader = Reader(self.service.database)
        self._read()
        self.last_event = self.reader.one("select max(id) from events") or 0
        self.lives = {row.id: Life(row.kind, row.own_office, row.standing) for row in self.rows.values()}

    def look(self) -> None:
        """Check everything that is new in the ledger, and that the rows say the same."""
        happened = self.reader.rows(_EVENTS, self.last_event)
        before = dict(self.rows)
        changed = self._read()
        self.silenced.clear()
        withdrawn: set[int] = set()
        spoken: set[int] = set()
        for self.last_event, kind, obligation_id, body in happened:
            if kind == "answer.withdrawn":
                withdrawn.add(obligation_id)
            told = body if isinstance(body, dict) else json.loads(body)
            if obligation_id is not None and "to" in told:
                spoken.add(obligation_id)
                self._take(kind, obligation_id, told, before, again=obligation_id in withdrawn)
        for row in [self.rows[i] for i in sorted(changed | spoken)]:
            assert row.id in self.lives, f"the ledger says nothing of {row}"
            assert self.lives[row.id].standing == row.standing, f"the ledger says otherwise of {row}"
            assert row.level <= max(row.highest, 0), f"above its highest level: {row}"
            if self.held or self.closed:
                assert row.next_slot is None, f"nothing may become of it: {row}"
            else:
                _waits_rightly(row, self.service.slots.workdays)

    def spare(self, since: date) -> None:
        """From that day on the page is away: who has to answer, and was to be reported later, is not reported."""
        first = str(self.service.slots.after(Slot(since, PM)))
        later = [row for row in self.rows.values() if row.next_slot is not None and row.next_slot >= first]
        self.spared = frozenset(row.id for row in later if row.state in UNDECIDED or _still_owed(row, since))

    def plan_anew(self, service: Service) -> None:
        """By another working calendar; every row is looked at once more."""
        self.service = service
        self.plain.clear()

    def close(self) -> None:
        """From now on nothing is owed; every row is looked at once more."""
        self.closed = True
        self.plain.clear()

    def _read(self) -> set[int]:
        """Every obligation as it stands now; the ids of those that changed."""
        changed = set()
        for found in self.reader.rows(_OBLIGATIONS):
            if self.plain.get(found[0]) != found:
                self.plain[found[0]] = found
                self.rows[found[0]] = row = _known(found)
                changed.add(row.id)
                if row.policy_id not in self.policies:
                    body = self.reader.one("select body from policies where id = ?", row.policy_id)
                    self.policies[row.policy_id] = Policy.model_validate_json(body)
        return changed

    def policy(self, row: Known) -> Policy:
        """The figures an obligation is frozen to."""
        return self.policies[row.policy_id]

    def _take(
        self, event: str, obligation_id: int, body: Mapping[str, Any], before: Mapping[int, Known], *, again: bool
    ) -> None:
        after, row = Standing.of(body["to"]), self.rows[obligation_id]
        assert after.ended or after.state is State.EXHAUSTED or not self.closed, f"alive in a closed plan: {row}"
        if obligation_id not in self.lives:
            self.lives[row.id] = begun(row.kind, row.own_office, event, after)
            return
        life = self.lives[row.id]
        key = _key(row.kind, event, body, again=again)
        today = self.service.now().date()
        was = before.get(row.id, row)
        renewed = after.version > life.standing.version
        follow(life, key, after)
        if renewed or key in STRIKING:
            self.silenced.add(row.id)
        self._in_time(Told(row.id, key, body, was, today))
        if key in ("obligation.held", "obligation.frozen"):
            self.stopped_on[row.id] = today
        if key == "obligation.released":
            self.released.add(row.id)
        if key in ("withdrawn", "obligation.requeued", "due.changed", "obligation.moved", "step.made-up"):
            self.anew[row.id] = self.anew.get(row.id, 0) + 1

    def _in_time(self, told: Told) -> None:
        """Nobody is reported before his time, and leaders hear on their mornings."""
        earliest = self._not_before(told)
        assert earliest is None or told.on >= earliest, f"{told.key} came before {earliest}: {told.was}"
        assert told.id not in self.spared or told.key not in REPORTING, f"{told.key} without a page: {told.was}"
        policy = self.policy(told.was)
        if told.key == "rung":
            days = [day for day in (told.was.due_on, self.rows[told.id].due_on) if day is not None]
            late = bool(days) and told.on > max(days)
            assert not late or told.body.get("step") == "T0", f"a reminder after the day: {told}"
        if told.key in ("leaders", "level2", "level2b"):
            slot = self.service.slots.open_slot(self.service.now())
            assert slot is not None
            assert slot.half == AM, f"leaders in the afternoon: {told}"
            theirs = leaders_day(told.on, self.service.slots.workdays)
            assert policy.leaders is LeadersRhythm.DAILY or told.on == theirs, f"not their day: {told}"

    def _not_before(self, told: Told) -> date | None:
        """The first day on which a climbing step may come."""
        was, policy = told.was, self.policy(told.was)
        rule = policy.signature if was.kind is Kind.SIGNATURE else policy.confirmation
        if told.key == "obligation.undecided":
            return self._after(self.stopped_on[told.id], policy.extension_undecided)
        if was.state is State.HELD:
            climbs = told.key in ("level2", "leaders")
            return self._after(self.stopped_on[told.id], policy.held_for) if climbs else None
        if was.kind is Kind.COMPLETION:
            days = {"late": policy.overdue_level1, "leaders": policy.overdue_level2, "obligation.held": None}
            if told.key == "leaders" and told.id in self.released:
                return None
            after = days.get(told.key)
            return self.service.slots.workdays.add_workdays(was.due_on, after) if after and was.due_on else None
        if was.state is not State.WAITING or was.accepted_on is None or told.id in self.released:
            return None
        if was.kind is Kind.RETURN:
            return self._after(was.due_on, 0) if told.key == "level1" and was.due_on else None
        own = rule.w1 if told.key != "level1" and was.level == 0 else 0
        days_of = {
            "level1": rule.w0,
            "level2": (rule.w1 if was.level else rule.w0) + own,
            "obligation.held": rule.w1 if was.level else rule.w0,
            "level2b": policy.round2_after,
        }
        return self._after(was.accepted_on, days_of[told.key]) if told.key in days_of else None

    def _after(self, day: date, working_days: int) -> date:
        """The day after the n-th working day after a day, which is not counted."""
        workdays = self.service.slots.workdays
        return workdays.add_workdays(workdays.add_workdays(day, working_days) if working_days else day, 1)


def _still_owed(row: Known, day: date) -> bool:
    """Whether something is to be done by that day, or a later one."""
    return row.state is State.ARMED and row.due_on is not None and row.due_on >= day


def _waits_rightly(row: Known, workdays: WorkCalendar) -> None:
    """What is open waits for a slot, for its message, or for nobody any more."""
    if row.standing.ended or row.state is State.EXHAUSTED:
        assert row.next_slot is None, f"an end has a next step: {row}"
    below = row.state is State.OVERDUE and row.level < min(row.highest, 2)
    waiting = row.state is State.WAITING and not (row.kind is Kind.RETURN and row.level == 1)
    if row.state in RUNNING or below or waiting:
        assert row.next_slot is not None, f"nothing will ever become of {row}"
    assert row.next_slot is None or workdays.is_workday(Slot.parse(row.next_slot).day), f"waits for a day off: {row}"


def leaders_day(day: date, workdays: WorkCalendar) -> date:
    """Under `gentle`: Tuesday, or where it is off the week's next working day up to Friday."""
    week = [day.fromordinal(week_of(day).toordinal() + n) for n in range(1, 5)]
    return next((one for one in week if workdays.is_workday(one)), date.max)


def _key(kind: Kind, event: str, body: Mapping[str, Any], *, again: bool) -> str:
    """The line of the table that an event names."""
    if event == "wait.began" and again:
        return "withdrawn"
    if event != "step.taken":
        return event
    step, level = str(body.get("step")), int(body.get("level", 0))
    if kind is Kind.COMPLETION:
        return "review" if step == "review" else ("rung", "late", "leaders")[level]
    if level == 0:
        return "remind" if step in ("remind", "return-remind") else "ask"
    return step


def _known(found: Found) -> Known:
    number, kind, unit_id, task_id, occurrence_id, subject, version, policy_id, highest, *rest = found
    state, level, again, step, slot, due_on, accepted_on, answer, reports, plan_id, office = rest
    standing = Standing(State(state), level, again, answer, version)
    dates = _day(due_on), _day(accepted_on)
    known = (number, Kind(kind), unit_id, task_id, occurrence_id, subject, policy_id, highest, step, slot)
    return Known(*known, *dates, reports, plan_id, unit_id == office, standing)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value

"""A running plan gets other figures: shown as a difference first, then taken in one transaction and one event.

What is open keeps the policy it was armed with until then. What runs is never shortened, what was sent never repeated,
what is past not made up; what the plan opens later is armed by the new figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from reminders.engine.dates.moving import moved_body
from reminders.engine.duties import asking
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.supporting import Supporting, question_to_support
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.exceptions import Refused
from reminders.figures import changed
from reminders.obligations import SUPPORT, Change, Kind, Obligation, State, fact
from reminders.planner import Planned, asking_step
from reminders.policy import Policy, Support
from reminders.replanning import WHY, Alike, Moment, Moved, differences, highest_under, under_policy
from reminders.store import events, obligations, plans, replanned
from reminders.store.directory import Directory, PlanRecord
from reminders.store.tables import obligations as table


@dataclass
class Reform:
    """What other figures change in one plan."""

    plan: PlanRecord
    policy: Policy
    figures: Mapping[str, tuple[Any, Any]]
    moved: list[Moved] = field(default_factory=list)
    waits: list[tuple[Obligation, date, date]] = field(
        default_factory=list
    )  # the last day of a running wait, was and is


def compare(service: Service, plan_id: int, policy: Policy) -> Reform:
    """What the figures would change; nothing is stored."""
    with service.database.read() as connection:
        reform = _begin(connection, plan_id, policy)
        for _ in _Replanning(service, connection, reform).changes(hold=False):
            pass
        return reform


def reform(service: Service, plan_id: int, policy: Policy, *, by: str) -> Reform:
    """Take the figures, with everything they change; what changed."""
    with service.database.write() as connection:
        found = _begin(connection, plan_id, policy)
        if not found.figures:
            return found
        batch = Batch(service, connection, Directory.load(connection, [plan_id]), service.earliest())
        policy_id = plans.ensure_policy(service.database, connection, policy)
        openings = []
        for before, change in _Replanning(service, connection, found).changes(hold=True):
            if isinstance(before, Obligation):
                batch.add(before, change)
            else:
                openings.append(change.obligation)
        for opened in openings:
            number = obligations.insert(connection, opened, policy_id)
            told = {"kind": opened.kind.value, "why": WHY}
            batch.happened.append(events.of_opening(opened.to(opened.state, id=number), "obligation.opened", told))
        batch.happened.append(events.Event("policy.applied", plan_id=plan_id, body=_body(found, by)))
        batch.write()
        replanned.adopt(connection, plan_id, policy_id)
        forget(service, connection)
        return found


def _begin(connection: Connection, plan_id: int, policy: Policy) -> Reform:
    plan = plan_record(connection, plan_id)
    if plan.state != "active" or plan.policy is None:
        state = "还没有启用，启用时用 --policy 或 --preset 写明" if plan.state == "imported" else "已关闭"
        raise Refused(f"方案 {plan.id}「{plan.title}」{state}，不能改用提醒规则。")
    return Reform(plan, policy, changed(plan.policy, policy))


class _Replanning:
    """Everything open of one plan on its way under other figures."""

    def __init__(self, service: Service, connection: Connection, reform: Reform) -> None:
        self._service, self._connection, self._reform = service, connection, reform
        self._moment = Moment.of(service.now(), service.slots)
        self._cap = 2 if reform.plan.leader_ids else 1
        self._under, self._opened = Alike(self._planned_anew), Alike(self._asked_anew)
        self._questions, self._supporting = _questions(connection, reform.plan.id), Supporting(connection)

    def changes(self, *, hold: bool) -> Iterator[tuple[Obligation | None, Change]]:
        """Every open obligation under the new figures, with what it was before (None: it is new)."""
        mine = table.c.plan_id == self._reform.plan.id
        for found in replanned.open_ones(self._service.database, self._connection, mine, hold=hold):
            taken = replanned.steps_taken(self._connection, [o.id for o in found])
            for before in found:
                change, moved = self._under(before, taken.get(before.id, ()))
                _note(self._reform, before, change.obligation, moved)
                yield before, change
                if change.obligation.kind is Kind.COMPLETION:
                    yield from self._asked_of(change.obligation)

    def _asked_of(self, completion: Obligation) -> Iterator[tuple[Obligation | None, Change]]:
        """The questions that the new figures ask of a completion and the old ones did not."""
        for owed in [completion, *_supported(completion, self._reform.policy, self._supporting)]:
            asked = self._questions.get((owed.occurrence_id or 0, owed.unit_id, owed.subject), [])
            before = max(asked, key=lambda one: one.version, default=None)
            opened = self._opening(owed, before)
            if opened is not None:
                self._reform.moved += self._opened(opened)[1]
                yield before, Change(opened, facts=(fact("obligation.opened", why=WHY),))

    def _opening(self, completion: Obligation, before: Obligation | None) -> Obligation | None:
        """The question as it begins, where there is time for it and nobody asked it yet."""
        planned = asking_step(completion, self._service.slots)
        if completion.state is not State.ARMED or planned is None or planned.slot < self._moment.earliest:
            return None
        if before is not None and (before.state is not State.CLOSED or self._was_asked(before)):
            return None
        opened = _asked(before, completion, planned, self._cap)
        return opened if self._reform.plan.released_at is not None else opened.to(State.PLANNED, next_slot=None)

    def _was_asked(self, question: Obligation) -> bool:
        return bool(replanned.steps_taken(self._connection, [question.id]))

    def _planned_anew(self, before: Obligation, taken: Collection[str]) -> tuple[Change, list[Moved]]:
        slots = self._service.slots
        change = under_policy(before, self._reform.policy, slots, self._moment, taken, cap=self._cap)
        return change, list(differences(before, slots, change.obligation, slots, self._moment.earliest))

    def _asked_anew(self, opened: Obligation, _taken: Collection[str]) -> tuple[Change, list[Moved]]:
        slots = self._service.slots
        return Change(opened), list(differences(None, slots, opened, slots, self._moment.earliest))


def _supported(completion: Obligation, policy: Policy, supporting: Supporting) -> list[Obligation]:
    """A completion as each support unit sees it that the new figures ask and nobody asked yet."""
    if policy.support is Support.NONE or completion.state is not State.ARMED or completion.task_id is None:
        return []
    helpers = supporting.to_ask(completion.task_id, completion.due_at())
    return [replace(completion, unit_id=helper, subject=SUPPORT) for helper in helpers]


def _questions(connection: Connection, plan_id: int) -> dict[tuple[int, int, str], list[Obligation]]:
    """The confirmations of a plan by occurrence, unit and subject."""
    found: dict[tuple[int, int, str], list[Obligation]] = {}
    kind = table.c.kind == Kind.CONFIRMATION.value
    for one in obligations.select_where(connection, table.c.plan_id == plan_id, kind):
        found.setdefault((one.occurrence_id or 0, one.unit_id, one.subject), []).append(one)
    return found


def _asked(before: Obligation | None, completion: Obligation, planned: Planned, cap: int) -> Obligation:
    fresh = asking.question_of(completion) if before is None else before
    if completion.subject == SUPPORT:
        fresh = question_to_support(fresh, completion.unit_id)
    renewed = replace(asking.renewed(fresh, completion, planned), policy=completion.policy)
    return renewed.to(State.PLANNED, highest=highest_under(renewed, completion.policy, cap))


def _note(reform: Reform, before: Obligation, after: Obligation, moved: list[Moved]) -> None:
    reform.moved += moved
    was, now = before.wait_last_on, after.wait_last_on
    if was is not None and now is not None and was != now:
        reform.waits.append((after, was, now))


def _body(reform: Reform, by: str) -> dict[str, Any]:
    """The difference as the ledger keeps it."""
    assert reform.plan.policy is not None, "checked at the beginning"
    return {
        "by": by,
        "was": reform.plan.policy.digest(),
        "policy": reform.policy.digest(),
        "figures": {path: list(pair) for path, pair in reform.figures.items()},
        "waits": [[one.id, str(was), str(now)] for one, was, now in reform.waits],
        **moved_body(reform.moved),
    }

"""Two rehearsals of the same months: as things are, and with another plan, other figures or another calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reminders.contacts import Contact
from reminders.engine.dates.republishing import adopt, settle
from reminders.engine.plan.activation import Choices
from reminders.engine.plan.reforming import reform
from reminders.engine.plan.revising import Answers, Source, revise
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.plans.plan import Plan
from reminders.policy import Policy
from reminders.rehearsal.assumptions import default_choices
from reminders.rehearsal.difference import Difference, compare
from reminders.rehearsal.manners import Manners
from reminders.rehearsal.runs import copied, prepare, rehearse_file, rehearse_stored
from reminders.rehearsal.walking import Span, walk
from reminders.slots import SlotCalendar
from schedules.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Alternative:
    """What would be otherwise; what is None stays as it is."""

    plan: Plan | None = None
    policy: Policy | None = None
    workdays: WorkCalendar | None = None
    answers: Answers = field(default_factory=Answers)  # what a person decides about the tasks of the other plan

    def calendar(self, slots: SlotCalendar) -> SlotCalendar:
        """The slots under the other working calendar."""
        return replace(slots, workdays=self.workdays) if self.workdays else slots


def compare_file(
    service: Service,
    plan: Plan,
    contacts: Sequence[Contact],
    choices: Choices | None,
    span: Span,
    manners: Manners,
    other: Alternative,
) -> Difference:
    """A plan's file as if activated, beside the same or a revised one."""
    chosen = choices or default_choices(plan, contacts)
    before = rehearse_file(service, plan, contacts, chosen, span, manners)
    revised = other.plan or plan
    also = (
        chosen
        if choices
        else replace(
            default_choices(revised, contacts), lead_office=chosen.lead_office, leading_group=chosen.leading_group
        )
    )
    also = replace(also, preset=chosen.preset, policy=other.policy or chosen.policy)
    elsewhere = replace(service, slots=other.calendar(service.slots))
    return compare(before, rehearse_file(elsewhere, revised, contacts, also, span, manners))


def compare_stored(
    service: Service, plan_id: int, choices: Choices | None, span: Span, manners: Manners, other: Alternative
) -> Difference:
    """A stored plan from its present state on, beside what would come if something changed now."""
    before = list(rehearse_stored(service, plan_id, choices, span, manners))
    scratch = copied(service, [plan_id], history=True)
    after = _changed(scratch, plan_id, other)
    start = prepare(after, plan_id, _otherwise(choices, other), span)
    return compare(before, walk(after, span, manners, start=start))


def _changed(scratch: Service, plan_id: int, other: Alternative) -> Service:
    """The scratch copy after the change was made in it, as a person would make it."""
    if other.plan is not None:
        revise(scratch, plan_id, other.plan, Source("rehearsal", ""), answers=other.answers)
    if other.policy is not None and _is_active(scratch, plan_id):
        reform(scratch, plan_id, other.policy, by="rehearsal")
    if other.workdays is None:
        return scratch
    settle(scratch)  # so that it is known what the other days are other than
    moved = replace(scratch, slots=other.calendar(scratch.slots))
    adopt(moved)
    return moved


def _is_active(scratch: Service, plan_id: int) -> bool:
    with scratch.database.read() as connection:
        return plan_record(connection, plan_id).state == "active"


def _otherwise(choices: Choices | None, other: Alternative) -> Choices | None:
    return replace(choices, policy=other.policy) if choices and other.policy else choices

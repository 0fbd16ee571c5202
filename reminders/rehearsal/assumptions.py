"""What a rehearsal assumes where a plan's file is all there is: who runs it, and whom each unit has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reminders.contacts import Contact
from reminders.engine.plan.activation import Choices
from reminders.engine.plan.membership import propose
from reminders.exceptions import InputError
from reminders.plans.names import is_collective
from reminders.plans.plan import Plan


def default_choices(plan: Plan, contacts: Sequence[Contact]) -> Choices:
    """The lead office is the unit that leads most tasks; one leader; collectives as proposed; mentions taken."""
    led = Counter(unit for task in plan.tasks for unit in task.lead if not is_collective(unit))
    if not led:
        raise InputError("方案里没有写明牵头单位，预演时请用 --lead-office 指定主管处室。")
    office = max(led, key=led.__getitem__)
    named = {name for task in plan.tasks for name in (*task.lead, *task.support) if is_collective(name)}
    leaders = tuple(person.name for person in contacts if person.role == "leader") or ("领导",)
    vague = {name: () for name in named if _means_nobody(name, plan)}
    return Choices(office, leading_group=leaders, members=vague, mentions="take")


def invented_contacts(plan: Plan, choices: Choices) -> list[Contact]:
    """Each unit with one reachable liaison and head, and the leaders the choices name."""
    named = [name for task in plan.tasks for name in (*task.lead, *task.support) if not is_collective(name)]
    members = [unit for names in choices.members.values() for unit in names]
    everyone = dict.fromkeys([choices.lead_office, *named, *members])
    people = []
    for number, unit in enumerate(everyone, 1):
        people.append(Contact(unit, "", f"{unit}联络员", "liaison", email=f"liaison{number}@example.invalid"))
        people.append(Contact(unit, "", f"{unit}负责人", "head", email=f"head{number}@example.invalid"))
    leaders = [Contact("", "", name, "leader", email="leader@example.invalid") for name in choices.leading_group]
    return [*people, *leaders]


def _means_nobody(name: str, plan: Plan) -> bool:
    pool = {unit: "" for task in plan.tasks for unit in (*task.lead, *task.support) if not is_collective(unit)}
    return not propose(name, pool)

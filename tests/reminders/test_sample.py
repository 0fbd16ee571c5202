"""The invented office's plan reads without a doubt, whatever the year."""

from datetime import date, timedelta

import pytest

from reminders.contacts import read_contacts
from reminders.plans import Plan, read_plan
from reminders.plans.names import is_collective
from reminders.sample import issue_day, sample_contacts, sample_plan
from schedules import Continuous, Deadline, Recurring, Triggered, china


def sample(year: int) -> Plan:
    return read_plan(sample_plan(year).encode(), "plan.txt")


@pytest.mark.parametrize("year", [2024, 2026, 2027])
def test_every_task_has_a_schedule_a_unit_and_no_doubt(year: int) -> None:
    plan = sample(year)
    assert len(plan.tasks) == 26
    assert plan.mentions == ()
    for task in plan.tasks:
        assert task.phases, task.number
        assert task.lead, task.number
        assert {warning.kind for warning in task.warnings} <= {"deadline-note"}, task.number


@pytest.mark.parametrize("year", range(2020, 2031))
def test_it_is_issued_on_the_first_working_monday_of_march(year: int) -> None:
    day = issue_day(year)
    assert (day.month, day.weekday(), day.day <= 7) == (3, 0, True)
    assert china().is_workday(day)
    assert sample(year).issued == day


def test_the_document_names_its_office_number_and_year() -> None:
    plan = sample(2026)
    assert plan.title == "云溪市公共服务局2026年政务公开工作要点及任务分工"
    assert (plan.issuer, plan.number, plan.year) == ("云溪市公共服务局", "云公服发〔2026〕6号", 2026)


@pytest.mark.parametrize("year", range(2021, 2031))
def test_three_tasks_come_to_their_end_in_the_first_two_weeks(year: int) -> None:
    plan = sample(year)
    soon = issue_day(year) + timedelta(days=15)
    dues = [phase.due for task in plan.tasks for phase in task.phases if isinstance(phase, Deadline)]
    assert sum(due <= soon for due in dues) >= 3


def test_every_kind_of_schedule_occurs() -> None:
    phases = [phase for task in sample(2026).tasks for phase in task.phases]
    assert {type(phase) for phase in phases} == {Deadline, Recurring, Continuous, Triggered}
    assert any(isinstance(phase, Deadline) and phase.count == 2 for phase in phases)
    assert any(isinstance(phase, Deadline) and phase.due == date(2027, 1, 31) for phase in phases)


def test_every_unit_of_the_plan_is_on_the_list_of_contacts() -> None:
    people = read_contacts(sample_contacts().encode(), "contacts.csv")
    named = {unit for task in sample(2026).tasks for unit in (*task.lead, *task.support)}
    assert {unit for unit in named if is_collective(unit)} == {"各处室", "直属单位"}
    assert {unit for unit in named if not is_collective(unit)} <= {person.unit for person in people}


def test_every_unit_has_a_liaison_and_a_head_and_there_are_two_leaders() -> None:
    people = read_contacts(sample_contacts().encode(), "contacts.csv")
    roles = {person.unit: set[str]() for person in people}
    for person in people:
        roles[person.unit].add(person.role)
    assert roles.pop("") == {"leader"}
    assert set(map(frozenset, roles.values())) == {frozenset({"liaison", "head"})}
    assert len(roles) == 8

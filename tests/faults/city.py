"""A city of several bureaus, invented: something falls due every working day, so that messages go out every morning.

Each bureau is one plan with a lead office, two leaders and units; every fifth unit leads what falls due
on every fifth working day. Most units stay silent, so every level is reached; some answer through their links.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reminders.contacts import Contact
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.intake import import_contacts, import_plan
from reminders.engine.service import Service
from reminders.plans.plan import Plan, Task
from reminders.policy import Preset
from schedules import normalise
from schedules.workdays import china

YEAR = 2022
FIRST = date(YEAR, 8, 22)  # the day of activation, a Monday
LEADERS = 2
SHARE = 5  # a unit leads something every so many working days
DOMAIN = "city.example"


@dataclass(frozen=True, slots=True)
class City:
    """How large it is."""

    bureaus: int
    units: int  # of a bureau, its lead office besides
    days: int  # working days on which something falls due, from the eleventh on

    def people(self) -> Iterator[Contact]:
        """A liaison and a head for every unit, a robot for every sixth, the leaders and a work group."""
        for bureau in range(self.bureaus):
            for unit in range(self.units + 1):
                yield from _unit(bureau, unit)
            for number in range(LEADERS):
                yield Contact("", "", leader(bureau, number), "leader", address("leader", bureau, number))
        yield Contact("", "", "工作群", "group", webhook="robot-of-the-work-group")

    def robots(self) -> set[str]:
        """The keys of the robots that exist."""
        return {person.webhook for person in self.people() if person.webhook}

    def answering(self) -> set[str]:
        """The addresses of those who answer what they are asked: one unit in five."""
        units = ((b, u) for b in range(self.bureaus) for u in range(1, self.units + 1) if u % 5 == 3)
        return {address("liaison", bureau, unit) for bureau, unit in units}

    def plan(self, bureau: int) -> Plan:
        """One task for each of the days, led by every fifth unit."""
        days = _working_days(self.days)
        tasks = tuple(self._task(bureau, number, day) for number, day in enumerate(days, 1))
        title = f"第{bureau + 1}局{YEAR}年工作要点"
        return Plan(title, f"第{bureau + 1}局", None, YEAR, date(YEAR, 1, 4), tasks, (), "txt")

    def _task(self, bureau: int, number: int, day: date) -> Task:
        deadline = f"{day.month}月{day.day}日前"
        lead = tuple(unit_name(bureau, u) for u in range(1, self.units + 1) if u % SHARE == number % SHARE)
        return Task(
            number=str(number),
            short=f"事项{number}",
            section="",
            title=f"事项{number}",
            requirement="",
            measure=f"按要点落实第{number}项",
            deadline_text=deadline,
            phases=normalise(deadline, year=YEAR).phases,
            lead=lead,
            support=(),
            mentions=(),
            warnings=(),
            place=f"第{number}行",
        )


def settle(service: Service, city: City) -> None:
    """Store the people, import every bureau's plan, activate and release it."""
    import_contacts(service, list(city.people()))
    for bureau in range(city.bureaus):
        plan = city.plan(bureau)
        plan_id = import_plan(service, plan, plan.title.encode(), f"{plan.title}.txt")
        leaders = tuple(leader(bureau, number) for number in range(LEADERS))
        chosen = Choices(unit_name(bureau, 0), leaders, preset=Preset.STRICT, release=True)
        activate(service, plan_id, chosen)


def unit_name(bureau: int, unit: int) -> str:
    """Unit 0 of a bureau is its lead office."""
    return f"{bureau + 1}局综合处" if unit == 0 else f"{bureau + 1}局第{unit}处"


def leader(bureau: int, number: int) -> str:
    """A leader's name."""
    return f"领导{'甲乙丙丁'[number]}{bureau + 1}"


def address(role: str, bureau: int, unit: int) -> str:
    """A mail address."""
    return f"{role}{bureau}-{unit}@{DOMAIN}"


def _unit(bureau: int, unit: int) -> Iterator[Contact]:
    name = unit_name(bureau, unit)
    phone = f"020-{bureau:02d}{unit:06d}"
    userid = f"u{bureau}-{unit}"
    yield Contact(name, "处室", f"{name}联络员", "liaison", address("liaison", bureau, unit), userid, phone=phone)
    yield Contact(name, "处室", f"{name}负责人", "head", address("head", bureau, unit), phone=phone)
    if unit % 6 == 1:
        yield Contact(name, "处室", f"{name}群", "group", webhook=f"robot-of-unit-{bureau:04d}-{unit:04d}")


def _working_days(count: int) -> list[date]:
    calendar = china()
    first = calendar.add_workdays(FIRST, 11)
    days: list[date] = []
    day = first
    while len(days) < count:
        if calendar.is_workday(day):
            days.append(day)
        day += timedelta(days=1)
    return days

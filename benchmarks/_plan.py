"""A plan of any size, made and not stored: so many tasks, each led by so many of so many units."""

from __future__ import annotations

from datetime import date

from reminders.plans.plan import Plan, Task
from schedules import normalise

YEAR = 2022
MIXED = (
    *(f"{month}月底前" for month in range(2, 13)),
    "第三季度",
    "每季度末月25日前",
    "贯穿全年",
)


def ends_of_months(first: int = 2) -> tuple[str, ...]:
    """Deadlines spread over the year, two a month."""
    return tuple(words for month in range(first, 13) for words in (f"{month}月15日前", f"{month}月底前"))


def plan(tasks: int, leads: int, units: int, deadlines: tuple[str, ...] = MIXED) -> Plan:
    """Each task is led by the next `leads` units of the row and has the next deadline."""
    phases = [normalise(words, year=YEAR).phases for words in deadlines]
    found = tuple(
        Task(
            number=str(number + 1),
            short=f"事项{number + 1}",
            section="",
            title=f"第{number + 1}类事项的公开",
            requirement="",
            measure=f"按方案落实第{number + 1}项",
            deadline_text=deadlines[number % len(deadlines)],
            phases=phases[number % len(deadlines)],
            lead=tuple(f"第{(number * leads + place) % units + 1}处" for place in range(leads)),
            support=(),
            mentions=(),
            warnings=(),
            place=f"第{number + 1}行",
        )
        for number in range(tasks)
    )
    return Plan("基准市2022年工作要点", "基准市", None, YEAR, date(YEAR, 1, 4), found, (), "txt")

"""Whatever is revised, and however often: what is owed is what the newest plan says, nothing is born overdue."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reminders.engine.ledger.auditing import verify
from reminders.engine.ledger.sealing import seal
from reminders.engine.plan.revising import Answers, Source, compare_with, revise
from reminders.obligations import Kind, State
from reminders.plans.plan import Task
from reminders.store import plans
from reminders.store.database import Database
from reminders.store.tables import occurrences
from reminders.timetable import counting, dated
from tests.office import PUMPS, RIVER, WATER, YEAR, Story, plan_of, task

TITLES = ("修订节水管理办法", "检查河道取水口", "泵站节能改造", "编印节水宣传手册", "抽查用水大户", "更新管网图纸")
DEADLINES = ("8月底前", "9月底前", "10月20日前", "12月底前", "每季度", "每月", "贯穿全年", "第四季度至少2次")
UNITS = st.lists(st.sampled_from((WATER, RIVER, PUMPS)), min_size=1, max_size=2, unique=True)
DAYS = ("2022-08-22 08:00", "2022-09-01 10:00", "2022-09-27 10:00", "2022-10-13 15:00")


@st.composite
def found_tasks(draw: st.DrawFn) -> tuple[Task, ...]:
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=5, unique=True))
    return tuple(
        replace(
            task(str(at), draw(st.sampled_from(DEADLINES)), *draw(UNITS)),
            title=title,
            measure="",
            no_duty=draw(st.integers(0, 9)) == 0,
        )
        for at, title in enumerate(titles, 1)
    )


def owed(story: Story) -> Counter[tuple[str, int, object]]:
    """What the plan says now: a completion per task, lead unit and day to come."""
    with story.service.database.read() as connection:
        return Counter(
            (one.number, a.unit_id, item.due_on)
            for one in plans.tasks_of(connection, story.plan_id)
            if not one.no_duty
            for a in one.assignments
            if a.role == "lead"
            for item in dated(counting(one.lines), YEAR)
            if item.due_on >= story.service.now().date()
        )


def armed(story: Story) -> Counter[tuple[str, int, object]]:
    """What stands in the store: the completions of days to come that are running."""
    with story.service.database.read() as connection:
        numbers = {one.id: one.number for one in plans.tasks_of(connection, story.plan_id)}
        states = {row.id: row.state for row in connection.execute(select(occurrences.c.id, occurrences.c.state))}
    today = story.service.now().date()
    running = [o for o in story.all(Kind.COMPLETION) if o.state is State.ARMED and o.due_at() >= today]
    assert all(states[o.occurrence_id or 0] == "armed" for o in running)
    return Counter((numbers[o.task_id or 0], o.unit_id, o.due_on) for o in running)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(found_tasks(), min_size=4, max_size=4))
def test_what_is_owed_is_what_the_newest_plan_says(versions: list[tuple[Task, ...]]) -> None:
    story = Story(Database.in_memory())
    story.activate(*versions[0], on=DAYS[0])
    for (_, version), (before, day) in zip(pairwise(versions), pairwise(DAYS), strict=True):
        assert before < day
        story.at(day)
        late = {o.id for o in story.all() if o.state is State.OVERDUE}
        revise(story.service, story.plan_id, plan_of(*version), Source("again.txt", ""), answers=Answers())
        assert compare_with(story.service, story.plan_id, plan_of(*version)).is_empty
        assert armed(story) == owed(story)
        assert {o.id for o in story.all() if o.state is State.OVERDUE} <= late
    seal(story.service)
    assert verify(story.service.database).problems == ()

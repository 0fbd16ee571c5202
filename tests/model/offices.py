"""The beginnings of histories: an office, its people, a plan of about a hundred obligations, activated and released."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from reminders.contacts import Contact
from reminders.plans.plan import Task
from reminders.policy import Ladder, Preset
from reminders.store.database import Database
from reminders.timetable import Line, dated
from tests.model.reading import driver
from tests.office import CHIEF, EVERYBODY, OFFICE, OFFICE_HEAD, PUMPS, RIVER, WATER, YEAR, Story, task

ABOUT, MOST_TASKS = 100, 60
RICH = 8  # every eighth plan has more days and things that recur
STEMS = (
    "修订节水管理办法",
    "检查河道取水口",
    "泵站节能改造",
    "编印宣传手册",
    "抽查用水大户",
    "更新管网图纸",
    "清查排污口",
)
UNITS = (WATER, RIVER, PUMPS, OFFICE)
DAYS = ("2022-01-05 08:00", "2022-02-18 15:30", "2022-05-09 10:00", "2022-08-22 08:00")
DATED = (
    "3月底前", "4月30日前", "5月20日前", "6月底前", "7月15日前", "8月底前", "9月底前", "10月7日前", "10月底前",
    "11月20日前", "12月底前", "第三季度", "年内至少3次", "11月15日12:00前",
)  # fmt: skip
RECURRING = ("每季度", "每月25日前")
EVENTS = {
    "决策文件出台": "决策文件出台后的20个工作日内",
    "会议召开": "会议召开前5个工作日",
    "事件发生": "事件发生后24小时内",
}
WORK_GROUP = Contact("", "", "节水工作群", "group", webhook="robot-of-the-work-group")
UNIT_GROUP = Contact(RIVER, "处室", "河湖处群", "group", webhook="robot-of-the-river-office")


@dataclass(frozen=True)
class Beginning:
    """How a history begins; the number says everything, so that a seed tells the whole story."""

    number: int
    day: str
    preset: Preset
    people: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    lapsed: str
    joint: str | None
    held: bool  # activated, and its first send waits for a release

    @classmethod
    def of(cls, number: int) -> Beginning:
        """The same for the same number, everywhere."""
        rng = random.Random(f"beginning {number}")
        rich = number % RICH == RICH - 1
        day = rng.choice(DAYS)
        left_out = [who for who, chance in ((CHIEF, 0.2), (OFFICE_HEAD, 0.2)) if rng.random() < chance]
        groups = [group for group in (WORK_GROUP, UNIT_GROUP) if rng.random() < 0.4]
        people = tuple(person for person in (*EVERYBODY, *groups) if person not in left_out)
        preset = rng.choice(list(Preset))
        lapsed = "overdue" if rng.random() < 0.2 else "leave"
        tasks, joint = _tasks(rng, day, rich=rich), rng.choice([None, "proposed"])
        return cls(number, day, preset, people, tasks, lapsed, joint, held=rng.random() < 0.15)

    def tell(self, story: Story) -> None:
        """Store and activate it; most are released in the same act."""
        leaders = tuple(person.name for person in self.people if person.role == "leader")
        chosen: dict[str, Any] = {"leading_group": leaders, "lapsed": self.lapsed, "joint": self.joint}
        chosen["release"] = not self.held
        story.activate(*self.tasks, on=self.day, preset=self.preset, people=self.people, **chosen)


@cache
def kept(number: int) -> bytes:
    """A beginning as the bytes of a SQLite database: activating it once is enough for many histories."""
    database = Database.in_memory()
    Beginning.of(number).tell(Story(database))
    data: bytes = driver(database).serialize()
    database.close()
    return data


def written(number: str, title: str, deadline: str, *lead: str) -> Task:
    """One task as a plan has it; tasks of one stem name the same measure."""
    return replace(task(number, deadline, *lead), title=title, measure=f"按方案{title.rstrip('0123456789')}")


def _tasks(rng: random.Random, day: str, *, rich: bool) -> tuple[Task, ...]:
    """Tasks until they owe about a hundred things; on few days, so that much falls due together, as in real plans."""
    ahead = [text for text in DATED if _owes(text, day)]
    chosen = rng.sample(ahead, 4 if rich else 2)
    deadlines = [*chosen, *chosen, "贯穿全年", rng.choice(RECURRING)] if rich else [*chosen, *chosen, "贯穿全年"]
    found = [(text, [rng.choice(UNITS[:3])]) for text in EVENTS.values()]
    owed = 0
    while owed < ABOUT and len(found) < MOST_TASKS:
        deadline = rng.choice(deadlines)
        lead = rng.sample(UNITS, 2) if rng.random() < 0.1 else [rng.choice(UNITS)]
        found.append((deadline, lead))
        owed += _owes(deadline, day) * len(lead)
    return tuple(
        written(str(at), f"{STEMS[at % len(STEMS)]}{at}", deadline, *lead)
        for at, (deadline, lead) in enumerate(found, 1)
    )


def _owes(deadline: str, day: str) -> int:
    """How many obligations one unit has of it: a question and a completion for most days to come."""
    lines = [Line(0, phase, "cell", "") for phase in task("0", deadline).phases]
    ahead = [item for item in dated(lines, YEAR) if str(item.due_on) > day[:10]]
    return sum(1 if item.ladder is Ladder.MONTHLY else 2 for item in ahead)

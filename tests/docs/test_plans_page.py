"""docs/plans.md says what the code does: every example is read, every kind of warning is listed."""

import re
from pathlib import Path

import pytest

from reminders.plans import Plan, read_plan
from reminders.plans.columns import role_of
from reminders.plans.warnings import WARNING_KINDS
from reminders.plans.wording import phrases

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```plan\n(.*?)```\s*```tasks\n(.*?)```", PAGE, re.DOTALL)


def shown(plan: Plan) -> list[str]:
    """The tasks as the page writes them."""
    return [
        "｜".join(
            (
                task.number,
                task.title or task.requirement,
                phrases(task.phases, plan.year),
                "、".join(task.lead),
                "、".join(task.support),
            )
        )
        for task in plan.tasks
    ]


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == PAGE.count("```plan") >= 8


@pytest.mark.parametrize(("source", "tasks"), EXAMPLES)
def test_every_example_reads_as_the_page_says(source: str, tasks: str) -> None:
    text = "2026年重点工作方案\n" + source.replace("⇥", "\t").replace("⏎", "<br>")
    assert shown(read_plan(text.encode(), "plan.txt")) == tasks.splitlines()


def test_every_kind_of_warning_is_listed_with_its_title() -> None:
    listed = dict(re.findall(r"^\| ([a-z-]+) \| (.+?) \|$", PAGE, re.MULTILINE))
    assert {kind: title for kind, title in listed.items() if kind in WARNING_KINDS} == WARNING_KINDS


def test_every_heading_that_the_page_names_is_known() -> None:
    table = PAGE.split("| meaning | headings, for example |")[1].split("\n\n")[0]
    headings = re.findall(r"[\u4e00-\u9fff（）]+", table)
    assert len(headings) > 20
    assert [heading for heading in headings if role_of(heading) is None] == []

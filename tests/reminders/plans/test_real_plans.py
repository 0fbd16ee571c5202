"""Five plans as offices issued them read as a careful person reads them."""

import pytest

from reminders.plans import read_plan
from tests.reminders.plans.shared import NAMES, agree, gold, iso, mention_phases, source, without_blanks, without_rule

NUMBERS = {
    "guangzhou-emergency-2022": None,
    "jilin-civil-affairs-2022": "吉民办发〔2022〕4号",
    "jilin-emergency-2022": "吉应急办发〔2022〕28号",
    "jilin-province-2020": "吉政公组〔2020〕3号",
    "tianjin-emergency-2022": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_task_agrees_with_the_careful_reading(name: str) -> None:
    agree(read_plan(source(name)), name)


@pytest.mark.parametrize("name", NAMES)
def test_the_document_says_who_issued_it_when_and_for_which_year(name: str) -> None:
    plan, wanted = read_plan(source(name)), gold(name) if source(name) else {}
    assert without_blanks(plan.title) == without_blanks(wanted["title"])
    assert (plan.issuer, plan.year, iso(plan.issued)) == (wanted["issuer"], wanted["year"], wanted["issued"])
    assert plan.number == NUMBERS[name]


def test_each_fact_of_the_document_has_its_place() -> None:
    assert read_plan(source("jilin-civil-affairs-2022")).places == (
        ("标题", "第15行"),
        ("发文单位", "第5行"),
        ("文号", "第1行"),
        ("印发日期", "第7行"),
    )


def test_a_deadline_in_the_covering_letter_is_offered_with_its_place() -> None:
    name = "guangzhou-emergency-2022"
    plan = read_plan(source(name))
    wanted = [without_rule(also["phases"]) for also in gold(name)["also"]]
    assert mention_phases(plan.mentions) == wanted
    assert [mention.place for mention in plan.mentions] == ["第9行"]


def test_a_plan_of_prose_has_every_task_text_under_its_heading() -> None:
    plan = read_plan(source("tianjin-emergency-2022"))
    assert plan.tasks[9].section == "（三）规范应急管理业务信息公开"
    assert all(task.title and task.requirement and len(task.short) <= 20 for task in plan.tasks)


def test_a_scanned_table_is_flagged_where_it_was_put_together() -> None:
    plan = read_plan(source("guangzhou-emergency-2022"))
    kinds = {task.number: {warning.kind for warning in task.warnings} for task in plan.tasks}
    assert "cut-row" in kinds["26"]
    assert "cut-row" in kinds["32"]
    assert "cut-row" not in kinds["27"]
    assert "shifted-row" in kinds["37"]
    assert [task.number for task in plan.tasks if task.no_duty] == ["32"]
    assert {number for number, found in kinds.items() if "vague-unit" in found} == {"7", "11", "25", "33"}


def test_a_year_given_by_hand_decides_over_the_document() -> None:
    plan = read_plan(source("jilin-civil-affairs-2022"), year=2023)
    assert plan.year == 2023
    assert plan.tasks[10].to_dict()["phases"][0]["due"] == "2023-12-31"


def test_a_plan_in_gb18030_reads_the_same() -> None:
    path = source("guangzhou-emergency-2022")
    data = path.read_text(encoding="utf-8").encode("gb18030")
    assert read_plan(data, path.name).tasks == read_plan(path).tasks

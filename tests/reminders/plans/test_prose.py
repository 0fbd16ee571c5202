"""The promises about prose: which items are tasks, what they are called, and who owes them."""

import pytest

from reminders.plans import Plan
from tests.reminders.plans.tables import kinds, read

TITLE = "云溪市公共服务局2026年政务公开工作要点\n"


def prose(*lines: str) -> Plan:
    return read(TITLE + "\n".join(lines) + "\n")


def owed(plan: Plan) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    return [(task.number, task.title, task.lead, task.support) for task in plan.tasks]


def test_an_item_with_its_units_in_brackets_is_a_task() -> None:
    plan = prose(
        "一、打好基础",
        "（一）修订制度。起草并印发。（办公室牵头，各处室落实）",
        "（二）开展培训。集中授课。（培训中心负责落实）",
    )
    assert owed(plan) == [("一", "修订制度", ("办公室",), ("各处室",)), ("二", "开展培训", ("培训中心",), ())]
    assert plan.tasks[0].section == "一、打好基础"
    assert plan.tasks[0].requirement == "起草并印发。"


@pytest.mark.parametrize(
    "bracket",
    [
        "（责任处室：法规处牵头，信息处负责落实）",
        "（法规处牵头，信息处配合）。",
        "【责任单位：法规处（牵头）、信息处】",
        "责任单位：法规处牵头，信息处配合",
    ],
)
def test_a_responsibility_may_be_written_in_many_ways(bracket: str) -> None:
    separate = "\n" if bracket.startswith("责任") else ""
    plan = prose(f"（一）修订制度。起草并印发。{separate}{bracket}", "（二）开展培训。授课。（培训中心落实）")
    assert owed(plan)[0][2:] == (("法规处",), ("信息处",))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("一、", "二、"),
        ("（一）", "（二）"),
        ("1. ", "2. "),
        ("（1）", "（2）"),
        ("①", "②"),
        ("1．", "2．"),
        ("1、", "2、"),
    ],
)
def test_items_of_any_level_are_tasks(first: str, second: str) -> None:
    plan = prose(f"{first}修订制度，起草并印发。（办公室落实）", f"{second}开展培训，集中授课。（培训中心落实）")
    assert [task.lead for task in plan.tasks] == [("办公室",), ("培训中心",)]


def test_numbers_that_begin_again_carry_their_heading() -> None:
    item = "修订制度，做好起草、征求意见、审核、印发各个环节，并做好宣传解读和督促检查工作。"
    plan = prose("一、打好基础", f"（一）{item}", f"（二）{item}", "二、抓好落实", f"（一）{item}")
    assert [task.number for task in plan.tasks] == ["一（一）", "一（二）", "二（一）"]


def test_a_heading_that_looks_like_an_item_is_the_section_of_those_below() -> None:
    plan = prose("（一）修订制度。起草。（办公室落实）", "（二）抓好落实环节", "（三）开展培训。授课。（培训中心落实）")
    assert [(task.number, task.section) for task in plan.tasks] == [("一", ""), ("三", "（二）抓好落实环节")]


def test_steps_below_an_item_belong_to_it() -> None:
    plan = prose(
        "（一）修订制度：",
        "1. 起草文本；",
        "2. 征求意见；",
        "3. 印发实施。（办公室牵头，法规处配合）",
        "（二）培训。授课。（培训中心落实）",
    )
    assert [task.number for task in plan.tasks] == ["一", "二"]
    assert "征求意见" in plan.tasks[0].requirement


def test_items_below_a_heading_that_carry_units_are_tasks_themselves() -> None:
    plan = prose("（一）做好两件事", "1. 起草文本。（办公室落实）", "2. 征求意见。（法规处落实）")
    assert [(task.number, task.lead) for task in plan.tasks] == [("1", ("办公室",)), ("2", ("法规处",))]


def test_aims_without_units_are_no_task() -> None:
    plan = prose(
        "一、总体要求",
        "坚持公开为常态，全面提升水平。",
        "二、重点任务",
        "（一）修订制度。起草。（办公室落实）",
        "（二）培训。授课。（培训中心落实）",
    )
    assert [task.title for task in plan.tasks] == ["修订制度", "培训"]


def test_several_responsibilities_in_one_item_are_several_tasks() -> None:
    plan = prose(
        "（一）改进网站。提出方案。（信息处牵头）发布公告。（宣传处落实）", "（二）培训。授课。（培训中心落实）"
    )
    assert [(task.number, task.lead) for task in plan.tasks] == [
        ("一-1", ("信息处",)),
        ("一-2", ("宣传处",)),
        ("二", ("培训中心",)),
    ]
    assert "subordinate" in kinds(plan)["一-2"]


def test_a_deadline_with_a_label_is_the_cell() -> None:
    plan = prose("（一）修订制度。起草。（责任单位：办公室；完成时限：6月底前）", "（二）培训。授课。（培训中心落实）")
    assert plan.tasks[0].deadline_text == "6月底前"
    assert plan.tasks[0].lead == ("办公室",)


def test_units_and_deadline_may_stand_on_lines_of_their_own() -> None:
    plan = prose(
        *("一、修订制度", "起草文本，分步实施。", "牵头单位：办公室　配合单位：法规处、信息处", "完成时限：6月底前"),
        *("二、开展培训", "集中授课。", "责任单位：培训中心", "完成时限：长期坚持"),
    )
    assert owed(plan)[0][2:] == (("办公室",), ("法规处", "信息处"))
    assert [task.deadline_text for task in plan.tasks] == ["6月底前", "长期坚持"]


@pytest.mark.parametrize("bracket", ["（办公室，6月底前）", "（6月底前，办公室负责）", "（办公室落实；6月底前）"])
def test_a_bracket_may_hold_the_date_beside_the_unit(bracket: str) -> None:
    task = prose(f"一、修订制度{bracket}", "二、开展培训（培训中心）").tasks[0]
    assert (task.title, task.lead, task.deadline_text) == ("修订制度", ("办公室",), "6月底前")


def test_a_responsibility_may_end_the_sentence_without_brackets() -> None:
    plan = prose("1. 修订制度，起草印发。责任单位：办公室、法规处", "2. 开展培训。责任单位：培训中心")
    assert owed(plan)[0][2:] == (("办公室", "法规处"), ())
    assert "责任单位" not in plan.tasks[0].title + plan.tasks[0].requirement


def test_without_a_cell_the_dates_of_the_text_are_the_schedule() -> None:
    plan = prose("（一）修订制度。6月底前印发，每季度检查1次。（办公室落实）", "（二）培训。授课。（培训中心落实）")
    dated, undated = (task.to_dict()["phases"] for task in plan.tasks)
    assert [phase["kind"] for phase in dated] == ["deadline", "recurring"]
    assert undated == [{"kind": "continuous", "start": "2026-01-01", "end": "2026-12-31", "assumed": True}]


def test_no_brackets_at_all_leave_tasks_without_units_and_tell_it() -> None:
    item = "。起草文本，征求意见，审核后印发，并做好宣传解读，督促各单位严格执行，年底进行评估总结。"
    plan = prose("一、打好基础", f"（一）修订制度{item}", f"（二）开展培训{item}")
    assert [task.lead for task in plan.tasks] == [(), ()]
    assert all("no-unit" in found for found in kinds(plan).values())


def test_units_named_in_a_sentence_are_shown_to_the_person_who_decides() -> None:
    plan = prose("（一）改版网站。由信息处牵头，6月底前完成。", "（二）开展培训。要加强领导，认真负责，抓好落实。")
    sentences = [w.sentence for task in plan.tasks for w in task.warnings if w.kind == "no-unit"]
    assert ["由信息处牵头" in said for said in sentences] == [True, False]
    assert [task.lead for task in plan.tasks] == [(), ()]


def test_a_bracket_that_only_explains_is_no_responsibility() -> None:
    plan = prose(
        "（一）修订制度（以下简称办公室制度）。起草（见附件）。（办公室落实）",
        "（二）培训（试行）。授课。（培训中心落实）",
    )
    assert [task.lead for task in plan.tasks] == [("办公室",), ("培训中心",)]


def test_what_stands_behind_the_last_item_is_outside() -> None:
    plan = prose(
        "（一）修订制度。起草。（办公室落实）",
        "（二）培训。授课。（培训中心落实）",
        "各单位于12月20日前报送总结。",
        "云溪市公共服务局",
    )
    assert "报送" not in plan.tasks[-1].requirement
    assert [(mention.text, mention.place) for mention in plan.mentions] == [("12月20日前", "第4行")]


def test_a_period_counts_from_what_its_sentence_speaks_of() -> None:
    plan = prose(
        "（一）办好咨询。对来信来访进行答复，答复期限不超过5个工作日，简单问题要在1个工作日内完成。（办公室落实）",
        "（二）培训。授课。（培训中心落实）",
    )
    events = [phase["event"] for mention in plan.tasks[0].to_dict()["mentions"] for phase in mention["phases"]]
    assert events == ["来信来访", "来信来访（简单问题）"]

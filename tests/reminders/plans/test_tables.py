"""The promises about tables as offices cut, merge and shift them."""

import pytest

from reminders.exceptions import NoTasks
from reminders.plans.columns import Role, role_of
from tests.reminders.plans.tables import kinds, plan, read, short, table, workbook

A = ("（一）建章立制", "1. 修订制度", "起草并印发", "3月底前", "办公室")
B = ("", "2. 开展培训", "集中授课", "9月底前", "培训中心")


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("工作任务", Role.TITLE),
        ("重点任务", Role.TITLE),
        ("事项", Role.TITLE),
        ("上级要求", Role.REQUIREMENT),
        ("具体 要求", Role.REQUIREMENT),
        ("落实措施", Role.MEASURE),
        ("具体举措", Role.MEASURE),
        ("完成时限", Role.DEADLINE),
        ("时限要求", Role.DEADLINE),
        ("完成时间", Role.DEADLINE),
        ("时间节点", Role.DEADLINE),
        ("进度安排", Role.DEADLINE),
        ("责任单位", Role.UNIT),
        ("责任科室（单位）", Role.UNIT),
        ("牵头单位", Role.LEAD),
        ("配合单位", Role.SUPPORT),
        ("责任人", Role.PERSON),
        ("序号", Role.NUMBER),
        ("备注", Role.NOTE),
        ("第三季度", None),
    ],
)
def test_headings_are_known_by_meaning(heading: str, role: Role | None) -> None:
    assert role_of(heading) is role


def test_a_row_is_a_task_and_a_blank_title_is_that_of_the_row_above() -> None:
    assert short(plan(A, B)) == [
        ("1", "（一）建章立制", "起草并印发", "3月底前", "办公室"),
        ("2", "（一）建章立制", "集中授课", "9月底前", "培训中心"),
    ]


def test_columns_may_stand_in_any_order() -> None:
    head = ("责任单位", "完成时限", "序号", "事项")
    assert short(plan(("办公室", "3月底前", "1", "修订制度"), head=head)) == [
        ("1", "修订制度", "", "3月底前", "办公室")
    ]


def test_lead_and_support_may_have_columns_of_their_own() -> None:
    head = ("序号", "任务", "牵头单位", "配合单位", "完成时限")
    (task,) = plan(("1", "修订制度", "办公室", "法规处、信息处", "3月底前"), head=head).tasks
    assert (task.lead, task.support) == (("办公室",), ("法规处", "信息处"))


def test_a_section_row_names_the_section_of_the_rows_below() -> None:
    tasks = plan(("一、打好基础", "", "", "", ""), A, ("二、抓好落实", "", "", "", ""), B).tasks
    assert [task.section for task in tasks] == ["一、打好基础", "二、抓好落实"]


def test_a_heading_repeated_on_the_next_page_is_no_task() -> None:
    head = ("工作任务", "工作要求", "落实措施", "完成时限", "责任单位")
    assert [task.number for task in plan(A, head, B).tasks] == ["1", "2"]


def test_several_tasks_in_a_row_are_aligned_in_their_order() -> None:
    several = ("", "2. 开展培训/3. 开展检查", "集中授课/随机抽查", "9月底前/每季度", "培训中心/办公室")
    found = plan(A, several)
    assert short(found)[1:] == [
        ("2", "（一）建章立制", "集中授课", "9月底前", "培训中心"),
        ("3", "（一）建章立制", "随机抽查", "每季度", "办公室"),
    ]
    assert kinds(found)["3"] == {"several-in-cell"}


def test_several_tasks_that_ran_together_in_one_line_are_taken_apart() -> None:
    several = (
        "",
        "2. 开展培训。 3. 开展检查，督促整改。 4. 通报情况。",
        "集中授课。 随机抽查。 发文。",
        "9 月底前 每季度 12 月底前",
        "培训中心牵头，各处室配合 办公室 办公室、法规处",
    )
    found = plan(A, several, ("", "5. 总结", "写报告", "年底前", "办公室"))
    assert [(task.number, task.measure, task.deadline_text, task.lead) for task in found.tasks[1:4]] == [
        ("2", "集中授课。", "9 月底前", ("培训中心",)),
        ("3", "随机抽查。", "每季度", ("办公室",)),
        ("4", "发文。", "12 月底前", ("办公室", "法规处")),
    ]


def test_steps_counted_inside_a_requirement_are_no_tasks() -> None:
    found = plan(("", "1. 修订制度，分为：1. 起草。 2. 审核。", "起草", "3月底前", "办公室"), B)
    assert [task.number for task in found.tasks] == ["1", "2"]


def test_one_date_and_unit_beside_several_tasks_belong_to_all() -> None:
    several = ("（一）建章立制", "1. 修订制度/2. 印发制度", "起草/发文", "3月底前", "办公室")
    assert [(task.deadline_text, task.lead) for task in plan(several).tasks] == [("3月底前", ("办公室",))] * 2


def test_what_cannot_be_aligned_is_flagged() -> None:
    several = ("", "1. 甲事项/2. 乙事项/3. 丙事项", "起草/授课/抽查", "3月底前/6月底前", "办公室/法规处/信息处")
    found = plan(several)
    assert [task.deadline_text for task in found.tasks] == ["3月底前", "6月底前", "6月底前"]
    assert all("unaligned" in kinds(found)[number] for number in "123")


def test_a_row_cut_by_a_page_break_is_put_together_again() -> None:
    upper = ("（一）建章立制", "1. 修订制度/2. 开展培训", "起草", "3月底前", "办公室/培训中心")
    lower = ("（二）检查", "3. 开展检查", "授课/抽查", "9月底前/每季度", "法规处")
    found = plan(upper, lower)
    assert short(found) == [
        ("1", "（一）建章立制", "起草", "3月底前", "办公室"),
        ("2", "（一）建章立制", "授课", "9月底前", "培训中心"),
        ("3", "（二）检查", "抽查", "每季度", "法规处"),
    ]
    assert [number for number, found_kinds in kinds(found).items() if "cut-row" in found_kinds] == ["2"]


def test_a_sentence_cut_by_a_page_break_goes_on() -> None:
    upper = ("（一）建章立制", "1. 修订各项工作", "起草文本，", "3月底前", "办公室")
    found = plan(upper, ("", "制度", "征求意见后印发", "", ""), B)
    assert (found.tasks[0].requirement, found.tasks[0].measure) == ("修订各项工作制度", "起草文本，征求意见后印发")
    assert "cut-row" in kinds(found)["1"]


def test_the_date_and_unit_of_a_cut_row_may_stand_overleaf() -> None:
    upper = ("（一）建章立制", "1. 修订各项工作", "起草文本，征求意见后", "", "")
    found = plan(upper, ("", "制度", "印发", "3月底前", "办公室"), B)
    assert short(found)[0] == ("1", "（一）建章立制", "起草文本，征求意见后印发", "3月底前", "办公室")


def test_the_end_of_a_cut_task_may_stand_beside_the_next_section() -> None:
    upper = ("（一）建章立制", "1. 修订制度/2. 开展培训", "起草", "3月底前", "办公室")
    found = plan(
        upper,
        ("二、抓好落实", "", "授课", "9月底前", "培训中心"),
        ("（二）检查", "3. 检查", "抽查", "年底前", "法规处"),
    )
    assert short(found)[1] == ("2", "（一）建章立制", "授课", "9月底前", "培训中心")
    assert [task.section for task in found.tasks] == ["", "", "二、抓好落实"]


@pytest.mark.parametrize(
    "shifted",
    [
        ("2. 开展培训", "集中授课", "9月底前", "培训中心", ""),
        ("", "", "2. 开展培训", "集中授课", "9月底前", "培训中心"),
    ],
)
def test_a_row_that_lost_or_gained_a_cell_is_moved_back(shifted: tuple[str, ...]) -> None:
    head = (*("工作任务", "工作要求", "落实措施", "完成时限", "责任单位"), "备注")
    found = plan((*A, ""), shifted, head=head)
    assert short(found)[1] == ("2", "（一）建章立制", "集中授课", "9月底前", "培训中心")
    assert "shifted-row" in kinds(found)["2"]


def test_further_measures_with_their_own_date_are_tasks_of_their_own() -> None:
    head = ("序号", "任务", "具体举措", "完成时限", "责任单位")
    rows = (("1", "改版网站", "提出方案。", "3月底前", "信息处"), ("", "", "上线运行。", "6月底前", "宣传处"))
    found = plan(*rows, ("2", "开展培训", "授课。", "9月底前", "培训中心"), head=head)
    assert [task.number for task in found.tasks] == ["1-1", "1-2", "2"]
    assert short(found)[1][1:] == ("改版网站", "上线运行。", "6月底前", "宣传处")


def test_a_heading_may_be_two_rows_deep() -> None:
    sheet = [["序号", "任务", "责任分工", None, "完成时限"], [None, None, "牵头单位", "配合单位", None]]
    found = workbook([*sheet, [1, "改版网站", "信息处", "宣传处", "3月底前"]], "A1:A2", "B1:B2", "C1:D1", "E1:E2")
    (task,) = found.tasks
    assert (task.title, task.lead, task.support, task.deadline_text) == (
        "改版网站",
        ("信息处",),
        ("宣传处",),
        "3月底前",
    )


def test_a_merged_date_counts_for_every_row_it_covers() -> None:
    rows: list[list[object]] = [
        ["序号", "任务", "责任单位", "完成时限"],
        [1, "甲", "办公室", "6月底前"],
        [2, "乙", "法规处", None],
    ]
    found = workbook(rows, "D2:D3")
    assert [task.deadline_text for task in found.tasks] == ["6月底前", "6月底前"]


def test_the_lines_above_and_below_the_table_of_a_sheet_are_no_tasks() -> None:
    rows: list[list[object]] = [
        ["云溪市公共服务局2026年任务分解表"],
        ["序号", "任务", "责任单位"],
        [1, "甲", "办公室"],
        ["注：每月25日前报送进展"],
    ]
    found = workbook(rows, "A1:C1")
    assert (found.title, found.issuer) == ("云溪市公共服务局2026年任务分解表", "云溪市公共服务局")
    assert len(found.tasks) == 1
    assert [mention.text for mention in found.mentions] == ["每月25日前"]


def test_a_table_without_heading_is_read_by_its_content_and_flagged() -> None:
    rows = [("1", "修订制度", "3月底前", "办公室"), ("2", "开展培训", "9月底前", "培训中心")]
    found = plan(*rows, head=None)
    assert [(task.title, task.deadline_text, task.lead) for task in found.tasks] == [
        ("修订制度", "3月底前", ("办公室",)),
        ("开展培训", "9月底前", ("培训中心",)),
    ]
    assert [warning.kind for warning in found.warnings] == ["no-heading"]


def test_a_missing_number_is_told() -> None:
    found = plan(A, ("", "4. 开展检查", "抽查", "年底前", "法规处"))
    assert "number" in kinds(found)["4"]


def test_a_blank_deadline_is_assumed_and_told() -> None:
    found = plan(("（一）建章立制", "1. 修订制度", "起草", "", "办公室"), B)
    assert found.tasks[0].deadline_text is None
    assert found.tasks[0].to_dict()["phases"][0]["assumed"] is True
    assert "no-deadline" in kinds(found)["1"]


def test_an_unreadable_deadline_is_refused_with_its_words() -> None:
    found = plan(("（一）建章立制", "1. 修订制度", "起草", "2月30日前", "办公室"))
    (warning,) = [warning for warning in found.tasks[0].warnings if warning.kind == "unreadable-deadline"]
    assert found.tasks[0].phases == ()
    assert "“2月30日前”" in warning.sentence


def test_a_date_in_the_text_beside_a_cell_is_a_mention_with_its_place() -> None:
    found = plan(("（一）建章立制", "1. 修订制度", "第一季度起草文本", "6月底前", "办公室"))
    assert [(mention.text, mention.place) for mention in found.tasks[0].mentions] == [("第一季度", "第1项落实措施")]


def test_vague_and_standing_words_are_no_mentions() -> None:
    found = plan(("（一）建章立制", "1. 及时修订制度", "适时起草，动态更新，贯穿全年", "6月底前", "办公室"))
    assert found.tasks[0].mentions == ()


def test_pipes_and_tabs_make_the_same_table() -> None:
    piped = (
        table(A, B).replace("\t", " | ").replace("\n（", "\n| （").replace("\n工", "\n| 工").replace("\n |", "\n| |")
    )
    assert short(read(piped)) == short(plan(A, B))


def test_a_document_without_tasks_is_refused_in_one_sentence() -> None:
    with pytest.raises(NoTasks, match="没有找到任务"):
        read("关于召开会议的通知\n请各处室参加。\n")

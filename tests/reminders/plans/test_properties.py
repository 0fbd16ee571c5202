"""However an office packs its tasks into rows, they come out again."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.documents.grid import Document, grid_of_rows
from reminders.documents.text import text_blocks
from reminders.exceptions import DocumentError, PlanError
from reminders.plans import plan_of, read_plan
from reminders.plans.alignment import tasks_of_table
from reminders.plans.rows import read_table
from reminders.plans.units import read_units
from reminders.sample import sample_plan
from tests.reminders.plans.conversions import FORMATS, source_of
from tests.reminders.plans.tables import HEAD

UNITS = st.sampled_from(
    ["办公室", "法规处", "信息处", "宣传处", "服务中心", "规划和财务处", "各处室", "直属单位", "局保密办"]
)
DEADLINES = st.sampled_from(["3月底前", "贯穿全年", "第三季度", "每季度", "6月底前完成改版，并常态落实", "年内至少2次"])
VERBS = st.sampled_from(["牵头", "分别牵头", "牵头组织", "牵头落实"])
TAILS = st.sampled_from(["配合", "落实", "分别落实", "负责落实", "按照职能分别落实", "参与"])
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.lists(UNITS, min_size=1, max_size=5, unique=True), st.lists(UNITS, max_size=5, unique=True), VERBS, TAILS)
def test_who_leads_and_who_supports_is_read_back(lead: list[str], support: list[str], verb: str, tail: str) -> None:
    rest = [unit for unit in support if unit not in lead]
    text = "、".join(lead) + verb + (f"，{'、'.join(rest)}{tail}" if rest else "")
    units = read_units(text, "第1项")
    assert (list(units.lead), list(units.support)) == (lead, rest)


@given(
    st.lists(UNITS, min_size=1, max_size=6, unique=True), st.sampled_from(["", "分别落实", "负责", "按职责分工落实"])
)
def test_without_a_lead_all_lead(names: list[str], verb: str) -> None:
    assert list(read_units("、".join(names) + verb, "第1项").lead) == names


@SLOW
@given(st.lists(st.tuples(DEADLINES, UNITS), min_size=3, max_size=12), st.data())
def test_tasks_packed_into_rows_come_out_one_by_one(tasks: list[tuple[str, str]], data: st.DataObject) -> None:
    rows: list[tuple[str, ...]] = [HEAD]
    number = 0
    while number < len(tasks):
        taken = tasks[number : number + data.draw(st.integers(1, 3))]
        counted = range(number + 1, number + len(taken) + 1)
        columns = (
            [f"{n}. 做好第{n}件事项。" for n in counted],
            [f"采取第{n}种办法。" for n in counted],
            [deadline for deadline, _ in taken],
            [unit for _, unit in taken],
        )
        rows.append(("", *("\n".join(column) for column in columns)))
        number += len(taken)
    table = read_table([grid_of_rows((f"第{at}行", row) for at, row in enumerate(rows, start=1))])
    assert table is not None
    found = [(task.number, task.measure, task.deadline, task.unit) for task in tasks_of_table(table)]
    assert found == [(str(n), f"采取第{n}种办法。", *task) for n, task in enumerate(tasks, start=1)]


@SLOW
@given(st.integers(2, 4), st.integers(1, 3), st.data())
def test_a_page_break_anywhere_in_a_packed_row_is_mended(upper: int, lower: int, data: st.DataObject) -> None:
    total = upper + lower
    cut = data.draw(st.integers(1, upper - 1))  # measures, dates and units of the last upper items stand overleaf
    requirements = [f"{n}. 做好第{n}件事项。" for n in range(1, total + 1)]
    measures = [f"采取第{n}种办法。" for n in range(1, total + 1)]
    units = [["办公室", "法规处"][n % 2] for n in range(total)]
    first = ["", "\n".join(requirements[:upper])] + ["\n".join(column[:cut]) for column in (measures, units)]
    second = ["", "\n".join(requirements[upper:])] + ["\n".join(column[cut:]) for column in (measures, units)]
    head = ("工作任务", "工作要求", "落实措施", "责任单位")
    table = read_table([grid_of_rows((f"第{at}行", row) for at, row in enumerate((head, first, second), start=1))])
    assert table is not None
    found = [(task.number, task.measure, task.unit) for task in tasks_of_table(table)]
    assert found == [(str(n), measures[n - 1], units[n - 1]) for n in range(1, total + 1)]


FRAGMENTS = (
    "\t",
    "\n",
    "（",
    "）",
    "牵头",
    "，",
    "一、",
    "（一）",
    "1. ",
    "<p>",
    "|",
    "每",
    "月底前",
    "2026年",
    "〔",
    "2月30日",
    "十",
)
SAMPLE = sample_plan(2026)
EDITS = st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 40), st.sampled_from(FRAGMENTS)), max_size=12)


@SLOW
@given(EDITS)
def test_a_spoilt_text_is_a_plan_or_a_sentence(edits: list[tuple[int, int, str]]) -> None:
    text = SAMPLE
    for at, gone, added in edits:
        text = text[:at] + added + text[at + gone :]
    with contextlib.suppress(DocumentError, PlanError):
        plan = plan_of(Document(tuple(text_blocks(text, "plan.txt")), "txt"), "plan.txt", year=2026)
        numbers = [task.number for task in plan.tasks]
        assert len(numbers) == len(set(numbers))
        assert all(1 <= len(task.short) <= 20 for task in plan.tasks)
        assert len(plan.to_dict()["tasks"]) == len(numbers)


@pytest.mark.long
@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 90), st.binary(max_size=30)), min_size=1, max_size=5))
def test_a_spoilt_file_is_a_plan_or_a_sentence(kind: str, edits: list[tuple[float, int, bytes]]) -> None:
    data = FORMATS[kind](source_of(SAMPLE))
    for at, gone, added in edits:
        place = int(at * len(data))
        data = data[:place] + added + data[place + gone :]
    with contextlib.suppress(DocumentError, PlanError):
        assert read_plan(data, f"plan.{kind}", year=2026).tasks

"""Reading a plan of 100, 1,000 and 5,000 tasks from a workbook: seconds, and whether the time grows in proportion.

The floor is the bare library: openpyxl reading every cell of the same file.
"""

import io
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import openpyxl

from reminders.plans import read_plan

SIZES: Final = (100, 1_000, 5_000)
# The time per task may not rise by more than this from 1,000 to 5,000 tasks (in proportion it is 1, squared it is 5).
MOST_GROWTH: Final = 2.0
HEAD: Final = ("序号", "工作任务", "工作要求", "落实措施", "完成时限", "责任单位")
DEADLINES: Final = (
    "3月底前",
    "贯穿全年",
    "6月底前完成改版，并常态落实",
    "每季度末月25日前",
    "第三季度",
    "年内至少2次",
    "决策文件出台后10个工作日内",
    "12月20日前",
)
UNITS: Final = ("办公室", "法规处牵头，各处室、直属单位配合", "业务处、信息处分别牵头，宣传处配合", "各处室、直属单位")


def workbook(tasks: int) -> bytes:
    """A plan of so many tasks, with merged titles over each ten rows and a section row over each hundred."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["云溪市公共服务局2026年重点工作任务分工方案"])
    sheet.append(HEAD)
    for number in range(1, tasks + 1):
        if number % 100 == 1:
            sheet.append([f"第{number // 100 + 1}部分　重点工作"])
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=len(HEAD))
        sheet.append(_row(number))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _row(number: int) -> tuple[str, ...]:
    requirement = (
        f"对第{number}类事项进行梳理，及时发布有关信息，第三季度组织一次检查，广泛听取群众意见并说明采纳情况。"
    )
    measure = f"在门户网站开设第{number}号专栏，每季度更新1次，年底前形成总结材料报办公室。"
    title = f"做好第{number}类事项的公开"
    return str(number), title, requirement, measure, DEADLINES[number % 8], UNITS[number % 4]


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _read(data: bytes, found: list[int]) -> None:
    found.append(len(read_plan(data, "plan.xlsx").tasks))


def _bare(data: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return sum(1 for row in book.worksheets[0].iter_rows() for cell in row if cell.value)


def main() -> int:
    """Print the figures; 1 where a plan was read wrong or the time grows faster than the plan."""
    per_task: dict[int, float] = {}
    for size in SIZES:
        data = workbook(size)
        found: list[int] = []
        took = min(_seconds(partial(_read, data, found)) for _ in range(2))
        floor = min(_seconds(partial(_bare, data)) for _ in range(2))
        per_task[size] = took / size
        per = 1000 * took / size
        print(f"plans: {size:>5} tasks in {took:6.2f} s ({per:.2f} ms a task; openpyxl alone {floor:.2f} s)")
        if found != [size, size]:
            print(f"plans: read {found} tasks of {size}", file=sys.stderr)
            return 1
    growth = per_task[5_000] / per_task[1_000]
    print(f"plans: time per task at 5,000 is {growth:.2f} times that at 1,000 (at most {MOST_GROWTH})")
    return 0 if growth <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())

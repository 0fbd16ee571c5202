"""The workbook a clerk checks a plan in: written by `cuiban read --to`, edited, and imported exactly as it stands.

Nothing in it is interpreted again: units are the names between the separators, a schedule is read anew only where its
text was changed. A hidden column keeps what the text beside it was read as.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from reminders.documents import Document, Grid
from reminders.exceptions import InputError, ReviewRejected
from reminders.plans.deadlines import Reader, is_dated
from reminders.plans.facts import read_date
from reminders.plans.names import split_review_units
from reminders.plans.plan import Mention, Plan, Task
from reminders.plans.titles import MAX_SHORT
from reminders.plans.warnings import warn
from reminders.plans.wording import phrases
from schedules import Continuous, Phase, phase_from_dict

MARK: Final = "cuiban-review-1"
TASKS: Final = "核对"
FACTS: Final = "文件"
MENTIONS: Final = "文中时限"
_TASK_HEAD: Final = (
    *("编号", "简称", "章节", "工作任务", "工作要求", "落实措施", "完成时限", "读作", "牵头单位", "配合单位"),
    *("无此职责", "提示", "位置", "数据"),
)
_MENTION_HEAD: Final = ("编号", "原文", "读作", "位置", "数据")
_FACT_NAMES: Final = ("标题", "发文单位", "文号", "年度", "印发日期")
_WIDTHS: Final = {"工作任务": 24, "工作要求": 44, "落实措施": 36, "完成时限": 18, "读作": 26, "提示": 40, "原文": 40}
_MOST_IN_CELL: Final = 32_767  # Excel's own limit
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def write_review(plan: Plan, target: Path) -> None:
    """Write the workbook. InputError where the place cannot be written or a text does not fit a cell."""
    import openpyxl  # here, because every process of the service imports this package and only this command writes

    book = openpyxl.Workbook()
    assert book.active is not None
    tasks, facts, mentions = book.active, book.create_sheet(FACTS), book.create_sheet(MENTIONS)
    tasks.title = TASKS
    _fill(tasks, _TASK_HEAD, (_task_row(task, plan.year) for task in plan.tasks))
    issued = plan.issued.isoformat() if plan.issued else ""
    values = (plan.title, plan.issuer, plan.number or "", str(plan.year), issued)
    _fill(facts, ("项目", "内容", MARK), [*zip(_FACT_NAMES, values, strict=True)])
    facts.column_dimensions["C"].hidden = True
    rows = [(task.number, mention) for task in plan.tasks for mention in task.mentions]
    rows += [("", mention) for mention in plan.mentions]
    _fill(mentions, _MENTION_HEAD, (_mention_row(number, mention, plan.year) for number, mention in rows))
    try:
        book.save(target)
    except OSError as error:
        raise InputError(f"写不了「{target}」（{error.strerror}）：请换个位置，或先关闭打开着的同名文件。") from error


def _task_row(task: Task, year: int) -> Sequence[str]:
    return (
        task.number,
        task.short,
        task.section,
        task.title,
        task.requirement,
        task.measure,
        task.deadline_text or "",
        phrases(task.phases, year),
        _units_text(task.lead),
        _units_text(task.support),
        "是" if task.no_duty else "",
        "\n".join(warning.sentence for warning in task.warnings),
        task.place,
        _kept(task.deadline_text or "", task.phases) if task.deadline_text is not None else "",
    )


def _mention_row(number: str, mention: Mention, year: int) -> Sequence[str]:
    return (number, mention.text, phrases(mention.phases, year), mention.place, _kept(mention.text, mention.phases))


def _units_text(units: Sequence[str]) -> str:
    """Names separated by ；, since a name may itself hold 、 (各市〔州〕、县〔市、区〕政府)."""
    return "；".join(units) + ("；" if len(units) == 1 and "、" in units[0] else "")


def _kept(text: str, phases: Iterable[Phase]) -> str:
    return json.dumps({"text": text, "phases": [phase.to_dict() for phase in phases]}, ensure_ascii=False)


def _fill(sheet: Any, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of texts, never formulas: a text that begins with = stays a text."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, row in enumerate((head, *rows), start=1):
        for column, text in enumerate(row, start=1):
            if len(text) > _MOST_IN_CELL:
                raise InputError(f"第 {number - 1} 行有一格 {len(text)} 字，超过 Excel 一格 {_MOST_IN_CELL} 字的上限。")
            cell = sheet.cell(number, column)
            cell.value = text.translate(_CONTROL)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, name in enumerate(head, start=1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = _WIDTHS.get(name, 14)
        dimension.hidden = name == "数据"
    sheet.freeze_panes = "C2" if head is _TASK_HEAD else "A2"


# Reading it back


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet as rows of texts by heading, each with its row number."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]


def is_review(document: Document) -> bool:
    """Whether a workbook is one that `write_review` wrote."""
    return any(
        cell.text == MARK for grid in document.grids if FACTS in grid.name for cell in grid.cells if cell.row == 0
    )


def plan_of_review(document: Document, *, year: int | None = None) -> Plan:
    """The plan exactly as it stands in the workbook. ReviewRejected names every row that cannot be used."""
    wrong: list[str] = []
    facts = {row.get("项目", ""): row.get("内容", "") for _, row in _sheet(document, FACTS, ("项目", "内容")).rows}
    plan_year = year if year is not None else _year(facts.get("年度", ""), wrong)
    issued = _issued(facts.get("印发日期", ""), wrong)
    reader = Reader(plan_year, issued)
    mentions: dict[str, list[Mention]] = defaultdict(list)
    for number, row in _sheet(document, MENTIONS, _MENTION_HEAD[:2]).rows:
        mentions[row.get("编号", "")].append(_mention(row, number, reader, wrong))
    rows = _sheet(document, TASKS, _TASK_HEAD[:2]).rows
    times = Counter(row.get("编号", "") for _, row in rows)
    for number, row in rows:
        written = row.get("编号", "")
        if not written or times[written] > 1:
            wrong.append(f"工作表「{TASKS}」第 {number} 行：编号“{written}”{'重复' if written else '是空的'}。")
    tasks = [_task(row, number, tuple(mentions.get(row.get("编号") or "?", ())), reader, wrong) for number, row in rows]
    wrong.extend(f"工作表「{MENTIONS}」：没有编号为“{of}”的任务。" for of in mentions if of and of not in times)
    if not tasks:
        wrong.append(f"工作表「{TASKS}」里没有任务。")
    if wrong:
        raise ReviewRejected("核对表有要改的地方，没有导入：\n" + "\n".join(dict.fromkeys(wrong)))
    return Plan(
        title=facts.get("标题", ""),
        issuer=facts.get("发文单位", ""),
        number=facts.get("文号") or None,
        year=plan_year,
        issued=issued,
        tasks=tuple(tasks),
        mentions=tuple(mentions.get("", ())),
        source_format="review",
    )


def _sheet(document: Document, name: str, needed: Sequence[str]) -> _Sheet:
    grid = next((grid for grid in document.grids if grid.name == f"工作表「{name}」"), None)
    if grid is None:
        return (
            _Sheet(()) if name == MENTIONS else _refuse(f"核对表缺少工作表「{name}」：请用 cuiban read --to 重新生成。")
        )
    rows = grid.rows()
    head = {at: cell.text for at, cell in enumerate(rows[0]) if cell is not None}
    missing = [heading for heading in needed if heading not in head.values()]
    if missing:
        _refuse(f"核对表的工作表「{name}」缺少“{'、'.join(missing)}”栏：请不要改动表头。")
    return _Sheet(tuple(_texts(grid, rows, head)))


def _texts(
    grid: Grid, rows: Sequence[Sequence[Any]], head: Mapping[int, str]
) -> Iterable[tuple[int, Mapping[str, str]]]:
    for index, row in enumerate(rows[1:], start=2):
        texts = {name: row[at].text if row[at] is not None else "" for at, name in head.items()}
        if any(text for name, text in texts.items() if name != "数据"):
            yield index, texts


def _refuse(sentence: str) -> Any:
    raise ReviewRejected(sentence)


def _year(text: str, wrong: list[str]) -> int:
    if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099:
        return int(text)
    wrong.append(f"工作表「{FACTS}」的年度“{text}”不是四位年份。")
    return 2000


def _issued(text: str, wrong: list[str]) -> date | None:
    if not text:
        return None
    try:
        return read_date(text) or date.fromisoformat(text)
    except ValueError:
        wrong.append(f"工作表「{FACTS}」的印发日期“{text}”不是日期：应形如 2026-03-02，没有就留空。")
        return None


def _task(row: Mapping[str, str], number: int, mentions: tuple[Mention, ...], reader: Reader, wrong: list[str]) -> Task:
    where = f"工作表「{TASKS}」第 {number} 行"
    short = row.get("简称", "")
    if not 1 <= len(short) <= MAX_SHORT:
        wrong.append(f"{where}：简称“{short}”应有 1 至 {MAX_SHORT} 字。")
    if row.get("无此职责", "") not in ("", "是", "否"):
        wrong.append(f"{where}：无此职责一栏只能填“是”或留空。")
    no_duty = row.get("无此职责") == "是"
    lead = split_review_units(row.get("牵头单位", ""))
    text = row.get("完成时限", "") or None
    phases = _phases(text, row.get("数据", ""), reader, where, wrong) if text else _without_cell(mentions, reader.year)
    unowned = (
        () if lead or no_duty else (warn("no-unit", f"第{row.get('编号', '')}项没有写明责任单位：启用前请指定。"),)
    )
    return Task(
        number=row.get("编号", ""),
        short=short,
        section=row.get("章节", ""),
        title=row.get("工作任务", ""),
        requirement=row.get("工作要求", ""),
        measure=row.get("落实措施", ""),
        deadline_text=text,
        phases=phases,
        lead=lead,
        support=split_review_units(row.get("配合单位", "")),
        mentions=mentions,
        warnings=unowned,
        place=row.get("位置") or where,
        no_duty=no_duty,
    )


def _mention(row: Mapping[str, str], number: int, reader: Reader, wrong: list[str]) -> Mention:
    text = row.get("原文", "")
    where = f"工作表「{MENTIONS}」第 {number} 行"
    phases = _phases(text, row.get("数据", ""), reader, where, wrong)
    return Mention(text, phases, row.get("位置") or where)


def _phases(text: str, kept: str, reader: Reader, where: str, wrong: list[str]) -> tuple[Phase, ...]:
    """What the text was read as, where it still stands as it was; else read anew, and refused where that fails."""
    try:
        before = json.loads(kept) if kept else {}
        if before.get("text") == text:
            return tuple(phase_from_dict(phase) for phase in before["phases"])
    except (ValueError, KeyError, TypeError, AttributeError):
        wrong.append(f"{where}：隐藏的“数据”栏被改动过，请清空该格。")
        return ()
    schedule = reader.cell(text)
    if not schedule.phases:
        wrong.append(f"{where}：“{text}”读不懂，{schedule.error or '请改写'}")
    return schedule.phases


def _without_cell(mentions: Sequence[Mention], year: int) -> tuple[Phase, ...]:
    dated = tuple(phase for mention in mentions if is_dated(mention.phases) for phase in mention.phases)
    return dated or (Continuous(date(year, 1, 1), date(year, 12, 31), assumed=True),)

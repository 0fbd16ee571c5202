"""The whole way from a file to a Plan. Nothing is stored; whoever imports looks at the warnings first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from reminders.documents import Document, Grid, Line, read_document
from reminders.documents.limits import refuse_too_many_bytes
from reminders.exceptions import EmptyDocument, InputError, NoTasks, NoYear
from reminders.plans.alignment import tasks_of_table
from reminders.plans.deadlines import Reader, timing_of
from reminders.plans.facts import Facts, find_facts
from reminders.plans.names import is_vague
from reminders.plans.plan import Mention, Plan, Task, Warning  # noqa: A004 - the word of the design
from reminders.plans.prose import tasks_of_prose
from reminders.plans.raw import RawTask
from reminders.plans.review import is_review, plan_of_review
from reminders.plans.rows import read_table
from reminders.plans.titles import short_titles
from reminders.plans.units import named_in_text, read_units
from reminders.plans.warnings import warn

Progress: TypeAlias = Callable[[int, int], None]  # tasks read, tasks in all
YEARS = range(2000, 2100)


def read_plan(
    source: Path | bytes, name: str | None = None, *, year: int | None = None, progress: Progress | None = None
) -> Plan:
    """The plan in a file, or in the bytes of a file called `name`. `year` decides over the document's own.

    Raises an InputError whose sentence says what is wrong, where and how to mend it.
    """
    data, shown = _bytes_of(source, name)
    return plan_of(read_document(data, shown), shown, year=year, progress=progress)


def _bytes_of(source: Path | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or "plan.txt"
    shown = name or source.name
    try:
        if source.is_dir():
            raise InputError(f"「{shown}」是文件夹：请指定其中的方案文件。")
        refuse_too_many_bytes(source.stat().st_size, shown)
        return source.read_bytes(), shown
    except FileNotFoundError as error:
        raise InputError(f"找不到文件「{source}」：请检查路径和文件名。") from error
    except OSError as error:
        raise InputError(f"文件「{shown}」打不开（{error.strerror}）：请检查权限，或关闭正在使用它的程序。") from error


def plan_of(document: Document, name: str, *, year: int | None = None, progress: Progress | None = None) -> Plan:
    """The plan that a document holds. NoTasks, NoYear, EmptyDocument."""
    if not document.blocks:
        raise EmptyDocument(f"文件「{name}」里没有文字：请检查是否选错了文件。")
    if is_review(document):
        return plan_of_review(document, year=year)
    parts = _parts(document)
    if not parts.raws:
        raise NoTasks(
            f"文件「{name}」里没有找到任务：既没有带“工作任务、完成时限、责任单位”等表头的表格，也没有带编号的事项；"
            "请检查是否选错了文件。"
        )
    facts = find_facts(document.lines or _lines_of(parts.cells), parts.cells, parts.raws[0].place)
    reader = Reader(_year(facts, year, name), facts.issued)
    tasks = _tasks(parts.raws, reader, progress)
    mentions = _outside_mentions(parts.outside, facts, reader)
    title = facts.title.value if facts.title else PurePath(name).stem
    issuer = facts.issuer.value if facts.issuer else ""
    return Plan(
        title=title,
        issuer=issuer,
        number=facts.number.value if facts.number else None,
        year=reader.year,
        issued=facts.issued,
        tasks=tasks,
        mentions=mentions,
        source_format=document.source_format,
        warnings=(*_fact_warnings(facts), *parts.warnings),
        places=facts.places(),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """A document taken apart."""

    raws: Sequence[RawTask]
    outside: Sequence[Line]  # lines that belong to no task
    cells: Sequence[tuple[str, str]]  # (place, text) of table cells outside every task: metadata, headings
    warnings: tuple[Warning, ...] = ()


def _parts(document: Document) -> _Parts:
    """Tables with tasks decide; without them the numbered items of the prose are the tasks."""
    table = read_table(document.grids)
    raws = tasks_of_table(table) if table else []
    if raws and table:
        return _Parts(raws, [*document.lines, *_lines_of(table.outside)], table.outside, table.warnings)
    cells = [(grid.places[cell.row], cell.text) for grid in document.grids for cell in grid.cells]
    prose = tasks_of_prose(_prose_lines(document))
    return _Parts(prose.tasks, prose.outside, cells)


def _prose_lines(document: Document) -> list[Line]:
    """The lines of prose; a one-column grid (a frame around the text) is prose too."""
    lines: list[Line] = []
    for block in document.blocks:
        if isinstance(block, Line):
            lines.append(block)
        elif block.width == 1:
            lines.extend(_lines_of_grid(block))
    return lines


def _lines_of_grid(grid: Grid) -> list[Line]:
    return [Line(part, grid.places[cell.row]) for cell in grid.cells for part in cell.paragraphs]


def _lines_of(cells: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    return tuple(Line(part, place) for place, text in cells for part in text.split("\n") if part.strip())


def _year(facts: Facts, given: int | None, name: str) -> int:
    year = given if given is not None else facts.year
    if year is None:
        raise NoYear(f"文件「{name}」的标题、文号和落款里都没有年度：请用 --year 指定，例如 --year 2026。")
    if year not in YEARS:
        raise InputError(f"年度 {year} 不在 {YEARS.start} 至 {YEARS.stop - 1} 之间：请检查 --year 或文件标题。")
    return year


def _tasks(raws: Sequence[RawTask], reader: Reader, progress: Progress | None) -> tuple[Task, ...]:
    tasks: list[Task] = []
    for done, (raw, short) in enumerate(zip(raws, short_titles(raws), strict=True), start=1):
        tasks.append(_task(raw, short, reader))
        if progress is not None:
            progress(done, len(raws))
    return tuple(tasks)


def _task(raw: RawTask, short: str, reader: Reader) -> Task:
    units = read_units(raw.unit, f"第{raw.number}项", lead=raw.lead, support=raw.support)
    timing = timing_of(raw, reader)
    warnings: list[Warning] = [*raw.warnings, *timing.warnings, *units.warnings]
    if not units.lead and not units.no_duty:
        named = named_in_text(raw.requirement)
        hint = f"（文中写有“{named}”）" if named else ""
        warnings.append(warn("no-unit", f"第{raw.number}项（{raw.place}）没有写明责任单位{hint}：启用前请指定。"))
    vague = [unit for unit in (*units.lead, *units.support) if is_vague(unit)]
    if vague:
        warnings.append(warn("vague-unit", f"第{raw.number}项写的是“{'、'.join(vague)}”：启用前请指定是哪些单位。"))
    return Task(
        number=raw.number,
        short=short,
        section=raw.section,
        title=raw.title,
        requirement=raw.requirement,
        measure=raw.measure,
        deadline_text=raw.deadline,
        phases=timing.phases,
        lead=units.lead,
        support=units.support,
        mentions=timing.mentions,
        warnings=tuple(warnings),
        place=raw.place,
        no_duty=units.no_duty,
    )


def _outside_mentions(outside: Sequence[Line], facts: Facts, reader: Reader) -> tuple[Mention, ...]:
    """The dated expressions of the covering letter and of what follows the tasks; a line only of a date is none."""
    taken = {place for _, place in facts.places()}
    return tuple(
        mention
        for line in outside
        if line.place not in taken
        for mention in reader.mentions(line.text, line.place)
        if mention.text != line.text.strip(" 　（）()")
    )


def _fact_warnings(facts: Facts) -> list[Warning]:
    missing = [name for name, fact in (("标题", facts.title), ("发文单位", facts.issuer)) if fact is None]
    return [warn("facts", f"没有找到文件的{'和'.join(missing)}：请补上。")] if missing else []

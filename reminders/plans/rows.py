"""Grids as rows of meaning: headings taken off wherever they repeat, section rows turned into sections, shifts mended.

A row keeps which of its texts begin in it, so that a merged cell is never counted as several.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from reminders.documents import Grid
from reminders.plans.columns import (
    OWED_ROLES,
    TEXT_ROLES,
    Columns,
    Role,
    deadline_like,
    find_columns,
    heading_roles,
    infer_columns,
    is_heading,
    role_of,
    unit_like,
)
from reminders.plans.markers import BRACKETED, DIGIT, DIGIT_BRACKETED, MAIN, PART, marker_of
from reminders.plans.plan import Warning  # noqa: A004 - the word of the design
from reminders.plans.warnings import warn

_REMARK: Final = re.compile(r"^(?:备注|注|说明|附件|附|公开方式|联系人|联系电话|抄送|制表|填表|合计|总计)[:：\s\d]")
T = TypeVar("T")

_SECTION_LEVELS: Final = (PART, MAIN, BRACKETED)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a task table by the meaning of its cells."""

    place: str
    section: str
    texts: dict[Role, str]  # paragraphs separated by \n; only texts that are not blank
    own: frozenset[Role]  # the roles whose cell begins in this row
    wrapped: bool = False
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """All task rows of a document, and the column whose numbered paragraphs are its tasks."""

    rows: tuple[Row, ...]
    roles: frozenset[Role]
    anchor: Role | None  # None: every row is one task
    anchor_level: int = DIGIT
    warnings: tuple[Warning, ...] = ()
    outside: tuple[tuple[str, str], ...] = ()  # (place, text) of rows above the heading: title, office, date


@dataclass(slots=True)
class _Raw:
    """One row by position, before its meaning is settled."""

    place: str
    columns: Columns
    texts: list[str]
    own: list[bool]
    spans: bool  # a single cell over several columns
    wrapped: bool
    warnings: list[Warning] = field(default_factory=list)


def read_table(grids: Sequence[Grid]) -> Table | None:
    """The task rows of all grids as one table; a grid without heading goes on from the one before. None: no tasks."""
    raws: list[_Raw] = []
    outside: list[tuple[str, str]] = []
    warnings: list[Warning] = []
    known: Columns | None = None
    for grid in grids:
        columns = find_columns(grid) or _continued(known, grid) or infer_columns(grid)
        if columns is None:
            outside.extend(_texts_of(grid, grid.height))
            continue
        if columns.inferred:
            warnings.append(warn("no-heading", f"{grid.name}没有表头，各栏的含义是按内容判断的：请核对。"))
        outside.extend(_texts_of(grid, columns.heading_row))
        known = columns
        for raw in _raw_rows(grid, columns):
            if _is_remark(raw):
                outside.append((raw.place, next(text for text in raw.texts if text)))
            else:
                raws.append(raw)
    if not raws:
        return None
    anchor, level = _anchor(raws)
    shifted = [_mended(raw, anchor, level) for raw in raws]
    roles = frozenset(role for raw in raws for role in raw.columns.roles if role)
    return Table(tuple(_rows(shifted, anchor)), roles, anchor, level, tuple(warnings), tuple(outside))


def _continued(known: Columns | None, grid: Grid) -> Columns | None:
    return replace(known, first_row=0, heading_row=0) if known and len(known.roles) == grid.width else None


def _texts_of(grid: Grid, rows: int) -> list[tuple[str, str]]:
    """The texts of the first rows, each cell on its own: above a heading, or of a grid that is no task table."""
    heads = [cell for cell in grid.cells if cell.row < rows]
    return [(grid.places[cell.row], cell.text) for cell in sorted(heads, key=lambda cell: (cell.row, cell.column))]


def _raw_rows(grid: Grid, columns: Columns) -> Iterator[_Raw]:
    for index, row in enumerate(grid.rows()):
        if index < columns.first_row or not any(cell is not None and cell.text for cell in row):
            continue
        if is_heading(heading_roles(row)):
            continue  # the heading again, on the next page
        texts = _below_heading([cell.text if cell is not None else "" for cell in row])
        own = [cell is not None and cell.row == index and cell.column == at for at, cell in enumerate(row)]
        spanning = any(cell is not None and cell.colspan > 1 for cell in row)
        for at, cell in enumerate(row):
            if cell is not None and cell.column != at and columns.roles[cell.column] != columns.roles[at]:
                texts[at] = ""  # a cell over several columns counts in the first of them
        yield _Raw(grid.places[index], columns, texts, own, spanning, grid.wrapped)


def _below_heading(texts: list[str]) -> list[str]:
    """The texts without a heading that a PDF printed into the same cells, above the first row of a page."""
    first = [role_of(text.split("\n")[0]) if "\n" in text else None for text in texts]
    if not is_heading(first):
        return texts
    return [text.partition("\n")[2] if role_of(text.split("\n")[0]) else text for text in texts]


def _is_remark(raw: _Raw) -> bool:
    """Whether a row below or between the tasks holds nothing but a remark: 备注, 附件, 公开方式."""
    texts = {text for text in raw.texts if text}
    return len(texts) == 1 and bool(_REMARK.match(texts.pop()))


def _anchor(raws: Sequence[_Raw]) -> tuple[Role | None, int]:
    """The column with the most distinct item numbers, and their level. Of equals 序号 wins, then the deeper level."""
    counts: dict[tuple[Role, int], Counter[str]] = {}
    for raw in raws:
        for role, text, own in zip(raw.columns.roles, raw.texts, raw.own, strict=True):
            if role is Role.NUMBER and own and text:
                counts.setdefault((role, DIGIT), Counter()).update(part.strip() for part in text.split("\n"))
            elif role in TEXT_ROLES and own:
                for part in text.split("\n"):
                    marker = marker_of(part)
                    if marker and marker.level in (BRACKETED, DIGIT, DIGIT_BRACKETED):
                        counts.setdefault((role, marker.level), Counter())[marker.number] += 1
    found = [(role, level, sum(numbers.values())) for (role, level), numbers in counts.items()]
    distinct = [
        (total, role is Role.NUMBER, level, role)
        for role, level, total in found
        if total > 0.4 * len(raws) and (role is Role.NUMBER or len(counts[role, level]) >= 0.85 * total)
    ]
    if not distinct:
        return None, DIGIT
    _, _, level, role = max(distinct, key=lambda one: one[:3])
    return role, level


def _mended(raw: _Raw, anchor: Role | None, level: int) -> _Raw:
    """The row with its cells moved back where another place fits their content plainly better."""
    stays = _fit(raw, 0, anchor, level)
    shifts = [(_fit(raw, shift, anchor, level), -abs(shift), shift) for shift in (-2, -1, 1, 2)]
    fit, _, shift = max(shifts)
    if fit < stays + 3:
        return raw
    moved = _Raw(
        raw.place, raw.columns, _shift(raw.texts, shift, ""), _shift(raw.own, shift, False), False, raw.wrapped
    )
    shown = "缺了前面的栏" if shift > 0 else "前面多了一栏"
    moved.warnings.append(warn("shifted-row", f"{raw.place}{shown}，已按内容移回原来的栏：对吗？"))
    return moved


def _shift(values: list[T], shift: int, empty: T) -> list[T]:
    if shift > 0:
        return [empty] * shift + values[:-shift]
    return values[-shift:] + [empty] * -shift


def _fit(raw: _Raw, shift: int, anchor: Role | None, level: int) -> int:
    """How well the row's cells suit their columns when moved by `shift`; a cell that would fall off forbids it."""
    lost = raw.texts[-shift:] if shift > 0 else raw.texts[:-shift] if shift < 0 else []
    if any(lost):
        return -100
    score = 0
    for role, text in zip(raw.columns.roles, _shift(raw.texts, shift, ""), strict=True):
        if not text:
            continue
        if role is Role.DEADLINE:
            score += 2 if deadline_like(text) else -2
        elif role in OWED_ROLES or role is Role.SUPPORT:
            score += 2 if unit_like(text) else -2
        elif role is not None and role is anchor:
            score += 2 if _begins_item(text, role, level) else 0
        elif role in TEXT_ROLES:
            score -= 2 if deadline_like(text) or (unit_like(text) and role is not Role.TITLE) else 0
    return score


def _begins_item(text: str, role: Role, level: int) -> bool:
    if role is Role.NUMBER:
        return len(text) <= 8
    marker = marker_of(text)
    return marker is not None and marker.level == level


def _rows(raws: Sequence[_Raw], anchor: Role | None) -> Iterator[Row]:
    sections: dict[int, str] = {}
    for raw in raws:
        heading = _section_text(raw)
        if heading is not None and _only_text(raw):
            _enter(sections, heading)
            continue
        texts, own = _by_role(raw)
        entered = heading is not None and not (anchor and anchor in own)
        if entered:  # a section's heading on a row that still holds the end of the task before it
            first = {role for role, text in texts.items() if text == heading}
            texts = {role: text for role, text in texts.items() if role not in first}
            own -= first
        yield Row(raw.place, "　".join(sections.values()), texts, frozenset(own), raw.wrapped, tuple(raw.warnings))
        if entered and heading is not None:
            _enter(sections, heading)


def _enter(sections: dict[int, str], heading: str) -> None:
    """Makes a heading the current one of its level, and ends those below it."""
    marker = marker_of(heading)
    level = marker.level if marker else MAIN
    for deeper in [other for other in sections if other >= level]:
        del sections[deeper]
    sections[level] = heading


def _section_text(raw: _Raw) -> str | None:
    """The heading of a section that stands in a row, or None."""
    filled = [(at, text) for at, text in enumerate(raw.texts) if text and raw.own[at]]
    if not filled or any(text and not raw.own[at] for at, text in enumerate(raw.texts)):
        return None
    at, text = filled[0]
    if "\n" in text or len(text) > 60 or at > 1:
        return None
    marker = marker_of(text)
    if len({text for _, text in filled}) == 1:
        spanning = raw.spans or len(filled) > 1
        return text if spanning or (marker and marker.level in _SECTION_LEVELS) else None
    return text if at == 0 and marker and marker.level in (PART, MAIN) else None


def _only_text(raw: _Raw) -> bool:
    return len({text for text in raw.texts if text}) == 1


def _by_role(raw: _Raw) -> tuple[dict[Role, str], set[Role]]:
    texts: dict[Role, str] = {}
    own: set[Role] = set()
    for role, text, starts in zip(raw.columns.roles, raw.texts, raw.own, strict=True):
        if role is None or not text:
            continue
        texts[role] = f"{texts[role]}\n{text}" if role in texts else text
        if starts:
            own.add(role)
    return texts, own

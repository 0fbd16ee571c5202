"""What each column of a table means: by its heading, or by its content where there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reminders.documents import Cell, Grid
from reminders.plans.markers import starts_with_ordinal
from reminders.plans.names import looks_like_unit, split_names


class Role(StrEnum):
    """The meaning of a column."""

    NUMBER = "number"
    SECTION = "section"
    TITLE = "title"
    REQUIREMENT = "requirement"
    MEASURE = "measure"
    DEADLINE = "deadline"
    UNIT = "unit"
    LEAD = "lead"
    SUPPORT = "support"
    PERSON = "person"
    NOTE = "note"


TEXT_ROLES: Final = (Role.TITLE, Role.REQUIREMENT, Role.MEASURE)
OWED_ROLES: Final = (Role.UNIT, Role.LEAD)

# Heading words by meaning. The first pattern that fits the whole heading decides, so the narrower ones stand first.
_HEADINGS: Final[tuple[tuple[Role, str], ...]] = (
    (Role.NUMBER, r"序号|编号|序|项次|事项编号|任务编号|No\.?"),
    (
        Role.DEADLINE,
        r"(?:计划|要求|预计)?(?:完成|办结|办理|落实|实施|推进|工作|整改)?(?:时限|期限|时间|时间节点|节点|进度|时间表|日期)(?:要求|安排|节点|进度)?"
        r"|进度安排|进度要求|时间进度|完成时间及要求",
    ),
    (
        Role.LEAD,
        r"(?:主要)?(?:牵头|主办|主责)(?:责任)?(?:单位|处室|部门|科室|股室)?|主要责任(?:单位|处室|部门)|牵头领导单位",
    ),
    (
        Role.SUPPORT,
        r"(?:配合|协办|协助|参与|参加|协同|支持)(?:责任)?(?:单位|处室|部门|科室|股室)?|配合落实(?:单位|处室|部门)",
    ),
    (Role.PERSON, r"责任人|责任人员|责任领导|分管领导|牵头领导|负责人|联系人|具体责任人|经办人|包保领导"),
    (
        Role.UNIT,
        r"(?:责任|承办|落实|实施|负责|承担|责任落实|具体责任|办理)(?:单位|处室|部门|科室|股室|主体)|责任(?:单位|处室)(?:及|和)?(?:分工|责任人)?"
        r"|任务分工|责任分工|分工|单位|处室|部门|科室",
    ),
    (
        Role.REQUIREMENT,
        r"(?:上级|具体|工作|任务|目标|有关|总体|主要)(?:工作)?要求|工作目标|目标任务|任务目标|年度目标|目标要求|要求|工作标准|任务要求及标准|考核指标|完成标准|成果形式",
    ),
    (
        Role.MEASURE,
        r"(?:落实|具体|工作|主要|推进|实施|贯彻落实|改革|整改)(?:工作)?(?:措施|举措|任务措施)|措施|举措|任务举措|落实情况及措施|实施内容|工作内容及措施|具体做法|主要做法|具体任务|任务内容|工作内容|主要内容|具体内容|内容",
    ),
    (
        Role.SECTION,
        r"类别|分类|领域|工作领域|板块|任务类别|工作类别|一级指标|项目类别|重点领域|方面|任务来源|来源",
    ),
    (
        Role.TITLE,
        r"(?:重点|工作|主要|年度|目标|具体|公开)?(?:工作)?(?:任务|事项|项目)(?:名称|事项|清单)?|工作要点|要点|重点工作|任务名称|事项名称|公开内容|公开事项|主要工作|工作|二级指标",
    ),
    (Role.NOTE, r"备注|说明|附注|进展情况|进展|完成情况|落实情况|工作进度|完成率"),
)
_PATTERNS: Final = tuple((role, re.compile(pattern)) for role, pattern in _HEADINGS)
_IN_BRACKETS: Final = re.compile(r"[（(].{0,20}?[）)]")
_DEADLINE_LIKE: Final = re.compile(
    r"[年月日旬]|季度|底前|全年|年底|年内|长期|持续|常态|常年|适时|按时|及时|定期|立即|每[年月周日季天]|[\d]+\.[\d]+|节前|工作日"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of the columns of one grid, and the row in which the tasks begin."""

    roles: tuple[Role | None, ...]
    first_row: int
    heading_row: int = 0
    inferred: bool = False  # no heading: by content

    def has(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)


def role_of(heading: str) -> Role | None:
    """What a heading means, blanks and brackets aside: 责任科室（单位） is a unit."""
    text = "".join(heading.split()).strip(":：")
    for candidate in (text, _IN_BRACKETS.sub("", text)):
        for role, pattern in _PATTERNS:
            if pattern.fullmatch(candidate):
                return role
    parts = [part for part in re.split(r"[及和与、/／]", _IN_BRACKETS.sub("", text)) if part]
    if len(parts) > 1 and all(role_of(part) for part in parts):
        return role_of(parts[0])
    return None


def is_heading(roles: Sequence[Role | None]) -> bool:
    """Whether a row of recognised headings can be that of a task table."""
    known = {role for role in roles if role}
    return len(known) >= 2 and bool(known & {*TEXT_ROLES}) and bool(known & {Role.DEADLINE, *OWED_ROLES, Role.NUMBER})


def find_columns(grid: Grid) -> Columns | None:
    """The columns by the first heading row, which may be two rows deep. None where no row is one."""
    rows = grid.rows()
    for index, row in enumerate(rows[:30]):
        roles = heading_roles(row)
        if not is_heading(roles):
            continue
        below = heading_roles(rows[index + 1]) if index + 1 < len(rows) else ()
        if is_heading(below) and any(cell is not None and cell.row == index + 1 for cell in rows[index + 1]):
            return Columns(tuple(low or high for low, high in zip(below, roles, strict=True)), index + 2, index)
        return Columns(tuple(roles), index + 1, index)
    return None


def heading_roles(row: Sequence[Cell | None]) -> list[Role | None]:
    """The meaning of each position of a row read as headings; long texts are none."""
    return [role_of(cell.text) if cell is not None and len(cell.text) <= 20 else None for cell in row]


def infer_columns(grid: Grid) -> Columns | None:
    """The columns of a table without a heading, by what most of their cells look like. None where no sense is made."""
    columns = [[cell for cell in grid.cells if cell.column == index and cell.text] for index in range(grid.width)]
    roles: list[Role | None] = [_likely_role(cells) for cells in columns]
    texts = [index for index, role in enumerate(roles) if role is Role.REQUIREMENT]
    for index, role in zip(texts, _text_roles(len(texts)), strict=True):
        roles[index] = role
    known = [role for role in roles if role]
    sensible = bool(texts) and grid.height >= 2 and len(known) == len(set(known))
    if not sensible or not {Role.UNIT, Role.DEADLINE} & set(known):
        return None
    return Columns(tuple(roles), 0, inferred=True)


def _text_roles(count: int) -> tuple[Role | None, ...]:
    if count <= 3:
        return ((), (Role.TITLE,), (Role.REQUIREMENT, Role.MEASURE), TEXT_ROLES)[count]
    return (*TEXT_ROLES, *([None] * (count - 3)))


def _likely_role(cells: Sequence[Cell]) -> Role | None:
    if not cells:
        return None
    texts = [cell.text for cell in cells]
    if _share(texts, lambda text: re.fullmatch(r"[\d.、（）()]{1,6}", text) is not None) > 0.6:
        return Role.NUMBER
    if _share(texts, deadline_like) > 0.5:
        return Role.DEADLINE
    if _share(texts, unit_like) > 0.5:
        return Role.UNIT
    return Role.REQUIREMENT  # a text; which one is decided by its place


def _share(texts: Sequence[str], test: "object") -> float:
    assert callable(test)
    return sum(1 for text in texts if test(text)) / len(texts)


def deadline_like(text: str) -> bool:
    """Whether every paragraph of a cell is short and speaks of time."""
    parts = [part for part in text.split("\n") if part.strip()]
    return bool(parts) and all(len(part) <= 40 and _DEADLINE_LIKE.search(part) for part in parts)


def unit_like(text: str) -> bool:
    """Whether a cell names units: a list of names, or names with 牵头, 配合 or 落实."""
    if len(text) > 200:
        return False
    first = re.split(r"[，,；;\n]", text.strip())[0]
    bare = re.sub(r"(?:分别|共同)?(?:牵头|配合|落实|负责|技术支持)+.*$", "", first)
    names = split_names(bare)
    return bool(names) and all(looks_like_unit(name) for name in names) and not starts_with_ordinal(text)

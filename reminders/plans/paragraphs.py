"""The items that begin in a row, and paragraphs that ran together on the way into the file, taken apart again.

A PDF loses the end of a paragraph whose last line is exactly full; a copy from a page or a scan loses all of them, so
that three items, three dates and three units stand in one line each. Nothing is cut unless the numbers say so.
"""

import re
from dataclasses import replace
from typing import Final

from reminders.plans.columns import OWED_ROLES, Role
from reminders.plans.markers import DIGIT, marker_of
from reminders.plans.names import looks_like_unit
from reminders.plans.rows import Row, Table

ALIGNED: Final = (Role.MEASURE, Role.DEADLINE, *OWED_ROLES)
_BEHIND_VERB: Final = re.compile(r"(?<=配合|落实)(?=[\u4e00-\u9fff])(?!落实|做好|完成|实施)")
_VERB_END: Final = re.compile(r"(?:牵头|配合|落实|负责|支持|会签|办理)$")
# How a deadline begins, and what in front of such words makes them the middle of one.
_BEGINS: Final = re.compile(
    r"贯穿全年|长期|全年|持续|常年|每[年季月周半]|20\d\d\s?年\s?\d{1,2}\s?月|(?<![年\d])\d{1,2}\s?月|第[一二三四]|年底|年内|上半年|下半年|适时|按"
)
_CONNECTING: Final = frozenset("，,、至并和及—-～")
_INLINE: Final = re.compile(r"(?<=[。；;！\s])(\d{1,5})\s?[.．、]\s?(?=[\u4e00-\u9fff“《])")
# A blank between two phrases: behind a full stop or a character, before a character or a number, never behind a comma
# and not inside a date that a scan spaced out (12 月底前).
_BLANK: Final = re.compile(r"(?<=[。\u4e00-\u9fff）”])[ \u3000]+(?=[\d\u4e00-\u9fff“])(?![年月日])")


def items_of(table: Table, row: Row) -> list[str]:
    """The paragraphs of the anchor column that begin in this row, each item with what follows it."""
    if table.anchor is None:
        return _plain_items(row)
    if table.anchor not in row.own:
        return []
    items: list[str] = []
    for part in row.texts[table.anchor].split("\n"):
        marker = marker_of(part)
        if table.anchor is Role.NUMBER or (marker is not None and marker.level == table.anchor_level):
            items.append(part)
        elif items:
            items[-1] += "\n" + part
    return items


def _plain_items(row: Row) -> list[str]:
    """Without numbers a row is one task, or several where all its columns hold equally many paragraphs."""
    role = next((role for role in (Role.TITLE, Role.REQUIREMENT, Role.MEASURE) if role in row.own), None)
    if role is None or not (row.own & {Role.DEADLINE, *OWED_ROLES} or len(row.own) > 1):
        return []
    parts = row.texts[role].split("\n")
    owed = [row.texts[other].split("\n") for other in ALIGNED if other in row.own and other is not role]
    alike = len(parts) > 1 and len(owed) >= 2 and all(len(other) == len(parts) for other in owed)
    return parts if alike and not row.wrapped else ["\n".join(parts)]


def taken_apart(table: Table) -> list[Row]:
    """The rows of a table with every paragraph on its own line again."""
    if table.anchor is None or table.anchor is Role.NUMBER or table.anchor_level != DIGIT:
        return [_unwrapped(table, row) for row in table.rows]
    known = {
        marker.number
        for row in table.rows
        for part in row.texts.get(table.anchor, "").split("\n")
        if (marker := marker_of(part)) and marker.level == DIGIT
    }
    return [_unwrapped(table, _run_together(row, table.anchor, known)) for row in table.rows]


def _run_together(row: Row, anchor: Role, known: set[str]) -> Row:
    """A row whose items stand in one line (14. … 15. … 16. …), cut before each number that follows and is missing."""
    if anchor not in row.own:
        return row
    text = row.texts[anchor]
    marker = marker_of(text.split("\n")[-1])
    if marker is None or marker.level != DIGIT:
        return row
    last, cuts = int(marker.number), []
    for found in _INLINE.finditer(text):
        if int(found[1]) == last + 1 and found[1] not in known:
            cuts.append(found.start())
            last += 1
    if not cuts:
        return row
    pieces = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    texts = {role: _BLANK.sub("\n", words) if role in ALIGNED else words for role, words in row.texts.items()}
    return replace(row, texts={**texts, anchor: "\n".join(pieces)})


def _unwrapped(table: Table, row: Row) -> Row:
    """A row of a PDF, whose line ends are the page's: names and dates that were cut are whole again.

    Where several items stand in it and a column still disagrees, that column is cut where its phrases begin.
    """
    if not row.wrapped:
        return row
    count = len(items_of(table, row))
    texts = dict(row.texts)
    for role in ALIGNED:
        if role in row.own and role is not Role.MEASURE:
            texts[role] = _joined_lines(texts[role], role)
            if count > 1:
                texts[role] = _phrases(texts[role]) if role is Role.DEADLINE else _names(texts[role], count)
    return replace(row, texts=texts)


def _joined_lines(text: str, role: Role) -> str:
    """A text without the line ends that fall inside a name or a date."""
    lines = text.split("\n")
    made = lines[0]
    for line in lines[1:]:
        begins = _BEGINS.match(line) if role is Role.DEADLINE else _begins_with_name(made.split("\n")[-1], line)
        made += ("\n" if begins else "") + line
    return made


def _begins_with_name(above: str, line: str) -> bool:
    """Whether a line of units begins with a name of its own and the one above ends with a name, a verb or a comma."""
    first = re.split(r"[、，,；;]|牵头|配合|落实|负责", line)[0]
    last = re.split(r"[、，,；;]", above)[-1]
    ended = last == "" or looks_like_unit(last) or _VERB_END.search(last) is not None
    return ended and looks_like_unit(first)


def _phrases(text: str) -> str:
    """Dates that ran together (贯穿全年贯穿全年9月底前), each on its line."""
    starts = [found.start() for found in _BEGINS.finditer(text) if text[: found.start()][-1:] not in _CONNECTING]
    for start in reversed(starts):
        if start and text[start - 1] != "\n":
            text = f"{text[:start]}\n{text[start:]}"
    return text


def _names(text: str, count: int) -> str:
    """Units that ran together, cut behind each verb that a name follows; as they were where the number disagrees."""
    cut = _BEHIND_VERB.sub("\n", text)
    short = len(text.split("\n")) < count
    return cut if short and len(cut.split("\n")) == count else text

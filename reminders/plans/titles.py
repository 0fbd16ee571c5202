"""A proposed short title of a task, at most 20 characters: what people will call it in a subject line."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from reminders.plans.markers import without_marker
from reminders.plans.raw import RawTask

MAX_SHORT: Final = 20
# Measures that say nothing by themselves.
_EMPTY: Final = re.compile(
    r"^(?:由.{0,20})?(?:按|严格按|认真按)?(?:照)?(?:要求|求|规定|部署|职责)?.{0,6}(?:落实|执行|实施|办理)(?:，.{0,8})?[。.]?$"
)
_CLAUSE_END: Final = re.compile(r"[，,。；;：:！？\n]")
# Openings that delay the point: 进一步, 切实, 第三季度, 按照…要求.
_OPENING: Final = re.compile(
    r"^(?:进一步|切实|认真|积极|持续|不断|着力|深入|扎实|全面|大力|充分|继续|及时|严格|加快|坚持|第?[一二三四]季度(?:计划)?|(?:\d{4}年)?\d{1,2}月底前|年底前|年内|每季度|每月)+"
)
_UNFINISHED: Final = "的和与及、对将以在把向为并"


def short_titles(tasks: Sequence[RawTask]) -> list[str]:
    """One short title per task; a title that several tasks share gives way to their own measure or requirement."""
    shared = Counter(_first(task.title) for task in tasks if task.title)
    return [_short(task, shared[_first(task.title)] > 1) for task in tasks]


def _short(task: RawTask, title_is_shared: bool) -> str:
    sources = [task.title, task.requirement, task.measure]
    if title_is_shared or not task.title:
        own = "" if _EMPTY.match(_first(task.measure)) else task.measure
        sources = [own, task.requirement, task.title, task.measure]
    for source in sources:
        if candidate := _cut(_first(source)):
            return candidate
    return f"第{task.number}项"[:MAX_SHORT]


def _first(text: str) -> str:
    """The first sentence without its number."""
    flat = "".join(without_marker(text.strip()).split())
    return re.split(r"[。；;！？]", flat, maxsplit=1)[0]


def _cut(sentence: str) -> str:
    """As many whole clauses as fit; a clause that is too long loses its opening, then its end."""
    clauses = [part for part in _CLAUSE_END.split(sentence) if part]
    if not clauses:
        return ""
    picked = next((clause for clause in clauses if 4 <= len(clause) <= MAX_SHORT), clauses[0])
    if len(picked) > MAX_SHORT:
        picked = _OPENING.sub("", picked) or picked
    if len(picked) <= MAX_SHORT:
        return picked
    return picked[: MAX_SHORT - 1].rstrip(_UNFINISHED + "《“（(") + "…"

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
    r"^(?:由.{0,20}?)?(?:严格|认真)?按照?(?:.{0,24}?(?:要求|规定|部署|职责|分工)|求)?.{0,4}(?:落实|执行|实施|办理)$"
)
_CLAUSE_END: Final = re.compile(r"[，,。；;：:！？\n]")
# Openings that delay the point: 进一步, 切实, 第三季度, 按照…要求.
_OPENING: Final = re.compile(
    r"^(?:进一步|切实|认真|积极|持续|不断|着力|深入|扎实|全面|大力|充分|继续|及时|严格|加快|坚持|第?[一二三四]季度(?:计划)?|(?:\d{4}年)?\d{1,2}月底前|年底前|年内|每季度|每月)+"
)
_SUBORDINATE: Final = re.compile(r"(?:时|后|中|的|下|上)$")
_UNFINISHED: Final = "的和与及、对将以在把向为并"


def short_titles(tasks: Sequence[RawTask]) -> list[str]:
    """One short title per task; a title that several tasks share gives way to their own measure or requirement."""
    shared = Counter(_first(task.title) for task in tasks if task.title)
    return [_short(task, shared[_first(task.title)] > 1) for task in tasks]


def _short(task: RawTask, title_is_shared: bool) -> str:
    own = "" if _EMPTY.match(_first(task.measure)) else task.measure
    sources = [task.title, task.requirement, own]
    if title_is_shared or not task.title:
        sources = [task.requirement, own, task.title]
    heads = [head for source in sources if (head := _first(source))] or [_first(task.measure)]
    fitting = next((clause for head in heads if (clause := _fitting(head))), None)
    if fitting is not None:
        return fitting
    return _cut(heads[0]) if heads[0] else f"第{task.number}项"[:MAX_SHORT]


def _first(text: str) -> str:
    """The first sentence without its number."""
    flat = "".join(without_marker(text.strip()).split())
    return re.split(r"[。；;！？]", flat, maxsplit=1)[0]


def _fitting(sentence: str) -> str | None:
    """The first clause that says something and fits, if need be without its opening; None where none does."""
    for clause in (part for part in _CLAUSE_END.split(sentence) if part):
        bare = _OPENING.sub("", clause)
        if len(bare) < 4 or _SUBORDINATE.search(clause):
            continue  # 第四季度，… and 制定文件时，… only lead up to what is to be done
        return next((text for text in (clause, bare) if len(text) <= MAX_SHORT), None)
    return None


def _cut(sentence: str) -> str:
    """As much as fits, without an opening and without a word that leaves it hanging."""
    first = next((part for part in _CLAUSE_END.split(sentence) if part), sentence)
    bare = _OPENING.sub("", first) or first
    return bare if len(bare) <= MAX_SHORT else bare[: MAX_SHORT - 1].rstrip(_UNFINISHED + "《“（(") + "…"

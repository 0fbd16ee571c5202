"""The responsibility that prose carries: in brackets at the end, or on a line 责任单位：…; and a labelled deadline."""

import re
from dataclasses import dataclass
from typing import Final

from reminders.plans.columns import deadline_like
from reminders.plans.names import looks_like_unit, split_names

_PAIRS: Final = {"（": "）", "(": ")", "【": "】", "[": "]"}
_UNIT_LABEL: Final = r"(?:责任|牵头|配合|承办|落实|主办|协办|负责|参与)(?:单位|处室|部门|科室|股室|主体)?"
_LABELLED: Final = re.compile(rf"^{_UNIT_LABEL}\s*[:：]")
_VERB: Final = re.compile(r"牵头|配合|落实|负责|承办|主办|协办|实施")
_NOT_RESPONSIBILITY: Final = re.compile(r"以下简称|联系人|联系电话|详见|见附件|试行|修订|征求意见稿")
_DEADLINE_LABEL: Final = re.compile(
    r"(?:完成|办结|工作|落实)?(?:时限|期限|时间节点|时间|时限要求|进度安排)\s*[:：]\s*(?P<text>[^；;。）)】\]\n]{2,60})"
)
_LINE_LABEL: Final = re.compile(rf"^[（(【\[]?\s*{_UNIT_LABEL}\s*[:：]")
_LABEL_AT_END: Final = re.compile(
    r"(?:^|[。；;，,\s])((?:责任|牵头|承办|主办|落实)(?:单位|处室|部门|科室|股室)\s*[:：][^:：]{2,200}(?:[:：][^:：]{2,120})?)$"
)
_MOST: Final = 400  # characters of a responsibility; a longer bracket is text


@dataclass(frozen=True, slots=True)
class Bracket:
    """One responsibility in a text: its inside, and the characters from `start` to `end` it takes up."""

    inner: str
    start: int
    end: int


def responsibilities(text: str) -> list[Bracket]:
    """The brackets that name who owes what stands before them, in order."""
    found: list[Bracket] = []
    behind = 0
    for start, end in _pairs(text):
        if start < behind or end - start > _MOST:
            continue
        inner = text[start + 1 : end].strip()
        if _ends_sentence(text, start, end) and is_responsibility(inner):
            found.append(Bracket(inner, start, end + 1))
            behind = end + 1
    if not found and (label := _LABEL_AT_END.search(text[-_MOST:])):
        start = max(0, len(text) - _MOST) + label.start(1)
        found.append(Bracket(text[start:].strip(" 。"), start, len(text)))
    return found


def _pairs(text: str) -> list[tuple[int, int]]:
    """Where each bracket opens and closes, in the order of opening; one that is never closed is left out."""
    pairs: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {closing: [] for closing in _PAIRS.values()}
    for position, character in enumerate(text):
        if character in _PAIRS:
            open_at[_PAIRS[character]].append(position)
        elif open_at.get(character):
            pairs.append((open_at[character].pop(), position))
    return sorted(pairs)


def is_responsibility(inner: str) -> bool:
    """Whether the inside of a bracket says who owes a task."""
    if _NOT_RESPONSIBILITY.search(inner) or len(inner) < 3:
        return False
    if _LABELLED.match(inner):
        return True
    clauses = [clause for clause in re.split(r"[，,；;]", inner) if not deadline_like(clause)]
    if not clauses:
        return False
    bare = re.split(_VERB, clauses[0])[0]
    bare = re.sub(r"(?:分别|共同|具体|按照?(?:各自)?(?:职能|职责)(?:分工)?)+$", "", bare)
    names = split_names(bare)
    return bool(names) and all(looks_like_unit(name) for name in names)


def parts_of(inner: str) -> tuple[str, str | None]:
    """The units of a responsibility and the deadline it also states, with a label or without: 办公室，3月底前."""
    labelled = labelled_deadline(inner)
    if labelled is not None:
        return without_deadline_label(inner), labelled
    clauses = re.split(r"[，,；;]", inner)
    dates = [clause.strip() for clause in clauses if deadline_like(clause) and not _VERB.search(clause)]
    if not dates or len(dates) == len(clauses):
        return inner, None
    return "，".join(clause for clause in clauses if clause.strip() not in dates), "，".join(dates)


def is_label_line(text: str) -> bool:
    """Whether a paragraph of its own says who owes the item above, or by when: 责任单位：办公室."""
    stripped = text.strip()
    return len(text) <= _MOST and bool(_LINE_LABEL.match(stripped) or _DEADLINE_LABEL.match(stripped))


def labelled_deadline(text: str) -> str | None:
    """The expression behind 完成时限： in a text, or None."""
    found = _DEADLINE_LABEL.search(text)
    return found["text"].strip(" ，,") if found else None


def without_deadline_label(text: str) -> str:
    """A responsibility without the deadline it also states."""
    return _DEADLINE_LABEL.sub("", text).strip("；;，, 。")


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether a bracket stands where a sentence ends: behind its full stop, or before one, or at the very end."""
    # Only the neighbourhood: a copy of the whole text for every bracket would make long texts slow.
    before, after = text[max(0, start - 4) : start].rstrip(), text[end + 1 : end + 5].lstrip(" \u3000")
    return not after or after[0] in "。；;\n" or before.endswith(("。", "；", ";", "！", "."))

"""The units in a cell or bracket: who leads, who supports, and what is no unit at all.

Names stay as written (局保密办 is not made 办公室, 各处室 stays a collective). Where no unit is marked 牵头, all of
them lead; where one is, every other unit supports, whatever verb follows it (配合, 落实, 分别落实, 技术支持).
"""

import re
from dataclasses import dataclass
from typing import Final

from reminders.plans.names import looks_like_unit, split_names
from reminders.plans.plan import Warning  # noqa: A004 - the word of the design
from reminders.plans.warnings import warn

_LEAD_LABELS: Final = "牵头单位|牵头处室|牵头部门|牵头科室|主办单位|主办处室|主办部门|主要责任单位|牵头责任单位|牵头"
_SUPPORT_LABELS: Final = (
    "配合单位|配合处室|配合部门|配合科室|协办单位|协办处室|协办部门|参与单位|参加单位"
    "|协同单位|协助单位|支持单位|配合|协办"
)
_PLAIN_LABELS: Final = (
    "责任单位|责任处室|责任部门|责任科室|责任主体|承办单位|承办处室|承办部门|落实单位|实施单位|负责单位|责任"
)
_LABEL: Final = re.compile(
    rf"(?:(?P<lead>{_LEAD_LABELS})|(?P<support>{_SUPPORT_LABELS})|(?P<plain>{_PLAIN_LABELS}))\s*[:：]"
)
_LEAD: Final = re.compile(r"(?:共同|联合|分别|具体)?(?:牵头|主办)(?:组织|负责|落实|实施|抓总|办理|推进)*$")
_SUPPORT: Final = re.compile(
    r"(?:积极|密切|共同|分别|按(?:照)?(?:各自)?(?:职责分工|职能分工|职责|职能|分工))*"
    r"(?:配合|协办|协助|参与|参加|支持|技术支持|技术保障|会签|会办|会审)(?:落实|实施|做好|完成|办理)*$"
)
_OWED: Final = re.compile(
    r"(?:(?:按|按照|根据|依据)(?:各自|自身)?(?:职责|职能|分工|职责分工|职能分工|职能职责|任务分工)|结合(?:各自)?职责)?"
    r"(?:分别|共同|具体|各自|分工|认真|抓好|做好|组织|统筹)*"
    r"(?:负责|落实|实施|承办|办理|推进|执行|完成)*(?:落实|实施|办理|推进|执行|完成|相关工作|此项工作)*$"
)
# A verb with its object: 科技处负责网络安全, 各处室负责自主发布信息审核把关.
_OBJECT: Final = re.compile(
    r"^(?P<unit>.{2,40}?)(?:具体|主要|分别|共同)?(?:负责|承担|做好|抓好|组织|开展|提供)(?P<duty>.+)$"
)
_DENIAL: Final = re.compile(
    r"无此(?:项)?(?:职责|职能|业务)|无.{0,12}(?:职责|职能)|没有.{0,12}(?:职责|职能|此项)|不(?:承担|涉及|属于|具有).{0,16}|不适用"
)
_DENIED_WHOLE: Final = frozenset(("无", "不涉及", "不适用", "无职责", "暂无"))
_LONGEST_CLAUSE: Final = 300  # characters: a list of forty names; what is longer is text
_EMPTY: Final = frozenset(("", "-", "—", "——", "/", "／", "\\", "空"))
_JOINT: Final = re.compile(r"^(?:由|请)?(?P<first>.+?)(?:会同|商请|商|会)(?P<others>.+)$")
_IN_SENTENCE: Final = re.compile(
    r"(?:^|(?<=[，,。；;\n]))由?(?P<names>[\u4e00-\u9fff、]{2,30}?)(?:共同|分别|按职责分工)?(?:牵头|负责)(?![人同])"
)
_BRACKETS: Final = {"（": "）", "(": ")", "【": "】", "[": "]"}
_BRACKET_DUTY: Final = re.compile(
    r"牵头|主办|配合|协办|协助|参与|负责|审核|审定|会签|会审|会办|收集|落实|办理|会[^计议员务]"
)
# Words that no name of a unit holds: the piece is a remark.
_NO_NAME: Final = re.compile(r"[抓做按请将为的]|要求|工作|落实|完成|推进|加强|开展|负责|牵头|配合|[\d。：:]")


@dataclass(frozen=True, slots=True)
class Units:
    """What one cell or bracket says about who owes a task."""

    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    no_duty: bool = False
    warnings: tuple[Warning, ...] = ()


def read_units(text: str, place: str, *, lead: str | None = None, support: str | None = None) -> Units:
    """Who owes a task by its cells: 责任单位 in `text`, 牵头单位 and 配合单位 in the other two where there are such.

    Beside a column 牵头单位 the units of 责任单位 support. `place` stands in the warnings.
    """
    reading = _Reading(place)
    if lead is not None:
        reading.read(lead, "lead")
    reading.read(text, "support" if reading.lead else "plain")
    if support is not None:
        reading.read(support, "support")
    return reading.units()


def named_in_text(text: str) -> str:
    """The words of a sentence that name who leads (由办公室牵头), for a person to decide by; empty where none does."""
    for found in _IN_SENTENCE.finditer(text):
        if all(looks_like_unit(name) for name in split_names(found["names"])):
            return found.group().strip("，,")
    return ""


class _Reading:
    """Gathers units in their order, each once, in the first role that names it."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.lead: list[str] = []
        self._support: list[str] = []
        self._plain: list[str] = []
        self._only_support: list[str] = []
        self._no_duty = False
        self._warnings: list[Warning] = []

    def read(self, text: str, role: str) -> None:
        stripped = "".join(text.split()).strip("。；;，,")
        if stripped in _EMPTY:
            return
        if stripped in _DENIED_WHOLE or (_DENIAL.search(stripped) and "牵头" not in stripped):
            self._no_duty = True
            self._note("no-duty", f"{self._place}的责任单位栏写的是“{stripped}”：建议标为无此职责，不发通知。")
            return
        for label, part in _labelled(text.strip(), role):
            self._read_clauses(part, label)

    def units(self) -> Units:
        lead, support = self.lead, self._support + self._only_support
        if lead:
            support = self._plain + support if not self._support else _in_order(self._plain, support)
        elif self._plain:
            lead = self._plain
        elif support:
            lead, support = support, []
            self._note(
                "only-support", f"{self._place}只写了“{'、'.join(lead)}”配合或支持，没有牵头单位：按牵头处理，请核对。"
            )
        return Units(
            tuple(lead), tuple(unit for unit in support if unit not in lead), self._no_duty, tuple(self._warnings)
        )

    def _read_clauses(self, text: str, role: str) -> None:
        bare = self._without_notes(text)
        waiting: list[str] = []  # clauses without a verb of their own: the verb follows (办公室、法规处，分别落实)
        clauses = _clauses(bare)
        for position, clause in enumerate(clauses):
            if len(clause) > _LONGEST_CLAUSE:
                self._note(
                    "unit-doubt", f"{self._place}的“{clause[:30]}……”太长，不像单位名称，没有当作责任单位：请核对。"
                )
                continue
            kind, names = self._clause(clause, role, last=position == len(clauses) - 1)
            if kind is None and names:
                waiting.extend(names)
            elif kind is not None:
                if kind == "support" and names:
                    self._add(waiting, role)  # 办公室（法规处配合）: the verb is that of 法规处 alone
                    waiting = []
                self._add(waiting + names, kind)
                waiting = []
        self._add(waiting, role)

    def _clause(self, clause: str, role: str, *, last: bool) -> tuple[str | None, list[str]]:
        """The role that a clause gives and the names in it; role None where no verb of the clause says."""
        joint = _JOINT.match(clause)
        if joint and looks_like_unit(joint["first"]) and _starts_with_unit(joint["others"]):
            self._add(split_names(joint["first"]), "lead")
            kind, names = self._clause(joint["others"], "support", last=last)
            return ("support" if kind in (None, "plain") else kind), names
        for pattern, kind in ((_LEAD, "lead"), (_SUPPORT, "support")):
            found = pattern.search(clause)
            if found and found.group():
                return kind, self._named(clause[: found.start()])
        found = _OWED.search(clause)
        if found and found.group():
            return ("plain" if role == "plain" else role), self._named(clause[: found.start()])
        duty = _OBJECT.match(clause)
        if duty and looks_like_unit(duty["unit"]):
            self._note("unit-note", f"{self._place}：“{clause}”读作单位“{duty['unit']}”，说明“{duty['duty']}”请核对。")
            return ("plain" if role == "plain" else role), self._named(duty["unit"])
        return None, self._named(clause)

    def _named(self, text: str) -> list[str]:
        names: list[str] = []
        for name in split_names(re.sub(r"^(?:由|请|会)(?=.)", "", text.strip())):
            if looks_like_unit(name):
                names.append(name)
            elif 2 <= len(name) <= 10 and not _NO_NAME.search(name):
                names.append(name)
                self._note("unit-doubt", f"{self._place}的“{name}”不像常见的单位名称，仍列为责任单位：请核对。")
            elif name:
                self._note("unit-doubt", f"{self._place}的“{name}”不像单位名称，没有当作责任单位：请核对。")
        return names

    def _add(self, names: list[str], role: str) -> None:
        target = {"lead": self.lead, "support": self._support}.get(role, self._plain)
        for name in names:
            if name not in self.lead and name not in self._support and name not in self._plain:
                target.append(name)

    def _without_notes(self, text: str) -> str:
        """The text without brackets that describe a duty; (牵头) and (配合) behind a name become its verb."""
        made, position = "", 0
        while position < len(text):
            character = text[position]
            end = _closing(text, position) if character in _BRACKETS else None
            inner = text[position + 1 : end].strip() if end is not None else ""
            if end is None or not _BRACKET_DUTY.search(inner):
                made += character
                position += 1
                continue
            if inner in ("牵头", "主办", "牵头单位", "主办单位"):
                made += "牵头，"
            elif inner in ("配合", "协办", "配合单位", "协办单位"):
                made += "配合，"
            elif _SUPPORT.search(inner) or _LEAD.search(inner):
                made += f"，{inner}，" if made else f"{inner}，"
            else:
                self._note("unit-note", f"{self._place}：括号里的“{inner}”是办理说明，没有当作责任单位，请核对。")
            position = end + 1
        return made

    def _note(self, kind: str, sentence: str) -> None:
        self._warnings.append(warn(kind, sentence))


def _in_order(plain: list[str], support: list[str]) -> list[str]:
    return plain + [unit for unit in support if unit not in plain]


def _labelled(text: str, role: str) -> list[tuple[str, str]]:
    """The parts of a text after 牵头单位：, 配合单位： and 责任单位：, each with its role."""
    parts: list[tuple[str, str]] = []
    current, start = role, 0
    for label in _LABEL.finditer(text):
        parts.append((current, text[start : label.start()]))
        current = "lead" if label["lead"] else "support" if label["support"] else role
        start = label.end()
    parts.append((current, text[start:]))
    return [(kind, part.strip()) for kind, part in parts if part.strip(" \n，,；;。")]


def _closing(text: str, start: int) -> int | None:
    """The place of the bracket that closes the one at `start`, nested ones of the same kind counted."""
    opening, closing, depth = text[start], _BRACKETS[text[start]], 0
    for position in range(start, len(text)):
        depth += (text[position] == opening) - (text[position] == closing)
        if depth == 0:
            return position
    return None


def _clauses(text: str) -> list[str]:
    """Parts between commas, semicolons and line ends, and behind a verb that a blank follows (配合 直属单位配合)."""
    text = re.sub(r"(?<=[牵头配合落实负责])[ \u3000]+", "，", text)
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character in "（(〔[【") - (character in "）)〕]】")
        if depth <= 0 and character in "，,；;。\n":
            parts.append(current)
            current = ""
        else:
            current += character
    return [part.strip() for part in [*parts, current] if part.strip()]


def _starts_with_unit(text: str) -> bool:
    return any(looks_like_unit(text[:end]) for end in range(2, min(len(text), 16) + 1))

"""Names of units: what looks like one, where a list of them is cut, and which are collectives.

政策法规处和各处室单位 is two units, 基层政权建设和社区治理处 is one: a list is cut at 和 only where what stands
before it is a unit by itself.
"""

import re
from typing import Final

# What Chinese units end in. Longer endings first is not needed: only the end of the name is compared.
_ENDINGS: Final = (
    "处|室|科|股|组|局|厅|部|司|委|办|所|站|院|校|队|馆|会|社|中心|支队|大队|总队|公司|集团|银行|党委|党组|党支部|纪委|工会|团委|妇联|"
    "政府|单位|部门|机构|小组|委员会|办公室|管委会|街道|街镇|镇|乡|社区|县|区|市|州|地区|县区|市州|局属|机关|专班|工作组|企业|事业单位|"
    "大厅|窗口|学院|医院|学校|协会|基地|分局|指挥部|联社|园|处室|科室|股室|成员|各地"
)
_UNIT: Final = re.compile(rf"(?:{_ENDINGS})(?:[（(〔][^（）()〔〕]{{1,20}}[）)〕])?$")
_COLLECTIVE: Final = re.compile(
    r"^(?:局|厅|委|市|省|区|县|全[市省局厅区县]|本局)?(?:机关|属|直)?(?:各|有关|相关|直属|所属|所有|全体|全部|其他|局属|厅属|各级)"
)
_VAGUE: Final = re.compile(r"有关|相关")
_SENTENCE: Final = re.compile(r"[。！？：:“”]|工作$|要求$|情况$|建设$|管理$")
_REGIONS: Final = re.compile(r"^各?(?:市|州|县|区|旗|盟|地|镇|乡)(?:[〔（(][^〕）)]{1,8}[〕）)])?$")
_LONGEST_LIST: Final = 2_000  # characters; a longer one was not written as a list of units
_CONJUNCTION: Final = re.compile(r"以及|和|及|与|等(?=.)")
_LIST_MARKS: Final = "、/／"


def looks_like_unit(text: str) -> bool:
    """Whether a text can be the name of a unit or a collective of units."""
    if len(text) > 60:
        return False
    name = "".join(text.split())
    return 2 <= len(name) <= 40 and not _SENTENCE.search(name) and bool(_UNIT.search(name) or is_collective(name))


def is_collective(name: str) -> bool:
    """Whether a name stands for several units: 各处室, 直属单位, 相关部门."""
    return bool(_COLLECTIVE.match("".join(name.split())))


def is_vague(name: str) -> bool:
    """Whether a collective leaves open which units it means: 相关处室, 有关单位."""
    return is_collective(name) and bool(_VAGUE.search(name))


def split_names(text: str) -> list[str]:
    """The names in a list with 、 和 及 与 等, in order; a list of regions (各市〔州〕、县〔市、区〕政府) stays one."""
    names: list[str] = []
    pending = ""
    for piece in _pieces(text[:_LONGEST_LIST]):
        joined = pending + piece
        if _REGIONS.match(joined.strip("、")) or (pending and _REGIONS.match(piece)):
            pending = joined + "、"
            continue
        names.extend(_conjoined(joined))
        pending = ""
    if pending:
        names.append(pending.strip("、"))
    return [name for name in (_bare(name) for name in names) if name]


def split_review_units(text: str) -> tuple[str, ...]:
    """The names exactly as a person separated them: by ； or line ends where there is one, else by 、 or commas."""
    marks = r"[；;\n]" if re.search(r"[；;\n]", text) else r"[、，,]"
    return tuple(dict.fromkeys(name.strip() for name in re.split(marks, text) if name.strip()))


def _pieces(text: str) -> list[str]:
    """Parts between 、 or /, outside brackets; blanks separate only where both sides are units."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character in "（(〔[【") - (character in "）)〕]】")
        if depth <= 0 and character in _LIST_MARKS:
            parts.append(current)
            current = ""
        else:
            current += character
    return [name for part in [*parts, current] for name in _by_blanks(part.strip()) if name]


def _by_blanks(text: str) -> list[str]:
    words = text.split()
    return words if len(words) > 1 and all(looks_like_unit(word) for word in words) else ["".join(words)]


def _conjoined(text: str) -> list[str]:
    """A piece cut at 和, 及, 与, 以及 or 等, where the part before it is a unit and the part behind begins with one."""
    names: list[str] = []
    start = 0
    for match in _CONJUNCTION.finditer(text):
        head, tail = text[start : match.start()], text[match.end() :]
        if len(head) < 2 or not looks_like_unit(head) or not _begins_with_unit(tail):
            continue
        if match.group() == "等" and not (looks_like_unit(tail) and is_collective(tail)):
            continue
        names.append(head)
        start = match.end()
    return [*names, text[start:]]


def _begins_with_unit(text: str) -> bool:
    ends = [match.start() for match in _CONJUNCTION.finditer(text[:60])]
    return any(looks_like_unit(text[:end]) for end in [*ends, len(text)])


def _bare(name: str) -> str:
    name = name.strip(" 、，,；;。:：")
    return name[:-1] if name.endswith("等") and looks_like_unit(name[:-1]) else name

"""What a document says about itself: title, issuer, number, plan year, date of issue, each with its place.

The number is taken only where it stands for the document itself: alone on a line, behind the heading, or in the
metadata; a number inside a sentence belongs to another document.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from reminders.documents import Line
from reminders.plans.markers import MAIN, PART, chinese_value, marker_of

_NUMBER: Final = re.compile(r"[\u4e00-\u9fff]{2,14}[〔\[［(（]\s*(\d{4})\s*[〕\]］)）]\s*第?\s*\d{1,5}\s*号")
_DATE: Final = re.compile(r"^\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*(?:印发)?\s*$")
_CHINESE_DATE: Final = re.compile(
    r"^\s*([\u3007零○0一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日\s*(?:印发)?\s*$"
)
_ISSUE_LABEL: Final = re.compile(
    r"^(?:成文日期|印发日期|发文日期|制发日期|签发日期|印发时间|成文时间|发布日期|发布时间|发文时间)\s*[:：]?\s*(.*)$"
)
_LABELS: Final = {
    "issuer": re.compile(r"^(?:发文机关|发文单位|制发单位|发布机构|印发单位|发文机构|制定机关)\s*[:：]?\s*(.*)$"),
    "number": re.compile(r"^(?:发文字号|文号|发文文号|文件编号|公文文号)\s*[:：]?\s*(.*)$"),
    "title": re.compile(r"^(?:标题|名称|信息名称|文件名称)\s*[:：]?\s*(.*)$"),
}
_KIND: Final = (
    "工作要点及任务分工|任务分工|工作要点|重点任务|任务分解表|分工方案|实施方案|工作方案|行动方案|实施意见|工作台账|责任清单|任务清单"
    "|工作计划|行动计划|工作安排|分解表|分工表|一览表|要点|方案|计划|分工|台账|清单|安排|措施|任务|意见|分解|进度表"
)
_TITLE: Final = re.compile(rf"^[^。！？；:：]{{4,80}}?(?:{_KIND})(?:[（(][^（）()]{{1,12}}[）)])?$")
_NOTICE: Final = re.compile(
    r"^(?P<issuer>[^《]{2,40}?)\s*(?:关于)?\s*(?:印发|转发|下发|公布|发布)\s*(?P<what>.+?)(?:的?(?:通知|函|公告|意见))"
)
_ABOUT: Final = re.compile(r"^(?P<issuer>[^《关]{2,40}?)\s*关于")
_YEAR: Final = re.compile(r"(20\d{2})\s*年?")
_CHINESE_YEAR: Final = re.compile(r"二[\u3007零○]([一二三四五六七八九零\u3007○])([一二三四五六七八九零\u3007○])年")
_SALUTATION: Final = re.compile(r"[:：]$")
_ORGAN: Final = re.compile(
    r"^[\u4e00-\u9fff（）()]{2,40}(?:局|厅|委|委员会|办公室|办公厅|政府|领导小组|中心|处|院|会|部|署|党组|党委|公司|大学|学校|医院|站|所)$"
)
_ISSUER_IN_TITLE: Final = re.compile(
    r"^(?P<issuer>[\u4e00-\u9fff（）()]{3,40}?(?:局|厅|委|委员会|办公室|办公厅|政府|领导小组|中心|院|署))\s*(?:20\d{2}|关于)"
)
_NUMBER_TAIL: Final = re.compile(r"[\s\-—–]*" + _NUMBER.pattern + r"$")
# Ends of sentences, salutations, remarks in brackets, the word 附件: no first line of a title.
_NO_TITLE: Final = re.compile(r"[。；，！：:]$|^[（(].*[）)]$|^附件")
_ATTACHMENT: Final = re.compile(r"^附件\s*\d{0,2}\s*[:：]?\s*\d{0,2}[.．]?\s*")
_HEAD_LINES: Final = 60  # the facts of a document stand before its body


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact and where it was found."""

    value: str
    place: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says about itself; None where it does not."""

    title: Fact | None
    issuer: Fact | None
    number: Fact | None
    year: int | None
    issued: date | None
    issued_place: str = ""

    def places(self) -> tuple[tuple[str, str], ...]:
        """Where each fact was found, by its name in Chinese."""
        found = (("标题", self.title), ("发文单位", self.issuer), ("文号", self.number))
        named = [(name, fact.place) for name, fact in found if fact]
        return (*named, *((("印发日期", self.issued_place),) if self.issued else ()))


def find_facts(lines: Sequence[Line], cells: Iterable[tuple[str, str]], body_place: str | None) -> Facts:
    """The facts in the lines and in the (place, text) cells of tables that hold no tasks.

    `body_place` is where the first task stands: titles are looked for before it.
    """
    head = _head(lines, body_place)
    labelled = _labelled(cells)
    title = _title(head, labelled)
    issued = _issued(lines, labelled)
    number = _number(head, labelled)
    issuer = _issuer(lines, head, labelled, title)
    year = _year(title, number, issued)
    return Facts(title, issuer, number, year, issued[0] if issued else None, issued[1] if issued else "")


def _head(lines: Sequence[Line], body_place: str | None) -> list[Line]:
    head: list[Line] = []
    for line in lines[:_HEAD_LINES]:
        if line.place == body_place:
            break
        marker = marker_of(line.text)
        if marker and marker.level in (PART, MAIN):
            break
        head.append(line)
    return head


def _labelled(cells: Iterable[tuple[str, str]]) -> dict[str, Fact]:
    """Facts from the table of metadata a web page carries: 发文字号: | 吉应急办发〔2022〕28号."""
    found: dict[str, Fact] = {}
    waiting: str | None = None
    for place, text in cells:
        flat = " ".join(text.split())
        if waiting and flat:
            found.setdefault(waiting, Fact(flat, place))
            waiting = None
            continue
        waiting = None
        for name, pattern in (*_LABELS.items(), ("issued", _ISSUE_LABEL)):
            match = pattern.match(flat)
            if match and match.group(1):
                found.setdefault(name, Fact(match.group(1).strip(), place))
            elif match:
                waiting = name
    return found


def _title(head: Sequence[Line], labelled: dict[str, Fact]) -> Fact | None:
    """The last heading before the body that names a kind of plan, its continuation lines joined; else the notice's."""
    best: Fact | None = None
    for index, line in enumerate(head):
        text = _bare_title(line.text)
        joined = text
        if index + 1 < len(head) and _goes_on(text, _bare_title(head[index + 1].text)):
            joined = text + _bare_title(head[index + 1].text)
        if best and len(text) >= 4 and best.value.endswith(text):
            continue  # the second line of a title that was already joined
        if _TITLE.match(joined) and not _NOTICE.match(joined) and not _ATTACHMENT.match(line.text):
            best = Fact(joined, line.place)
    if best:
        return best
    return _title_of_notice(head, labelled)


def _bare_title(text: str) -> str:
    return _NUMBER_TAIL.sub("", text.strip().strip("　")).strip().strip("《》")


def _goes_on(text: str, below: str) -> bool:
    """Whether a title goes on in the next line: 吉林省2020年政务公开工作要点 / 及重点任务分工."""
    if not below or not text or len(text) + len(below) > 80 or _NO_TITLE.search(text) or read_date(text):
        return False
    if _YEAR.search(below) or _ORGAN.match(text):
        return False  # the line below is a title by itself; the one above names the office
    short_kind = len(below) <= 24 and bool(re.search(rf"(?:{_KIND})$", below)) and not _SALUTATION.search(below)
    return short_kind and (below.startswith(("及", "和", "与", "暨")) or not re.search(rf"(?:{_KIND})$", text))


def _title_of_notice(head: Sequence[Line], labelled: dict[str, Fact]) -> Fact | None:
    candidates = [*head, *([Line(labelled["title"].value, labelled["title"].place)] if "title" in labelled else [])]
    for line in candidates:
        notice = _NOTICE.match("".join(line.text.split()))
        if notice:
            return Fact(notice["what"].strip("《》"), line.place)
    for line in candidates:
        attachment = _ATTACHMENT.match(line.text)
        rest = line.text[attachment.end() :].strip("《》 ") if attachment else ""
        if attachment and _TITLE.match(rest):
            return Fact(rest, line.place)
    first = next((line for line in candidates if 4 <= len(line.text) <= 60 and not _SALUTATION.search(line.text)), None)
    return Fact(_bare_title(first.text), first.place) if first and not re.search(r"[。；，]", first.text) else None


def _number(head: Sequence[Line], labelled: dict[str, Fact]) -> Fact | None:
    for line in head:
        text = line.text.strip()
        alone = _NUMBER.fullmatch(text)
        behind = re.search(r"(?:通知|方案|要点|函|意见|分工)》?[\s\-—–]*(" + _NUMBER.pattern + r")$", text)
        if alone:
            return Fact("".join(text.split()), line.place)
        if behind:
            return Fact("".join(behind.group(1).split()), line.place)
    given = labelled.get("number")
    return Fact("".join(given.value.split()), given.place) if given and _NUMBER.fullmatch(given.value) else None


def _issued(lines: Sequence[Line], labelled: dict[str, Fact]) -> tuple[date, str] | None:
    """The date of issue: the first line that is only a date; else a line 成文日期：…; else the metadata."""
    for read in (read_date, _after_label):
        for line in lines:
            found = read(line.text)
            if found:
                return found, line.place
    given = labelled.get("issued")
    day = (read_date(given.value) or _loose_date(given.value)) if given else None
    return (day, given.place) if day and given else None


def _after_label(text: str) -> date | None:
    label = _ISSUE_LABEL.match(text.strip())
    return (read_date(label.group(1)) or _loose_date(label.group(1))) if label else None


def _loose_date(text: str) -> date | None:
    found = re.fullmatch(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\s.*)?", text)
    return _day(int(found[1]), int(found[2]), int(found[3])) if found else None


def read_date(text: str) -> date | None:
    """A line that is nothing but a date, in digits or in Chinese: 2022年8月22日, 二〇二二年八月二十二日."""
    text = text.strip(" \u3000（）()")
    found = _DATE.match(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    chinese = _CHINESE_DATE.match(text)
    if not chinese:
        return None
    year = int("".join(_digit(character) for character in chinese[1]))
    return _day(year, chinese_value(chinese[2]) or 0, chinese_value(chinese[3]) or 0)


def _digit(character: str) -> str:
    """The digit that a Chinese numeral of a year stands for; the zero has four shapes."""
    return str(max("零一二三四五六七八九".find(character), 0))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _issuer(lines: Sequence[Line], head: Sequence[Line], labelled: dict[str, Fact], title: Fact | None) -> Fact | None:
    """Who signs above the date; else who 关于印发; else the metadata, a letterhead, or the title's beginning."""
    for above, line in pairwise(lines):
        signature = "".join(above.text.split())
        if read_date(line.text) and _ORGAN.match(signature):
            return Fact(signature, above.place)
    for line in head:
        flat = "".join(line.text.split())
        notice = _NOTICE.match(flat) or (_ABOUT.match(flat) if len(flat) < 80 else None)
        if notice and _ORGAN.match(notice["issuer"].removesuffix("关于")):
            return Fact(notice["issuer"].removesuffix("关于"), line.place)
    if "issuer" in labelled:
        return labelled["issuer"]
    for line in head:
        flat = "".join(line.text.split())
        if _ORGAN.match(flat):
            return Fact(flat, line.place)
    beginning = _ISSUER_IN_TITLE.match("".join(title.value.split())) if title else None
    return Fact(beginning["issuer"], title.place) if beginning and title else None


def _year(title: Fact | None, number: Fact | None, issued: tuple[date, str] | None) -> int | None:
    """The plan year: that of the title, else of the number, else of the date of issue."""
    for text in (title.value if title else "", number.value if number else ""):
        found = _YEAR.search(text)
        if found:
            return int(found[1])
        chinese = _CHINESE_YEAR.search(text)
        if chinese:
            return int("20" + _digit(chinese[1]) + _digit(chinese[2]))
    return issued[0].year if issued else None

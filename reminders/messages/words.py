"""The words that every message shares: days, items, people, plans, and the names of steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from reminders.messages.clean import clip
from reminders.messages.views import Colour, ItemView, MessageKind, OfficeView, PersonView

WEEKDAYS = "一二三四五六日"
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
# Blanks beside a Chinese character are the typist's: 2022 年 政务公开.
_BLANKS = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|^\s+|\s+$")
_RANKS = {Colour.RED: 0, Colour.YELLOW: 1, Colour.GREEN: 2, Colour.NONE: 3}


_SETTLED = frozenset(("submitted", "done", "closed"))


class Ask(StrEnum):
    """What an item wants of its reader."""

    OVERDUE = "overdue"
    REMIND = "remind"
    CONFIRM = "confirm"
    SIGN = "sign"
    RETURN = "return"
    DECIDE = "decide"
    UNDELIVERED = "undelivered"
    LINE = "line"


_ASK_OF_STEP = {
    "undelivered": Ask.UNDELIVERED,
    "extension": Ask.DECIDE,
    "objection": Ask.DECIDE,
    "held": Ask.DECIDE,
    "undecided": Ask.DECIDE,
    "review": Ask.DECIDE,
    "support": Ask.DECIDE,
    "line": Ask.LINE,
}
_ASK_OF_KIND = {"signature": Ask.SIGN, "return": Ask.RETURN, "confirmation": Ask.CONFIRM}


def ask_of(item: ItemView) -> Ask:
    """What this item wants."""
    if item.step in _ASK_OF_STEP:
        return _ASK_OF_STEP[item.step]
    if item.kind in _ASK_OF_KIND:
        return _ASK_OF_KIND[item.kind]
    late = item.colour is Colour.RED or item.step.startswith(("T+", "level"))
    return Ask.OVERDUE if late else Ask.REMIND


def _rank(item: ItemView) -> float:
    """A signature stands before what is green: who has not signed for a plan yet meets it there for the first time."""
    signing = item.kind == "signature" and not item.level
    return _RANKS[Colour.GREEN] - 0.5 if signing else _RANKS[item.colour]


def item_order(item: ItemView) -> tuple[object, ...]:
    """Red, yellow, green, then what has no colour; inside one colour the earlier day and the smaller number first."""
    day = item.answer_by or item.due_on or date.max
    return (_rank(item), item.due_on or day, item.plan_id, number_order(item.number), item.unit, item.item_id)


def number_order(number: str) -> tuple[int, str]:
    """Task numbers in the order a reader counts them: 2 before 12."""
    digits = re.match(r"\d{1,9}", number)
    return (int(digits.group()) if digits else 10**9, number)


def day(moment: date, today: date | None = None) -> str:
    """9月30日（周五）, with the year where it is not this one."""
    return f"{short_day(moment, today)}（周{WEEKDAYS[moment.weekday()]}）"


def short_day(moment: date, today: date | None = None) -> str:
    """9月30日, with the year where it is not this one."""
    year = f"{moment.year}年" if today is not None and moment.year != today.year else ""
    return f"{year}{moment.month}月{moment.day}日"


def by_day(last: date | None, today: date) -> str:
    """The last day for an answer, as the beginning of a request."""
    if last is None or last < today:
        return "请尽快"
    if last == today:
        return f"请在今天（{short_day(last)}，周{WEEKDAYS[last.weekday()]}）下班前"
    return f"请在{day(last, today)}下班前"


def due_words(item: ItemView, today: date) -> str:
    """When an item falls due and how far away that is."""
    if item.due_on is None:
        return f"时限“{clip(item.deadline_text, 40)}”" if item.deadline_text else ""
    clock = f"{item.due_time}前" if item.due_time else ""
    done = f"；{progress(item)}" if item.count > 1 else ""
    return f"{day(item.due_on, today)}{clock}到期{_distance(item, today)}{done}"


def _distance(item: ItemView, today: date) -> str:
    left = item.workdays_left
    if item.state in _SETTLED:
        return ""
    if item.due_on == today:
        return "，就是今天"
    if left is None:
        return ""
    if left < 0:
        return f"，已超期{-left}个工作日"
    if item.due_on is not None and item.due_on < today:
        return "，已超期"
    return f"，还有{left}个工作日" if left else "，今天是最后一个工作日"


def title_of(item: ItemView) -> str:
    """第12项　规章和规范性文件清理重发."""
    number = f"第{item.number}项" if item.number else ""
    short = clip(item.short, 30)
    return "　".join(part for part in (number, short) if part) or plan_name(item.plan_title)


def number_of(item: ItemView) -> str:
    """第12项, or the short title where there is no number."""
    return f"第{item.number}项" if item.number else clip(item.short, 16) or item.unit


def several(items: Sequence[ItemView]) -> str:
    """第12项, or 第12项等3项."""
    first = number_of(items[0])
    return first if len(items) == 1 else f"{first}等{len(items)}项"


def numbers(found: Iterable[str], most: int = 12) -> str:
    """第9、10、13项, cut after `most`."""
    ordered = sorted({number for number in found if number}, key=number_order)
    if not ordered:
        return ""
    listed = "、".join(ordered[:most])
    return f"第{listed}项" if len(ordered) <= most else f"第{listed}…项"


def progress(item: ItemView) -> str:
    """How many of several reports there are; empty for a single one."""
    return f"已报{item.reports}次，共需{item.count}次" if item.count > 1 else ""


def original(item: ItemView) -> str:
    """The expression as it was issued and how it was read."""
    if not item.deadline_text:
        return ""
    if "→" in item.reading:  # the reading repeats the expression itself
        return f"原文时限：{clip(item.reading, 80)}"
    reading = f" → {item.reading}" if item.reading else ""
    return f"原文时限：“{clip(item.deadline_text, 40)}”{reading}"


def person(someone: PersonView) -> str:
    """张三（联络员）83180001."""
    role = f"（{someone.role}）" if someone.role else ""
    return f"{someone.name}{role}{' ' + someone.phone if someone.phone else ' 无电话'}"


def people(phones: Iterable[PersonView]) -> str:
    """Everybody to telephone, on one line."""
    return "；".join(dict.fromkeys(person(someone) for someone in phones))


def caller(office: OfficeView) -> str:
    """新闻处王五."""
    return f"{office.name}{office.person}"


def sender(office: OfficeView) -> str:
    """The three things rule 12 wants of a sender: office, person, telephone number."""
    return "　".join(part for part in (office.name, office.person, office.phone) if part)


def plan_name(title: str, issuer: str = "") -> str:
    """A plan's title without the wrapping of its notice, without its issuer and without blanks between characters."""
    inner = re.search(r"关于印发《?(.+?)》?的通知", title)
    name = _BLANKS.sub("", inner.group(1) if inner else title).strip("《》")
    issued_by = _BLANKS.sub("", issuer)
    if issued_by and name.startswith(issued_by) and len(name) > len(issued_by):
        name = name[len(issued_by) :]
    return clip(name.strip("《》") or "工作方案", 40)


def plan_short(title: str, issuer: str = "") -> str:
    """The name by which people speak of a plan: 政务公开方案."""
    name = re.sub(r"^\s*(?:20\d\d\s*年(?:度)?|年度)\s*", "", plan_name(title, issuer))
    name = re.sub(r"(?:任务)?(?:分工|分解)(?:方案|表|安排)?$", "", name).strip("及和 　") or name
    name = re.sub(r"(?:工作)?(?:实施)?方案$", "方案", name)
    return clip(name or plan_name(title, issuer), 16)


def listing(parts: Iterable[str], mark: str = "；") -> str:
    """The parts that say something, joined."""
    return mark.join(part for part in parts if part)


def by_unit(items: Iterable[ItemView]) -> dict[str, list[ItemView]]:
    """Items by whose they are, in the order in which the units first come."""
    units: dict[str, list[ItemView]] = {}
    for item in items:
        units.setdefault(item.unit, []).append(item)
    return units


def by_ask(items: Iterable[ItemView]) -> list[tuple[Ask, list[ItemView]]]:
    """Items in their order, neighbours of one colour and one ask together."""
    found: dict[tuple[float, Ask], list[ItemView]] = {}
    for item in sorted(items, key=item_order):
        found.setdefault((_rank(item), ask_of(item)), []).append(item)
    return [(ask, members) for (_, ask), members in sorted(found.items(), key=lambda pair: pair[0][0])]


_STEP_WORDS = {
    ("signature", "sign"): "签收",
    ("signature", "remind"): "签收提醒",
    ("confirmation", "T-10"): "确认",
    ("confirmation", "remind"): "确认提醒",
    ("return", "return"): "填报",
    ("return", "return-remind"): "填报提醒",
    ("return", "level1"): "未填报",
    ("completion", "start"): "启动",
    ("completion", "middle"): "中期提醒",
}
_STEP_ALONE = {
    "undelivered": "未送达",
    "extension": "延期申请",
    "objection": "异议",
    "held": "拟报领导",
    "undecided": "逾期未决定",
    "review": "待审核",
    "support": "配合有困难",
    "attend": "提请研究",
    "line": "例行",
}


def step_word(kind: str, step: str, message: MessageKind) -> str:
    """The Chinese name of a step in a list of messages; silence told to others is 未确认."""
    if step in _STEP_ALONE:
        return _STEP_ALONE[step]
    if (kind, step) in _STEP_WORDS:
        return _STEP_WORDS[kind, step]
    if kind in ("signature", "confirmation"):
        return "未确认" if step.startswith("level") else "确认"
    if step.startswith(("T+", "level")):
        return "催办" if message is MessageKind.UNIT else "超期"
    return "进度提醒" if step.startswith("count-") else "到期提醒"

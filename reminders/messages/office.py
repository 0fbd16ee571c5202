"""The lead office's list of the day: whom to telephone, what is late, what to decide, what was not delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from reminders.messages.clean import clip
from reminders.messages.letter import Group, Letter, Row, Section
from reminders.messages.rows import MOST_ROWS, dated_row, grouped, unit_row
from reminders.messages.unit import catch_up, greeting
from reminders.messages.views import ItemView, MessageView
from reminders.messages.words import (
    NUMERALS,
    Ask,
    ask_of,
    by_unit,
    caller,
    item_order,
    listing,
    number_of,
    numbers,
    people,
    sender,
    short_day,
    title_of,
)

Items = Sequence[ItemView]
UNDELIVERED, TO_DO = "【未送达】", "【待办】"
OFFICE_NEXT = "接下来：答复、代登记或决定之后，对应的项自动从待办里去掉。"
_DECISIONS = {
    "extension": "申请延期，待决定",
    "objection": "有异议，待决定",
    "held": "拟请领导协调；到期不决定的自动列入，注明“主管处室未处理”",
    "review": "已提交，待审核",
    "undecided": "到期没有决定，已恢复计时，请尽快决定",
    "support": "配合单位答复有困难，或者认为不归本单位，请联系",
}
_SILENCE = {"signature": "未签收", "confirmation": "未确认能否按期", "return": "未填报"}


class Topic(StrEnum):
    """The parts of the list."""

    OVERDUE = "overdue"
    SILENCE = "silence"
    DECIDE = "decide"
    UNDELIVERED = "undelivered"
    OWN = "own"
    LINE = "line"


def office_letter(view: MessageView) -> Letter:
    """The whole letter of kind `office`."""
    return Letter(
        subject=office_subject(view),
        greeting=greeting(view),
        opening=catch_up(view),
        sections=office_sections(view, view.items),
        button="打开办理" if view.link else "",
        link=view.link,
        ways=office_ways(view),
        brief_ways=f"电话答复的，请告诉{view.office.name}" if is_leading(view) else "电话答复的，请代登记",
        closing=(_why(view),) if is_leading(view) else (OFFICE_NEXT, _why(view)),
        whole=True,
        sender=sender(view.office),
        number=view.number,
        rest_at="见台账",
    )


def topic_of(item: ItemView) -> Topic:
    """Where an item stands in the list."""
    ask = ask_of(item)
    if ask in (Ask.UNDELIVERED, Ask.DECIDE, Ask.LINE):
        return Topic(ask.value)
    told = item.level > 0 or item.step.startswith(("level", "T+"))
    if not told:
        return Topic.OWN
    return Topic.OVERDUE if ask is Ask.OVERDUE or item.kind == "completion" else Topic.SILENCE


def by_topic(items: Items) -> list[tuple[Topic, list[ItemView]]]:
    """Items by part of the list; the part whose first item comes first stands first."""
    found: dict[Topic, list[ItemView]] = {}
    for item in sorted(items, key=item_order):
        found.setdefault(topic_of(item), []).append(item)
    return list(found.items())


def office_sections(view: MessageView, items: Items, *, begin: int = 0) -> tuple[Section, ...]:
    """The numbered parts, 一、二、…"""
    topics = by_topic(items)
    return tuple(_PARTS[topic](view, members, NUMERALS[begin + place]) for place, (topic, members) in enumerate(topics))


def office_subject(view: MessageView) -> str:
    """【待办】 with the date and what is in the list; a list of nothing but 未送达 says that."""
    topics = by_topic(view.items)
    if [topic for topic, _ in topics] == [Topic.UNDELIVERED]:
        return f"{'【补发】' if view.catch_up else UNDELIVERED}{_undelivered_subject(topics[0][1])}"
    counted = office_matters(topics)
    return f"{'【补发】' if view.catch_up else TO_DO}{short_day(view.day)}：{counted or '无待办事项'}"


def office_matters(topics: Sequence[tuple[Topic, Items]]) -> str:
    """Each part in a few words."""
    return "；".join(_COUNTS[topic](members) for topic, members in topics)


def office_ways(view: MessageView) -> str:
    """The office's equal of the link."""
    if is_leading(view):
        return f"配合单位可以打开发给他们的链接答复；电话答复的，请告诉{caller(view.office)}代登记。"
    return "电话或当面答复的，请代登记，与网上答复效果相同。" + ("也可以直接回复本邮件。" if view.link else "")


def is_leading(view: MessageView) -> bool:
    """Whether a lead unit reads of the units that support its task, and not the lead office of everybody."""
    return bool(view.unit) and view.unit != view.office.name


def _overdue(view: MessageView, items: Items, mark: str) -> Section:
    groups = grouped(view, items, lambda item: _told_row(view, item))
    counted = f"超期{len(items)}项"
    return Section(f"{mark}、{counted}，请联系牵头单位", groups, brief=counted)


def _told_row(view: MessageView, item: ItemView) -> Row:
    row = unit_row(item, view)
    told = (f"电话：{people(item.phones)}",) if item.phones else ()
    return Row(row.head, row.when, row.colour, (*told, *row.details, *_evidence(item)))


def _evidence(*items: ItemView) -> tuple[str, ...]:
    """What was sent and accepted, on one line."""
    lines = list(dict.fromkeys(line for item in items for line in item.evidence))[:4]
    return ("；".join(lines),) if lines else ()


def _silence(view: MessageView, items: Items, mark: str) -> Section:
    units = by_unit(items)
    rows = tuple(_silent_row(members, view) for members in units.values())
    return Section(
        f"{mark}、未确认，请打电话（{_silent_count(items)}）",
        (Group("", rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)),),
        ("已经提醒过一次，不再单独发通知；电话答复的，请代登记。",),
        brief=f"未确认，请打电话：{_silent_count(items)}",
    )


def _silent_row(items: Items, view: MessageView) -> Row:
    """One unit, everything it has not answered, and how to reach it."""
    phones = people(person for item in items for person in item.phones)
    promised = tuple(dict.fromkeys(item.promised for item in items if item.promised))[:2]
    marks = listing(dict.fromkeys(mark for item in items for mark in item.marks), "，")
    details = (f"电话：{phones or '没有登记'}", *_evidence(*items), *promised, *((marks,) if marks else ()))
    return Row(items[0].unit, "；".join(_silent_words(items, view)), items[0].colour, details)


def _silent_words(items: Items, view: MessageView) -> list[str]:
    found = []
    for kind, word in _SILENCE.items():
        of_kind = [item for item in items if item.kind == kind]
        if not of_kind:
            continue
        last = min((item.answer_by for item in of_kind if item.answer_by), default=None)
        until = f"（应在{short_day(last, view.day)}前）" if last and last < view.day else ""
        found.append(f"{numbers(item.number for item in of_kind)}{word}{until}")
    return found


def _silent_count(items: Items) -> str:
    counts = []
    for kind, word in _SILENCE.items():
        units = {item.unit for item in items if item.kind == kind}
        if units:
            counts.append(f"{len(units)}家{word.removesuffix('能否按期')}")
    return "，".join(counts)


def _decide(view: MessageView, items: Items, mark: str) -> Section:
    def row(item: ItemView) -> Row:
        told = _told_row(view, item)
        return Row(told.head, told.when, told.colour, (_decision_words(item), *told.details))

    counted = f"请您决定{len(items)}件"
    return Section(f"{mark}、{counted}", grouped(view, items, row), brief=counted)


def _decision_words(item: ItemView) -> str:
    if item.step == "review" and item.state == "suspended":
        return "挂账事项，到复核日期"
    words = _DECISIONS.get(item.step, "待决定")
    return f"{_SILENCE[item.kind]}，{words}" if item.step == "held" and item.kind in _SILENCE else words


def _undelivered(view: MessageView, items: Items, mark: str) -> Section:
    rows = tuple(_undelivered_row(unit, members) for unit, members in by_unit(items).items())
    return Section(
        f"{mark}、未送达{len(rows)}家（不是未签收、未答复）",
        (Group("", rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)),),
        (
            "没有送达的，签收和答复的时间没有开始计算，不会被提醒，也不会上报。",
            "请更正联系人（改好后下一时段自动重发），或电话、当面通知后代登记。处理之前每日只在待办里列出。",
        ),
        brief=f"未送达{len(rows)}家：{clip('、'.join(by_unit(items)), 40)}",
    )


def _undelivered_row(unit: str, items: Items) -> Row:
    phones = people(person for item in items for person in item.phones)
    return Row(unit, f"{len(items)}件没有送达", items[0].colour, (f"电话：{phones or '没有登记'}", *_evidence(*items)))


def _undelivered_subject(items: Items) -> str:
    units = list(by_unit(items))
    which = units[0] if len(units) == 1 else f"{units[0]}等{len(units)}家"
    return f"{which}没有收到通知（不是未签收、未答复）"


def _own(view: MessageView, items: Items, mark: str) -> Section:
    groups = grouped(view, items, lambda item: dated_row(item, view.day))
    counted = f"本处事项{len(items)}项"
    return Section(f"{mark}、{counted}，请按期办理", groups, brief=counted)


def _line(view: MessageView, items: Items, mark: str) -> Section:
    groups = grouped(view, items, lambda item: Row(f"{title_of(item)}（{item.unit}）", item.deadline_text or ""))
    return Section(f"{mark}、请知悉{len(items)}项", groups, brief=f"请知悉{len(items)}项")


def _overdue_count(items: Items) -> str:
    if len(items) == 1:
        return f"1项超期（{number_of(items[0])}，{items[0].unit}）"
    return f"{len(items)}项超期"


def _own_count(items: Items) -> str:
    due = min((item.due_on for item in items if item.due_on), default=None)
    return f"本处{len(items)}项{f'{short_day(due)}到期' if due else '待办'}"


def _decide_count(items: Items) -> str:
    review = sum(item.step == "review" and item.state != "suspended" for item in items)
    others = len(items) - review
    return listing((f"{review}件待审核" if review else "", f"{others}件待决定" if others else ""), "，")


def _why(view: MessageView) -> str:
    if is_leading(view):
        why = f"为什么发给您：{view.unit}是这些事项的牵头单位，配合单位没有答复或有困难。"
        return f"{why}答复情况不排名、不作为考核依据。"
    return f"为什么发给您：{view.unit or view.office.name}是本方案的主管处室。签收和答复情况不排名、不作为考核依据。"


_PARTS: dict[Topic, Callable[[MessageView, Items, str], Section]] = {
    Topic.OVERDUE: _overdue,
    Topic.SILENCE: _silence,
    Topic.DECIDE: _decide,
    Topic.UNDELIVERED: _undelivered,
    Topic.OWN: _own,
    Topic.LINE: _line,
}
_COUNTS: dict[Topic, Callable[[Items], str]] = {
    Topic.OVERDUE: _overdue_count,
    Topic.SILENCE: lambda items: f"{_silent_count(items)}，请电话联系",
    Topic.DECIDE: _decide_count,
    Topic.UNDELIVERED: lambda items: f"{len(by_unit(items))}家未送达",
    Topic.OWN: _own_count,
    Topic.LINE: lambda items: f"{len(items)}项请知悉",
}

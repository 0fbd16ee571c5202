"""The leaders' few lines, whole without a link, and the one neutral line of a plan's work group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reminders.messages.letter import Group, Letter, Row, Section
from reminders.messages.views import ItemView, MessageView
from reminders.messages.words import (
    NUMERALS,
    caller,
    due_words,
    item_order,
    listing,
    plan_name,
    plan_short,
    sender,
    short_day,
    title_of,
)

Items = Sequence[ItemView]
ATTEND = "attend"  # the lead office brings it before the leaders
MOST_FOR_LEADERS = 12
_SILENT = {"signature": "未签收", "confirmation": "未答复能否按期", "return": "未填报"}


def leaders_letter(view: MessageView) -> Letter:
    """The whole letter of kind `leaders`."""
    return Letter(
        subject=f"{shorts(view)}：{leaders_matters(view.items)}",
        greeting=f"{view.recipient}：",
        sections=leaders_sections(view, view.items),
        ways=leaders_ways(view),
        brief_ways=leaders_ways(view),
        closing=("接下来：答复或办结之后，不再列入。", leaders_why(view.items)),
        whole=True,
        sender=sender(view.office),
        number=view.number,
        rest_at=f"可向{view.office.name}了解",
    )


def shorts(view: MessageView) -> str:
    """The short names of the plans, as a subject begins."""
    names = list(dict.fromkeys(plan_short(title, view.office.issuer) for title in view.plan_titles))
    return "、".join(names[:2]) + ("等" if len(names) > 2 else "") if names else "工作方案"


def leaders_matters(items: Items) -> str:
    """1项超期，1家未签收，拟请协调."""
    shown = sum(item.step == ATTEND for item in items)
    items = [item for item in items if item.step != ATTEND]
    late = sum(item.kind == "completion" for item in items)
    parts = [f"{late}项超期"] if late else []
    for kind, word in _SILENT.items():
        units = {item.unit for item in items if item.kind == kind}
        parts += [f"{len(units)}家{word}"] if units else []
    said = "，".join((*parts, "拟请协调")) if parts else ""
    return "；".join(part for part in (said, f"{shown}项提请研究" if shown else "") if part) or "无需协调事项"


def leaders_sections(view: MessageView, items: Items) -> tuple[Section, ...]:
    """What each item is, since when, and what is asked."""
    ordered = sorted(items, key=item_order)
    if not ordered:
        return ()
    rows = tuple(_row(item, view) for item in ordered[:MOST_FOR_LEADERS])
    group = Group("", rows, max(0, len(ordered) - MOST_FOR_LEADERS))
    counted = f"请您{'研究' if all(item.step == ATTEND for item in ordered) else '协调'}{len(ordered)}项"
    return (Section(f"{NUMERALS[0]}、{counted}", (group,), brief=f"报领导小组：{counted}"),)


def leaders_ways(view: MessageView) -> str:
    """A leader answers by word of mouth."""
    telephone = f"（{view.office.phone}）" if view.office.phone else ""
    return f"请口头、电话或回复告知{caller(view.office)}{telephone}即可，不用登录。"


def leaders_why(items: Items) -> str:
    """Why it came to a leader."""
    shown = bool(items) and all(item.step == ATTEND for item in items)
    why = "以上事项由主管处室提请您研究" if shown else "以上事项经主管处室联系后仍未解决"
    return f"为什么发给您：您是本方案领导小组的领导，{why}。"


def _row(item: ItemView, view: MessageView) -> Row:
    again = "第二次列入" if item.step == "level2b" else ""
    marks = listing((again, *item.marks), "，")
    details = (_since(item, view.day), item.promised, _wanted(item), marks)
    plan = plan_name(item.plan_title, view.office.issuer)
    head = f"{title_of(item)}（{item.unit}）" if item.number else f"{item.unit}　{plan}"
    return Row(head, _state(item, view.day), item.colour, tuple(detail for detail in details if detail))


def _state(item: ItemView, today: date) -> str:
    if item.step == ATTEND:
        return due_words(item, today)
    if item.kind == "completion":
        return f"{due_words(item, today)}，未办结"
    due = f"，事项{short_day(item.due_on, today)}到期" if item.due_on else ""
    return _SILENT.get(item.kind, "未答复") + due


def _since(item: ItemView, today: date) -> str:
    """Since when, from what was sent and accepted."""
    if item.step == ATTEND:
        return ""
    if item.evidence:
        return f"{item.evidence[0]}，至今{'未办结' if item.kind == 'completion' else '未答复'}"
    silent = item.kind != "completion" and item.answer_by
    return f"{short_day(item.answer_by, today)}前应答复，至今未答复" if silent and item.answer_by else ""


def _wanted(item: ItemView) -> str:
    if item.step == ATTEND:
        return "请您研究决定，或出席、过问。"
    if item.kind == "completion":
        return f"请您协调：督促{item.unit}办结，或同意延期。"
    act = {"signature": "签收并明确经办人", "confirmation": "答复能否按期"}.get(item.kind, "答复")
    return f"请您协调：督促{item.unit}{act}。"


def workgroup_letter(view: MessageView) -> Letter:
    """One neutral line for a plan's group: how much is open and what falls due, nobody named."""
    line = "；".join(workgroup_facts(view)) or "近期没有到期事项"
    return Letter(
        subject=f"【到期提醒】{shorts(view)}进度（{short_day(view.day)}）",
        headline=f"{shorts(view)}进度（{short_day(view.day)}）",
        greeting="各位同志：",
        sections=(Section(f"{line}。相关单位已单独通知，请按期办理。", brief=line),),
        ways=f"有疑问请联系{caller(view.office)}{view.office.phone}。",
        brief_ways=f"有疑问请联系{caller(view.office)} {view.office.phone}".rstrip(),
        sender=sender(view.office),
        number=view.number,
    )


def workgroup_facts(view: MessageView) -> list[str]:
    """Counts alone: a group message names nobody as late."""
    facts = [f"{label}{count}" for label, count in view.digest.figures] if view.digest else []
    for kind, word in (("signature", "待签收"), ("return", "待填报"), ("confirmation", "待答复")):
        units = {item.unit for item in view.items if item.kind == kind}
        facts += [f"{len(units)}家{word}"] if units else []
    ahead = sorted(item.due_on for item in view.items if item.kind == "completion" and item.due_on)
    ahead = [due for due in ahead if due >= view.day]
    if ahead:
        facts.append(f"下一到期{short_day(ahead[0], view.day)}，{ahead.count(ahead[0])}项")
    return facts

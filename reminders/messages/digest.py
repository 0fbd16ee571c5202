"""The weekly digest for its three readers: a unit's contacts, the lead office, a leader."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.messages.leaders import leaders_matters, leaders_sections, leaders_ways, leaders_why, shorts
from reminders.messages.letter import Group, Letter, Row, Section
from reminders.messages.office import OFFICE_NEXT, by_topic, office_matters, office_sections, office_ways
from reminders.messages.rows import dated_row, grouped, unit_row
from reminders.messages.unit import (
    brief_ways,
    button,
    catch_up,
    greeting,
    matters,
    next_steps,
    others,
    unit_sections,
    ways,
)
from reminders.messages.views import DigestView, ItemView, MessageView
from reminders.messages.words import NUMERALS, by_ask, listing, people, sender, short_day, title_of

Items = Sequence[ItemView]
WEEKLY = "【周报】"


def digest_letter(view: MessageView) -> Letter:
    """The whole letter of kind `digest`."""
    if view.role == "leader":
        return _leader(view)
    return _office(view) if view.unit == view.office.name else _unit(view)


def week_words(digest: DigestView) -> str:
    """9月26日—30日."""
    first, last = digest.week, digest.last
    same = first.month == last.month
    return f"{short_day(first)}—{last.day}日" if same else f"{short_day(first)}—{short_day(last)}"


def _week(view: MessageView) -> DigestView:
    return view.digest or DigestView(week=view.day, last=view.day)


def _leader(view: MessageView) -> Letter:
    digest = _week(view)
    asked = {item.obligation_id for item in view.items}
    standing = [*view.items, *(item for item in digest.escalated if item.obligation_id not in asked)]
    figures = _figures(digest, f"{NUMERALS[1 if standing else 0]}、总的情况")
    return Letter(
        subject=f"{shorts(view)}周情况（{week_words(digest)}）：{leaders_matters(standing)}",
        greeting=f"{view.recipient}：",
        sections=(*leaders_sections(view, standing), *figures),
        ways=leaders_ways(view),
        brief_ways=leaders_ways(view),
        closing=(leaders_why() if standing else "为什么发给您：您是本方案领导小组的领导。",),
        sender=sender(view.office),
        number=view.number,
        rest_at=f"可向{view.office.name}了解",
        whole=True,
    )


def _figures(digest: DigestView, lead: str) -> tuple[Section, ...]:
    if not digest.figures:
        return ()
    line = "，".join(f"{label}{count}" for label, count in digest.figures)
    return (Section(f"{lead}：{line}。", brief=line),)


def _unit(view: MessageView) -> Letter:
    digest = _week(view)
    asks = by_ask(view.items)
    counted = _counts(digest)
    first = matters(view, asks) if asks else ""
    return Letter(
        subject=f"{WEEKLY}{week_words(digest)}：{listing((first, counted)) or '无到期事项'}",
        greeting=greeting(view),
        opening=catch_up(view),
        sections=(*unit_sections(view), *_lists(view, digest), *others(view)),
        button=button(view, asks) if asks else ("打开查看" if view.link else ""),
        link=view.link,
        ways=ways(view, asks),
        brief_ways=brief_ways(view),
        closing=(*next_steps(view), f"为什么发给您：您是{view.unit}登记的联系人，周报只列贵单位牵头的事项。"),
        sender=sender(view.office),
        number=view.number,
        rest_at="见页面" if view.link else f"请向{view.office.name}索取清单",
    )


def _office(view: MessageView) -> Letter:
    digest = _week(view)
    topics = by_topic(view.items)
    today = office_matters(topics)
    sections = (*office_sections(view, view.items), *_lists(view, digest, named=True), *_figures(digest, "总的情况"))
    return Letter(
        subject=f"{WEEKLY}{week_words(digest)}：{listing((today, _counts(digest))) or '无待办事项'}",
        greeting=greeting(view),
        opening=catch_up(view),
        sections=sections,
        button="打开办理" if view.link else "",
        link=view.link,
        ways=office_ways(view),
        brief_ways="电话答复的，请代登记",
        closing=(OFFICE_NEXT, "贯穿全年、进展正常的事项不列。"),
        whole=True,
        sender=sender(view.office),
        number=view.number,
        rest_at="见台账",
    )


_LISTS = (
    ("overdue", "超期", "项"),
    ("due", "近期到期", "项"),
    ("unanswered", "等待签收、答复、填报", "件"),
    ("waiting_decision", "等待决定", "件"),
    ("escalated", "已报领导", "项"),
    ("undelivered", "未送达", "件"),
    ("undated", "待明确时限", "项"),
    ("routine", "例行", "项"),
)


def _lists(view: MessageView, digest: DigestView, *, named: bool = False) -> tuple[Section, ...]:
    """The week's lists; what the message asks above, or an earlier list names, is not repeated."""
    told = {item.obligation_id for item in view.items}
    sections = []
    for name, title, measure in _LISTS:
        items = [item for item in getattr(digest, name) if not item.obligation_id or item.obligation_id not in told]
        told.update(item.obligation_id for item in items)
        if items:
            sections.append(_list(view, items, f"{title}{len(items)}{measure}", named=named))
    return tuple(sections)


def _list(view: MessageView, items: Items, lead: str, *, named: bool) -> Section:
    def row(item: ItemView) -> Row:
        if item.kind in ("signature", "return"):
            words = {"signature": "待签收", "return": f"{item.quarter}待填报"}[item.kind]
            until = f"，{short_day(item.answer_by, view.day)}前" if item.answer_by else ""
            return Row(item.unit, words + until, item.colour, (people(item.phones),) if named and item.phones else ())
        found = unit_row(item, view.day) if named else dated_row(item, view.day)
        told = (f"电话：{people(item.phones)}",) if named and item.phones else ()
        return Row(found.head, found.when, found.colour, (*told, *found.details))

    groups: tuple[Group, ...] = grouped(view, items, row)
    return Section(lead, groups, brief=f"{lead}{_nearest(items, view)}", colour=items[0].colour)


def _nearest(items: Items, view: MessageView) -> str:
    due = min((item.due_on for item in items if item.due_on), default=None)
    return f"，最早{short_day(due, view.day)}（{title_of(items[0])}）" if due else ""


def _counts(digest: DigestView) -> str:
    """5项近期到期，11家待答复."""
    units = len({item.unit for item in digest.unanswered})
    parts = (
        f"{len(digest.overdue)}项超期" if digest.overdue else "",
        f"{len(digest.due)}项近期到期" if digest.due else "",
        f"{units}家待答复" if units else "",
        f"{len(digest.waiting_decision)}件待决定" if digest.waiting_decision else "",
    )
    return "，".join(part for part in parts if part)

"""The weekly digest for its three readers: a unit's contacts, the lead office, a leader."""

from __future__ import annotations

from dataclasses import replace

from reminders.messages.leaders import leaders_matters, leaders_sections, leaders_ways, leaders_why, shorts
from reminders.messages.letter import Letter, Section
from reminders.messages.office import OFFICE_NEXT, by_topic, office_matters, office_sections, office_ways
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
from reminders.messages.views import DigestView, MessageView
from reminders.messages.week import week_counts, week_lists, week_sections
from reminders.messages.words import NUMERALS, by_ask, listing, sender, short_day

WEEKLY = "【周报】"
_EVEN_ZERO = ("已办结", "超期")  # a nought that is news


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
        closing=(leaders_why(standing) if standing else "为什么发给您：您是本方案领导小组的领导。",),
        sender=sender(view.office),
        number=view.number,
        rest_at=f"可向{view.office.name}了解",
        whole=True,
    )


def _figures(digest: DigestView, lead: str) -> tuple[Section, ...]:
    if not digest.figures:
        return ()
    line = "，".join(f"{label}{count}" for label, count in digest.figures if count or label in _EVEN_ZERO)
    return (Section(f"{lead}：{line}。", brief=line),)


def _unit(view: MessageView) -> Letter:
    digest = _week(view)
    helped = tuple(item for item in view.items if item.unit != view.unit and item.kind == "confirmation")
    view = replace(view, items=tuple(item for item in view.items if item not in helped))
    asks, lists = by_ask(view.items), week_lists(view, digest, named=False)
    first = matters(view, asks) if asks else ""
    return Letter(
        subject=f"{WEEKLY}{week_words(digest)}：{listing((first, week_counts(lists))) or '无到期事项'}",
        greeting=greeting(view),
        opening=catch_up(view),
        sections=(
            *unit_sections(view),
            *office_sections(view, helped),
            *week_sections(view, lists, named=False),
            *others(view),
        ),
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
    lists = week_lists(view, digest, named=True)
    today = office_matters(by_topic(view.items))
    listed = week_sections(view, lists, named=True)
    return Letter(
        subject=f"{WEEKLY}{week_words(digest)}：{listing((today, week_counts(lists))) or '无待办事项'}",
        greeting=greeting(view),
        opening=catch_up(view),
        sections=(*office_sections(view, view.items), *listed, *_figures(digest, "总的情况")),
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

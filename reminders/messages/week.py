"""The lists of a weekly digest: what is late, due, unanswered or undecided, each thing named once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.messages.letter import Group, Row, Section
from reminders.messages.rows import MOST_ROWS, dated_row, grouped, unit_row
from reminders.messages.views import DigestView, ItemView, MessageView
from reminders.messages.words import by_unit, listing, number_of, people, plan_name, short_day


@dataclass(frozen=True, slots=True)
class WeekList:
    """One list: its field of the digest, its heading and what stands in it."""

    name: str
    title: str
    measure: str
    items: tuple[ItemView, ...]

    @property
    def counted(self) -> str:
        """超期2项."""
        return f"{self.title}{len(self.items)}{self.measure}"


_TITLES = {
    "overdue": ("超期", "项"),
    "waiting_decision": ("等待决定", "件"),
    "due": ("近期到期", "项"),
    "unanswered": ("等待签收、答复、填报", "件"),
    "escalated": ("已报领导", "项"),
    "undelivered": ("未送达", "件"),
    "undated": ("待明确时限", "项"),
    "awaited": ("等待事件", "项"),
    "routine": ("例行", "项"),
}
# What is held waits for the office's decision, and for the unit's answer all the same.
_FOR_OFFICE = tuple(_TITLES)
_FOR_UNIT = (
    *("overdue", "due", "unanswered", "waiting_decision", "escalated", "undelivered"),
    *("undated", "awaited", "routine"),
)
_IN_SUBJECT = {"overdue": "超期", "due": "近期到期", "unanswered": "待答复", "waiting_decision": "待决定"}
_DATED = frozenset(("overdue", "due"))
_TO_TELEPHONE = frozenset(("overdue", "undelivered"))
_STILL_OPEN = "还没有答复的，请打开最近一次通知里的链接办理，或直接回复、打电话，效果相同。"
_REPORT_IT = {
    True: "事件发生后请登记日期，期限从那时起算；之前不提醒。",
    False: "事件发生后请告诉主管处室，期限从那时起算；之前不提醒。",
}
_STATES = {"submitted": "已提交，待审核", "frozen": "提出申请，待决定", "held": "待决定是否报领导"}


def week_lists(view: MessageView, digest: DigestView, *, named: bool) -> list[WeekList]:
    """What the message asks above, or an earlier list names, is not repeated."""
    told = {item.obligation_id for item in view.items}
    lists = []
    for name in _FOR_OFFICE if named else _FOR_UNIT:
        found: tuple[ItemView, ...] = getattr(digest, name)
        items = tuple(item for item in found if not item.obligation_id or item.obligation_id not in told)
        told.update(item.obligation_id for item in items)
        if items:
            lists.append(WeekList(name, *_TITLES[name], items))
    return lists


def week_counts(lists: Sequence[WeekList]) -> str:
    """2项超期，5项近期到期，3件待答复."""
    shown = [one for one in lists if one.name in _IN_SUBJECT]
    return listing((f"{len(one.items)}{one.measure}{_IN_SUBJECT[one.name]}" for one in shown), "，")


def week_sections(view: MessageView, lists: Sequence[WeekList], *, named: bool) -> tuple[Section, ...]:
    """Each list as a section; `named` for a reader who looks after several units."""
    found = tuple(_section(view, one, named=named) for one in lists)
    return found if found or view.items else (nothing(),)


def nothing() -> Section:
    """A week in which the reader has nothing to do."""
    return Section("本周没有到期的事项，也没有要答复的，不用办理。")


def _section(view: MessageView, one: WeekList, *, named: bool) -> Section:
    if one.name == "unanswered" and named:
        return _silent_units(view, one)
    groups = grouped(view, one.items, lambda item: _row(view, one, item, named=named))
    due = min((item.due_on for item in one.items if item.due_on), default=None) if one.name in _DATED else None
    brief = f"{one.counted}，最早{short_day(due, view.day)}" if due else one.counted
    notes = {"unanswered": (_STILL_OPEN,), "awaited": (_REPORT_IT[named],)}.get(one.name, ())
    return Section(one.counted, groups, notes, brief)


def _silent_units(view: MessageView, one: WeekList) -> Section:
    """One row per unit, with everything it has not answered."""
    rows = tuple(
        Row(
            unit,
            "；".join(_numbered(item) + _waits_for(view, item) for item in items),
            items[0].colour,
            _telephone(view, items[0]),
        )
        for unit, items in by_unit(one.items).items()
    )
    return Section(one.counted, (Group("", rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)),), brief=one.counted)


def _waits_for(view: MessageView, item: ItemView) -> str:
    """待签收，9月21日前: the day only while the unit's own wait runs."""
    until = f"，{short_day(item.answer_by, view.day)}前" if item.answer_by and not item.level else ""
    words = {"signature": "待签收", "return": f"{item.quarter}待填报"}.get(item.kind, "待答复能否按期")
    return words + until


def _numbered(item: ItemView) -> str:
    return number_of(item) if item.number else ""


def _telephone(view: MessageView, item: ItemView) -> tuple[str, ...]:
    return (f"电话：{people(item.phones)}",) if item.phones and item.unit != view.unit else ()


def _row(view: MessageView, one: WeekList, item: ItemView, *, named: bool) -> Row:
    told = _telephone(view, item) if named and one.name in _TO_TELEPHONE else ()
    stands = (_STATES[item.state],) if one.name == "waiting_decision" and item.state in _STATES else ()
    if item.kind in ("signature", "return"):
        plan = f"《{plan_name(item.plan_title, view.office.issuer)}》"
        return Row(f"{item.unit}　{plan}" if named else plan, _waits_for(view, item), item.colour, (*told, *stands))
    found = unit_row(item, view) if named else dated_row(item, view.day)
    when = _waits_for(view, item) if one.name == "unanswered" else found.when
    return Row(found.head, when, found.colour, (*told, *stands, *found.details))

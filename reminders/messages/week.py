"""The lists of a weekly digest: what is late, due, unanswered or undecided, each thing named once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.messages.letter import Row, Section
from reminders.messages.rows import dated_row, grouped, unit_row
from reminders.messages.views import DigestView, ItemView, MessageView
from reminders.messages.words import listing, people, plan_name, short_day, title_of


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


_LISTS = (
    ("overdue", "超期", "项"),
    ("waiting_decision", "等待决定", "件"),
    ("due", "近期到期", "项"),
    ("unanswered", "等待签收、答复、填报", "件"),
    ("escalated", "已报领导", "项"),
    ("undelivered", "未送达", "件"),
    ("undated", "待明确时限", "项"),
    ("routine", "例行", "项"),
)
_IN_SUBJECT = {"overdue": "超期", "due": "近期到期", "unanswered": "待答复", "waiting_decision": "待决定"}
_TO_TELEPHONE = frozenset(("overdue", "unanswered", "undelivered"))
_STILL_OPEN = "还没有答复的，请打开最近一次通知里的链接办理，或直接回复、打电话，效果相同。"


def week_lists(view: MessageView, digest: DigestView) -> list[WeekList]:
    """What the message asks above, or an earlier list names, is not repeated."""
    told = {item.obligation_id for item in view.items}
    lists = []
    for name, title, measure in _LISTS:
        items = tuple(
            item for item in getattr(digest, name) if not item.obligation_id or item.obligation_id not in told
        )
        told.update(item.obligation_id for item in items)
        if items:
            lists.append(WeekList(name, title, measure, items))
    return lists


def week_counts(lists: Sequence[WeekList]) -> str:
    """2项超期，5项近期到期，3件待答复."""
    return listing(
        (f"{len(one.items)}{one.measure}{_IN_SUBJECT[one.name]}" for one in lists if one.name in _IN_SUBJECT), "，"
    )


def week_sections(view: MessageView, lists: Sequence[WeekList], *, named: bool) -> tuple[Section, ...]:
    """Each list as a section; `named` for a reader who looks after several units."""
    return tuple(_section(view, one, named=named) for one in lists)


def _section(view: MessageView, one: WeekList, *, named: bool) -> Section:
    groups = grouped(view, one.items, lambda item: _row(view, one, item, named=named))
    due = min((item.due_on for item in one.items if item.due_on), default=None)
    brief = f"{one.counted}，最早{short_day(due, view.day)}" if due else one.counted
    notes = (_STILL_OPEN,) if one.name == "unanswered" and not named else ()
    return Section(one.counted, groups, notes, brief, one.items[0].colour)


def _row(view: MessageView, one: WeekList, item: ItemView, *, named: bool) -> Row:
    far = named and one.name in _TO_TELEPHONE and item.unit != view.unit
    told = (f"电话：{people(item.phones)}",) if far and item.phones else ()
    if item.kind in ("signature", "return"):
        plan = f"《{plan_name(item.plan_title, view.office.issuer)}》"
        until = f"，{short_day(item.answer_by, view.day)}前" if item.answer_by and not item.level else ""
        words = "待签收" if item.kind == "signature" else f"{item.quarter}待填报"
        return Row(item.unit if named else plan, words + until, item.colour, told)
    found = unit_row(item, view) if named else dated_row(item, view.day)
    return Row(found.head if item.number else title_of(item), found.when, found.colour, (*told, *found.details))

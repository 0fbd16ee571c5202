"""The views the message tests share: one plan, one lead office, a few units and people of our own invention."""

from __future__ import annotations

from datetime import date
from typing import Any

from reminders.messages import Colour, DigestView, ItemView, MessageKind, MessageView, OfficeView, PersonView, TaskView

ISSUER = "云州市林业局"
PLAN = "云州市林业局2022年护林防火工作实施方案"
OFFICE = OfficeView(name="综合处", person="何晴", phone="020-5550100", issuer=ISSUER)
LIAISON = PersonView("陆远", "联络员", "020-5550112")
HEAD = PersonView("齐岳", "负责人", "020-5550113")
LINK = "https://cuiban.example.cn/a/q0Z3Yb7TQX2m8tWlUa9sNw~GH-W7YCn-vQEToMxDJ3KSOXGuLWrF0j96u5jV0iOWjY"
DAY = date(2022, 9, 16)
DUE = date(2022, 9, 30)

TASKS = (
    TaskView("12", "林区道路隐患清理", "9月底前", "lead", False, ("巡护处",), (DUE,), False),
    TaskView("9", "防火宣传", "贯穿全年", "lead", True, ("巡护处",), (), True),
    TaskView("10", "值班值守", "贯穿全年", "lead", True, ("巡护处",), (), True),
    TaskView("3", "物资储备", "年底前", "support", False, ("综合处",), (date(2022, 12, 31),), False),
)


def item(kind: str = "completion", step: str = "T-3", **more: Any) -> ItemView:
    """One item of 巡护处; a dated one is task 12."""
    dated = kind in ("completion", "confirmation")
    known: dict[str, Any] = {
        "item_id": 1, "obligation_id": 1, "kind": kind, "step": step, "level": 0, "plan_id": 1, "plan_title": PLAN,
        "unit": "巡护处", "number": "12" if dated else "", "short": "林区道路隐患清理" if dated else "",
        "deadline_text": "9月底前完成" if dated else None, "reading": "9月30日（含当日）" if dated else "",
        "due_on": DUE if dated else None, "workdays_left": 10 if dated else None,
        "answer_by": date(2022, 9, 21) if kind != "completion" else None,
        "colour": Colour.GREEN if dated else Colour.NONE,
        "tasks": () if dated else TASKS, "quarter": "第三季度" if kind == "return" else "",
    }  # fmt: skip
    return ItemView(**{**known, **more})


def view(*items: ItemView, **more: Any) -> MessageView:
    """A message to the liaison of 巡护处, or to whom `more` says."""
    known: dict[str, Any] = {
        "kind": MessageKind.UNIT, "slot": "2022-09-16/am", "day": DAY,
        "destination": "巡护处/liaison", "recipient": "陆远",
        "role": "liaison", "unit": "巡护处", "office": OFFICE, "plan_titles": (PLAN,), "items": items,
        "link": LINK, "number": "HLFH-0916-07",
    }  # fmt: skip
    return MessageView(**{**known, **more})


def late(step: str = "T+1", **more: Any) -> ItemView:
    """Task 12 after its day, on 10 October."""
    known: dict[str, Any] = {"colour": Colour.RED, "workdays_left": -1, "level": 1, "phones": (LIAISON, HEAD)}
    return item("completion", step, **{**known, "promised": "9月16日答复“能按期”", **more})


def silent(kind: str = "signature", step: str = "level1", **more: Any) -> ItemView:
    """A unit that has not answered."""
    sent = ("9月16日09:05邮件已送达", "9月21日提醒过一次")
    return item(kind, step, **{"level": 1, "phones": (LIAISON, HEAD), "evidence": sent, **more})


def office_view(*items: ItemView, **more: Any) -> MessageView:
    """The lead office's list of the day."""
    known: dict[str, Any] = {"destination": "综合处/liaison", "recipient": "何晴", "unit": "综合处", "link": ""}
    return view(*items, **{"kind": MessageKind.OFFICE, **known, **more})


def leaders_view(*items: ItemView, **more: Any) -> MessageView:
    """A leader's message."""
    known: dict[str, Any] = {
        "destination": "leader/宋局",
        "recipient": "宋局",
        "role": "leader",
        "unit": "",
        "link": "",
    }
    return view(*items, **{"kind": MessageKind.LEADERS, **known, **more})


def digest(**lists: Any) -> DigestView:
    """The week of 26 September."""
    return DigestView(week=date(2022, 9, 26), last=date(2022, 9, 30), **lists)

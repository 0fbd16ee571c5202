"""A phase in the words of an office, for the preview and the review workbook."""

from datetime import date
from typing import Final

from schedules import Continuous, Deadline, Phase, Recurring, Triggered

_FREQS: Final = {
    "yearly": "每年",
    "halfyearly": "每半年",
    "quarterly": "每季度",
    "bimonthly": "每两个月",
    "monthly": "每月",
    "weekly": "每周",
    "daily": "每日",
}
_UNITS: Final = {
    "minute": "分钟",
    "hour": "小时",
    "day": "日",
    "workday": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
}


def phrase(phase: Phase, year: int) -> str:
    """One phase in Chinese; dates of the plan year are written without it."""
    if isinstance(phase, Deadline):
        return _deadline(phase, year)
    if isinstance(phase, Recurring):
        return _recurring(phase, year)
    if isinstance(phase, Continuous):
        whole = (phase.start, phase.end) == (date(year, 1, 1), date(year, 12, 31))
        text = "全年持续" if whole else f"{_day(phase.start, year)}至{_day(phase.end, year)}持续"
        return f"{text}（暂定）" if phase.assumed else text
    if isinstance(phase, Triggered):
        return f"{phase.event}{'后' if phase.after else '前'}{phase.n}{_UNITS[phase.unit]}内"
    return "待明确"


def phrases(phases: tuple[Phase, ...], year: int) -> str:
    """All phases of a schedule in their order."""
    return "；".join(phrase(phase, year) for phase in phases)


def _deadline(phase: Deadline, year: int) -> str:
    due = _day(phase.due, year) + (phase.time or "")
    text = f"{due}前" if phase.start is None else f"{_day(phase.start, year)}至{due}"
    if phase.start == phase.due:
        text = due
    return f"{text}，至少{phase.count}次" if phase.count > 1 else text


def _recurring(phase: Recurring, year: int) -> str:
    text = _FREQS.get(phase.freq, phase.freq)
    if phase.dues:
        shown = "、".join(_day(due, year) for due in phase.dues[:4])
        text += f"（{shown}{'…' if len(phase.dues) > 4 else ''}）"
    return f"{text}，每期至少{phase.count}次" if phase.count > 1 else text


def _day(day: date, year: int) -> str:
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"

"""How an expression was read, in a sentence for a person: 8月底前 → 2022年8月31日（含当日）."""

from datetime import date
from typing import Final, Literal, TypeAlias

from schedules.schedule import Continuous, Deadline, Phase, Recurring, Schedule, Triggered

Language: TypeAlias = Literal["zh", "en"]

_ZH_FREQ: Final = {
    "yearly": "每年",
    "halfyearly": "每半年",
    "quarterly": "每季度",
    "bimonthly": "每两个月",
    "monthly": "每月",
    "weekly": "每周",
    "daily": "每天",
}
_EN_FREQ: Final = {
    "yearly": "every year",
    "halfyearly": "every half year",
    "quarterly": "every quarter",
    "bimonthly": "every two months",
    "monthly": "every month",
    "weekly": "every week",
    "daily": "every day",
}
_ZH_UNIT: Final = {
    "minute": "分钟",
    "hour": "小时",
    "day": "日",
    "workday": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
}
_EN_UNIT: Final = {"workday": "working day"}


def explain(schedule: Schedule, language: Language = "zh") -> list[str]:
    """One line for each phase, then one for each doubt; a refusal is its reason."""
    if schedule.error is not None:
        return [f"{schedule.text} → {schedule.error}" if language == "zh" else f"{schedule.text} → not read"]
    rules = schedule.rule.split(" + ")
    told = _zh if language == "zh" else _en
    lines = []
    for place, phase in enumerate(schedule.phases):
        rule = rules[min(place, len(rules) - 1)]
        mark = f"（规则：{rule}）" if language == "zh" else f" (rule: {rule})"
        lines.append(f"{schedule.text} → {told(phase)}{mark}")
    return lines + [f"注意：{note}" if language == "zh" else f"note: {note}" for note in schedule.notes]


def _zh_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _zh(phase: Phase) -> str:
    if isinstance(phase, Deadline):
        start = "" if phase.start is None else f"{_zh_day(phase.start)}至"
        return f"{start}{_zh_day(phase.due)}{phase.time or ''}（含当日）{_zh_count(phase.count)}"
    if isinstance(phase, Recurring):
        return _zh_recurring(phase)
    if isinstance(phase, Continuous):
        return f"{_zh_day(phase.start)}至{_zh_day(phase.end)}持续进行"
    if isinstance(phase, Triggered):
        amount = f"{phase.n}{_ZH_UNIT[phase.unit]}"
        return f"“{phase.event}”之后{amount}内" if phase.after else f"“{phase.event}”之前{amount}"
    return "没有写明时间"


def _zh_count(count: int) -> str:
    return f"，至少{count}次" if count > 1 else ""


def _zh_recurring(phase: Recurring) -> str:
    season = "" if phase.start is None or phase.end is None else f"，{_zh_day(phase.start)}至{_zh_day(phase.end)}"
    if phase.dues is None:
        return f"{_ZH_FREQ[phase.freq]}{phase.time or ''}{season}{_zh_count(phase.count)}（{phase.rrule}）"
    days = "、".join(f"{due.month}月{due.day}日" for due in phase.dues)
    year = f"{phase.dues[0].year}年" if phase.dues else ""
    return f"{_ZH_FREQ[phase.freq]}，{year}{days}{phase.time or ''}前（含当日）{season}{_zh_count(phase.count)}"


def _en_day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _en(phase: Phase) -> str:
    if isinstance(phase, Deadline):
        start = "" if phase.start is None else f"from {_en_day(phase.start)} "
        time = "" if phase.time is None else f" {phase.time}"
        return f"{start}by {_en_day(phase.due)}{time}, that day included{_en_count(phase.count)}"
    if isinstance(phase, Recurring):
        return _en_recurring(phase)
    if isinstance(phase, Continuous):
        return f"all the time from {_en_day(phase.start)} to {_en_day(phase.end)}"
    if isinstance(phase, Triggered):
        unit = _EN_UNIT.get(phase.unit, phase.unit) + ("s" if phase.n > 1 else "")
        amount = f"{phase.n} {unit}"
        return f"within {amount} after “{phase.event}”" if phase.after else f"{amount} before “{phase.event}”"
    return "no date named"


def _en_count(count: int) -> str:
    return f", at least {count} times" if count > 1 else ""


def _en_recurring(phase: Recurring) -> str:
    season = "" if phase.start is None or phase.end is None else f", {_en_day(phase.start)} to {_en_day(phase.end)}"
    time = "" if phase.time is None else f" {phase.time}"
    if phase.dues is None:
        return f"{_EN_FREQ[phase.freq]}{time}{season}{_en_count(phase.count)} ({phase.rrule})"
    days = ", ".join(_en_day(due) for due in phase.dues)
    return f"{_EN_FREQ[phase.freq]}: by {days}{time}{season}{_en_count(phase.count)}"

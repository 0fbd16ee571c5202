"""Our own corpus: what expressions mean, the value first and its spellings under it. docs/expressions.md is made of it.

Everything is read against the plan year 2022, issued on 22 August 2022 (a Monday), unless it names another year. A
form has fields, so that one line stands for all its numbers; `{m}` is a month, `{d}` a day, `{q}` a quarter, `{y}` a
year, `{n}` a number, `{w}` a day of the week. The tests write every field in digits, in full width, in characters and
with the blanks of a scanned page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from schedules import Deadline, Phase, Recurring, Triggered, china
from schedules.periods import add_months, month_end, quarter

YEAR: Final = 2022
ISSUED: Final = date(2022, 8, 22)
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
Phases: TypeAlias = tuple[Phase, ...]
Fields: TypeAlias = dict[str, int]

RANGES: Final[dict[str, tuple[int, int]]] = {
    "m": (1, 12), "d": (1, 28), "q": (1, 4), "y": (2023, 2030), "n": (2, 30), "w": (1, 7), "p": (13, 16),
}  # fmt: skip
"""The numbers each field may take; `p` is the number of a five-year plan."""


@dataclass(frozen=True)
class Form:
    """One way of saying when: a title, what it means, an example, and every spelling."""

    title: str
    means: Callable[[Fields], Phases]
    example: Fields
    spellings: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the spellings have."""
        return tuple(self.example)


def due(day: date, count: int = 1, time: str | None = None) -> Phases:
    """A deadline without a window."""
    return (Deadline(None, day, count, time),)


def window(first: date, last: date, count: int = 1) -> Phases:
    """A deadline with its window."""
    return (Deadline(first, last, count),)


def day_of(fields: Fields, year: int = YEAR) -> date:
    """The day that `m` and `d` name."""
    return date(year, fields["m"], fields["d"])


def after_each(fields: Fields, unit: str) -> Phases:
    """A period after an event that is named 会议结束."""
    return (Triggered("会议结束", fields["n"], unit, True),)  # type: ignore[arg-type]


def quarterly(months: tuple[int, ...], day: int, rule: str) -> Phases:
    """A quarterly recurrence on the same day of four months; -1 is the last."""
    dues = tuple(month_end(YEAR, month) if day < 0 else date(YEAR, month, day) for month in months)
    return (Recurring("quarterly", rule, dues),)


def monthly(day: int, rule: str, count: int = 1) -> Phases:
    """A monthly recurrence; -1 is the last day."""
    dues = tuple(month_end(YEAR, month) if day < 0 else date(YEAR, month, day) for month in range(1, 13))
    return (Recurring("monthly", rule, dues, count),)


def month_window(fields: Fields, first: int, last: int | None) -> Phases:
    """A part of the month `m`."""
    end = month_end(YEAR, fields["m"])
    return window(date(YEAR, fields["m"], first), end if last is None else date(YEAR, fields["m"], last))


WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
QUARTER_ENDS: Final = "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"
HALF_ENDS: Final = (date(YEAR, 6, 30), date(YEAR, 12, 31))
FORMS: Final[tuple[Form, ...]] = (
    Form(
        "The end of a month",
        lambda f: due(month_end(YEAR, f["m"])),
        {"m": 8},
        (
            "{m}月底前",
            "{m}月底",
            "{m}月末",
            "{m}月末前",
            "{m}月底之前",
            "{m}月底以前",
            "于{m}月底前",
            "{m}月份底前",
            "今年{m}月底前",
        ),
    ),
    Form(
        "Before a month",
        lambda f: due(date(YEAR, f["m"], 1) - timedelta(days=1)),
        {"m": 8},
        ("{m}月前", "{m}月之前", "{m}月份以前"),
    ),
    Form(
        "A month",
        lambda f: window(date(YEAR, f["m"], 1), month_end(YEAR, f["m"])),
        {"m": 8},
        ("{m}月", "{m}月份", "{m}月内", "{m}月份内"),
    ),
    Form(
        "A named day",
        lambda f: due(day_of(f)),
        {"m": 9, "d": 15},
        (
            "{m}月{d}日前",
            "{m}月{d}日",
            "{m}月{d}号",
            "{m}月{d}日之前",
            "{m}月{d}号以前",
            "于{m}月{d}日前",
            "不晚于{m}月{d}日",
            "不迟于{m}月{d}日",
            "最迟{m}月{d}日",
            "截至{m}月{d}日",
            "{m}月{d}日止",
            "{m}月{d}日下班前",
            "到{m}月{d}日截止",
        ),
    ),
    Form(
        "A named day at a clock time",
        lambda f: due(day_of(f), 1, "17:00"),
        {"m": 9, "d": 15},
        (
            "{m}月{d}日17:00前",
            "{m}月{d}日17时前",
            "{m}月{d}日下午5点前",
            "{m}月{d}日下午五时前",
            "{m}月{d}日（星期四）17:00前",
        ),
    ),
    Form(
        "A named day of a named year",
        lambda f: due(day_of(f, f["y"])),
        {"y": 2023, "m": 3, "d": 31},
        ("{y}年{m}月{d}日前", "{y}年{m}月{d}日", "{y}年{m}月{d}日之前", "截至{y}年{m}月{d}日"),
    ),
    Form(
        "The end of a month of a named year",
        lambda f: due(month_end(f["y"], f["m"])),
        {"y": 2023, "m": 6},
        ("{y}年{m}月底前", "{y}年{m}月底", "{y}年{m}月末前"),
    ),
    Form(
        "The first tenth of a month",
        lambda f: month_window(f, 1, 10),
        {"m": 8},
        ("{m}月上旬", "{m}月初", "{m}月份上旬"),
    ),
    Form("The second tenth of a month", lambda f: month_window(f, 11, 20), {"m": 8}, ("{m}月中旬", "{m}月中")),
    Form("The rest of a month", lambda f: month_window(f, 21, None), {"m": 8}, ("{m}月下旬", "{m}月份下旬")),
    Form(
        "Before the end of a tenth",
        lambda f: due(date(YEAR, f["m"], 20)),
        {"m": 8},
        ("{m}月中旬前", "{m}月中旬之前"),
    ),
    Form(
        "From one month to another",
        lambda f: window(date(YEAR, f["m"], 1), date(YEAR + 1, 1, 31)),
        {"m": 9},
        ("{m}月至次年1月", "{m}月—2023年1月", "{m}月到次年1月", "{m}月份至明年1月"),
    ),
    Form(
        "From one day to another",
        lambda f: window(day_of(f), date(YEAR, f["m"], 28)),
        {"m": 9, "d": 15},
        ("{m}月{d}日至{m}月28日", "{m}月{d}日—28日", "{m}月{d}日-{m}月28日", "{m}月{d}-28日", "从{m}月{d}日到28日"),
    ),
    Form(
        "A quarter",
        lambda f: window(*quarter(YEAR, f["q"])),
        {"q": 3},
        ("第{q}季度", "{q}季度", "第{q}季度内", "今年第{q}季度"),
    ),
    Form(
        "The end of a quarter",
        lambda f: due(quarter(YEAR, f["q"])[1]),
        {"q": 3},
        ("第{q}季度末", "{q}季度末前", "{q}季度末", "{q}季度底前"),
    ),
    Form(
        "Before a quarter",
        lambda f: due(quarter(YEAR, f["q"])[0] - timedelta(days=1)),
        {"q": 3},
        ("{q}季度前", "第{q}季度前"),
    ),
    Form(
        "A quarter of next year",
        lambda f: window(*quarter(YEAR + 1, f["q"])),
        {"q": 1},
        ("明年{q}季度", "明年第{q}季度", "次年{q}季度"),
    ),
    Form(
        "By the end of a named year",
        lambda f: due(date(f["y"], 12, 31)),
        {"y": 2025},
        ("到{y}年", "到{y}年底", "{y}年底前", "{y}年末", "{y}年年底前", "至{y}年底"),
    ),
    Form(
        "Until the end of a named year",
        lambda f: window(FIRST, date(f["y"], 12, 31)),
        {"y": 2025},
        ("2022年至{y}年", "2022—{y}年", "2022年-{y}年"),
    ),
    Form(
        "A five-year plan",
        lambda f: window(date(f["p"] * 5 + 1951, 1, 1), date(f["p"] * 5 + 1955, 12, 31)),
        {"p": 14},
        ("“{p}五”期间", "{p}五时期"),
    ),
    Form(
        "Each month by a day",
        lambda f: monthly(f["d"], f"FREQ=MONTHLY;BYMONTHDAY={f['d']}"),
        {"d": 25},
        (
            "每月{d}日前",
            "每月{d}号前",
            "每个月{d}日前",
            "每月的{d}日",
            "各月{d}日前",
            "每月{d}日下班前",
            "于每月{d}日前",
        ),
    ),
    Form(
        "By a day of the month that follows",
        lambda f: monthly(f["d"], f"FREQ=MONTHLY;BYMONTHDAY={f['d']}"),
        {"d": 5},
        ("次月{d}日前", "月后{d}日前", "每月结束后{d}日内"),
    ),
    Form(
        "Each quarter by a day of its first month",
        lambda f: quarterly((1, 4, 7, 10), f["d"], f"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY={f['d']}"),
        {"d": 10},
        ("每季度首月{d}日前", "每季度第一个月{d}日前", "季后{d}日内", "每季度结束后{d}日内", "每季度首月的{d}日"),
    ),
    Form(
        "Each quarter by a day of its last month",
        lambda f: quarterly((3, 6, 9, 12), f["d"], f"FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY={f['d']}"),
        {"d": 25},
        ("每季度末月{d}日前", "每季度最后一个月{d}日前", "每季度第三个月{d}日前", "每季末月{d}日前"),
    ),
    Form(
        "Every two months by a day",
        lambda f: (
            Recurring(
                "bimonthly",
                f"FREQ=MONTHLY;BYMONTH=2,4,6,8,10,12;BYMONTHDAY={f['d']}",
                tuple(date(YEAR, month, f["d"]) for month in (2, 4, 6, 8, 10, 12)),
            ),
        ),
        {"d": 10},
        ("双月{d}日前", "每双月{d}日前", "每逢双月{d}日前"),
    ),
    Form(
        "Each year by a day",
        lambda f: (Recurring("yearly", f"FREQ=YEARLY;BYMONTH={f['m']};BYMONTHDAY={f['d']}", (day_of(f),)),),
        {"m": 11, "d": 20},
        ("每年{m}月{d}日前", "每年的{m}月{d}日前", "每年于{m}月{d}日前"),
    ),
    Form(
        "Each week on a day",
        lambda f: (Recurring("weekly", f"FREQ=WEEKLY;BYDAY={WEEKDAYS[f['w'] - 1]}", None),),
        {"w": 5},
        ("每周{w}", "每周{w}前", "每星期{w}", "每周{w}下班前", "于每周{w}前", "每礼拜{w}"),
    ),
    Form(
        "So many times in the year",
        lambda f: window(FIRST, LAST, f["n"]),
        {"n": 3},
        (
            "年内不少于{n}次",
            "年内至少{n}次",
            "年内开展{n}次",
            "全年不少于{n}次",
            "年度组织不少于{n}次",
            "年内至少举办{n}场",
        ),
    ),
    Form(
        "So many times each month",
        lambda f: monthly(-1, "FREQ=MONTHLY;BYMONTHDAY=-1", f["n"]),
        {"n": 2},
        ("每月{n}次", "每月至少{n}次", "每月开展不少于{n}次", "{n}次/月"),
    ),
    Form(
        "Working days after an event",
        lambda f: after_each(f, "workday"),
        {"n": 5},
        (
            "会议结束后{n}个工作日内",
            "会议结束后的{n}个工作日内",
            "会议结束之日起{n}个工作日内",
            "自会议结束之日起{n}个工作日内",
            "在会议结束之后{n}个工作日内",
            "会议结束{n}个工作日内",
            "会议结束后，应在{n}个工作日内",
        ),
    ),
    Form(
        "Hours after an event",
        lambda f: after_each(f, "hour"),
        {"n": 24},
        ("会议结束后{n}小时内", "会议结束后{n}个小时以内"),
    ),
    Form(
        "Months after an event",
        lambda f: after_each(f, "month"),
        {"n": 3},
        ("会议结束后{n}个月内", "自会议结束起{n}个月内"),
    ),
    Form(
        "Working days before an event",
        lambda f: (Triggered("会议召开", f["n"], "workday", False),),
        {"n": 3},
        ("会议召开前{n}个工作日", "会议召开{n}个工作日前", "会议召开至少{n}个工作日前", "在会议召开前{n}个工作日内"),
    ),
    Form(
        "Days after the plan's own issue",
        lambda f: due(ISSUED + timedelta(days=f["n"])),
        {"n": 30},
        (
            "自印发之日起{n}日内",
            "印发后{n}日内",
            "本通知印发之日起{n}日内",
            "方案印发后{n}天内",
            "自发文之日起{n}日内",
            "{n}日内",
            "在{n}天内",
        ),
    ),
    Form(
        "Working days after the plan's own issue",
        lambda f: due(china().add_workdays(ISSUED, f["n"])),
        {"n": 10},
        ("自印发之日起{n}个工作日内", "印发后{n}个工作日内", "{n}个工作日内"),
    ),
    Form(
        "Months after the plan's own issue",
        lambda f: due(add_months(ISSUED, f["n"])),
        {"n": 3},
        ("自印发之日起{n}个月内", "{n}个月内"),
    ),
)
"""Forms with numbers in them. Months after the issue go as far as next year's end; see `Form` tests."""

"""Points counted from the date of issue: 本月底, 下月10日, 本周五, 下季度, 明天."""

from datetime import date, timedelta
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import Point, Reading
from schedules.rules.lookup import WEEKDAYS, N, Rule, day_point
from schedules.rules.months import MONTH, part_of, week_in_month
from schedules.spelling import number

_WEEKDAY: Final = pattern("(?:周|星期|礼拜)([一二三四五六日天])(?=[前，,。；;下上中早晚0-9]|之前|以前|$)")
_RELATIVE: Final = pattern(
    "(?P<back>上)个?(?:月|季度|周|星期|半月)"
    "|(?P<which>本|当|这个?|次|下)个?(?P<unit>月|季度?|周|星期|礼拜|旬)"
    f"(?:(?P<part>上旬|中旬|下旬|底|末|初|之?内)|(?P<d>{N})[日号]|(?:周|星期)?(?P<wd>[一二三四五六日天])"
    f"|第(?P<w>{N})个?(?:周|星期)(?:(?:星期|周|礼拜)(?P<wwd>[一二三四五六日天]))?)?"
    "|(?P<word>今天|今日|明天|明日|后天|大后天|即日|本日)"
)


def _weekday(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """周五前: the next Friday on or after the day of issue."""
    if reading.issued is None:
        return None
    ahead = (WEEKDAYS[match[1]] - reading.issued.weekday()) % 7
    day = reading.issued + timedelta(days=ahead)
    return Point(day, day, "day", True, "relative"), match.end()


_CONTENT: Final = pattern("的?(?:度|各|工作|情况|进展|进度|数据|总结|报表|计划|信息|任务|发生|应|已|内容|报)")


def _by_then(reading: Reading, match: "Match[str]") -> bool:
    """Whether 本月 is a time limit (本月前, or nothing else in the text) and not the subject of a report."""
    after = reading.char(match.end())
    return after in ("前", "内") or len(reading.text) == match.end() - match.start()


def _relative(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    """本月, 下月10日, 本周五, 下季度, 明天: counted from the date of issue; 上月 is past."""
    at = match.start()
    if match["back"]:
        return Point(date(reading.year, 1, 1), date(reading.year, 1, 1), "past", False, "past period"), match.end()
    if match["word"]:
        return _day_word(reading, match)
    ahead = match["which"] in ("次", "下")
    unit = match["unit"]
    if unit == "旬" or (match["wd"] and unit in ("月", "季", "季度")):
        return None
    marked = match["part"] or match["d"] or match["wd"] or match["w"]
    if not marked and (
        _CONTENT.match(reading.text, match.end()) or (reading.issued is None and not _by_then(reading, match))
    ):
        return Point(date(reading.year, 1, 1), date(reading.year, 1, 1), "past", False, "present period"), match.end()
    base = reading.need_issue(match.group(), at)
    if unit in ("周", "星期", "礼拜"):
        return _relative_week(base, match, ahead)
    if unit == "月":
        return _relative_month(reading, base, match, ahead)
    if unit == "季" and not match["part"]:
        return None
    shifted = periods.add_months(base.replace(day=1), 3 * ahead)
    span = periods.quarter(shifted.year, (shifted.month + 2) // 3)
    form = "end" if match["part"] in ("底", "末") else "period"
    return Point(*span, form, True, "relative"), match.end()  # type: ignore[arg-type]


def _day_word(reading: Reading, match: "Match[str]") -> tuple[Point, int] | None:
    word, base = match["word"], reading.issued
    if word == "即日":
        first = base or date(reading.year, 1, 1)
        return Point(first, first, "start", base is not None, "from now on"), match.end()
    base = reading.need_issue(word, match.start())
    ahead = {"今": 0, "本": 0, "明": 1, "后": 2, "大": 3}[word[0]]
    day = base + timedelta(days=ahead)
    return Point(day, day, "day", True, "relative"), match.end()


def _relative_week(base: date, match: "Match[str]", ahead: bool) -> tuple[Point, int] | None:
    monday, sunday = periods.week_of(base + timedelta(days=7 * ahead))
    if match["wd"]:
        day = monday + timedelta(days=WEEKDAYS[match["wd"]])
        return Point(day, day, "day", True, "relative"), match.end()
    if match["d"] or match["w"]:
        return None
    form = "end" if match["part"] in ("底", "末") else "period"
    return Point(monday, sunday, form, True, "relative"), match.end()  # type: ignore[arg-type]


def _relative_month(reading: Reading, base: date, match: "Match[str]", ahead: bool) -> tuple[Point, int] | None:
    month = periods.add_months(base.replace(day=1), int(ahead))
    part, end = match["part"], match.end()
    if match["d"]:
        day = number(match["d"]) or 0
        return day_point(reading, month.year, month.month, day, match.start("d"), named=True, rule="relative"), end
    if match["w"]:
        weekday = f"星期{match['wwd']}" if match["wwd"] else ""
        whole = MONTH.match(f"{month.month}月第{match['w']}周{weekday}")
        if whole is None:
            return None
        return week_in_month(reading, whole, month.year, month.month)._replace(year_named=True), end
    if part and "内" not in part:
        return part_of(month.year, month.month, part)._replace(year_named=True, rule="relative"), end
    return Point(*periods.months(month.year, month.month, month.month), "period", True, "relative"), end


RELATIVES: Final = Rule("relative", _RELATIVE, _relative)
WEEKDAY: Final = Rule("weekday", _WEEKDAY, _weekday)

"""Periods counted from an event: 决策文件出台后的10个工作日内, 自收到申请之日起20个工作日内, 活动开展前3个工作日.

A period counted from the plan's own issue (自印发之日起30日内), or with no noun before it, is a deadline where the date
of issue is known. The day of the event is not counted (Civil Code, article 201); months and years end on the
corresponding day (article 202).
"""

import re
from datetime import date, timedelta
from re import Match
from typing import Final

from schedules import periods
from schedules.patterns import pattern
from schedules.reading import Piece, Reading
from schedules.schedule import Deadline, Phase, Triggered, Unit
from schedules.spelling import NUMERAL, number
from schedules.workdays import china

DURATION: Final = pattern(
    f"(?P<n>[{NUMERAL}百]{{1,5}}|半)(?P<half>个半)?个?(?P<unit>工作日|自然日|日历日|天|日|小时|钟头|月"
    f"|星期|礼拜|周(?![岁年])|分钟|年(?!度|[初底末终中级代龄均]|以[前来下上])|学期|季度)"
    "(?P<half2>半)?(?:的?时间)?(?P<suffix>之内|以内|内(?![部容])|之前|以前|前|之后|后)?"
)
_RANGE_AHEAD: Final = pattern(f"[{NUMERAL}]+[-—–~～至到][{NUMERAL}]+个?(?=工作日|日|天|小时|月|周|年)")
_UNITS: Final[dict[str, Unit]] = {
    "工作日": "workday", "自然日": "day", "日历日": "day", "天": "day", "日": "day", "小时": "hour", "钟头": "hour",
    "月": "month", "星期": "week", "礼拜": "week", "周": "week", "分钟": "minute", "年": "year",
}  # fmt: skip
_HALVES: Final[dict[Unit, tuple[int, Unit]]] = {
    "month": (15, "day"), "year": (6, "month"), "hour": (30, "minute"), "day": (12, "hour"),
}  # fmt: skip
_STOPS: Final = "，,。；;：:！!？?\n()（）《》〈〉|"
_AFTER: Final = pattern(
    "(?P<event>.*?)(?P<mark>之?日起算?起?|之?日后|之?日|起|以后|之后|后)(?:的|[，,]|再)?(?:第|至少|最迟"
    "|不超过|不得超过|不晚于|最长不超过|原则上|应|须|要|在|于|满)*$"
)
_BEFORE: Final = pattern(
    "(?P<event>.*?)(?:的?之前|以前|前|提前)(?:的|[，,])?(?:第|至少|最少|不少于|不晚于|最迟|应|须|要|在|于)*$"
)
_AT_LEAST: Final = pattern("(?:至少|最少|不少于|最迟|提前|不晚于|应|须|要|在|于|的|[，,])+$")
_LIMIT: Final = pattern(
    "(?:不得?(?:超过|多于|超出|晚于|迟于|高于|大于)|最[长多迟](?:不(?:得)?超过)?|控制在|限定?[于在为]?"
    "|须在|应在|要在|需在|必须在|时限为?|期限为?|在|于|务必|确保|应当|力争|原则上|一般|[须应要需])$"
)
_MODAL: Final = pattern(
    "(?:原则上|一般|应当|应该|必须|务必|需要|须|应|要|需|得|可|将|并|且|也|均|都|在|于|自|从|由|向|对|按"
    "|(?<!申)请|于是|的|至少|最迟|尽量|力争|确保|时间|时限|期限为?|期限)+$"
)
_LEADING: Final = pattern(
    "^(?:[、 该]|每次|经(?![营济费办理])"
    "|原则上|一般|应当|应该|必须|务必|需要|并且|并|且|须|应|要|需|可(?!研)|将(?!军)|均"
    "|自(?![行主查评动然身治愿觉])|从(?![事业])|在(?![职建编岗校册线])|于(?![是])|由(?!于)|对(?!外|接|口|账|象))+"
)
_INSIDE: Final = pattern(
    "(?<![存现正所关对由基属位低少至终等处不高在用限多早晚])(?:自(?![行主查评动然身治愿觉我己救助贸来])"
    "|从(?![事业严宽])|在(?![职建编岗校册线地])|于(?![是]))"
)
_OWN: Final = pattern(
    "(?:(?:本|此|该)?(?:实施|工作|行动)?(?:通知|方案|意见|文件|办法|要点|规定|细则|公告|计划|清单|函|文"
    "|通告|决定|措施|规划|预案|制度|任务分工|分工方案)?(?:正式)?)?"
    "(?:印发|发文|下发|发布|公布|颁布|下达|制发|成文|发出|出台|实施|施行|印发实施|发布实施|印发施行|生效|公开发布|即)"
)
_OWN_NAMED: Final = pattern(
    "[本此](?:通知|方案|意见|文件|办法|要点|规定|细则|公告|计划|清单|函|文|通告|决定|措施|规划|预案|制度)"
)
_IN_BRACKETS: Final = pattern("[(（]自?(?P<event>[^()（）]{1,30}?)之?日起(?:计?算|起算|计)?[)）]")
_CONDITION: Final = pattern("核酸|有(?![效序关力])|曾|累计|未曾|出现过|发生过|无(?:违|不)")
_THAT_IS: Final = pattern("[(（]即")
_NOT_A_LIMIT: Final = pattern(
    "(?:有效期|公示期|(?:合同|执行|保存|保管|有效|租赁|借款|处罚|服务|使用|贷款|还款)(?:期|期限|年限)为?"
    "|(?:压缩|压减|缩短|减少|精简|放宽|延长|提速|缩减|降)(?:至|到|为)?|由|从|法定|公示|公告期|间隔|满"
    "|任期|试用期|保修期|质保期|服务期|存续|保存|保留|不少于|至少|超过|达|达到|大于|近|过去|最近|连续"
    "|累计|为期|历时|周期为?|用|每|时长|工期|期为|年限)$"
)
_PAST: Final = pattern("(?:近|过去|最近|此前)(?:的)?$|^前$")
# The last characters of what the patterns above find at the end of a clause: where another stands there, none is tried.
_LIMIT_LAST: Final = frozenset("过于出长多迟在限定为必保当争上般须应要需")
_NO_LIMIT_LAST: Final = frozenset("期限为至到由从定示隔满续存留于少过达近去计时用每长")
_PAST_LAST: Final = frozenset("近去前的")
_MODAL_CHARS: Final = "原则上一般应当该必须务需要得可将并且也均都在于自从由向对按请是的至少最迟尽量力争确保时间限期为\n"
_BRACKETS: Final = frozenset("(（")


def triggered_piece(reading: Reading, at: int) -> Piece | None:
    """The period that begins at a place, with the event found before or behind it; None where it is no limit."""
    match = DURATION.match(reading.text, at)
    if match is None:
        return None
    amount = _amount(match)
    if amount is None:
        return None
    n, unit = amount
    left = _left(reading.text, at)
    past = left[-1:] in _PAST_LAST and _PAST.search(left, max(0, len(left) - 3))
    if past or match["suffix"] in ("之后", "后", "以前"):
        return None
    phase = _phase(reading, match, left, n, unit)
    if phase is None:
        return None
    end = match.end()
    if _CONDITION.match(reading.text, end):
        return Piece("condition", at, end, "silent")
    if reading.char(end) in _BRACKETS:
        if _THAT_IS.match(reading.text, end):
            # 「3个工作日内（即3月31日-4月2日内）」: the bracket gives the days themselves.
            return Piece("period said again as days", at, end, "silent")
        phase, end = _with_bracket(reading, phase, n, unit, end)
    if isinstance(phase, Triggered):
        reading.event, reading.event_end = phase.event, end
    return Piece("period from an event", _event_start(reading, phase, left, at), end, "triggered", [phase])


def _event_start(reading: Reading, phase: Phase, left: str, at: int) -> int:
    """Where the event's name begins, so that an expression is shown with it."""
    if not isinstance(phase, Triggered) or not phase.event:
        return at
    place = reading.text.rfind(phase.event, max(0, at - len(left) - 1), at)
    return at if place < 0 else place


def _amount(match: "Match[str]") -> tuple[int, Unit] | None:
    """The number and unit; half a month is 15 days, half a year six months, half an hour 30 minutes."""
    unit = _UNITS.get(match["unit"])
    if unit is None:
        return None
    if match["unit"] == "月" and match["n"] != "半" and "个" not in match.group():
        return None
    if match["n"] == "半":
        return _HALVES.get(unit)
    n = number(match["n"])
    if n is None or not 1 <= n <= 3650:
        return None
    if match["half"] or match["half2"]:
        with_half: dict[Unit, tuple[int, Unit]] = {
            "month": (n * 30 + 15, "day"),
            "year": (n * 12 + 6, "month"),
            "hour": (n * 60 + 30, "minute"),
        }
        return with_half.get(unit)
    return n, unit


_TO_LAST_STOP: Final = pattern(f".*[{_STOPS}]", re.DOTALL)


def _last_stop(before: str) -> int:
    """Behind the last mark that ends a clause."""
    match = _TO_LAST_STOP.match(before)
    return 0 if match is None else match.end()


def _left(text: str, at: int) -> str:
    """The words of the clause before a place, at most 60 characters; a comma behind 后 or 起 does not end it."""
    first = max(0, at - 60)
    before = text[first:at]
    if before[-1:] in ("，", ",") and before[-2:-1] in ("后", "起"):
        before = before[:-1]
    cut = _last_stop(before)
    while (
        cut and before[cut - 1] in ")）" and (opened := max(before.rfind("(", 0, cut), before.rfind("（", 0, cut))) > 0
    ):
        # Brackets inside a name (镇人民政府(街道办事处)在受理之日起) do not end the clause.
        cut = _last_stop(before[:opened])
    return before[cut:]


def _phase(reading: Reading, match: "Match[str]", left: str, n: int, unit: Unit) -> Phase | None:
    suffix = match["suffix"] or ""
    inside = suffix in ("之内", "以内", "内")
    after = _AFTER.match(left) if "后" in left or "起" in left or "日" in left else None
    if after is None and inside:
        after = _AFTER.match(_clause_before(reading.text, match.start(), left))
    if after is not None and suffix not in ("前", "之前"):
        event = event_name(after["event"])
        if not event and after["mark"] not in ("起", "之日起", "日起"):
            return None
        return _from(reading, event or "印发", n, unit, bare=not event)
    before = _BEFORE.match(left) if "前" in left else None
    if before is not None and suffix != "之前":
        event = event_name(before["event"])
        return Triggered(event or "提前", n, unit, False)
    if suffix in ("前", "之前"):
        return _before(left, n, unit)
    return _limit(reading, match.start(), left, n, unit, inside)


def _clause_before(text: str, at: int, left: str) -> str:
    """The clause before, where it says after what (接到通知后，各单位应在3日内…); empty where it does not."""
    comma = at - len(left) - 1
    if comma < 1 or text[comma] not in "，,":
        return ""
    before = _left(text, comma)
    return before if before.endswith(("后", "起")) else ""


_SUBJECT: Final = pattern("(?:(?:对于?|针对|凡是?)(?:涉及)?|涉及)(?P<subject>[^，,。；;]{2,40})$")


def _subject_before(text: str, at: int, left: str) -> str:
    """对…舆情，要在5小时内: the subject of the clause before, where it names one; empty where it does not."""
    comma = at - len(left) - 1
    if comma < 1 or text[comma] not in "，,":
        return ""
    named = _SUBJECT.search(_left(text, comma))
    return "" if named is None else event_name(named["subject"], inside=False)


def _before(left: str, n: int, unit: Unit) -> Triggered | None:
    """会议召开3日前, 至少七个工作日前."""
    event = event_name(_AT_LEAST.sub("", left))
    return Triggered(event, n, unit, False) if event else None


_EACH: Final = pattern("每[次年人月天户班](?:不得?超过|最多|最长)")
_LABEL: Final = pattern("(?P<noun>(?!公示|公告|征求)[^，,。；;：:\n]{0,10}?)(?:时限|期限|限时办结)[:：]$")


def _limit(reading: Reading, match_start: int, left: str, n: int, unit: Unit, inside: bool) -> Phase | None:
    """A bare limit: 在5个工作日内, 不超过30天; from the date of issue where no noun stands before it."""
    if "每" in left and _EACH.search(left):
        return None
    labelled = None if left or inside else _LABEL.search(reading.text, max(0, match_start - 14), match_start)
    if labelled is not None:
        return Triggered(event_name(labelled["noun"], inside=False) or "受理", n, unit, True)
    limited = _LIMIT.search(left, max(0, len(left) - 10)) if left[-1:] in _LIMIT_LAST else None
    if not inside and (
        limited is None
        or limited.group()
        in ("在", "于", "务必", "确保", "应当", "力争", "须", "应", "要", "需", "原则上", "一般", "限", "控制在")
    ):
        return None
    none = left[-1:] in _NO_LIMIT_LAST and _NOT_A_LIMIT.search(left, max(0, len(left) - 8))
    if none and not (limited and "超过" in limited.group()):
        return None
    if reading.event and not _CLAUSE.search(reading.text, reading.event_end, match_start):
        return Triggered(reading.event, n, unit, True)
    noun = event_name(_strip_limit(left), inside=False)
    if noun:
        return Triggered(noun, n, unit, True)
    if reading.event:
        return Triggered(reading.event, n, unit, True)
    subject = _subject_before(reading.text, match_start, left)
    if subject:
        return Triggered(subject, n, unit, True)
    if unit in ("hour", "minute"):
        return Triggered("事件发生", n, unit, True)
    if inside:
        return _from(reading, "印发", n, unit, bare=True)
    return Triggered("受理", n, unit, True)


def _strip_limit(left: str) -> str:
    while left[-1:] in _LIMIT_LAST and (limited := _LIMIT.search(left, max(0, len(left) - 10))) is not None:
        left = left[: limited.start()]
    return left


_CLAUSE: Final = pattern("[，,。；;\n]")
_MOST_YEARS: Final = 5
"""A period of more years from the issue is no deadline of a yearly plan."""


def _from(reading: Reading, event: str, n: int, unit: Unit, *, bare: bool = False) -> Phase:
    """A deadline where the event is the plan's own issue and its date is known; else triggered."""
    if not is_own_issue(event):
        return Triggered(event, n, unit, True)
    if reading.issued is None or unit in ("hour", "minute"):
        return Triggered(event, n, unit, True)
    due = counted(reading.issued, n, unit)
    latest = max(reading.year, reading.issued.year) + 1
    if due.year > latest and (bare or unit != "year" or n > _MOST_YEARS):
        return Triggered(event, n, unit, True)
    if unit == "workday" and any(china().is_provisional(year) for year in range(reading.issued.year, due.year + 1)):
        reading.note(f"{due.year}年的调休安排尚未公布，工作日是暂算的")
    return Deadline(None, due)


def is_own_issue(event: str) -> bool:
    return _OWN.fullmatch(event) is not None or (_OWN_NAMED.match(event) is not None and "收到" not in event)


def counted(day: date, n: int, unit: Unit) -> date:
    """The last day of n units after `day`, which is not counted."""
    if unit == "workday":
        return china().add_workdays(day, n)
    if unit in ("month", "year"):
        return periods.add_months(day, n * (12 if unit == "year" else 1))
    return day + timedelta(days=n * (7 if unit == "week" else 1))


def event_name(left: str, *, inside: bool = True) -> str:
    """The event in the words before a period: behind the last 自, 在 or 于, without modal words at either end."""
    # Only the characters of modal words can be the last words that are cut off.
    first = max(len(left.rstrip(_MODAL_CHARS)), len(left) - 24)
    modal = None if first == len(left) else _MODAL.search(left, first)
    left = left if modal is None else left[: modal.start()]
    if inside:
        parts = list(_INSIDE.finditer(left))
        if parts:
            left = left[parts[-1].end() :]
    left = _LEADING.sub("", left)
    return left.strip("“”\"'、 的之")


def _with_bracket(reading: Reading, phase: Phase, n: int, unit: Unit, end: int) -> tuple[Phase, int]:
    """不得超过30天(自批准之日起计算): the bracket names the event."""
    named = _IN_BRACKETS.match(reading.text, end)
    if named is None:
        return phase, end
    return _from(reading, event_name(named["event"]), n, unit), named.end()

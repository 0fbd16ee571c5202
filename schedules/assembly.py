"""The pieces of one text as phases in order: shared endings, seasons, counts, standing duties after a deadline."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from schedules.patterns import pattern
from schedules.reading import Piece, Reading
from schedules.rules.dated import phases_of
from schedules.rules.recurring import within
from schedules.schedule import Continuous, Deadline, Phase, Recurring, Unscheduled

_LINKS: Final = frozenset({"、", "，", ",", "和", "及", "与", "以及", "或", "；"})
_BEFORE: Final = frozenset({"之前", "以前", "前"})
_CLOSING: Final = pattern("[)）]")
_SEASON_GAPS: Final = frozenset({"", "，", ",", "内", "期间", "期间，", "的"})
_CLAUSE: Final = pattern("[，,。；;：:\n！!？? ]")
_SENTENCE: Final = pattern("[。；;\n！!？?]")
_CLOSES: Final = pattern("[^，,。；;]{0,8}?(?:结束|止|截止|完毕|完成)")


_ALONE: Final = frozenset({"dated", "recurring", "triggered", "silent"})


def assemble(reading: Reading, found: list[Piece]) -> tuple[list[Phase], str]:
    """The phases of a whole expression, and the rules that read them."""
    if len(found) == 1 and found[0].kind in _ALONE:
        return found[0].phases, found[0].rule if found[0].phases else ""
    found = joined(reading, found)
    so_far = _SoFar(any(piece.phases for piece in found))
    for piece in found:
        if piece.kind in ("ongoing", "vague"):
            _worded(reading, piece, so_far)
        if piece.phases:
            so_far.add(piece)
    kept = so_far.kept
    if not kept:
        kept = _bare_counts(reading, found)
    if not kept and len(found) == 1 and (alone := _whole_year(reading, found[0])) is not None:
        kept = [alone]
    return [phase for piece in kept for phase in piece.phases], " + ".join([piece.rule for piece in kept])


def _bare_counts(reading: Reading, found: list[Piece]) -> list[Piece]:
    """不少于2次 of no named period: so many times in the plan year, and a note that says so."""
    kept = [piece for piece in found if piece.kind == "count" and (piece.strong or _is_all(reading, piece))]
    for piece in kept:
        piece.phases = [Deadline(date(reading.year, 1, 1), date(reading.year, 12, 31), piece.n)]
        reading.note("没有写明期间，按全年计")
    return kept


def _is_all(reading: Reading, piece: Piece) -> bool:
    return piece.end - piece.start >= len(reading.text.strip(" 。"))


def _whole_year(reading: Reading, piece: Piece) -> Piece | None:
    """明年, 2022年度, 年度: a year that is the whole expression is its window."""
    if piece.kind != "span" or len(reading.text.strip(" 。")) > piece.end - piece.start:
        return None
    year = reading.year if piece.point is None else piece.point.last.year
    piece.phases = [Deadline(date(year, 1, 1), date(year, 12, 31))]
    return piece


@dataclass(slots=True)
class _SoFar:
    """The pieces kept so far, and what is known of them without looking through them again."""

    dated: bool
    """Anywhere in the text something has a date."""
    kept: list[Piece] = field(default_factory=list)
    due: date | None = None
    """The due day of the last deadline."""
    unscheduled: bool = False
    continuous: bool = False

    def add(self, piece: Piece) -> None:
        self.kept.append(piece)
        for phase in piece.phases:
            if isinstance(phase, Deadline):
                self.due = phase.due
            self.unscheduled = self.unscheduled or isinstance(phase, Unscheduled)
            self.continuous = self.continuous or isinstance(phase, Continuous)


def joined(reading: Reading, found: list[Piece]) -> list[Piece]:
    """The pieces after those that belong together have been put together; `found` keeps its order."""
    if len(found) > 1:
        _share_endings(reading, found)
        _close_windows(reading, found)
        found = _seasons(reading, found)
        _said_again(reading, found)
        _reported(reading, found)
        _count(reading, found)
    return found


def _gap(reading: Reading, before: Piece, after: Piece) -> str:
    return reading.text[before.end : after.start]


def _share_endings(reading: Reading, found: list[Piece]) -> None:
    """6月、9月、12月底前: an ending closes the list before it."""
    for place in range(len(found) - 1, 0, -1):
        last, piece = found[place], found[place - 1]
        if last.point is None or piece.point is None or piece.suffix or not piece.phases:
            continue
        if piece.point.rule == last.point.rule == "festival":
            _share_festival(reading, piece, last)
            continue
        if piece.point.form != "period":
            continue
        closes = last.point.form == "end" or last.suffix in _BEFORE
        if (
            not closes
            or last.point.rule not in (piece.point.rule, f"end of {piece.point.rule}")
            or piece.point.rule not in ("month", "quarter", "half")
            or _gap(reading, piece, last) not in _LINKS - {"；"}
        ):
            continue
        point = piece.point
        due = point.last if last.point.form != "period" else point.first - timedelta(days=1)
        piece.phases = [Deadline(None, due)]
        piece.suffix, piece.point = "前", point._replace(form="end" if last.point.form == "end" else "period")


def _share_festival(reading: Reading, piece: Piece, last: Piece) -> None:
    """元旦、春节前, 中秋、国庆期间: the word behind the last festival is that of all."""
    if last.suffix and piece.point is not None and _gap(reading, piece, last) in _LINKS | {""}:
        piece.suffix = last.suffix
        piece.phases = phases_of(reading, piece.point, last.suffix, None, piece.start)


_NAMED: Final = frozenset({"day", "period", "end", "part"})


def _close_windows(reading: Reading, found: list[Piece]) -> None:
    """从8月1日全面展开，9月30日结束: two named days that open and close one window."""
    for first, last in itertools.pairwise(found):
        if first.point is None or last.point is None or not {first.point.form, last.point.form} <= _NAMED:
            continue
        opened = reading.text[max(0, first.start - 1) : first.start] in ("从", "自") or first.suffix in ("起", "开始")
        until = reading.text[last.start - 1] in "到至" or _CLOSES.match(reading.text, last.end)
        if not opened or last.start - first.end > 20 or not until:
            continue
        if last.point.last >= first.point.first and "。" not in _gap(reading, first, last):
            first.phases = [Deadline(first.point.first, last.point.last)]
            first.kind, last.kind, last.phases = "dated", "silent", []


def _seasons(reading: Reading, found: list[Piece]) -> list[Piece]:
    """7月至9月每周: a window directly before a recurrence bounds it."""
    kept: list[Piece] = []
    for piece in found:
        before = kept[-1] if kept else None
        if before is not None and piece.kind == "recurring" and _gap(reading, before, piece) in _SEASON_GAPS:
            if before.kind in ("dated", "span") and before.point is not None and _is_window(before):
                _bound(reading, piece, before)
                kept.pop()
            elif (
                before.rule == "standing duty"
                and before.suffix.startswith("全年")
                and _gap(reading, before, piece) == ""
            ):
                kept.pop()
        kept.append(piece)
    return kept


def _is_window(piece: Piece) -> bool:
    if piece.kind == "span":
        return True
    only = piece.phases[0] if len(piece.phases) == 1 else None
    if isinstance(only, Continuous):
        return True
    return isinstance(only, Deadline) and only.start is not None and piece.suffix not in _BEFORE


def _bound(reading: Reading, piece: Piece, window: Piece) -> None:
    """The plan year itself is no season."""
    point = window.point
    if point is None or (point.first <= date(reading.year, 1, 1) and point.last >= date(reading.year, 12, 31)):
        return
    if window.suffix in ("起", "开始"):
        point = point._replace(last=date(reading.year, 12, 31))
    piece.phases = [within(phase, point) if isinstance(phase, Recurring) else phase for phase in piece.phases]
    piece.start, piece.rule = window.start, f"{piece.rule} in a season"


_REPORTED: Final = pattern("的?(?:工作)?(?:情况|总结|小结|报告|进展|数据|报表|计划|任务)")
_REPORTS: Final = pattern("[^，,。；;]{0,16}(?:报|提交|公布|通报)[^，,。；;]{0,12}")


def _reported(reading: Reading, found: list[Piece]) -> None:
    """7月15日前报送上半年工作情况: the period that a report is about is no second deadline."""
    for before, piece in itertools.pairwise(found):
        about = piece.kind == "dated" and piece.point is not None and piece.point.form == "period" and not piece.suffix
        named = about and before.phases and _REPORTED.match(reading.text, piece.end)
        if named and _REPORTS.fullmatch(_gap(reading, before, piece)):
            piece.kind, piece.phases = "silent", []


def _said_again(reading: Reading, found: list[Piece]) -> None:
    """年底前（12月31日）, 每季度1次（3月、6月、9月、12月）: a bracket that says the same days again adds nothing."""
    for place, piece in enumerate(found[1:], start=1):
        opening = reading.text[piece.start - 1 : piece.start]
        if opening not in ("(", "（") or not piece.phases:
            continue
        before = next((one for one in reversed(found[max(0, place - 2) : place]) if one.phases), None)
        if before is None:
            continue
        dues = _dues(before)
        members = _bracketed(reading, found, place)
        if dues and dues == [due for member in members for due in _dues(member)]:
            for member in members:
                member.kind, member.phases = "silent", []


def _dues(piece: Piece) -> list[date]:
    """Every due day of a piece."""
    dues: list[date] = []
    for phase in piece.phases:
        dues += [phase.due] if isinstance(phase, Deadline) else phase.dues or () if isinstance(phase, Recurring) else ()
    return dues


def _bracketed(reading: Reading, found: list[Piece], place: int) -> list[Piece]:
    """The dated pieces from a place to the end of its bracket."""
    close = _CLOSING.search(reading.text, found[place].end)
    end = close.start() if close else len(reading.text)
    return [piece for piece in found[place : place + 14] if piece.start < end and piece.kind == "dated"]


_FARTHEST: Final = 200
"""So many characters behind a period a count still belongs to it."""


def _count(reading: Reading, found: list[Piece]) -> None:
    """Each count goes to the period before it in its sentence."""
    target: Piece | None = None
    target_place = 0
    counted: set[int] = set()
    for place, piece in enumerate(found):
        if piece.kind != "count":
            if piece.kind in ("dated", "recurring", "span") or (
                piece.kind == "ongoing" and piece.suffix.startswith("全年")
            ):
                target, target_place = piece, place
            elif piece.kind == "triggered":
                target = None
            continue
        far = target is None or piece.start - target.end > _FARTHEST
        if target is None or far or _SENTENCE.search(reading.text, target.end, piece.start):
            continue
        if id(target) in counted:
            if piece.strong:
                piece.phases = [_so_often(phase, piece.n) for phase in target.phases if isinstance(phase, _COUNTED)]
                piece.kind, piece.rule = target.kind, target.rule
            continue
        if _take_count(reading, target, piece):
            counted.add(id(target))
            if piece.suffix == "各":
                _count_list(reading, found, target_place, piece.n)


_COUNTED: Final = (Deadline, Recurring)


def _so_often(phase: Phase, n: int) -> Phase:
    """The phase at least `n` times; itself where it has no count."""
    if isinstance(phase, Deadline):
        return Deadline(phase.start, phase.due, n, phase.time)
    if isinstance(phase, Recurring):
        return Recurring(phase.freq, phase.rrule, phase.dues, n, phase.start, phase.end, phase.time)
    return phase


def _count_list(reading: Reading, found: Sequence[Piece], place: int, n: int) -> None:
    """6月、11月各2次: the members of the list before `place` share its count."""
    after = found[place]
    for piece in (found[before] for before in range(place - 1, max(-1, place - 13), -1)):
        if piece.kind != "dated" or _gap(reading, piece, after) not in _LINKS:
            return
        piece.phases = [_so_often(phase, n) if isinstance(phase, Deadline) else phase for phase in piece.phases]
        after = piece


def _take_count(reading: Reading, target: Piece, count: Piece) -> bool:
    """Whether the target has taken the count; 年度 and 全年 become the window in which it is owed."""
    if target.kind in ("span", "ongoing"):
        if not count.strong and (target.kind == "span" and count.n < 2):
            return False
        year = target.point.last.year if target.point is not None else reading.year
        target.kind, target.phases = "dated", [Deadline(date(year, 1, 1), date(year, 12, 31))]
    target.phases = [_so_often(phase, count.n) for phase in target.phases]
    if not reading.whole and (count.strong or count.n > 1 or "，" not in reading.text[target.end : count.start]):
        target.end = max(target.end, count.end)
    return True


def _clause_start(reading: Reading, at: int) -> int:
    """Where the clause around a place begins."""
    start = 0
    for stop in _CLAUSE.finditer(reading.text, max(0, at - 200), at):
        start = stop.end()
    return start


def _worded(reading: Reading, piece: Piece, so_far: _SoFar) -> None:
    """What a standing or vague word adds to the phases before it."""
    start = _clause_start(reading, piece.start)
    kept = so_far.kept
    same_clause = bool(kept) and kept[-1].start >= start
    stop = _CLAUSE.search(reading.text, piece.end, piece.end + 5)
    end = stop.start() if stop else min(len(reading.text), piece.end + 5)
    alone = piece.start - start <= 1 and end - piece.end <= 4
    if piece.kind == "vague":
        if not same_clause and (alone or not so_far.dated) and not so_far.unscheduled:
            piece.phases = [Unscheduled()]
    elif not so_far.continuous:
        piece.phases = _standing(reading, piece, so_far, same_clause, alone)


def _standing(reading: Reading, piece: Piece, so_far: _SoFar, same_clause: bool, alone: bool) -> list[Phase]:
    """A standing duty begins the day after the deadline it follows; one that would begin after the year is left out."""
    last = date(reading.year, 12, 31)
    if so_far.due is not None:
        first = so_far.due + timedelta(days=1)
        return [Continuous(first, last)] if first <= last else []
    after_vague = same_clause and isinstance(so_far.kept[-1].phases[-1], Unscheduled)
    words_only = not so_far.dated and not after_vague
    if words_only or (so_far.dated and (piece.strong or alone) and not same_clause):
        return [Continuous(date(reading.year, 1, 1), last)]
    return []

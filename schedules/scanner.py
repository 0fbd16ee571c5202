"""The expressions inside prose, each with its place, read by the same rules as a single one.

Words without a date (及时, 定期) are no expression here, and a standing duty is one only where it follows a deadline
in the same or the next clause (8月底前完成，并常态落实) or says 贯穿全年. An impossible date is passed over: prose has
many numbers, and nobody asked what this one means.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from schedules.assembly import joined
from schedules.parser import check_year, pieces
from schedules.patterns import pattern
from schedules.reading import Piece, Reading
from schedules.schedule import Continuous, Deadline, Found
from schedules.spelling import places, spell

_LINKED: Final = pattern("[^，,。；;\n]{0,30}(?:[，,](?:并|且|同时|长期|实行|做到|坚持)?[^，,。；;\n]{0,6})?")


def scan(text: str, *, year: int, issued: date | None = None) -> list[Found]:
    """Every expression of `text` that carries a date, period, count or event, in order; `start` and `end` are places
    in `text` itself.
    """
    check_year(year)
    reading = Reading(spell(text), year, issued, whole=False)
    kept: list[Piece] = []
    for piece in joined(reading, pieces(reading)):
        if piece.kind == "ongoing":
            _stand(reading, piece, kept)
        if piece.phases and piece.kind != "vague":
            kept.append(piece)
    origin = places(text) if len(reading.text) != len(text) else None
    for before, piece in pairwise(kept):
        # The event of a period may stand inside what was read before it.
        piece.start = max(piece.start, before.end)
    return [_found(text, piece, origin) for piece in kept]


def _found(text: str, piece: Piece, origin: list[int] | None) -> Found:
    start = piece.start if origin is None else origin[piece.start]
    end = piece.end if origin is None else origin[piece.end - 1] + 1
    return Found(text[start:end], start, end, tuple(piece.phases), piece.rule)


def _stand(reading: Reading, piece: Piece, kept: list[Piece]) -> None:
    """A standing duty of prose: 贯穿全年, or one that a deadline before it leads to."""
    last = date(reading.year, 12, 31)
    if piece.suffix.startswith("贯穿"):
        piece.phases = [Continuous(date(reading.year, 1, 1), last)]
    due = _due_before(reading, piece, kept)
    if due is not None and due < last:
        piece.phases = [Continuous(due + timedelta(days=1), last)]


def _due_before(reading: Reading, piece: Piece, kept: list[Piece]) -> date | None:
    """The due day of the deadline that the standing word is linked to."""
    if not kept or not isinstance(kept[-1].phases[-1], Deadline):
        return None
    between = reading.text[kept[-1].end : piece.start]
    return kept[-1].phases[-1].due if len(between) <= 40 and _LINKED.fullmatch(between) else None

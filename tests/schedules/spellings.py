"""The ways in which a page writes the numbers of a form: digits, full width, characters, with a scanner's blanks."""

from typing import Final

from tests.schedules.corpus import Fields

STYLES: Final = ("digits", "wide", "characters", "blanks")
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_FIGURES: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_ONES: Final = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def characters(n: int) -> str:
    """A number below a hundred in Chinese characters."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return _ONES[ones]
    return ("" if tens == 1 else _ONES[tens]) + "十" + _ONES[ones]


def written(field: str, n: int, style: str) -> str:
    """One field in one style; days of the week and five-year plans are always characters."""
    if field == "w":
        return "一二三四五六日"[n - 1]
    if field == "p" or (style == "characters" and field != "y"):
        return characters(n)
    if style == "characters":
        return str(n).translate(_FIGURES)
    if style == "wide":
        return str(n).translate(_WIDE)
    return f" {n} " if style == "blanks" else str(n)


def render(spelling: str, fields: Fields, style: str = "digits") -> str:
    """A spelling with its fields written in."""
    return spelling.format(**{field: written(field, n, style) for field, n in fields.items()}).strip()

"""Text from outside made harmless before it meets a template.

Titles, names and reasons come from documents and forms. Control and invisible characters are dropped everywhere, html
is escaped by the templates, and WeCom's markdown has no escape at all, so its signs are replaced by their full-width
twins, which look the same and do nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Each sign's full-width twin stands 0xFEE0 further on in Unicode.
_MARKDOWN = {ord(sign): ord(sign) + 0xFEE0 for sign in "<>[]*`#\\~"}
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))

Value = TypeVar("Value")


def clean(text: str) -> str:
    """One line without control characters, directional marks and zero-width characters."""
    line = _BREAKS.sub(" ", text)
    return "".join(letter for letter in line if unicodedata.category(letter) not in _INVISIBLE).strip()


def clean_value(value: Value) -> Value:
    """The same frozen value with every text inside it cleaned."""
    return _cleaned(value)  # type: ignore[return-value]


def neutral(text: str, length: int = 240) -> str:
    """Text that WeCom's markdown shows as it stands: no link, no mention, no emphasis, no font; clipped."""
    return clip(text, length).translate(_MARKDOWN).replace("://", "：//")


def header_safe(text: str) -> str:
    """Text that no mail reader takes for an encoded word (RFC 2047): `=?` would otherwise be decoded again."""
    return text.replace("=?", "= ?")


def clip(text: str, length: int) -> str:
    """At most `length` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= length else text[: length - 1].rstrip("　 ，、；：（") + "…"


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        # Enumerations are texts too, and ours; only plain text is from outside.
        return clean(value) if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_cleaned(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: _cleaned(getattr(value, part.name)) for part in fields(value)})
    return value

"""Patterns that are compiled when they are first used: reading 8月底前 does not pay for lunar days."""

import re
from typing import Any, cast


class _LazyPattern:
    """Stands for a compiled pattern; the first question compiles it and keeps its methods at hand."""

    def __init__(self, source: str, flags: int) -> None:
        self.source, self.flags = source, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.source, self.flags)
        self.match, self.search, self.fullmatch = compiled.match, compiled.search, compiled.fullmatch
        self.finditer, self.sub = compiled.finditer, compiled.sub
        return getattr(compiled, name)


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """`source` as a pattern that is compiled at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(source, flags))

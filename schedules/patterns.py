"""Patterns that are compiled when they are first used: reading 8月底前 does not pay for lunar days."""

import re
from typing import Any, Final, cast

_METHODS: Final = ("match", "search", "fullmatch", "finditer", "findall", "sub", "split", "pattern", "flags")


class _Compiled:
    """Stands for a compiled pattern, with its methods at hand. A class without `__getattr__` finds them in half the
    time, and every reading asks for ten of them.
    """


class _LazyPattern(_Compiled):
    """The first question compiles the pattern, keeps its methods and makes this a `_Compiled`."""

    def __init__(self, source: str, flags: int) -> None:
        self.source, self.options = source, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.source, self.options)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        self.__class__ = _Compiled  # type: ignore[assignment]
        return getattr(compiled, name)


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """`source` as a pattern that is compiled at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(source, flags))

"""The values: what an expression means, as five kinds of phase and the schedule that holds them in order.

The JSON of every value is a contract with the command line, the database and other programs; `phase_from_dict` reads
back exactly what `to_dict` wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
Freq: TypeAlias = Literal["yearly", "halfyearly", "quarterly", "bimonthly", "monthly", "weekly", "daily"]
Unit: TypeAlias = Literal["minute", "hour", "day", "workday", "week", "month", "year"]

FREQS: Final[tuple[Freq, ...]] = ("yearly", "halfyearly", "quarterly", "bimonthly", "monthly", "weekly", "daily")
UNITS: Final[tuple[Unit, ...]] = ("minute", "hour", "day", "workday", "week", "month", "year")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# A frozen class writes each field through its base, in twice the time of an open one. So a value is filled in as
# an instance of a class with the same slots that nobody else sees, and becomes a value, which nobody can write, by one
# assignment of its class (Python reference, 3.3.3: allowed between classes of the same layout).


class _OpenDeadline:
    __slots__ = ("count", "due", "start", "time")


class _OpenRecurring:
    __slots__ = ("count", "dues", "end", "freq", "rrule", "start", "time")


class _OpenContinuous:
    __slots__ = ("assumed", "end", "start")


class _OpenTriggered:
    __slots__ = ("after", "event", "n", "unit")


class _OpenSchedule:
    __slots__ = ("error", "notes", "phases", "rule", "text", "where")


@dataclass(frozen=True, slots=True, init=False)
class Deadline:
    """One thing due once: 8月底前, 第三季度, 年内至少1次.

    `due` is the last day on which it is in time (inclusive). `start` is set only where the expression names a window,
    `count` is the least number of times, `time` a clock time as "HH:MM" on the day `due`.
    """

    start: date | None
    due: date
    count: int = 1
    time: str | None = None

    def __new__(cls, start: date | None, due: date, count: int = 1, time: str | None = None) -> "Deadline":
        """Filled in while open: every reading makes one of these."""
        made: Any = _OpenDeadline()
        made.start, made.due = start, due
        made.count, made.time = count, time
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return self.start, self.due, self.count, self.time

    def to_dict(self) -> Json:
        """The JSON of the contract; `time` only where there is one."""
        made: Json = {"kind": "deadline", "start": _iso(self.start), "due": _iso(self.due), "count": self.count}
        if self.time is not None:
            made["time"] = self.time
        return made


@dataclass(frozen=True, slots=True, init=False)
class Recurring:
    """One thing due again and again: 每季度1次, 每月25日前, 每周五.

    `rrule` is an RFC 5545 rule counted from the first of January of the plan year, or from `start`, the first day of a
    season (每年3月至12月每周), whose last day is `end`. `dues` lists the due days inside the plan year; where it is
    None (weekly and daily) the rule alone says them. `count` is the least number of times in each period.
    """

    freq: Freq
    rrule: str
    dues: tuple[date, ...] | None
    count: int = 1
    start: date | None = None
    end: date | None = None
    time: str | None = None

    def __new__(
        cls,
        freq: Freq,
        rrule: str,
        dues: tuple[date, ...] | None,
        count: int = 1,
        start: date | None = None,
        end: date | None = None,
        time: str | None = None,
    ) -> "Recurring":
        """Filled in while open."""
        made: Any = _OpenRecurring()
        made.freq, made.rrule, made.dues = freq, rrule, dues
        made.count, made.time = count, time
        made.start, made.end = start, end
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return self.freq, self.rrule, self.dues, self.count, self.start, self.end, self.time

    def to_dict(self) -> Json:
        """The JSON of the contract; `start`, `end` and `time` only where they are known."""
        made: Json = {
            "kind": "recurring",
            "freq": self.freq,
            "rrule": self.rrule,
            "dues": None if self.dues is None else [day.isoformat() for day in self.dues],
            "count": self.count,
        }
        bounds = {"start": _iso(self.start), "end": _iso(self.end), "time": self.time}
        return made | {name: value for name, value in bounds.items() if value is not None}


@dataclass(frozen=True, slots=True, init=False)
class Continuous:
    """A standing duty from `start` to `end`, both included: 贯穿全年, 长期坚持, 动态更新.

    `assumed` marks one that no expression asked for and that a person has to confirm.
    """

    start: date
    end: date
    assumed: bool = False

    def __new__(cls, start: date, end: date, assumed: bool = False) -> "Continuous":
        """Filled in while open."""
        made: Any = _OpenContinuous()
        made.start, made.end, made.assumed = start, end, assumed
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return self.start, self.end, self.assumed

    def to_dict(self) -> Json:
        """The JSON of the contract; `assumed` only where it is true."""
        made: Json = {"kind": "continuous", "start": _iso(self.start), "end": _iso(self.end)}
        if self.assumed:
            made["assumed"] = True
        return made


@dataclass(frozen=True, slots=True, init=False)
class Triggered:
    """A period counted from an event without a known date: 决策文件出台后的10个工作日内.

    `n` units of `unit` after the event, or before it where `after` is False.
    """

    event: str
    n: int
    unit: Unit
    after: bool

    def __new__(cls, event: str, n: int, unit: Unit, after: bool) -> "Triggered":
        """Filled in while open."""
        made: Any = _OpenTriggered()
        made.event, made.after = event, after
        made.n, made.unit = n, unit
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return self.event, self.n, self.unit, self.after

    def to_dict(self) -> Json:
        """The JSON of the contract."""
        return {"kind": "triggered", "event": self.event, "n": self.n, "unit": self.unit, "after": self.after}


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """A duty whose words name no date: 适时, 及时, 按要求."""

    def to_dict(self) -> Json:
        """The JSON of the contract."""
        return {"kind": "unscheduled"}


Phase: TypeAlias = Deadline | Recurring | Continuous | Triggered | Unscheduled


@dataclass(frozen=True, slots=True, init=False)
class Schedule:
    """What one expression means, how it was read, and why it could not be read.

    `rule` names the rule that read each phase, in their order, joined by " + "; `notes` say what was ambiguous or
    provisional. A refusal has no phases, its reason in `error` (one Chinese sentence) and in `where` the place of the
    character at which reading failed, counted from 0.
    """

    text: str
    phases: tuple[Phase, ...]
    rule: str = ""
    notes: tuple[str, ...] = ()
    error: str | None = None
    where: int | None = None

    def __new__(
        cls,
        text: str,
        phases: tuple[Phase, ...],
        rule: str = "",
        notes: tuple[str, ...] = (),
        error: str | None = None,
        where: int | None = None,
    ) -> "Schedule":
        """Filled in while open."""
        made: Any = _OpenSchedule()
        made.text, made.phases, made.rule = text, phases, rule
        made.notes, made.error, made.where = notes, error, where
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return self.text, self.phases, self.rule, self.notes, self.error, self.where

    def to_dict(self) -> Json:
        """The JSON of the command line: text, phases and rule; notes and error only where there are any."""
        made: Json = {"text": self.text, "phases": [phase.to_dict() for phase in self.phases], "rule": self.rule}
        if self.notes:
            made["notes"] = list(self.notes)
        if self.error is not None:
            made["error"] = self.error
            made["where"] = self.where
        return made


@dataclass(frozen=True, slots=True)
class Found:
    """One expression inside prose: its words, the characters `start` (included) to `end` (not), and its phases."""

    text: str
    start: int
    end: int
    phases: tuple[Phase, ...]
    rule: str = ""

    def to_dict(self) -> Json:
        """The JSON of `cuiban scan`."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "phases": [phase.to_dict() for phase in self.phases],
            "rule": self.rule,
        }


def _day(value: object, name: str) -> date:
    if not isinstance(value, str):
        raise ValueError(f'"{name}" has to be a date such as "2022-08-31", not {value!r}')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f'"{name}" has to be a date such as "2022-08-31", not {value!r}') from None


def _day_or_none(value: object, name: str) -> date | None:
    return None if value is None else _day(value, name)


def _number(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f'"{name}" has to be a number of at least 0, not {value!r}')
    return value


def _word(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f'"{name}" has to be a text, not {value!r}')
    return value


def _one_of(value: object, words: tuple[Any, ...], name: str) -> Any:
    if value not in words:
        raise ValueError(f'"{name}" has to be one of {", ".join(words)}, not {value!r}')
    return value


def _deadline(made: Mapping[str, Any]) -> Deadline:
    return Deadline(
        _day_or_none(made.get("start"), "start"),
        _day(made.get("due"), "due"),
        _number(made.get("count", 1), "count"),
        None if made.get("time") is None else _word(made["time"], "time"),
    )


def _recurring(made: Mapping[str, Any]) -> Recurring:
    dues = made.get("dues")
    if dues is not None and not isinstance(dues, list):
        raise ValueError(f'"dues" has to be a list of dates, not {dues!r}')
    return Recurring(
        _one_of(made.get("freq"), FREQS, "freq"),
        _word(made.get("rrule") or "", "rrule"),
        None if dues is None else tuple(_day(due, "dues") for due in dues),
        _number(made.get("count", 1), "count"),
        _day_or_none(made.get("start"), "start"),
        _day_or_none(made.get("end"), "end"),
        None if made.get("time") is None else _word(made["time"], "time"),
    )


def phase_from_dict(made: Mapping[str, Any]) -> Phase:
    """The phase that a dictionary of the contract describes; ValueError says which part of it is wrong."""
    kind = made.get("kind")
    if kind == "deadline":
        return _deadline(made)
    if kind == "recurring":
        return _recurring(made)
    if kind == "continuous":
        return Continuous(
            _day(made.get("start"), "start"), _day(made.get("end"), "end"), made.get("assumed", False) is True
        )
    if kind == "triggered":
        n, unit = _number(made.get("n"), "n"), _one_of(made.get("unit"), UNITS, "unit")
        return Triggered(_word(made.get("event"), "event"), n, unit, made.get("after") is not False)
    if kind == "unscheduled":
        return Unscheduled()
    raise ValueError(f'"kind" has to be deadline, recurring, continuous, triggered or unscheduled, not {kind!r}')

"""The state tables of the design, written down once more: what may follow what, and what happens to the level.

Independent of the engine on purpose: an event of the ledger names the transition, the rows before and after it say what
it did, and this table says whether that may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reminders.obligations import ENDED, OPEN_DELAY, OPEN_SILENCE, Kind, State


@dataclass(frozen=True)
class Standing:
    """Where an obligation stands, as the ledger says it."""

    state: State
    level: int = 0
    round: int = 0
    answer: str | None = None
    version: int = 1

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Standing:
        """From the words of an event, or from a row."""
        return cls(State(told["state"]), told["level"], told["round"], told["answer"], told["version"])

    @property
    def ended(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state in ENDED


@dataclass
class Life:
    """One obligation as the model knows it: what it is, where it stands, and what a stopped clock goes back to."""

    kind: Kind
    own_office: bool
    standing: Standing
    stopped: list[Standing] = field(default_factory=list)
    ends: int = 0  # how often it came to an end
    woken: int = 0  # how often an end was undone, where the table allows it
    asked: bool = False  # whether anybody was ever asked, in any version


Levels = Callable[[Life, Standing], bool]


def _same(life: Life, after: Standing) -> bool:
    return after.level == life.standing.level and after.version == life.standing.version


def _stays(life: Life, after: Standing) -> bool:
    return after.state is life.standing.state and _same(life, after)


def _anew(life: Life, after: Standing) -> bool:
    return after.level == 0 and after.round == 0 and after.version > life.standing.version


def _to(level: int) -> Levels:
    """One level up, or the same one again; who has nobody at level 1 goes past it."""

    def climbs(life: Life, after: Standing) -> bool:
        lowest = level - 2 if life.own_office and level == 2 else level - 1
        return (
            after.level == level and lowest <= life.standing.level <= level and after.version == life.standing.version
        )

    return climbs


def _never_asked(life: Life, after: Standing) -> bool:
    return after.level == 0 and (not life.asked or after.version > life.standing.version)


def _second_round(life: Life, after: Standing) -> bool:
    return after.round == 2 and _same(life, after)


def _from_0(life: Life, after: Standing) -> bool:
    return life.standing.level == 0 and _to(1)(life, after)


def _from_1(life: Life, after: Standing) -> bool:
    return life.standing.level == 1 and _to(2)(life, after)


def _same_or_anew(life: Life, after: Standing) -> bool:
    return _same(life, after) or _anew(life, after)


def _back(life: Life, after: Standing) -> bool:
    """As before the clock stopped; what was armed then and is late by now is overdue."""
    if not life.stopped or after.version != life.standing.version:
        return False
    was = life.stopped[-1]
    late = was.state is State.ARMED and after.state is State.OVERDUE
    return after.level == was.level and (after.state is was.state or late)


def _back_or_anew(life: Life, after: Standing) -> bool:
    return _anew(life, after) or _back(life, after)


@dataclass(frozen=True)
class Row:
    """One line of a table: from which states, to which, and what becomes of level and version."""

    before: tuple[State, ...]
    after: tuple[State, ...]
    levels: Levels = _same


ANY = tuple(State)
RUNNING = (State.ARMED, State.OVERDUE)
STOPPED = (State.FROZEN, State.SUBMITTED, State.SUSPENDED)
BACK_TO = (State.ARMED, State.OVERDUE, State.HELD, State.EXHAUSTED, State.SUBMITTED, State.FROZEN)

SILENCE = {
    "ask": Row((State.PLANNED,), (State.QUEUED,), _to(0)),
    "remind": Row((State.WAITING,), (State.WAITING,), _to(0)),
    "level1": Row((State.WAITING, State.PLANNED), (State.QUEUED,), _to(1)),
    "level2": Row((State.WAITING, State.HELD, State.PLANNED), (State.QUEUED,), _to(2)),
    "level2b": Row((State.WAITING, State.PLANNED), (State.QUEUED,), _second_round),
    "wait.began": Row((State.QUEUED,), (State.WAITING,)),
    "withdrawn": Row((State.ACKNOWLEDGED, State.DONE), (State.WAITING,)),
    "obligation.undeliverable": Row((State.QUEUED, State.WAITING), (State.UNDELIVERABLE,)),
    "obligation.requeued": Row((State.UNDELIVERABLE,), (State.PLANNED,)),
    "obligation.answered": Row(OPEN_SILENCE, (State.ACKNOWLEDGED, State.DONE)),
    "obligation.held": Row((State.WAITING,), (State.HELD,), _to(1)),
    "obligation.released": Row((State.HELD, State.WAITING), (State.WAITING,), _to(1)),
    "obligation.shown": Row(OPEN_SILENCE, OPEN_SILENCE, _stays),
    "obligation.exhausted": Row(tuple(s for s in OPEN_SILENCE if s is not State.EXHAUSTED), (State.EXHAUSTED,)),
    "obligation.closed": Row(OPEN_SILENCE, (State.CLOSED,)),
    "obligation.moved": Row(ANY, (State.PLANNED,), _anew),  # rule 10: asked anew for another day
    "obligation.opened": Row((State.CLOSED,), (State.PLANNED,), _never_asked),  # other figures ask it after all
    "signature.objected": Row((State.ACKNOWLEDGED,), (State.ACKNOWLEDGED,)),
}

DELAY = {
    "rung": Row((State.ARMED,), (State.ARMED,)),
    "late": Row(RUNNING, (State.OVERDUE,), _from_0),
    "leaders": Row((State.OVERDUE, State.HELD), (State.OVERDUE,), _from_1),
    "review": Row((State.SUBMITTED, State.SUSPENDED), (State.SUBMITTED, State.SUSPENDED)),
    "step.made-up": Row((State.ARMED,), (State.ARMED,)),
    "obligation.exhausted": Row((State.OVERDUE,), (State.EXHAUSTED,), _to(2)),
    "obligation.held": Row((State.OVERDUE,), (State.HELD,)),
    "obligation.released": Row((State.HELD, State.OVERDUE), (State.OVERDUE,)),
    "obligation.shown": Row(OPEN_DELAY, OPEN_DELAY, _stays),
    "obligation.release-refused": Row((State.HELD,), (State.EXHAUSTED,)),
    "obligation.moved": Row(OPEN_DELAY, OPEN_DELAY, _stays),
    "completion.reported": Row(OPEN_DELAY, OPEN_DELAY, _stays),
    "delay.explained": Row(OPEN_DELAY, OPEN_DELAY, _stays),
    "completion.submitted": Row((*RUNNING, State.HELD, State.FROZEN, State.EXHAUSTED), (State.SUBMITTED,)),
    "completion.accepted": Row((State.SUBMITTED,), (State.DONE,)),
    "completion.returned": Row((State.SUBMITTED,), BACK_TO, _back_or_anew),
    "completion.withdrawn": Row((State.SUBMITTED,), BACK_TO, _back),
    "obligation.frozen": Row(RUNNING, (State.FROZEN,)),
    "obligation.undecided": Row((State.FROZEN,), BACK_TO, _back),
    "obligation.resumed": Row((State.FROZEN, State.SUSPENDED), BACK_TO, _back),
    "obligation.suspended": Row(
        (*RUNNING, State.HELD, State.FROZEN, State.EXHAUSTED, State.SUBMITTED), (State.SUSPENDED,)
    ),
    # Rule 10: a new version, also of what was closed; what stands still keeps standing, with another day.
    "due.changed": Row(tuple(s for s in ANY if s is not State.DONE), ANY, _same_or_anew),
    "obligation.closed": Row(OPEN_DELAY, (State.CLOSED,)),
    "occurrence.lapsed": Row(OPEN_DELAY, (State.CLOSED,)),
}

# What takes back everything that was written of it and not handed over yet.
STRIKING = {
    "obligation.answered",
    "obligation.closed",
    "obligation.frozen",
    "obligation.suspended",
    "completion.submitted",
    "completion.accepted",
    "completion.returned",
    "completion.withdrawn",
}

BEGINNINGS = {
    "obligation.opened": (State.PLANNED, State.ARMED, State.OVERDUE),
    "obligation.handed-over": (State.ARMED,),
}


def begun(kind: Kind, own_office: bool, told: str, standing: Standing) -> Life:
    """A new obligation; nothing begins anywhere but at level 0."""
    assert told in BEGINNINGS, f"an obligation began with {told}"
    assert standing.state in BEGINNINGS[told], f"an obligation began as {standing.state}"
    assert (standing.level, standing.round, standing.answer) == (0, 0, None), f"an obligation began as {standing}"
    return Life(kind, own_office, standing)


def follow(life: Life, key: str, after: Standing) -> None:
    """Take one transition; it fails where the table has none such."""
    table = DELAY if life.kind is Kind.COMPLETION else SILENCE
    said = f"{life.kind} {key}: {life.standing} → {after}"
    assert key in table, f"no line of the table: {said}"
    row = table[key]
    if key == "completion.returned" and life.stopped and life.stopped[-1].state is State.FROZEN:
        life.stopped.pop()  # who reports it done has no extension to be decided any more
    assert life.standing.state in row.before, f"not from this state: {said}"
    assert after.state in row.after, f"not to this state: {said}"
    assert row.levels(life, after), f"the level or the version is wrong: {said}, stopped at {life.stopped}"
    if life.standing.ended and not after.ended:
        undone = key in ("withdrawn", "obligation.opened")
        assert undone or after.version > life.standing.version, f"an end came alive: {said}"
        life.woken += 1
    life.ends += after.ended and not life.standing.ended
    assert life.ends <= life.woken + 1, f"ended twice: {said}"
    _remember(life, key, after)
    life.asked = life.asked or key == "ask"
    life.standing = after


def _remember(life: Life, key: str, after: Standing) -> None:
    """What a stopped clock goes back to: a stop inside a stop keeps both."""
    if after.version > life.standing.version:
        life.stopped.clear()
    elif key == "due.changed" and after.state in STOPPED:
        life.stopped[:] = [Standing(State.ARMED, version=after.version)]  # never late for a day that was wrong
    elif key in ("completion.submitted", "obligation.frozen", "obligation.suspended"):
        life.stopped.append(life.standing)
    elif key in ("completion.returned", "completion.withdrawn", "obligation.undecided", "obligation.resumed"):
        life.stopped.pop()

"""How early, how often and up to whom to remind: one validated policy per plan, and the two presets.

Every figure is policy. A policy is frozen per obligation when it is armed; all numbers of days are working days.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Preset(StrEnum):
    """The two presets; `gentle` is the default."""

    GENTLE = "gentle"
    STRICT = "strict"


class Ladder(StrEnum):
    """Which rungs an occurrence has."""

    DEADLINE = "deadline"
    QUARTERLY = "quarterly"  # recurring, a quarter or longer
    MONTHLY = "monthly"  # recurring, a month up to a quarter
    NONE = "none"  # recurring, shorter: a line in the digest


class Level2(StrEnum):
    """How something reaches the leading group: by itself, or after the lead office released it."""

    AUTO = "auto"
    HOLD = "hold"


class LeadersRhythm(StrEnum):
    """How often one leader may get a message."""

    DAILY = "daily"
    WEEKLY = "weekly"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rung(_Frozen):
    """One planned reminder, `before` working days before T0."""

    before: int = Field(ge=0, le=250)
    asks: bool = False  # the rung that asks 能否按期: it belongs to the confirmation
    needs_left: int = 0  # only where so many working days are left when the occurrence is armed
    unless_on_time: bool = False  # dropped once the unit has answered 能按期
    early_before_break: bool = False  # «last»: one day earlier when three days off or more follow T0


class Silence(_Frozen):
    """The waits of a signature or a confirmation, and the highest level its silence climbs to."""

    w0: int = Field(ge=1, le=60)
    w1: int = Field(ge=1, le=60)
    highest: int = Field(default=2, ge=0, le=2)


class ReturnRule(_Frozen):
    """When the quarterly return opens, is asked again and is due: working days before the quarter's last one."""

    opens: int = 10
    reminds: int = 3
    due: int
    needs_left: int = 20


class Policy(_Frozen):
    """Everything the planner needs to know about how a plan wants to be run."""

    preset: Preset
    signature: Silence
    confirmation: Silence
    rungs: dict[Ladder, tuple[Rung, ...]]
    long_window_over: int = 31  # calendar days; a longer window has 启动 and a middle
    yellow_from: int = 3
    overdue_level1: int = 1
    overdue_level2: int = 5
    level2: Level2
    held_for: int = 2  # undecided for so long, a held item goes on by itself
    leaders: LeadersRhythm
    round2_after: int = 5
    exhausted_after: int = 10
    review_every: int = 3
    suspended_review_every: int = 5
    extension_undecided: int = 3
    ask_return: ReturnRule
    digest_everyone: bool
    digest_horizon: int = 10
    workgroup_per_week: int | None = None

    def digest(self) -> str:
        """A stable name for exactly these figures."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The figures as JSON with sorted keys."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def _last() -> Rung:
    return Rung(before=0, early_before_break=True)


_GENTLE = Policy(
    preset=Preset.GENTLE,
    signature=Silence(w0=3, w1=5),
    confirmation=Silence(w0=3, w1=5, highest=1),
    rungs={
        Ladder.DEADLINE: (
            Rung(before=20, needs_left=40),
            Rung(before=10, asks=True),
            Rung(before=3, unless_on_time=True),
            _last(),
        ),
        Ladder.QUARTERLY: (Rung(before=10, asks=True), Rung(before=3, unless_on_time=True), _last()),
        Ladder.MONTHLY: (Rung(before=3), _last()),
        Ladder.NONE: (),
    },
    level2=Level2.HOLD,
    leaders=LeadersRhythm.WEEKLY,
    ask_return=ReturnRule(due=2),
    digest_everyone=False,
    workgroup_per_week=2,
)

_STRICT = Policy(
    preset=Preset.STRICT,
    signature=Silence(w0=2, w1=2),
    confirmation=Silence(w0=2, w1=2),
    rungs={
        Ladder.DEADLINE: (
            Rung(before=10, asks=True),
            Rung(before=5),
            Rung(before=3),
            Rung(before=1),
            Rung(before=0),
        ),
        Ladder.QUARTERLY: (Rung(before=10, asks=True), Rung(before=5), Rung(before=1), Rung(before=0)),
        Ladder.MONTHLY: (Rung(before=3), Rung(before=0)),
        Ladder.NONE: (),
    },
    level2=Level2.AUTO,
    leaders=LeadersRhythm.DAILY,
    ask_return=ReturnRule(due=0),
    digest_everyone=True,
)

PRESETS = {Preset.GENTLE: _GENTLE, Preset.STRICT: _STRICT}

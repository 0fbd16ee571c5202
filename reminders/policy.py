"""How early, how often and up to whom to remind: one validated policy per plan, and the two presets.

Every figure is policy. A policy is frozen per obligation when it is armed; all numbers of days are working days. What a
figure may be stands beside it; `reminders/figures.py` reads and writes the same figures as a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


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


class Support(StrEnum):
    """What a support unit owes of a task beside its signature."""

    NONE = "none"
    CONFIRM = "confirm"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rung(_Frozen):
    """One planned reminder, `before` working days before T0."""

    before: int = Field(ge=0, le=250, description="到期前几个工作日，0 是到期当天")
    asks: bool = Field(default=False, description="这一次问能否按期")
    needs_left: int = Field(default=0, ge=0, le=250, description="交办时至少还剩几个工作日才有这一次")
    unless_on_time: bool = Field(default=False, description="已答复能按期的不再提醒")
    early_before_break: bool = Field(default=False, description="到期日后连休三天以上的，提前一个工作日")


class Silence(_Frozen):
    """The waits of a signature or a confirmation, and the highest level its silence climbs to."""

    w0: int = Field(ge=1, le=60, description="单位有几个工作日答复，过后报告主管处室")
    w1: int = Field(ge=1, le=60, description="主管处室有几个工作日处理，过后报领导小组")
    highest: int = Field(default=2, ge=0, le=2, description="最高报到哪一级：0 单位，1 主管处室，2 领导小组")


class ReturnRule(_Frozen):
    """When the quarterly return opens, is asked again and is due: working days before the quarter's last one."""

    opens: int = Field(default=10, ge=1, le=60, description="季末前几个工作日发填报通知")
    reminds: int = Field(default=3, ge=1, le=60, description="季末前几个工作日提醒一次")
    due: int = Field(ge=0, le=60, description="季末前几个工作日到期，0 是季末最后一个工作日")
    needs_left: int = Field(default=20, ge=1, le=60, description="本季度剩下的工作日不足这个数，不要求填报")


class Climbs(_Frozen):
    """The highest level to which delay climbs, by ladder."""

    deadline: int = Field(default=2, ge=1, le=2, description="有期限的节点：1 主管处室，2 领导小组")
    quarterly: int = Field(default=2, ge=1, le=2, description="每季度及更长一次的节点：1 主管处室，2 领导小组")
    monthly: int = Field(default=1, ge=1, le=2, description="每月、每两月一次的节点：1 主管处室，2 领导小组")

    def of(self, ladder: Ladder) -> int:
        """The highest level of one ladder."""
        return 2 if ladder is Ladder.NONE else int(getattr(self, ladder.value))


class Policy(_Frozen):
    """Everything the planner needs to know about how a plan wants to be run."""

    preset: Preset = Field(description="底本：文件里没有写的数字，按这个预设")
    signature: Silence
    confirmation: Silence
    rungs: dict[Ladder, tuple[Rung, ...]]
    climbs: Climbs = Climbs()
    ask_return: ReturnRule
    long_window_over: int = Field(
        default=31, ge=1, le=400, description="办理期超过几个日历日的，开始和过半时各提醒一次"
    )
    yellow_from: int = Field(default=3, ge=0, le=60, description="到期前几个工作日起亮黄灯")
    overdue_level1: int = Field(default=1, ge=1, le=60, description="到期后第几个工作日催办，并报告主管处室")
    overdue_level2: int = Field(default=5, ge=2, le=120, description="到期后第几个工作日报领导小组")
    level2: Level2 = Field(description="报领导小组：auto 自动，hold 由主管处室先核")
    held_for: int = Field(default=2, ge=1, le=60, description="主管处室几个工作日没有核定的，自动报领导小组")
    leaders: LeadersRhythm = Field(description="领导多久收一次通知：daily 每个工作日，weekly 每周一次")
    leaders_weekday: int = Field(default=2, ge=1, le=5, description="weekly 时在星期几上午")
    rounds: int = Field(default=2, ge=1, le=2, description="没有签收或答复的，向领导小组最多提几次")
    round2_after: int = Field(default=5, ge=1, le=60, description="第一次提后几个工作日提第二次")
    exhausted_after: int = Field(default=10, ge=1, le=60, description="最后一次提后几个工作日不再单独提")
    review_every: int = Field(default=3, ge=1, le=60, description="待审核的每几个工作日提醒主管处室一次")
    suspended_review_every: int = Field(default=5, ge=1, le=60, description="挂账的从复核日起每几个工作日提醒一次")
    extension_undecided: int = Field(default=3, ge=1, le=60, description="延期、异议几个工作日没有决定的，恢复计时")
    support: Support = Field(default=Support.NONE, description="配合单位：none 只签收，confirm 也问能否按期配合")
    digest_everyone: bool = Field(description="周报每周发给所有人；false 时单位只在有事的周收到")
    digest_horizon: int = Field(default=10, ge=1, le=60, description="周报列出今后几个工作日内到期的事项")
    workgroup_per_week: int | None = Field(default=None, ge=0, le=10, description="方案工作群每周最多几条通知")

    @model_validator(mode="after")
    def _consistent(self) -> Policy:
        """Figures that contradict each other are refused with the Chinese sentences that say which."""
        found = list(contradictions(self))
        if found:
            raise ValueError("；".join(found))
        return self

    def digest(self) -> str:
        """A stable name for exactly these figures."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The figures as JSON with sorted keys."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)

    @property
    def name(self) -> str:
        """gentle, or 以 gentle 为底本、另有改动."""
        return self.preset.value if self == PRESETS.get(self.preset) else f"{self.preset.value}（有改动）"


def contradictions(policy: Policy) -> Iterator[str]:
    """Figures that are each allowed and cannot stand together, one sentence each."""
    for ladder, rungs in policy.rungs.items():
        yield from _of_ladder(f"rungs.{ladder.value}", rungs, policy.confirmation.w0)
    if policy.rungs.get(Ladder.NONE):
        yield "每周及更短一次的例行事项只列入周报，没有提醒阶梯"
    if policy.overdue_level2 <= policy.overdue_level1:
        yield f"overdue_level2（{policy.overdue_level2}）应大于 overdue_level1（{policy.overdue_level1}）"
    rule = policy.ask_return
    if not rule.opens > rule.reminds > rule.due:
        yield (
            "ask_return 应先发通知、再提醒、后到期：opens 大于 reminds，reminds 大于 due"
            f"（现为 {rule.opens}、{rule.reminds}、{rule.due}）"
        )
    if rule.needs_left <= rule.reminds:
        yield f"ask_return.needs_left（{rule.needs_left}）应大于 ask_return.reminds（{rule.reminds}）"


def _of_ladder(place: str, rungs: tuple[Rung, ...], w0: int) -> Iterator[str]:
    days = [rung.before for rung in rungs]
    if days != sorted(set(days), reverse=True):
        yield f"{place} 的 before 应从大到小，不重复（现为 {'、'.join(map(str, days))}）"
    asking = [rung for rung in rungs if rung.asks]
    if len(asking) > 1:
        yield f"{place} 里只能有一次 asks = true（现有 {len(asking)} 次）"
    for rung in rungs:
        if rung.early_before_break and rung.before:
            yield f"{place} 里 early_before_break 只用于 before = 0 的那一次（现为 {rung.before}）"
        if rung.asks and (rung.unless_on_time or rung.early_before_break or rung.needs_left):
            yield f"{place} 里 asks = true 的那一次不能再写 unless_on_time、early_before_break 或 needs_left"
        if rung.asks and rung.before <= w0:
            yield f"{place} 里 asks = true 的 before（{rung.before}）应大于 confirmation.w0（{w0}），答复才赶得上到期"


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

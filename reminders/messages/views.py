"""What a message knows before anybody words it: frozen values that the engine fills from the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class MessageKind(StrEnum):
    """Which of the messages of one slot this is; unique with destination and slot."""

    UNIT = "unit"
    OFFICE = "office"
    LEADERS = "leaders"
    WORKGROUP = "workgroup"
    DIGEST = "digest"
    ANSWER = "answer"


class Colour(StrEnum):
    """The light of an item, derived from its day, never stored."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    NONE = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody to telephone or to name."""

    name: str
    role: str  # 联络员, 负责人, 领导
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task of a plan as one unit sees it."""

    number: str
    short: str
    deadline_text: str | None
    duty: str  # lead, support
    collective: bool  # named only through 各处室, 直属单位 …
    lead: tuple[str, ...]
    due_dates: tuple[date, ...]  # open dated occurrences of this unit, or of the leads where it supports
    continuous: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """One step of one obligation, as it stands at the moment of rendering."""

    item_id: int
    obligation_id: int
    kind: str  # signature, confirmation, completion, return
    step: str  # sign, remind, level1, level2, level2b, start, middle, count-k, T-20 … T0, T+1, T+5, return, …
    level: int
    plan_id: int
    plan_title: str
    unit: str
    number: str = ""  # the task's number; empty for signature and return
    short: str = ""
    deadline_text: str | None = None
    reading: str = ""  # how the expression was read
    start_on: date | None = None
    due_on: date | None = None
    due_time: str | None = None
    answer_by: date | None = None  # the last day of the wait, where an answer is asked
    colour: Colour = Colour.NONE
    state: str = ""
    reports: int = 0
    count: int = 1
    workdays_left: int | None = None  # to T0, on the slot's day; negative after it
    overdue_after: int = 1  # working days after the due day on which delay is told
    promised: str = ""  # the unit's last answer in words, e.g. 9月16日答复“能按期”
    next_step: str = ""  # the next thing the unit will be asked besides, in words
    phones: tuple[PersonView, ...] = ()
    evidence: tuple[str, ...] = ()  # what was sent and accepted, one line each
    tasks: tuple[TaskView, ...] = ()  # of a signature or a return: what it covers
    quarter: str = ""  # 第三季度
    marks: tuple[str, ...] = ()  # 主管处室未处理, 单人 …


@dataclass(frozen=True, slots=True)
class OfficeView:
    """Who sends: an office, a person and a telephone number."""

    name: str
    person: str
    phone: str
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class DigestView:
    """The week's open and overdue work for one reader."""

    week: date  # its Monday
    last: date  # its last working day
    due: tuple[ItemView, ...] = ()  # open within the horizon
    overdue: tuple[ItemView, ...] = ()
    unanswered: tuple[ItemView, ...] = ()  # signatures, confirmations and returns nobody answered
    waiting_decision: tuple[ItemView, ...] = ()  # 待审核, 延期, 异议, held
    escalated: tuple[ItemView, ...] = ()  # standing at level 2
    undelivered: tuple[ItemView, ...] = ()
    routine: tuple[ItemView, ...] = ()  # 例行
    undated: tuple[ItemView, ...] = ()  # 待明确时限
    awaited: tuple[ItemView, ...] = ()  # 等待事件: nothing is owed until it is reported
    figures: tuple[tuple[str, int], ...] = ()  # (label, number), in order


@dataclass(frozen=True, slots=True)
class MessageView:
    """Everything one message is worded from."""

    kind: MessageKind
    slot: str
    day: date
    destination: str  # 法规处/liaison
    recipient: str  # the person's name, or the group's
    role: str  # liaison, head, leader, group
    unit: str  # the recipient's unit, "" for leaders and the plan's group
    office: OfficeView
    plan_titles: tuple[str, ...]
    items: tuple[ItemView, ...]
    link: str = ""  # the whole address of the acknowledgement page; empty where there is none
    number: str = ""
    digest: DigestView | None = None
    catch_up: bool = False
    confirmed_by_others: tuple[str, ...] = ()  # answers the unit's other contacts gave since the last message
    answer_text: str = ""  # of kind answer: the sentence that answers the person's act
    mentions: tuple[str, ...] = field(default=())  # WeCom userids
    copied_from: tuple[str, ...] = ()  # on a head's copy: the liaisons who have the same message


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one message for every channel; made once and never changed."""

    subject: str
    text: str
    html: str
    markdown: str

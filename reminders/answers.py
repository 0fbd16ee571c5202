"""What a person may answer, and who answered: the values every door (link, reply, 代登记) hands to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Choice(StrEnum):
    """One answer to one question."""

    SIGN = "sign"  # 签收全部
    ON_TIME = "on_time"  # 能按期
    EXTEND = "extend"  # 有困难，申请延期到…
    SUBMIT = "submit"  # 已办结，提交审核
    NOT_OURS = "not_ours"  # 不归本单位
    NORMAL = "normal"  # 均正常推进
    UNTOUCHED = "untouched"  # 部分本季度未涉及
    DIFFICULT = "difficult"  # 有困难


CHOICES = {
    "signature": (Choice.SIGN, Choice.NOT_OURS),
    "confirmation": (Choice.ON_TIME, Choice.EXTEND, Choice.SUBMIT, Choice.NOT_OURS),
    "completion": (Choice.SUBMIT, Choice.EXTEND, Choice.NOT_OURS),
    "return": (Choice.NORMAL, Choice.UNTOUCHED, Choice.DIFFICULT),
}


class Door(StrEnum):
    """By which door an answer came."""

    LINK = "link"
    REPLY = "reply"
    PROXY = "proxy"  # 代登记


class Assurance(StrEnum):
    """How surely the giver is who he says he is."""

    A0 = "A0"  # the link alone
    A1 = "A1"  # with the last four digits of the mobile on record
    A2 = "A2"  # signed in, or WeCom OAuth


@dataclass(frozen=True, slots=True)
class Giver:
    """Who answers: a registered contact, or another person with a telephone."""

    contact_id: int | None
    name: str
    phone: str = ""
    door: Door = Door.LINK
    assurance: Assurance = Assurance.A0


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one obligation.

    `tasks` holds, for a signature with objections, the numbers of the tasks that are not the unit's own.
    """

    obligation_id: int
    choice: Choice
    until: date | None = None
    done_on: date | None = None
    text: str = ""
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an answer: a sentence for the person, and whether it changed anything."""

    obligation_id: int
    accepted: bool
    sentence: str

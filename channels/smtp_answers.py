"""What a mail server's answer means, by the stage it came at, its code, and the words some hosts hide a limit in.

RFC 5321 §4.2.1 gives 2yz, 4yz and 5yz their meaning, RFC 3463 the second code. The table is for hosts that answer
otherwise: Tencent dresses its rate limits as 550, NetEase names its own as two letters and three (both from reposts of
their help pages), Coremail says "hangup" where it blocks a sender.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from channels.outcome import Outcome, Verdict
from channels.secrets import scrub


class Stage(StrEnum):
    """Where in the conversation an answer came."""

    GREETING = "greeting"  # the first line and EHLO
    LOGIN = "login"
    SENDER = "sender"  # MAIL FROM
    RECIPIENT = "recipient"  # RCPT TO
    DATA = "data"
    DOT = "dot"  # after the final dot


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer: its code, and its words on one line."""

    code: int
    text: str

    @property
    def kind(self) -> int:
        """2, 3, 4 or 5; anything else is no SMTP."""
        return self.code // 100

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """An answer known by its words."""

    words: re.Pattern[str]  # sought in "550 Sender frequency limited"
    verdict: Verdict
    meaning: str  # what it means, for a page
    retry_after: timedelta | None = None
    stages: frozenset[Stage] = frozenset(Stage)


def _rule(
    words: str, verdict: Verdict, meaning: str, minutes: int | None = None, stages: frozenset[Stage] | None = None
) -> Rule:
    wait = None if minutes is None else timedelta(minutes=minutes)
    return Rule(re.compile(words, re.IGNORECASE), verdict, meaning, wait, stages or frozenset(Stage))


_OURS = frozenset(Stage) - {Stage.RECIPIENT}
# The first that matches decides. Minutes are careful guesses: the hosts keep their figures secret.
RULES: tuple[Rule, ...] = (
    # Tencent (QQ, exmail): blocked for minutes, hours or the rest of the day
    _rule(r"(sender|domain|connection) frequency limited", Verdict.PARK_CHANNEL, "发信过于频繁，被对方限制", 30),
    _rule(r"mailbox unavailable or access denied", Verdict.RETRY_LATER, "短时间内发往同一邮箱太多，被对方限制", 60),
    # NetEase
    _rule(r"^421 .*\bHL:(REP|ICC|IFC|MEP)", Verdict.PARK_CHANNEL, "本机连接过多或过于频繁，被对方限制", 15),
    _rule(r"^4\d\d .*\b(MI:DMC|RP:DRC)", Verdict.RETRY_LATER, "一次连接发得太多，换连接再发"),
    _rule(r"^4\d\d .*\bMI:SFQ", Verdict.PARK_CHANNEL, "十五分钟内发信过多，被对方限制", 15),
    _rule(r"^4\d\d .*\bDT:SPM", Verdict.RETRY_LATER, "被疑为垃圾邮件，对方要求稍后再试", 2),
    _rule(r"^4\d\d .*\bDT:RBL", Verdict.PARK_CHANNEL, "本机地址在对方的拦截名单上", 60),
    _rule(r"too much fail authentication", Verdict.DEAD_CHANNEL, "登录失败次数过多"),
    # Coremail
    _rule(r"\bIP is hangup", Verdict.PARK_CHANNEL, "本机地址被对方暂时停用", 60),
    _rule(r"\buser (suspended|hangup)", Verdict.PARK_CHANNEL, "发信账号被暂时停用", 60, _OURS),
    _rule(r"\b(fake sender|invalid ip)\b", Verdict.DEAD_CHANNEL, "发信地址或本机地址不被接受", None, _OURS),
    # Everybody: the login is wanted or wrong (530, 534, 535, 538), or cannot be judged just now (454). Asked seldom,
    # for every refused login brings a lock-out nearer.
    _rule(r"^(530|534|535|538)\b", Verdict.DEAD_CHANNEL, "登录被拒，多半是授权码不对或已到期", 30),
    _rule(r"^454\b", Verdict.PARK_CHANNEL, "邮件服务器暂时不能验证登录", 5, frozenset({Stage.LOGIN})),
)
_TOO_MANY_HERE = re.compile(r"^421\b|\b(MI:DMC|RP:DRC)", re.IGNORECASE)
_ADDRESS_STATUS = re.compile(r"^5\d\d 5\.[12]\.")  # RFC 3463: .1 the address, .2 the mailbox

_REFUSED: dict[Stage, tuple[Verdict, str]] = {
    Stage.GREETING: (Verdict.DEAD_CHANNEL, "邮件服务器拒绝服务"),
    Stage.LOGIN: (Verdict.DEAD_CHANNEL, "登录被拒"),
    Stage.SENDER: (Verdict.DEAD_CHANNEL, "发信地址被拒"),
    Stage.RECIPIENT: (Verdict.DEAD_RECIPIENT, "收件地址被拒"),
    Stage.DATA: (Verdict.REFUSED_CONTENT, "邮件内容被拒"),
    Stage.DOT: (Verdict.REFUSED_CONTENT, "邮件内容被拒"),
}


def judge(stage: Stage, answer: Answer, secrets: tuple[str, ...] = ()) -> Outcome:
    """What an answer that is not the one hoped for, or the 2yz after the final dot, means for this message."""
    for rule in RULES:
        if answer.kind != 2 and stage in rule.stages and rule.words.search(str(answer)):
            return _outcome(rule.verdict, answer, rule.meaning, secrets, rule.retry_after)
    if answer.kind == 2 and stage is Stage.DOT:
        return _outcome(Verdict.ACCEPTED, answer, "邮件服务器已接收", secrets)
    if answer.kind == 4:
        return _outcome(Verdict.RETRY_LATER, answer, "邮件服务器要求稍后再试", secrets)
    if answer.kind == 5:
        address = stage in (Stage.DATA, Stage.DOT) and _ADDRESS_STATUS.match(str(answer))
        verdict, meaning = _REFUSED[Stage.RECIPIENT if address else stage]
        return _outcome(verdict, answer, meaning, secrets)
    return _nonsense(stage, answer, secrets)


def wants_new_connection(answer: Answer) -> bool:
    """Whether the answer speaks of this connection and not of the message (421, NetEase's per-connection caps)."""
    return bool(_TOO_MANY_HERE.search(str(answer)))


def _nonsense(stage: Stage, answer: Answer, secrets: tuple[str, ...]) -> Outcome:
    if stage is Stage.DOT:
        return _outcome(Verdict.IN_DOUBT, answer, "邮件已交出，但答复不合规范，不能断定是否收下", secrets)
    return _outcome(Verdict.RETRY_LATER, answer, "邮件服务器的答复不合规范", secrets)


def _outcome(
    verdict: Verdict, answer: Answer, meaning: str, secrets: tuple[str, ...], retry_after: timedelta | None = None
) -> Outcome:
    return Outcome(verdict, str(answer.code), f"{meaning}：{scrub(str(answer), secrets)}", retry_after)

"""WeCom's errcode as an outcome: the table.

Codes and their texts: document 90313 (global error codes). It also says: decide on errcode and never on errmsg, and
retry only what failed in the system. What each code means for a delivery is our judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.outcome import Outcome, Verdict
from channels.secrets import scrub


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says, in one clause, and what it leads to."""

    verdict: Verdict
    says: str
    retry_after: timedelta | None = None
    most_retries: int | None = None
    plain_may_pass: bool = False


def _content(says: str, plain: bool = True) -> Meaning:
    return Meaning(Verdict.REFUSED_CONTENT, says, plain_may_pass=plain)


def _ours(says: str, retry_after: timedelta | None = None) -> Meaning:
    return Meaning(Verdict.DEAD_CHANNEL, says, retry_after)


_SELDOM = timedelta(minutes=60)  # 90313: repeated wrong secrets get the caller's address blocked for an hour
_PARK = timedelta(seconds=65)  # the block lifts with the minute that was hit (90313, help for 45009)

CODES: dict[int, Meaning] = {
    0: Meaning(Verdict.ACCEPTED, "企业微信已接收"),
    # The system's own: later
    -1: Meaning(Verdict.RETRY_LATER, "企业微信系统繁忙", most_retries=3),
    45009: Meaning(Verdict.PARK_CHANNEL, "发送过于频繁，暂停一分钟", retry_after=_PARK),
    45033: Meaning(Verdict.RETRY_LATER, "同时调用过多"),
    # The robot is gone
    93000: _ours("机器人地址无效，或机器人已被移出群"),
    93004: _ours("机器人已被停用"),
    93006: _ours("群会话无效"),
    93008: _ours("机器人不在群里"),
    93005: _ours("机器人不能发单聊"),
    # The application is not allowed in
    40001: _ours("应用密钥不正确", _SELDOM),
    40091: _ours("应用密钥不合法", _SELDOM),
    40013: _ours("企业ID不正确", _SELDOM),
    41002: _ours("没有企业ID"),
    41004: _ours("没有应用密钥"),
    40014: _ours("访问凭证无效"),
    42001: _ours("访问凭证已过期"),
    41001: _ours("没有访问凭证"),
    60020: _ours("本机地址不在企业可信IP中；修改后约一分钟生效"),
    301002: _ours("应用无权限"),
    48002: _ours("应用没有调用该接口的权限"),
    50003: _ours("应用已停用"),
    60011: _ours("应用对该成员没有权限"),
    40056: _ours("应用编号不正确"),
    # These words, this form
    40008: _content("消息类型不对", plain=False),
    40058: _content("参数不合规，多半是内容过长"),
    40063: _content("参数为空"),
    44004: _content("内容为空"),
    41006: _content("缺少素材编号"),
    41016: _content("缺少标题"),
    41033: _content("缺少描述"),
    45001: _content("素材过大"),
    45002: _content("内容过长"),
    45008: _content("图文过多"),
    40206: _content("请求过大"),
    40007: _content("素材编号无效或已过期"),
    40039: _content("链接过长"),
    40094: _content("链接不合规"),
    40201: _content("被判为垃圾信息"),
    40204: _content("含敏感词"),
    82001: _content("没有指定接收人", plain=False),
    # The person
    81013: Meaning(Verdict.DEAD_RECIPIENT, "接收人无效，或不在应用可见范围内"),
}
TOKEN_SPENT = frozenset({"40014", "42001", "41001"})


def judge_errcode(errcode: int, errmsg: str, secrets: tuple[str, ...] = ()) -> Outcome:
    """What WeCom's answer means; a code that is not in the table is not tried again with the same words."""
    meaning = CODES.get(errcode, Meaning(Verdict.REFUSED_CONTENT, "企业微信拒绝了这条消息"))
    words = "" if errcode == 0 else f"：{errcode} {scrub(errmsg, secrets)}".rstrip()
    return Outcome(
        meaning.verdict,
        str(errcode),
        f"{meaning.says}{words}",
        meaning.retry_after,
        meaning.most_retries,
        meaning.plain_may_pass,
    )


def errcode_outcome(answer: dict[str, Any], secrets: tuple[str, ...] = ()) -> Outcome:
    """The outcome of an answer in WeCom's form; without a number as errcode it is in doubt."""
    errcode = answer.get("errcode")
    if not isinstance(errcode, int) or isinstance(errcode, bool):
        return Outcome(Verdict.IN_DOUBT, "no-errcode", "企业微信的答复里没有errcode，不能断定是否收下。")
    return judge_errcode(errcode, str(answer.get("errmsg", "")), secrets)

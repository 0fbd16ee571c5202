"""The words in which the operator is told: what stands still, since when, what it affects, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.clock import SHANGHAI
from reminders.engine.service import SMTP
from reminders.engine.watching.incident import Incident

TICK, PAGE, CLOCK, HELD, UNDECIDED = "tick", "page", "clock", "held:", "undecided"
_CHANNELS = {"smtp": "邮件", "wecom": "企业微信"}
_CLOSING = "本消息由看门狗直接发出，不经队列；同一故障只说这一次，恢复后再说一次。"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One message to the operator."""

    subject: str
    text: str


def alarm(incidents: Sequence[Incident], now: datetime) -> Alarm:
    """Incidents of one kind (ticks, or one channel) as one message."""
    first = incidents[0]
    if first.key == TICK:
        return _stopped(first, now)
    if first.key == PAGE:
        return _no_page(first, now)
    if first.key == CLOCK:
        return _leapt(first)
    if first.key == UNDECIDED:
        return _undecided(first)
    if first.key.startswith(HELD):
        return _held(first)
    return _lost_channel(incidents, now)


def recovered(key: str, since: datetime, now: datetime) -> Alarm:
    """The same thing works again, or was let go by a person."""
    if key == CLOCK or key.startswith(HELD):
        return _let_go(key, now)
    if key == UNDECIDED:
        return Alarm(f"【已恢复】没有待核实的通知（{_moment(now)}）", f"待核实的通知都有了结果：{_moment(now)}。")
    what = f"{_name(key)}已恢复"
    lines = [
        f"{what}：{_moment(since)} 起停止，{_moment(now)} 恢复，历时 {_span(now - since)}。",
        "排队的通知自动发出，不用补发，也不会重复。",
        "停止期间不算对方没有答复；已超过 30 个工作分钟的，时限自动顺延，给收件人的注明“补发”。"
        if key in (TICK, PAGE)
        else "没有发出的通知没有开始计时。",
    ]
    return Alarm(f"【已恢复】{what}（{_moment(now)}）", "\n".join(lines))


def no_database(address: str, since: datetime, now: datetime) -> Alarm:
    """The store itself does not answer."""
    lines = [
        f"数据库 {address} 自 {_moment(since)} 起没有应答。",
        "影响：提醒不发出，链接页打不开；没有发出的通知都在库里，未丢失。",
        "怎么办：1）看数据库服务是否在运行、磁盘是否已满　2）cuiban check 逐项说明　3）恢复后自动接着发。",
        _CLOSING,
    ]
    return Alarm(f"【停摆】数据库没有应答（{_moment(since)} 起）", "\n".join(lines))


def database_back(since: datetime, now: datetime) -> Alarm:
    """It answers again."""
    text = f"数据库已恢复：{_moment(since)} 起没有应答，{_moment(now)} 恢复，历时 {_span(now - since)}。"
    return Alarm(f"【已恢复】数据库已恢复（{_moment(now)}）", text)


def _stopped(incident: Incident, now: datetime) -> Alarm:
    span = _span(now - incident.since)
    lines = [
        f"最后一次心跳在 {_moment(incident.since)}，到现在 {span}。数据库可以读，通知都在库里，未丢失。",
        f"影响：此后到期的提醒没有写出，已写好的 {incident.waiting} 件没有发出；不会记为对方没有答复，期限不变。",
        "怎么办：1）看定时和任务是否在运行：docker compose ps，或 systemctl status cuiban-beat cuiban-worker redis　"
        "2）cuiban check 逐项说明　3）一时修不好的，由 cron 每分钟执行 cuiban tick，它不经队列做完整的一轮。",
        "现在不想发出：cuiban pause --reason 原因 --by 姓名。",
        _CLOSING,
    ]
    return Alarm(f"【停摆】已{span}没有心跳（最后一次 {_moment(incident.since)}）", "\n".join(lines))


def _no_page(incident: Incident, now: datetime) -> Alarm:
    span = _span(now - incident.since)
    lines = [
        f"链接页最后一次在 {_moment(incident.since)}，到现在 {span}。通知照常发出，但收件人打不开链接。",
        "影响：超过 30 个工作分钟的，各项等待按工作日顺延，不记为对方没有答复；期限不变。",
        "怎么办：1）看网页是否在运行：docker compose ps，或 systemctl status cuiban-web　2）cuiban check 逐项说明",
        _CLOSING,
    ]
    return Alarm(f"【停摆】链接页已{span}不在（最后一次 {_moment(incident.since)}）", "\n".join(lines))


def _held(incident: Incident) -> Alarm:
    slot = incident.key.removeprefix(HELD)
    lines = [
        f"{incident.reason}：超过预计的两倍，先不发出。",
        "影响：这个时段的通知都已写好、没有发出，也没有开始计时；对已办事项的答复照发，以后的时段另行判断。",
        "怎么办：1）cuiban release 列出这个时段会发什么　2）内容无误的，"
        f"cuiban release {slot} --by 姓名　3）有误的，先 cuiban pause --reason 原因 --by 姓名，查清再说。",
        _CLOSING,
    ]
    return Alarm(f"【待放行】{incident.reason}", "\n".join(lines))


def _undecided(incident: Incident) -> Alarm:
    lines = [
        f"有 {incident.waiting} 件通知需要人核实：交出后没有等到答复，不知是否送达，或者程序在它上面出错、已经搁置。",
        "影响：这些通知不再自动发出，没有开始计时，不记为对方没有答复；其他通知照常。",
        "怎么办：1）cuiban outbox 列出是哪几件　2）问过收件人，或看过对方的收件记录以后，已送达的 "
        "cuiban outbox 编号 arrived --by 姓名，没有送达的 cuiban outbox 编号 again --by 姓名",
        _CLOSING,
    ]
    return Alarm(f"【待核实】{incident.waiting} 件通知不知是否送达", "\n".join(lines))


def _leapt(incident: Incident) -> Alarm:
    lines = [
        f"{incident.reason}。超过一天，已暂停全部发送。",
        "影响：没有发出任何通知，时限停住；没有发出的都在库里，未丢失。",
        "怎么办：1）核对服务器和数据库的时间、时区和对时服务　2）时间正确以后，cuiban resume --dry-run 列出会发什么　"
        "3）无误的，cuiban resume。",
        _CLOSING,
    ]
    return Alarm("【待放行】系统时钟跳变，已暂停发送", "\n".join(lines))


def _let_go(key: str, now: datetime) -> Alarm:
    what = "已恢复发送" if key == CLOCK else f"时段 {key.removeprefix(HELD)} 已放行"
    return Alarm(f"【已恢复】{what}（{_moment(now)}）", f"{what}：{_moment(now)}，由人决定。")


def _lost_channel(incidents: Sequence[Incident], now: datetime) -> Alarm:
    first = incidents[0]
    since = min(incident.since for incident in incidents)
    robots = "、".join(incident.whose for incident in incidents if incident.whose)
    what = f"{robots}的企业微信机器人停用" if robots else f"{_name(first.key)}停止"
    kept = "收件人没有被记为未送达，时限没有开始计算" if first.lasting else "两个工作日内修好的不记为未送达"
    lines = [
        *[_reason(incident) for incident in incidents],
        f"影响：{_moment(since)} 起排队 {first.waiting} 件没有发出，未丢失；{kept}。其他通道不受影响。",
        _remedy(first),
        "现在不想发出：cuiban pause --reason 原因 --by 姓名。",
        _CLOSING,
    ]
    return Alarm(f"【通道故障】{what}（{_moment(since)} 起），已排队 {first.waiting} 件，未丢失", "\n".join(lines))


def _reason(incident: Incident) -> str:
    whose = f"{incident.whose}：" if incident.whose else ""
    code = f"（{incident.code}）" if incident.code else ""
    several = "" if incident.lasting else "连续几个收件人都没有送达，不是他们的原因。"
    return f"原因：{whose}{incident.reason.rstrip('。')}{code}。{several}"


def _remedy(incident: Incident) -> str:
    if incident.channel == SMTP:
        return (
            "怎么办：1）登录被拒的，更新授权码：CUIBAN_SMTP_PASSWORD_FILE 指向的文件，然后重新启动任务　"
            "2）cuiban check --send-test 您的邮箱　3）恢复后自动发出，不用补发。"
        )
    return (
        "怎么办：1）机器人被移出群的，在群里重新添加，把新地址写进联系人表，cuiban contacts import　"
        "2）cuiban check 核对企业微信的地址和证书　3）恢复后自动发出，不用补发。"
    )


def _name(key: str) -> str:
    if key in (TICK, PAGE):
        return "心跳" if key == TICK else "链接页"
    return f"{_CHANNELS.get(key.partition(':')[0], '通道')}发送" if ":" not in key else "企业微信机器人"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _span(length: timedelta) -> str:
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes}分钟"
    hours = minutes // 60
    return f"{hours}小时" if hours < 48 else f"{hours // 24}天"

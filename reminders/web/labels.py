"""The Chinese names of what the mailbox shows: states, channels, roles, tries and events."""

from __future__ import annotations

STATES = {
    "open": "收集中",
    "sealed": "待发送",
    "pending": "待发送",
    "claimed": "发送中",
    "sent": "已送达",
    "retry": "稍后重试",
    "failed": "未送达",
    "unknown": "结果不明",
    "struck": "已撤下",
    "superseded": "已由后一封代替",
}
CHANNELS = {"smtp": "邮件", "email": "邮件", "wecom": "企业微信", "wecom_app": "企业微信", "mailbox": "本地信箱"}
ROLES = {"liaison": "联络员", "head": "负责人", "leader": "领导小组", "group": "工作群"}
TRIES = {
    "accepted": "对方已接收",
    "retry_later": "稍后再试",
    "park_channel": "通道暂停",
    "dead_recipient": "地址不收",
    "dead_channel": "通道故障",
    "refused_content": "内容被拒",
    "in_doubt": "结果不明",
}
EVENTS = {
    "answer.disputed": "非本人确认",
    "answer.given": "答复",
    "answer.suspect": "疑似自动点击，没有算数",
    "answer.withdrawn": "撤回答复",
    "channel.dead": "通道故障",
    "channel.parked": "通道暂停",
    "completion.accepted": "销号",
    "completion.reported": "报送一次",
    "completion.returned": "退回",
    "completion.submitted": "提交审核",
    "contacts.imported": "导入联系人",
    "decision.taken": "作出决定",
    "delay.explained": "说明超期原因",
    "delivery.accepted": "已送达",
    "delivery.failed": "未送达",
    "delivery.unknown": "投递结果不明",
    "digest.opened": "开始周报",
    "digest.skipped": "跳过周报",
    "due.changed": "期限变更",
    "event.corrected": "更正事件日期",
    "event.reported": "报告事件",
    "event.withdrawn": "撤回事件",
    "link.resent": "重发链接",
    "message.sealed": "成文待发",
    "obligation.answered": "义务已答复",
    "obligation.closed": "义务关闭",
    "obligation.exhausted": "不再上报",
    "obligation.frozen": "暂停计时，等待决定",
    "obligation.held": "等主管处室决定是否报领导",
    "obligation.moved": "移交",
    "obligation.opened": "产生义务",
    "obligation.released": "主管处室同意报领导",
    "obligation.requeued": "重新排队",
    "obligation.resumed": "恢复",
    "obligation.suspended": "挂账",
    "obligation.undecided": "逾期未决定",
    "obligation.undeliverable": "未送达",
    "obligation.undelivered": "未送达",
    "occurrence.lapsed": "启用前已到期",
    "occurrence.overdue": "超期",
    "plan.activated": "启用方案",
    "plan.imported": "导入方案",
    "plan.released": "开始发送",
    "plan.revised": "导入修订稿",
    "sending.paused": "暂停发送",
    "sending.resumed": "恢复发送",
    "signature.covers": "签收并入新的事项",
    "signature.objected": "对事项提出异议",
    "step.superseded": "提醒并入后一次",
    "step.taken": "到提醒时间",
    "task.added": "修订稿新增",
    "task.removed": "修订稿删去",
    "task.revised": "修订稿改动",
    "wait.began": "开始等待答复",
}


def label(table: dict[str, str], word: str) -> str:
    """The Chinese of a word; one that is unknown here shows as it is."""
    return table.get(word, word)

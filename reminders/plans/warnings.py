"""What a person is asked to look at: the kinds of warning, and the sentence of each.

A warning never changes what was read. The kinds are a table, so that the preview can group them and the documentation
can list them.
"""

from typing import Final

from reminders.plans.plan import Warning  # noqa: A004 - the word of the design

# Kind → what the preview writes above all warnings of that kind.
WARNING_KINDS: Final[dict[str, str]] = {
    "cut-row": "表格在分页处断开，已与下一行接上",
    "shifted-row": "这一行缺栏或多栏，已按内容移回",
    "several-in-cell": "一格写有多项，已按次序对齐",
    "unaligned": "一格多项，但各栏的项数不同，对不齐",
    "subordinate": "一项任务有几行措施，已分别列出",
    "no-duty": "责任单位栏写明没有这项职责，建议标为无此职责",
    "no-unit": "没有写明责任单位",
    "only-support": "只写了配合或支持的单位，按牵头处理",
    "unit-note": "责任单位栏里有说明文字，没有当作单位",
    "unit-doubt": "责任单位栏里有一处不像单位名称",
    "vague-unit": "写的是“相关单位”，请指定",
    "unreadable-deadline": "时限读不懂",
    "deadline-note": "时限有需要留意之处",
    "no-deadline": "没有写明时限",
    "number": "编号缺失、重复或不连续",
    "no-heading": "表格没有表头，按内容判断各栏",
    "facts": "文件的标题、发文单位或年度需要核对",
}


def warn(kind: str, sentence: str) -> Warning:
    """A warning of a known kind; KeyError for any other, so that a kind without a title cannot be written."""
    WARNING_KINDS[kind]
    return Warning(kind, sentence)

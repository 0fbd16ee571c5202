"""The one message these tests are about, with what each of them changes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from channels.message import Message

BEIJING = timezone(timedelta(hours=8))
MORNING = datetime(2022, 8, 22, 9, 5, tzinfo=BEIJING)
KEY = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
LINK = "http://zwgk.example.gov.cn/a/WyIxIiwiYWJjIl0.sig"


def letter(**changes: Any) -> Message:
    """A reminder to the liaison of a unit."""
    fields: dict[str, Any] = {
        "address": "liaison@example.gov.cn",
        "name": "张三",
        "subject": "【请签收】2022年政务公开工作方案（危化处，24项）",
        "text": f"张三同志：\n\n请在8月25日（周四）下班前签收。\n{LINK}\n（编号 ZW22-0822-07）\n",
        "html": f'<p>张三同志：</p><p>请在8月25日（周四）下班前签收。<a href="{LINK}">签收</a></p>',
        "markdown": f"**【请签收】2022年工作方案**\n> 签收：`8月25日`\n[查看并签收]({LINK})\n（编号 ZW22-0822-07）",
        "message_id": "<zw22-0822-07@example.gov.cn>",
        "number": "ZW22-0822-07",
        "sent_at": MORNING,
    }
    return Message(**{**fields, **changes})


def robot_letter(**changes: Any) -> Message:
    """The same to a group robot."""
    return letter(**{"address": KEY, "name": "危化处", **changes})

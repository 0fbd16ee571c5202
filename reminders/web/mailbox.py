"""The local mailbox: what was sent to whom, and what stands behind each message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reminders.messages.views import MessageKind
from reminders.messages.words import step_word
from reminders.web.backend import DeliveryView, DemoView, MailboxLine
from reminders.web.labels import CHANNELS, EVENTS, ROLES, STATES, TRIES, label
from reminders.web.pages import moment, page, plain, policy
from reminders.web.site import Site

PER_PAGE = 50
# Kinds that a visitor should see at a glance.
_HOT = frozenset(("未确认", "超期", "催办", "未送达", "未填报"))
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MailboxPages:
    """`/`, `/mailbox` and one message."""

    site: Site

    async def root(self, request: Request) -> Response:
        """To the mailbox where it may be shown, else a plain page."""
        if await run_in_threadpool(self.site.backend.mailbox_open):
            return RedirectResponse(f"{request.scope.get('root_path', '')}/mailbox", status_code=302)
        return plain("催办", "这里是催办服务。要办理事项，请打开收到的通知里的链接。")

    async def index(self, request: Request) -> Response:
        """The messages, newest first."""
        await self._allowed()
        to, start = request.query_params.get("to") or None, _start(request)
        mailbox = await run_in_threadpool(self.site.backend.mailbox, to, limit=PER_PAGE, offset=start)
        return page(
            "mailbox.html",
            lines=tuple((line, whose(line), words(line), label(STATES, line.delivery)) for line in mailbox.lines),
            recipients=mailbox.recipients,
            hot=_HOT,
            chosen=to or "",
            total=mailbox.total,
            start=start,
            per_page=PER_PAGE,
            intro=introduction(mailbox.demo),
            refresh=self.site.refresh_seconds,
            root=request.scope.get("root_path", ""),
        )

    async def message(self, request: Request) -> Response:
        """One message with its delivery, attempts and events."""
        await self._allowed()
        found = await run_in_threadpool(self.site.backend.mailbox_message, request.path_params["number"])
        if found is None:
            raise HTTPException(404)
        return page(
            "message.html",
            headers={"Content-Security-Policy": policy(inline_attributes=True)},
            message=found,
            body=Markup(_body(found.html)),  # noqa: S704  (rendered by our own templates, which escape)
            whose=whose(found.line),
            words=words(found.line),
            deliveries=tuple((delivery, delivery_words(delivery)) for delivery in found.deliveries),
            tried=lambda attempt: label(TRIES, attempt.outcome),
            happened=lambda event: label(EVENTS, event.name),
            root=request.scope.get("root_path", ""),
        )

    async def _allowed(self) -> None:
        if not await run_in_threadpool(self.site.backend.mailbox_open):
            raise HTTPException(404)


def whose(line: MailboxLine) -> str:
    """The recipient with his unit, or the leading group."""
    role = label(ROLES, line.role)
    if line.role == "leader":
        return f"{role}　{line.recipient}"
    return f"{line.unit}　{line.recipient}（{role}）" if line.unit else f"{line.recipient}（{role}）"


def words(line: MailboxLine) -> tuple[str, ...]:
    """The kinds of its items in Chinese, 周报 and 补发 first."""
    first = ("周报",) if line.kind is MessageKind.DIGEST else ("答复",) if line.kind is MessageKind.ANSWER else ()
    if line.kind is MessageKind.WORKGROUP:
        return ("进度",)
    again = ("补发",) if line.catch_up else ()
    return tuple(dict.fromkeys((*first, *again, *(step_word(step.kind, step.step, line.kind) for step in line.steps))))


def delivery_words(delivery: DeliveryView) -> str:
    """邮件，已送达."""
    part = f"第{delivery.part}部分，" if delivery.part > 1 else ""
    channel = label(CHANNELS, delivery.channel)
    return f"{channel}，{part}{label(STATES, delivery.state)}"


def introduction(demo: DemoView | None) -> tuple[str, str] | None:
    """Two sentences for the visitor of the demo: what this is and when, and whom to watch and what to try."""
    if demo is None:
        return None
    plan = f"《{demo.plan_title}》" if demo.plan_title else "一份真实格式的工作方案"
    speed = f"（{demo.speed}）" if demo.speed else ""
    silent = "、".join(demo.silent) or "没有单位"
    confirming = "、".join(demo.confirming) or "其余单位"
    weekday = "一二三四五六日"[demo.business_now.weekday()]
    return (
        f"这里是演示信箱：催办读了{plan}，按时限给各单位发的每一条通知都在下面，没有发到任何真实的地址；"
        f"业务时间现在是{demo.business_now.year}年{moment(demo.business_now)}，周{weekday}{speed}。",
        f"{silent}一直不答复，看它怎样从签收、提醒、未确认一步步报到主管处室和领导小组，{confirming}会自己确认；"
        "请打开一条通知，点里面的按钮代一个单位答复，再看之后少了什么。",
    )


def _start(request: Request) -> int:
    text = request.query_params.get("from", "0")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _body(html: str) -> str:
    """The inside of a mail, shown in our own page."""
    found = _BODY.search(html)
    return found[1] if found else ""

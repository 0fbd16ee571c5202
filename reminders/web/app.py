"""The web application: the acknowledgement link, the local mailbox, the health of the service."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reminders.acknowledgement import Limits, LinkKeys
from reminders.clock import Clock
from reminders.web.backend import Backend
from reminders.web.beating import beating
from reminders.web.guard import HEADERS, FormTooLarge, Guard
from reminders.web.health import healthz
from reminders.web.links import LinkPages
from reminders.web.mailbox import MailboxPages
from reminders.web.pages import plain, policy
from reminders.web.site import Site

_ERRORS = {
    400: ("这次提交读不出来", "请返回上一页，刷新后重新填写。"),
    404: ("没有这个页面", "请检查地址；要办理事项，请打开收到的通知里的链接。"),
    405: ("这个地址不能这样打开", "请打开收到的通知里的链接。"),
}


def create_app(
    backend: Backend,
    *,
    keys: LinkKeys,
    clock: Clock,
    limits: Limits | None = None,
    help_line: str = "",
    refresh_seconds: int = 5,
    pulse: Callable[[], None] | None = None,
    pulse_seconds: float = 60.0,
) -> Starlette:
    """The application over one backend. `help_line` is whom to telephone where a page may show nothing else.

    While it serves, `pulse` is called again and again: whoever waits for answers has to know that they can come.
    """
    site = Site(backend, keys, clock, limits or Limits(), help_line, refresh_seconds)
    links, mailbox = LinkPages(site), MailboxPages(site)
    return Starlette(
        routes=[
            Route("/", mailbox.root),
            Route("/a/{token}", links.show, methods=["GET"]),
            Route("/a/{token}", links.answer, methods=["POST"]),
            Route("/a/{token}/{act}", links.show, methods=["GET"]),
            Route("/a/{token}/{act}", links.act, methods=["POST"]),
            Route("/mailbox", mailbox.index),
            Route("/mailbox/{number:int}", mailbox.message),
            Route("/healthz", healthz(backend)),
        ],
        middleware=[Middleware(Guard, policy=policy())],
        lifespan=beating(pulse, pulse_seconds) if pulse is not None else None,
        exception_handlers={HTTPException: _refused, FormTooLarge: _too_large, Exception: _broken},
    )


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, sentence = _ERRORS.get(status, ("这个请求办不了", "请返回上一页重试，或打通知里的电话。"))
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return plain(title, sentence, status=status, headers=headers)


async def _too_large(request: Request, error: Exception) -> Response:
    return plain("提交的内容太多", "一次最多提交64KB，请缩短文字；长的材料请用邮件发送。", status=413)


async def _broken(request: Request, error: Exception) -> Response:
    # Starlette answers this one outside our middleware, so the headers are set here.
    headers = {**HEADERS, "Content-Security-Policy": policy()}
    return plain("服务暂时有问题", "您的操作没有生效，请过几分钟再试，或打通知里的电话。", status=500, headers=headers)

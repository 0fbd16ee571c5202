"""Templates filled into responses, with one style sheet inside the page and a policy that allows exactly it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from reminders.clock import SHANGHAI
from reminders.messages.render import TEMPLATES

STYLE = (TEMPLATES / "web" / "style.css").read_text(encoding="utf-8")


def policy(*, inline_attributes: bool = False) -> str:
    """The content security policy: nothing runs, nothing is fetched, one style sheet by its hash.

    `inline_attributes` lets a stored mail keep its inline styles; nothing else of it could act.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    attributes = "; style-src-attr 'unsafe-inline'" if inline_attributes else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'{attributes}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page(template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> HTMLResponse:
    """One page."""
    body = _environment().get_template(f"web/{template}").render(**values)
    return HTMLResponse(body, status_code=status, headers=headers)


def plain(title: str, *sentences: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A page with a heading and a few sentences."""
    return page("plain.html", status=status, headers=headers, title=title, sentences=sentences, action=None)


def moment(at: datetime | None) -> str:
    """8月22日15:12, in Shanghai."""
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(STYLE)  # noqa: S704  (our own file; a hash in the policy pins it)
    environment.filters["moment"] = moment
    return environment

"""A letter in the form of each channel: plain text, html for mail readers, markdown for WeCom."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reminders.messages.clean import clip, header_safe, neutral
from reminders.messages.letter import Letter
from reminders.messages.views import Rendered

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SUBJECT_LENGTH = 78
# An application message holds 2,048 bytes of markdown, a robot's 4,096; the channel adds mentions and part numbers.
MARKDOWN_BYTES = 1900
_BRIEF_ROWS = (6, 4, 3, 2, 1, 0)
_WHOLE_ROWS = (6, 4, 3)


def render(letter: Letter) -> Rendered:
    """The four outputs of one letter."""
    subject = clip(header_safe(letter.subject), SUBJECT_LENGTH)
    return Rendered(
        subject=subject,
        text=_fill("letter.txt", letter=letter),
        html=_fill("letter.html", letter=letter, subject=subject),
        markdown=_markdown(letter, subject),
    )


def _markdown(letter: Letter, subject: str) -> str:
    """As many rows as fit; the words round them always do, or are cut at the end of a line."""
    forms = [(most, True) for most in _WHOLE_ROWS if letter.whole] + [(most, False) for most in _BRIEF_ROWS]
    drafts = (_fill("letter.md", letter=letter, subject=subject, most=most, whole=whole) for most, whole in forms)
    found = ""
    for found in drafts:
        if len(found.encode()) <= MARKDOWN_BYTES:
            return found
    return _cut(found, foot=4 if letter.link else 3)


def _cut(text: str, *, foot: int) -> str:
    """Whole lines from the beginning, and the foot (link, ways, sender, end), within the limit."""
    lines = text.split("\n")
    kept, end = lines[:-foot], lines[-foot:]
    while kept and len("\n".join((*kept, *end)).encode()) > MARKDOWN_BYTES:
        kept.pop()
    return "\n".join((*kept, *end))


def _fill(name: str, **values: object) -> str:
    text = _environment().get_template(name).render(**values)
    return text.strip("\n") + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["neutral"] = neutral
    return environment

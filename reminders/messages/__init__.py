"""Steps composed into one message per destination, slot and kind, and worded for every channel.

The engine fills a `MessageView` from the store; `compose` turns it into subject, text, html and markdown.
"""

from reminders.messages.compose import compose
from reminders.messages.views import (
    Colour,
    DigestView,
    ItemView,
    MessageKind,
    MessageView,
    OfficeView,
    PersonView,
    Rendered,
    TaskView,
)
from reminders.messages.words import plan_name, plan_short, step_word

__all__ = [
    "Colour",
    "DigestView",
    "ItemView",
    "MessageKind",
    "MessageView",
    "OfficeView",
    "PersonView",
    "Rendered",
    "TaskView",
    "compose",
    "plan_name",
    "plan_short",
    "step_word",
]

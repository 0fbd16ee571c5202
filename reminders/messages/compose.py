"""One message worded for every channel: pure, the same view always gives the same bytes."""

from __future__ import annotations

from reminders.messages.answer import answer_letter
from reminders.messages.clean import clean_value
from reminders.messages.digest import digest_letter
from reminders.messages.leaders import leaders_letter, workgroup_letter
from reminders.messages.office import office_letter
from reminders.messages.render import render
from reminders.messages.unit import unit_letter
from reminders.messages.views import MessageKind, MessageView, Rendered

LETTERS = {
    MessageKind.UNIT: unit_letter,
    MessageKind.OFFICE: office_letter,
    MessageKind.LEADERS: leaders_letter,
    MessageKind.WORKGROUP: workgroup_letter,
    MessageKind.DIGEST: digest_letter,
    MessageKind.ANSWER: answer_letter,
}


def compose(view: MessageView) -> Rendered:
    """Word a message: subject (at most 78 characters), text, html and WeCom markdown (at most 1,900 bytes).

    Text from outside is cleaned first: control and invisible characters never reach a channel.
    """
    cleaned = clean_value(view)
    return render(LETTERS[view.kind](cleaned))

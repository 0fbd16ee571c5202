"""The answer that goes at once to a person's act: a decision, a fresh link."""

from __future__ import annotations

from reminders.messages.asks import WORDINGS
from reminders.messages.clean import clip
from reminders.messages.letter import Letter, Section
from reminders.messages.unit import brief_ways, button, greeting, plan_titles, unit_sections, ways
from reminders.messages.views import MessageView
from reminders.messages.words import Ask, by_ask, sender


def answer_letter(view: MessageView) -> Letter:
    """The whole letter of kind `answer`: the sentence first, then the items as they stand."""
    asks = by_ask(view.items)
    prefix = WORDINGS[asks[0][0] if asks else Ask.REMIND].prefix
    said = view.answer_text or f"{plan_titles(view)}的最新情况见下。"
    return Letter(
        subject=f"{prefix}{clip(said.rstrip('。'), 50)}",
        greeting=greeting(view),
        sections=(Section(said, brief=said), *(unit_sections(view) if view.link else ())),
        button=button(view, asks) if asks else ("打开查看" if view.link else ""),
        link=view.link,
        ways=ways(view, asks),
        brief_ways=brief_ways(view),
        closing=("为什么发给您：这是对您刚才办理的答复。",),
        sender=sender(view.office),
        number=view.number,
    )

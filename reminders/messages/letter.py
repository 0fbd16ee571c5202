"""A letter: one message in neutral parts, before a template gives it the form of a channel.

The writers of each kind decide what is said and in which order; the templates decide only how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from reminders.messages.views import Colour


@dataclass(frozen=True, slots=True)
class Row:
    """One item: what, when, and what else the reader needs."""

    head: str
    when: str = ""
    colour: Colour = Colour.NONE
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one task list; `rest` counts those that are only on the page."""

    title: str
    rows: tuple[Row, ...]
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One thing to do, with the items it is about."""

    lead: str
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    brief: str = ""  # the lead in few words, for WeCom; the lead itself where empty


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything one message says."""

    subject: str
    greeting: str
    sections: tuple[Section, ...]
    sender: str
    number: str
    opening: tuple[str, ...] = ()
    button: str = ""
    link: str = ""
    ways: str = ""  # how to answer without the link
    closing: tuple[str, ...] = ()  # what comes next, why it came
    brief_ways: str = ""
    headline: str = ""  # WeCom's first line; the subject where empty
    rest_at: str = "见页面"
    whole: bool = False  # WeCom shows the details too: leaders and the lead office need no other page

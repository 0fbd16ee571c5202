"""The documentation as the tests read it: its files, links, code blocks and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reminders.documenting import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name(page: Path) -> str:
    """A page as people call it."""
    return page.relative_to(ROOT).as_posix()


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page: what stands behind the fence, and the content."""
    for found in re.finditer(r"^```(.*)\n((?:(?!```).*\n)*)```$", text, re.MULTILINE):
        yield found.group(1).strip(), found.group(2)


def commands(text: str) -> Iterator[str]:
    """Every `cuiban …` of a page, in blocks and in running text, without what it prints."""
    spoken = [found.group(1) for found in re.finditer(r"`([^`\n]+)`", re.sub(r"^```[^`]*^```", "", text, flags=re.M))]
    for _, content in blocks(text):
        spoken += content.splitlines()
    for line in spoken:
        for found in re.finditer(r"(?:^|[\s/])cuiban ([a-z-].*)", line):
            yield re.split(r"\s{2,}|[；;|]", found.group(1))[0].strip()


def anchors(text: str) -> set[str]:
    """The places inside a page that a link may name."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

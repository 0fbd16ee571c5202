"""docs/channels.md says what the tables in the code say."""

from __future__ import annotations

import re
from pathlib import Path

from channels.outcome import Verdict
from channels.smtp_answers import RULES
from channels.wecom_errors import CODES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "channels.md").read_text("utf-8")


def rows(name: str) -> list[list[str]]:
    """The cells of a marked table, without its head."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", PAGE, re.DOTALL)
    assert found is not None
    return [
        [cell.strip().replace("¦", "|") for cell in line.strip("|").split("|")] for line in found[1].splitlines()[2:]
    ]


def test_page_lists_every_errcode_as_it_is_judged() -> None:
    assert rows("wecom-errcodes") == [[str(code), f"`{it.verdict}`", it.says] for code, it in CODES.items()]


def test_page_lists_every_known_answer_of_mail_servers() -> None:
    assert rows("smtp-answers") == [
        [
            f"`{rule.words.pattern}`",
            f"`{rule.verdict}`",
            f"{rule.retry_after.total_seconds() / 60:.0f}" if rule.retry_after else "",
            rule.meaning,
        ]
        for rule in RULES
    ]


def test_page_explains_every_verdict() -> None:
    for verdict in Verdict:
        assert f"\n| `{verdict}` |" in PAGE
